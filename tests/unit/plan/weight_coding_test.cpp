// Sizes of weights in Golomb-Rice codes, worked out by hand.
#include "sim/plan/weight_coding.hpp"

#include <gtest/gtest.h>

#include <map>

namespace presil::plan {
namespace {

using npu::Dim;

/// 8 outputs x 32 inputs a step, or 8 outputs x 4 kernel elements x 8 inputs; depthwise 8 outputs x 4 elements.
npu::NpuSpec array() {
  npu::Mode depth_first, part_kernel, depthwise;
  depth_first.unroll = {{{Dim::oc}, 8}, {{Dim::ow}, 2}, {{Dim::ic}, 32}};
  part_kernel.unroll = {{{Dim::oc}, 8}, {{Dim::ow}, 2}, {{Dim::kh, Dim::kw}, 4}, {{Dim::ic}, 8}};
  depthwise.unroll = {{{Dim::oc}, 8}, {{Dim::ow}, 2}, {{Dim::kh, Dim::kw}, 4}};
  npu::NpuSpec npu;
  npu.array[OpClass::convolution] = {depth_first, part_kernel};
  npu.array[OpClass::depthwise] = {depthwise};
  return npu;
}

Nest nest_of(OpClass op_class, std::int64_t ic, std::int64_t oc, int kernel) {
  Nest nest;
  nest.op_class = op_class;
  nest.access = op_class == OpClass::depthwise ? Access::channelwise : Access::window;
  nest.ic = ic;
  nest.out.c = oc;
  nest.kh = nest.kw = kernel;
  return nest;
}

std::vector<std::int64_t> histogram(const std::map<int, std::int64_t>& counts) {
  std::vector<std::int64_t> all(511, 0);
  for (const auto& [value, count] : counts) all[static_cast<std::size_t>(255 + value)] = count;
  return all;
}

TEST(AWeightStream, HoldsAValueForEveryLane) {
  // 140 inputs take 5 slices of 32, 140 outputs 18 sets of 8.
  EXPECT_EQ(streamed_values(nest_of(OpClass::convolution, 140, 140, 1), array()), 160 * 144);
  // 3 inputs: 9 kernel elements x 32 x 16 depth first, but 12 x 8 x 16 with parts of the kernel.
  EXPECT_EQ(streamed_values(nest_of(OpClass::convolution, 3, 16, 3), array()), 12 * 8 * 16);
  EXPECT_EQ(streamed_values(nest_of(OpClass::depthwise, 1, 140, 3), array()), 12 * 144);
  EXPECT_EQ(streamed_values(nest_of(OpClass::matmul, 3, 5, 1), array()), 15);  // no mode: just the weights
}

TEST(AWeightStream, TakesThePaletteAndTheBestOfItsCodes) {
  // 0 four times, 1 twice, -1 once: a palette of three entries of 2 bit, ranks 0, 1, 2. In unary with a shortened last
  // code 4 x 1 + 2 x 2 + 1 x 2 = 10 bits; behind 36 of the header.
  EXPECT_DOUBLE_EQ(golomb_rice_bits(histogram({{0, 4}, {1, 2}, {-1, 1}}), 0), 36 + 3 * 2 + 10);
}

TEST(AWeightStream, CodesEvenlySpreadWeightsAtTheirWidth) {
  // All of -127 ... 127 four times: the 32 most frequent are an eighth, so no palette; 8 bits each.
  std::map<int, std::int64_t> even;
  for (int v = -127; v <= 127; ++v) even[v] = 4;
  EXPECT_DOUBLE_EQ(golomb_rice_bits(histogram(even), 0), 36 + 8 * 4 * 255);
  // Zeros of idle lanes come in stretches of 64, with a code of one bit between two changes of 40 bits.
  EXPECT_DOUBLE_EQ(golomb_rice_bits(histogram(even), 8), 36 + 8 * 4 * 255 + 8 * (1 + 80.0 / 64));
}

TEST(AWeightStream, CodesTheRunsOfManyZerosApart) {
  // 64 more zeros than above: 68 of them around 3 weights. Two entries in the palette, 1 bit a weight; four runs with a
  // divisor of 8: 4 x (1 + 3) + 68 / 8.
  EXPECT_DOUBLE_EQ(golomb_rice_bits(histogram({{0, 4}, {1, 2}, {-1, 1}}), 64), 36 + 2 * 2 + 3 + 16 + 8.5);
  // Nothing but zeros: one run, 1 + 3 bits and 80 / 8.
  EXPECT_DOUBLE_EQ(golomb_rice_bits(histogram({{0, 80}}), 0), 36 + 4 + 10);
}

TEST(AWeightStream, IsNeverBelowTheEntropy) {
  // 1/2, 1/4, 1/8, 1/8 of 64 values: 1.75 bits each.
  EXPECT_GE(golomb_rice_bits(histogram({{0, 32}, {1, 16}, {-1, 8}, {2, 8}}), 0), 64 * 1.75);
}

}  // namespace
}  // namespace presil::plan
