// Cycles of one tile, by hand.
#include "models/npu/npu_timing.hpp"

#include <gtest/gtest.h>

namespace presil::npu {
namespace {

/// 16 x 16 lanes over output and input channels.
NpuSpec square_array() {
  NpuSpec spec;
  spec.hz = 1'000'000'000;
  spec.array[OpClass::convolution] = {Mode{}};
  spec.array[OpClass::convolution][0].unroll = {{{Dim::oc}, 16}, {{Dim::ic}, 16}};
  return spec;
}

Work convolution(int oh, int ow, int oc, int ic, int k) {
  Work work;
  work.op_class = OpClass::convolution;
  work.oh = oh;
  work.ow = ow;
  work.oc = oc;
  work.ic = ic;
  work.kh = work.kw = k;
  work.output_elements = static_cast<std::int64_t>(oh) * ow * oc;
  return work;
}

TEST(AnArray, TakesTheProductOfCeilDivisions) {
  const NpuTiming timing(square_array());
  EXPECT_EQ(timing.cost(convolution(4, 5, 16, 16, 3)).array, 4 * 5 * 9);
  EXPECT_EQ(timing.cost(convolution(4, 5, 17, 16, 3)).array, 2 * 4 * 5 * 9);
  EXPECT_EQ(timing.cost(convolution(4, 5, 17, 33, 3)).array, 2 * 3 * 4 * 5 * 9);
  EXPECT_EQ(timing.peak_macs_per_cycle(), 256);
}

TEST(AnOutputStageBehindTheArray, DrainsAfterTheLastTile) {
  NpuSpec spec = square_array();
  spec.streams.output_elements_per_cycle = 8;
  spec.streams.output_drains = true;
  const NpuTiming timing(spec);
  Work work = convolution(4, 5, 16, 16, 3);  // 180 cycles in the array, 320 elements in 40 cycles out of it
  EXPECT_EQ(timing.cost(work).total(), 180);
  work.last = true;
  EXPECT_EQ(timing.cost(work).total(), 180 + 40);
}

TEST(ACompositeGroup, SharesItsLanes) {
  NpuSpec spec = square_array();
  spec.array[OpClass::convolution][0].unroll = {{{Dim::ic, Dim::kh, Dim::kw}, 64}, {{Dim::oh, Dim::ow}, 64}};
  const NpuTiming timing(spec);
  // ic*kh*kw = 27 and oh*ow = 63: one step for each of 10 output channels; 64 pixels and one more need two.
  EXPECT_EQ(timing.cost(convolution(7, 9, 10, 3, 3)).array, 10);
  EXPECT_EQ(timing.cost(convolution(5, 13, 10, 3, 3)).array, 20);
}

TEST(AMinimumOverSpace, HoldsForSmallTiles) {
  // Ethos-U55-128, depth-first: max(32, 4 x micro-blocks) for each kernel element, slice of 32 and block of 8 outputs.
  NpuSpec spec;
  spec.hz = 500'000'000;
  Mode mode;
  mode.unroll = {{{Dim::oc}, 8}, {{Dim::ow}, 2}, {{Dim::oh}, 1}, {{Dim::ic}, 32}};
  mode.cycles_per_step = 4;
  mode.minimum_over = {Dim::oh, Dim::ow};
  mode.minimum_cycles = 32;
  spec.array[OpClass::convolution] = {mode};
  const NpuTiming timing(spec);
  // 4x4 outputs are 8 micro-blocks: 32 cycles, just the minimum. 2x4 would be 16 and cost the same.
  EXPECT_EQ(timing.cost(convolution(4, 4, 8, 32, 1)).array, 32);
  EXPECT_EQ(timing.cost(convolution(2, 4, 8, 32, 1)).array, 32);
  EXPECT_EQ(timing.cost(convolution(5, 4, 8, 32, 1)).array, 40);
  EXPECT_EQ(timing.cost(convolution(4, 4, 9, 33, 3)).array, 32 * 2 * 2 * 9);
}

TEST(TheSlowestStage, SetsThePaceAndOverheadsAreAdded) {
  NpuSpec spec = square_array();
  spec.streams.output_elements_per_cycle = 4;
  spec.streams.input_elements_per_cycle = 8;
  spec.streams.weight_bytes_per_cycle = 2;
  spec.overheads = {{Per::tile, 7, {}, false, {}, 0}, {Per::row, 3, {}, false, {}, 0}};
  const NpuTiming timing(spec);
  Work work = convolution(4, 5, 16, 16, 1);
  work.input_elements = 4 * 5 * 16;
  work.weight_bytes = 300;
  const common::StageCycles c = timing.cost(work);
  EXPECT_EQ(c.array, 20);
  EXPECT_EQ(c.input, 40);
  EXPECT_EQ(c.output, 80);
  EXPECT_EQ(c.weights, 150);
  EXPECT_EQ(c.overhead, 7 + 4 * 3);
  EXPECT_EQ(c.tile_overhead, 7);
  EXPECT_EQ(c.total(), 150 + 19);
}

TEST(ABufferOfOnePort, LosesTheCyclesInWhichFillsAndReadsMeet) {
  NpuSpec spec = square_array();
  spec.streams.input_elements_per_cycle = 16;
  spec.tile_buffer.size_bytes = 4096;
  spec.tile_buffer.ports = 2;
  Work work = convolution(4, 4, 16, 16, 1);
  work.input_elements = 256;
  EXPECT_EQ(NpuTiming(spec).cost(work).total(), 16);
  // One bank, one port: 16 beats are read and 16 written in a stretch of 16 cycles: 16 do not fit.
  spec.tile_buffer.ports = 1;
  EXPECT_EQ(NpuTiming(spec).cost(work).total(), 32);
  spec.tile_buffer.banks = 2;  // two banks serve both
  EXPECT_EQ(NpuTiming(spec).cost(work).total(), 16);
}

TEST(TheInput, StreamsOncePerPassWhereTheChipSaysSo) {
  NpuSpec spec = square_array();
  spec.streams.input_elements_per_cycle = 8;
  Work work = convolution(4, 4, 40, 16, 1);  // 3 passes of 16 output channels
  work.input_elements = 256;
  EXPECT_EQ(NpuTiming(spec).cost(work).input, 32);
  spec.streams.input_again_per_pass = true;
  EXPECT_EQ(NpuTiming(spec).cost(work).input, 96);
}

TEST(ABubble, OnlyCountsUpToItsPixels) {
  NpuSpec spec = square_array();
  spec.overheads = {{Per::step, 2, {}, false, {}, 2}};
  const NpuTiming timing(spec);
  EXPECT_EQ(timing.cost(convolution(1, 2, 16, 16, 1)).overhead, 2 * 2);
  EXPECT_EQ(timing.cost(convolution(1, 3, 16, 16, 1)).overhead, 0);
}

TEST(AnEmulatedPrecision, IsSlowerThoughSmaller) {
  NpuSpec spec = square_array();
  spec.precision = {{8, 8, false, 1.0, false}, {8, 4, false, 0.5, true}};
  const NpuTiming timing(spec);
  Work work = convolution(4, 4, 16, 16, 1);
  EXPECT_EQ(timing.cost(work).array, 16);
  work.weight_bits = 4;
  EXPECT_EQ(timing.cost(work).array, 32);
  EXPECT_EQ(timing.precision_rate(8, 2, false), 0.0);
  EXPECT_EQ(timing.precision_rate(8, 8, true), 0.0);
}

TEST(ABitSerialArray, TakesStepsByWeightBits) {
  NpuSpec spec = square_array();
  spec.precision = {{8, 8, false, 1.0, false}, {8, 2, false, 1.0, false}};
  spec.array[OpClass::convolution][0].cycles_per_step_by_weight_bits = {{8, 8.0}, {2, 2.0}};
  const NpuTiming timing(spec);
  Work work = convolution(4, 4, 16, 16, 1);
  EXPECT_EQ(timing.cost(work).array, 16 * 8);
  work.weight_bits = 2;
  EXPECT_EQ(timing.cost(work).array, 16 * 2);
}

TEST(NothingIsFree, NotEvenAClassWithoutModesAndStreams) {
  NpuSpec spec = square_array();
  Work work;
  work.op_class = OpClass::add;
  EXPECT_EQ(NpuTiming(spec).cost(work).total(), 1);
}

TEST(IdleLanes, AreNamedFromATenthUpwards) {
  const NpuTiming timing(square_array());
  EXPECT_EQ(timing.idle_lanes(convolution(1, 1, 17, 16, 1)),
            "17 output channels on 16 lanes: 2 passes, 47 % idle lanes");
  EXPECT_EQ(timing.idle_lanes(convolution(1, 1, 16, 3, 1)), "3 input channels on 16 lanes: 1 pass, 81 % idle lanes");
  EXPECT_EQ(timing.idle_lanes(convolution(1, 1, 15, 16, 1)), "");  // 6 % idle
  NpuSpec spec = square_array();
  spec.array[OpClass::depthwise] = {Mode{}};
  spec.array[OpClass::depthwise][0].unroll = {{{Dim::oc}, 16}};
  Work work = convolution(4, 4, 16, 1, 3);
  work.op_class = OpClass::depthwise;
  EXPECT_EQ(NpuTiming(spec).idle_lanes(work), "depthwise uses 16 of 256 MAC a cycle: 94 % idle lanes");
}

TEST(SavedProducts, AreNamedWhereAModeDoesMoreMacsThanTheArrayMultiplies) {
  NpuSpec spec = square_array();
  spec.macs_per_cycle = 256;
  spec.array[OpClass::convolution].push_back(spec.array[OpClass::convolution][0]);
  Mode& winograd = spec.array[OpClass::convolution][1];
  winograd.name = "winograd";
  winograd.unroll = {{{Dim::ic}, 4}, {{Dim::oc}, 4}, {{Dim::oh}, 2}, {{Dim::ow}, 2}, {{Dim::kh}, 3}, {{Dim::kw}, 3}};
  Work work = convolution(4, 4, 16, 16, 3);
  EXPECT_EQ(NpuTiming(spec).saved_products(work), "");
  work.mode = 1;
  EXPECT_EQ(NpuTiming(spec).saved_products(work), "winograd does 2.25 MACs with each multiplication");  // 576 of 256
}

TEST(Modes, AreRefusedByKernelAndChannels) {
  NpuSpec spec = square_array();
  spec.array[OpClass::convolution].push_back(Mode{});
  spec.array[OpClass::convolution][1].max_kernel_h = spec.array[OpClass::convolution][1].max_kernel_w = 3;
  spec.array[OpClass::convolution][1].max_ic = 8;
  const NpuTiming timing(spec);
  EXPECT_EQ(timing.usable_modes(OpClass::convolution, 3, 3, 8), (std::vector<int>{0, 1}));
  EXPECT_EQ(timing.usable_modes(OpClass::convolution, 3, 4, 8), (std::vector<int>{0}));
  EXPECT_EQ(timing.usable_modes(OpClass::convolution, 3, 3, 9), (std::vector<int>{0}));
  EXPECT_TRUE(timing.usable_modes(OpClass::softmax, 1, 1, 1).empty());
}

TEST(AColumnOverhead, IsPaidForEachOutputColumn) {
  NpuSpec spec = square_array();
  spec.overheads = {{Per::column, 6.0, {}, false, {}, 0}};
  // 3 rows, 5 columns: 5 x 6 = 30 cycles, however many rows.
  EXPECT_EQ(NpuTiming(spec).cost(convolution(3, 5, 16, 16, 3)).overhead, 30);
  EXPECT_EQ(NpuTiming(spec).cost(convolution(1, 5, 16, 16, 3)).overhead, 30);
}

TEST(AStepOverhead, CountsBlocksOfTheStepsOverItsDimensions) {
  NpuSpec spec = square_array();  // 16 output by 16 input channels
  spec.array[OpClass::convolution][0].unroll = {{{Dim::oh}, 3}, {{Dim::ow}, 3}, {{Dim::ic}, 16}};
  spec.overheads = {{Per::step, 10, {0, 32, 1, 1, 1, 0, 0}, false, {}, 0}};
  // 4 rows and 6 columns in patches of 3: 2 x 2; 17 input channels: 2 slices; 33 output channels, one by one: 2 blocks
  // of 32.
  EXPECT_EQ(NpuTiming(spec).cost(convolution(4, 6, 33, 17, 3)).overhead, 2 * 2 * 2 * 2 * 10);
  spec.overheads[0].over = {0, 0, 0, 1, 1, 0, 0};
  EXPECT_EQ(NpuTiming(spec).cost(convolution(4, 6, 33, 17, 3)).overhead, 2 * 2 * 10);
}

TEST(AStepOverhead, CountsElementsWhereNoModeRuns) {
  NpuSpec spec = square_array();
  spec.overheads = {{Per::step, 5, {0, 8, 0, 1, 0, 0, 0}, false, {}, 0}};
  Work work = convolution(4, 6, 17, 1, 1);
  work.op_class = OpClass::add;
  EXPECT_EQ(NpuTiming(spec).cost(work).overhead, 4 * 3 * 5);
}

TEST(AModeWithAStrideLimit, IsLeftOutBeyondIt) {
  NpuSpec spec = square_array();
  Mode winograd = spec.array[OpClass::convolution][0];
  winograd.max_stride = 1;
  spec.array[OpClass::convolution].push_back(winograd);
  const NpuTiming timing(spec);
  EXPECT_EQ(timing.usable_modes(OpClass::convolution, 3, 3, 16, 1), (std::vector<int>{0, 1}));
  EXPECT_EQ(timing.usable_modes(OpClass::convolution, 3, 3, 16, 2), (std::vector<int>{0}));
}

}  // namespace
}  // namespace presil::npu
