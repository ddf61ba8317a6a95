#include "sim/replay/tiling.hpp"

#include <gtest/gtest.h>

#include "sim/replay/replay.hpp"
#include "tests/support/schedule_builder.hpp"
#include "tests/support/tiny_hardware.hpp"

namespace presil::replay {
namespace {

using test::DataKind;
using test::JobKind;
using test::ScheduleBuilder;

TEST(WithoutRedundancy, the_leading_redundant_rows_and_bytes_go) {
  ScheduleBuilder b;
  const auto q = b.queue("npu.in", "npu");
  b.op("conv");
  common::Area a;
  a.address = 1000, a.row_bytes = 32, a.rows = 6, a.planes = 2, a.row_stride = 100, a.plane_stride = 1000;
  a.redundant_rows = 2, a.redundant_row_bytes = 8;
  b.read(q, 0, b.area(a));
  const traces::Schedule s = without_redundancy(b.s);
  const common::Area& u = s.areas[static_cast<std::size_t>(s.jobs[0].area)];
  EXPECT_EQ(u.address, 1000u + 2 * 100 + 8);
  EXPECT_EQ(u.row_bytes, 24u);
  EXPECT_EQ(u.rows, 4u);
  EXPECT_EQ(u.planes, 2u);
  EXPECT_EQ(u.row_stride, 100);
  EXPECT_EQ(u.bytes(), a.useful_bytes());
  EXPECT_EQ(u.end(), a.end());  // the last byte stays the last
}

TEST(WithoutRedundancy, an_area_that_is_all_redundant_becomes_empty) {
  ScheduleBuilder b;
  const auto q = b.queue("npu.in", "npu");
  b.op("conv");
  common::Area a;
  a.row_bytes = 32, a.rows = 6, a.row_stride = 32, a.redundant_rows = 6;
  b.read(q, 0, b.area(a));
  const traces::Schedule s = without_redundancy(b.s);
  EXPECT_EQ(s.areas[static_cast<std::size_t>(s.jobs[0].area)].bytes(), 0);
}

TEST(WithoutRedundancy, a_job_that_repeats_moves_nothing_and_its_twin_keeps_the_area) {
  ScheduleBuilder b;
  const auto q = b.queue("npu.in", "npu");
  b.op("conv");
  const auto shared = b.area(0, 0, 64);
  b.read(q, 0, shared);
  b.s.jobs[b.read(q, 0, shared, {0})].redundant = true;
  const traces::Schedule s = without_redundancy(b.s);
  EXPECT_EQ(s.areas[static_cast<std::size_t>(s.jobs[0].area)].bytes(), 64);
  EXPECT_EQ(s.areas[static_cast<std::size_t>(s.jobs[1].area)].bytes(), 0);
  EXPECT_EQ(s.jobs[1].edge_count, 1u);
}

TEST(WithoutRedundancy, a_spilling_copy_loses_both_sides) {
  ScheduleBuilder b;
  const auto q = b.queue("npu.in", "npu");
  b.op("conv");
  const auto from = b.area(0, 0, 64), to = b.area(0, 512, 64);
  b.s.jobs[b.copy(q, 0, from, to)].redundant = true;
  const traces::Schedule s = without_redundancy(b.s);
  EXPECT_EQ(s.areas[static_cast<std::size_t>(s.jobs[0].area)].bytes(), 0);
  EXPECT_EQ(s.areas[static_cast<std::size_t>(s.jobs[0].to_area)].bytes(), 0);
}

/// Two tiles one after another, each waiting for the one before: no overlap, so every part can be read off.
///   tile 0: load 256 B, compute 16 pixels; tile 1: load 256 B of which 64 are halo, compute 16 of which 4 again.
traces::Schedule chain() {
  ScheduleBuilder b;
  const auto in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu");
  b.op("conv");
  common::Work w;
  w.op_class = common::OpClass::pointwise, w.ow = 16, w.oc = 16, w.ic = 16;
  w.macs = 4096;
  common::Work again = w;
  again.recomputed_macs = 1024;
  common::Area halo;
  halo.address = 192, halo.row_bytes = 64, halo.rows = 4, halo.row_stride = 64, halo.redundant_rows = 1;
  const auto l0 = b.read(in, 0, b.area(0, 0, 256));
  const auto c0 = b.run(JobKind::compute, npu, 0, b.work(w), {l0});
  const auto l1 = b.read(in, 0, b.area(halo), {c0});
  b.run(JobKind::compute, npu, 0, b.work(again), {l1}, 1);
  b.s.jobs[l1].tile = 1;
  return b.s;
}

TEST(TilingOverhead, is_split_into_bytes_macs_and_set_up) {
  Options options;
  options.tiling_overhead = true;
  const Result r = replay_plain(chain(), test::tiny_hardware(), options);
  // Loads 20 + 32 + 1 = 53 ns, computes 16 + 10 = 26 ns: 158 ns in all.
  EXPECT_EQ(r.latency, 158'000);
  EXPECT_EQ(r.tiling.extra_bytes, 64);
  EXPECT_EQ(r.tiling.halo_bytes, 64);
  EXPECT_EQ(r.tiling.refetch_bytes, 0);
  EXPECT_EQ(r.tiling.spill_bytes, 0);
  EXPECT_EQ(r.tiling.extra_macs, 1024);
  EXPECT_EQ(r.tiling.bytes_part, 8'000);            // one burst of 64 B
  EXPECT_EQ(r.tiling.macs_part, 4'000);             // a quarter of 16 cycles
  EXPECT_EQ(r.tiling.setup_part, 20'000 + 10'000);  // the second tile's DMA set-up and overhead
  EXPECT_EQ(r.tiling.overhead, 42'000);
}

TEST(TilingOverhead, is_left_open_unless_asked_for) {
  const Result r = replay_plain(chain(), test::tiny_hardware());
  EXPECT_FALSE(r.tiling.overhead.has_value());
  EXPECT_EQ(r.tiling.extra_bytes, 64);
}

TEST(TilingOverhead, an_operator_of_one_tile_has_none) {
  traces::Schedule s = chain();
  s.jobs.resize(2);
  Options options;
  options.tiling_overhead = true;
  const Result r = replay_plain(s, test::tiny_hardware(), options);
  EXPECT_EQ(r.tiling.overhead, 0);
  EXPECT_EQ(r.tiling.extra_bytes, 0);
}

TEST(TilingOverhead, is_negative_where_what_goes_earlier_takes_the_turn_of_what_others_wait_for) {
  // Weights of the first tile, which its compute waits for, and input of the second, both ready to go at once. With
  // set-up both ask at 20 ns and the weights, which come first in the schedule, move until 28 ns. The second tile's
  // input without its set-up asks at 0 ns and has its third burst on the bus until 24 ns: the weights move until 32 ns.
  ScheduleBuilder b;
  const auto weights = b.queue("npu.weights", "npu"), in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu");
  b.op("conv");
  common::Work w;
  w.op_class = common::OpClass::pointwise, w.ow = 16, w.oc = 16, w.ic = 16, w.macs = 4096;
  const auto loaded = b.read(weights, 0, b.area(0, 4096, 64), {}, DataKind::weights);
  b.s.jobs[b.read(in, 0, b.area(0, 0, 192))].tile = 1;
  b.run(JobKind::compute, npu, 0, b.work(w), {loaded});
  Options options;
  options.tiling_overhead = true;
  const Result r = replay_plain(b.s, test::tiny_hardware(), options);
  EXPECT_EQ(r.tiling.bytes_part, 0);
  EXPECT_EQ(r.tiling.setup_part, -4'000);
  EXPECT_EQ(r.tiling.overhead, -4'000);
}

TEST(TilingOverhead, refetched_and_spilled_bytes_are_told_apart) {
  ScheduleBuilder b;
  const auto in = b.queue("npu.in", "npu");
  b.op("conv");
  b.s.jobs[b.read(in, 0, b.area(0, 0, 100), {}, DataKind::weights)].redundant = true;
  const auto from = b.area(0, 0, 30), to = b.area(0, 512, 30);
  b.s.jobs[b.copy(in, 0, from, to)].redundant = true;
  const Result r = replay_plain(b.s, test::tiny_hardware());
  EXPECT_EQ(r.tiling.refetch_bytes, 100);
  EXPECT_EQ(r.tiling.spill_bytes, 60);  // read and written
  EXPECT_EQ(r.tiling.extra_bytes, 160);
  EXPECT_EQ(r.memories[0].useful_bytes, 0);
}

}  // namespace
}  // namespace presil::replay
