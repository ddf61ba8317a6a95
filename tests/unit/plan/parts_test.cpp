// The planner's parts by themselves: address space, slots, readiness, regions, windows.
#include <gtest/gtest.h>

#include "sim/plan/arena.hpp"
#include "sim/plan/ready.hpp"
#include "sim/plan/region.hpp"
#include "sim/plan/slots.hpp"
#include "sim/plan/tiling.hpp"

namespace presil::plan {
namespace {

TEST(AnArena, GivesTheLowestAddressThatIsFreeForTheWholeLife) {
  Arena arena(1000);
  arena.take(0, 100, 0, 2);
  arena.take(112, 300, 1, 1);
  EXPECT_EQ(arena.find(50, 0, 0), 112);  // the second block does not live at step 0
  EXPECT_EQ(arena.find(50, 1, 1), 416);  // behind both, aligned to 16
  EXPECT_EQ(arena.find(50, 3, 3), 0);
  EXPECT_EQ(arena.find(584, 1, 1), 416);  // ends at exactly 1000
  EXPECT_EQ(arena.find(585, 1, 1), -1);
}

TEST(Slots, MakeTheThirdHalfWaitForTheFirst) {
  Slots slots;
  EXPECT_EQ(slots.make_room(0.5), -1);
  slots.put(1, 0.5, 10);
  slots.use(1, 20);
  EXPECT_EQ(slots.make_room(0.5), -1);
  slots.put(2, 0.5, 11);
  EXPECT_EQ(slots.make_room(0.5), 20);  // the first piece goes, its last user was job 20
  EXPECT_FALSE(slots.holds(1));
  EXPECT_TRUE(slots.holds(2));
  EXPECT_EQ(slots.load_of(2), 11);
}

TEST(AWholeSlot, WaitsForEverythingBefore) {
  Slots slots;
  slots.put(1, 0.5, 10);
  slots.put(2, 0.5, 11);
  slots.use(1, 30);
  slots.use(2, 31);
  EXPECT_EQ(slots.make_room(1.0), 31);
}

TEST(Readers, WaitForTheLastStoreThatTouchesTheirRows) {
  Ready ready;
  ready.start(12);
  ready.stored(0, 0, 100);
  ready.stored(0, 4, 101);
  ready.stored(0, 8, 102);
  std::vector<JobId> jobs;
  ready.wait_for(4, jobs);  // rows 0...3
  EXPECT_EQ(jobs, (std::vector<JobId>{100}));
  jobs.clear();
  ready.wait_for(5, jobs);  // row 4 too
  EXPECT_EQ(jobs, (std::vector<JobId>{101}));
  jobs.clear();
  ready.wait_for(INT64_MAX, jobs);
  EXPECT_EQ(jobs, (std::vector<JobId>{102}));
}

TEST(AWindow, ReadsItsHaloWithinTheMap) {
  // 3 wide, stride 1, padding 1 over 10 rows.
  EXPECT_EQ(window_range({0, 4}, 3, 1, 1, 1, 1, 10).begin, 0);
  EXPECT_EQ(window_range({0, 4}, 3, 1, 1, 1, 1, 10).end, 5);
  EXPECT_EQ(window_range({4, 8}, 3, 1, 1, 1, 1, 10).begin, 3);
  EXPECT_EQ(window_range({8, 10}, 3, 1, 1, 1, 1, 10).end, 10);
  // Stride 2, dilation 2: output row 1 reads rows 2, 4, 6.
  EXPECT_EQ(window_range({1, 2}, 3, 2, 2, 0, 1, 10).begin, 2);
  EXPECT_EQ(window_range({1, 2}, 3, 2, 2, 0, 1, 10).end, 7);
}

TEST(AnArrayThatTakesTheInputInSlices, KeepsTwoOfThem) {
  npu::NpuSpec npu;
  Nest nest;
  nest.access = Access::window;
  nest.ic = 65;
  EXPECT_FALSE(input_again_per_tile(npu, nest));  // the whole input of a tile at once
  npu.tile_buffer.input_slice_channels = 32;
  EXPECT_TRUE(input_again_per_tile(npu, nest));
  nest.ic = 64;
  EXPECT_FALSE(input_again_per_tile(npu, nest));
  nest.ic = 65;
  nest.access = Access::channelwise;  // each tile of channels has an input of its own
  EXPECT_FALSE(input_again_per_tile(npu, nest));
}

Storage storage_at(std::uint64_t address) {
  Storage s;
  s.memory = 0;
  s.address = address;
  return s;
}

TEST(ARegion, OfWholeRowsIsContiguous) {
  // 8 x 6 x 4 bytes; rows 2...4.
  const common::Area a = region(storage_at(1000), {1, 8, 6, 4}, 8, {0, {2, 5}, {0, 6}, {0, 4}, 1, 0});
  EXPECT_EQ(a.address, 1000u + 2 * 24);
  EXPECT_EQ(a.row_bytes, 24u);
  EXPECT_EQ(a.rows, 3u);
  EXPECT_EQ(a.row_stride, 24);
  EXPECT_EQ(a.bytes(), 72);
  EXPECT_EQ(a.useful_bytes(), 48);  // its first row was loaded before
}

TEST(ARegion, OfSomeChannelsStepsFromPixelToPixel) {
  const common::Area a = region(storage_at(0), {1, 8, 6, 4}, 8, {0, {2, 4}, {1, 3}, {2, 4}, 0, 0});
  EXPECT_EQ(a.address, 2u * 24 + 4 + 2);
  EXPECT_EQ(a.row_bytes, 2u);
  EXPECT_EQ(a.rows, 2u);
  EXPECT_EQ(a.row_stride, 4);
  EXPECT_EQ(a.planes, 2u);
  EXPECT_EQ(a.plane_stride, 24);
}

TEST(ARegion, InBricksMovesWholeBricks) {
  // 4 x 6 x 20 in bricks of 16: two bricks a pixel row, the second padded. Row of bricks: 6 x 16 = 96 B.
  Storage s = storage_at(0);
  s.blocked = true;
  s.block = 16;
  const common::Area a = region(s, {1, 4, 6, 20}, 8, {0, {1, 3}, {2, 6}, {0, 20}, 0, 0});
  EXPECT_EQ(a.address, 1u * 192 + 2 * 16);
  EXPECT_EQ(a.row_bytes, 4u * 16);
  EXPECT_EQ(a.rows, 2u);
  EXPECT_EQ(a.row_stride, 96);
  EXPECT_EQ(a.planes, 2u);
  EXPECT_EQ(a.plane_stride, 192);
}

TEST(WholeEdges, LetTheArrayStepThroughATileThatTheMapCuts) {
  Nest nest;
  nest.op_class = OpClass::convolution;
  nest.access = Access::window;
  nest.in = {1, 10, 10, 8};
  nest.out = {1, 10, 10, 20};
  nest.kh = nest.kw = 1;
  nest.ic = 8;
  Tiling tiling;
  tiling.th = tiling.tw = 8;
  tiling.tc = 16;
  // The corner of 10 x 10 x 20 in tiles of 8 x 8 x 16: 2 x 2 x 4 are left.
  const auto corner = [&] { return tile_work(nest, tiling, 2, 2, 4, 8, 2, 2, 0, 32); };
  EXPECT_EQ(corner().oh, 2);
  EXPECT_EQ(corner().ow, 2);
  EXPECT_EQ(corner().oc, 4);
  tiling.whole_edges = true;
  EXPECT_EQ(corner().oh, 8);
  EXPECT_EQ(corner().ow, 8);
  EXPECT_EQ(corner().oc, 16);
  // What is read and written stays what there is.
  EXPECT_EQ(corner().input_elements, 2 * 2 * 8);
  EXPECT_EQ(corner().output_elements, 2 * 2 * 4);
}

}  // namespace
}  // namespace presil::plan
