// The block that counts fetched elements, worked out by hand.
#include "sim/plan/block_choice.hpp"

#include <gtest/gtest.h>

namespace presil::plan {
namespace {

/// 2 x 2 x 8 micro-blocks; input in slices of 32 channels, accumulators of 32 bit, both twice in 16 KiB.
npu::NpuSpec npu_of(std::int64_t kib) {
  npu::NpuSpec npu;
  npu.tile_granule = {2, 2, 8};
  npu.tile_limit = {32, 64, 128};
  npu.tile_buffer.size_bytes = kib * 1024;
  npu.tile_buffer.holds_weights = npu.tile_buffer.holds_output = false;
  npu.tile_buffer.holds_accumulators = true;
  npu.tile_buffer.input_slice_channels = 32;
  return npu;
}

Nest pointwise(std::int64_t size, std::int64_t ic, std::int64_t oc) {
  Nest nest;
  nest.op_class = OpClass::pointwise;
  nest.access = Access::window;
  nest.in = {1, size, size, ic};
  nest.out = {1, size, size, oc};
  nest.ic = ic;
  return nest;
}

std::optional<Block> choose(const npu::NpuSpec& npu, const Nest& nest) {
  Operands operands;
  operands.weight_bytes = nest.ic * nest.out.c;
  return least_fetch_block(npu, nest, operands, TileFit(npu, nest, operands));
}

TEST(LeastFetch, TakesTheWholeMapWhenItFits) {
  // 8 x 8 x 16 to 16: input 2 x 1 KiB and accumulators 2 x 4 KiB of 16 KiB; nothing is fetched twice.
  const auto block = choose(npu_of(16), pointwise(8, 16, 16));
  ASSERT_TRUE(block);
  EXPECT_EQ(block->rows, 8);
  EXPECT_EQ(block->columns, 8);
  EXPECT_EQ(block->channels, 16);
}

TEST(LeastFetch, OfEqualsTakesTheFirstAndOfSmallOnesTheLast) {
  // 8 x 8 x 32 to 128 in 64 KiB: 64 pixels x 4 B x 64 or 112 channels fit twice beside the input, 128 do not. Both need
  // two tiles of channels, so the input comes twice either way.
  const auto block = choose(npu_of(64), pointwise(8, 32, 128));
  ASSERT_TRUE(block);
  EXPECT_EQ(block->rows * block->columns, 64);
  EXPECT_EQ(block->channels, 64);
  // The same of 4 x 4 in 16 KiB: of blocks of up to 4 x 4 that cover as much of the input the last is taken.
  const auto small = choose(npu_of(16), pointwise(4, 32, 128));
  ASSERT_TRUE(small);
  EXPECT_EQ(small->rows * small->columns, 16);
  EXPECT_EQ(small->channels, 112);
}

TEST(LeastFetch, PrefersBlocksWhoseTwoInputBuffersHoldTheWholeInput) {
  // Depthwise 3 x 3 on 6 x 6 x 128 with 1 x 1 x 8 micro-blocks in 14 KiB, input and accumulators in banks of 1 KiB by
  // two and four. 6 x 6 x 16 fetches (8 x 8 + 9) x 128 = 9344 elements. 2 x 6 x 80 fetches three times (4 x 8 + 9) x
  // 128 = 15744, but twice 4 x 8 x 80 = 5120 hold all 4608 of the input: that counts half, 7872.
  npu::NpuSpec npu = npu_of(14);
  npu.tile_granule = {1, 1, 8};
  npu.tile_buffer.input_granule_bytes = 2048;
  npu.tile_buffer.accumulator_granule_bytes = 4096;
  npu.tile_buffer.banks = 14;
  Nest nest = pointwise(6, 1, 128);
  nest.op_class = OpClass::depthwise;
  nest.access = Access::channelwise;
  nest.in.c = 128;
  nest.kh = nest.kw = 3;
  const auto block = choose(npu, nest);
  ASSERT_TRUE(block);
  EXPECT_EQ(block->rows, 2);
  EXPECT_EQ(block->columns, 6);
  EXPECT_EQ(block->channels, 80);
}

TEST(LeastFetch, IsNoMatterOfOperatorsWithoutAWindow) {
  Nest add = pointwise(8, 16, 16);
  add.access = Access::channelwise;
  EXPECT_FALSE(choose(npu_of(16), add));
}

TEST(LeastFetch, FindsNothingWhereNothingFitsTwice) {
  Nest nest = pointwise(8, 32, 16);  // 10 x 10 x 32 B of input for the smallest tile, twice, in 1 KiB
  nest.kh = nest.kw = 8;
  EXPECT_FALSE(choose(npu_of(1), nest));
}

}  // namespace
}  // namespace presil::plan
