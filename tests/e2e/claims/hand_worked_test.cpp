// Whole walks worked out line by line on paper, in picoseconds.
#include "tests/support/hand_chip.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

using common::Cause;
constexpr common::Tick ns = 1000;

replay::Result run(const graph::Graph& graph, const std::vector<std::string>& overrides = {}) {
  const replay::Result result = test::run(graph, test::chip_from_text(test::hand_chip, overrides)).result;
  test::expect_consistent(result);
  return result;
}

TEST(APointwiseConvolution, TakesLoadComputeAndStoreOneAfterAnother) {
  // 4x4x16 -> 16, one tile. Input 256 B = 16 beats in two bursts; weights 256 B and biases 64 B = 20 beats in three.
  // The two engines take turns on the read channel: input 0-8, weights 8-16, input 16-24, weights 24-32, weights 32-36.
  // Data follow the grant by the SRAM's 2 cycles: the input is there at 26... its last burst 24 + 2 + 8 = 34 where
  // weights went first; the last weights at 36 + 2 = 38.
  // Compute: 16 outputs, one step each: 38-54. Store: 16 beats and the write latency of 2: 54-72.
  const replay::Result r = run(test::one_convolution(4, 4, 16, 16, 1));
  EXPECT_EQ(r.latency, 72 * ns);
  // On the critical path: 38 ns until the weights are there (20 own beats, 2 latency, 16 for the input's beats in
  // between), 16 ns of compute, 16 own beats and 2 ns latency of the store.
  EXPECT_EQ(r.stack[Cause::compute], 16 * ns);
  EXPECT_EQ(r.stack[Cause::transfer], (20 + 16) * ns);
  EXPECT_EQ(r.stack[Cause::latency], (2 + 2) * ns);
  EXPECT_EQ(r.stack[Cause::arbitration], 16 * ns);
}

TEST(AConvolutionOf3x3, TakesNineStepsAnOutput) {
  // Weights 9 x 256 + 64 = 2368 B = 148 beats, with 16 beats of input in between and 2 of latency: there at 166.
  // Compute 16 outputs x 9 = 144: 166-310. Store as above: 328.
  EXPECT_EQ(run(test::one_convolution(4, 4, 16, 16, 3)).latency, 328 * ns);
}

TEST(ADepthwiseConvolution, UsesOneOfSixteenInputLanes) {
  graph::Builder b("depthwise");
  graph::WindowStyle window;
  window.kernel = {3, 3};
  const auto x = b.input({1, 4, 4, 16});
  const graph::Graph graph = b.finish({b.depthwise(x, 1, window, {})}, "test");
  // Weights 9 x 16 + 64 = 208 B = 13 beats. Grants: input 0-8, weights 8-16, input 16-24, weights 24-29; the input's
  // last burst shares the SRAM until 31. Compute 16 pixels x 9 taps = 144: 31-175. Store 18: 193.
  const replay::Result r = run(graph);
  EXPECT_EQ(r.latency, 193 * ns);
  EXPECT_EQ(graph.macs(), 16 * 16 * 9);  // a sixteenth of the convolution above
}

TEST(TwoDepthwiseConvolutions, RunTileByTileWithoutMovingTheMapBetweenThem) {
  const auto pair = [](std::int64_t rows) {
    graph::Builder b("pair");
    graph::WindowStyle window;
    window.kernel = {3, 3};
    const auto x = b.input({1, rows, 4, 16});
    return b.finish({b.depthwise(b.depthwise(x, 1, window, {}), 1, window, {})}, "test");
  };
  const auto moved = [](const replay::Result& r) {
    const common::MemoryCounters& c = test::memory(r, "sram").counters;
    return c.read_bytes + c.write_bytes;
  };
  const std::vector<std::string> together = {"units.npu.fusion=[[depthwise, depthwise]]"};
  // One tile: the 256 B between the two are neither written nor read; 16 pixels of 9 taps each, twice.
  const replay::Result apart = run(pair(4)), one = run(pair(4), together);
  EXPECT_EQ(moved(apart) - moved(one), 2 * 256);
  EXPECT_EQ(one.stack[Cause::compute], 2 * 16 * 9 * ns);
  EXPECT_EQ(one.operators[1].fused_into, 0);
  EXPECT_EQ(one.tiling.extra_macs, 0);
  EXPECT_EQ(one.tiling.extra_bytes, 0);

  // Two tiles of 4 rows: each needs 5 rows of the map between, so that one row's 4 pixels are made twice, and 6 rows of
  // the input, of which the second tile moves 4 again.
  const replay::Result two = run(pair(8), {together[0], "units.npu.tile_limit=[4, 4, 16]"});
  EXPECT_EQ(two.operators[0].tiles, 2);
  EXPECT_EQ(two.tiling.extra_macs, 2 * 4 * 16 * 9);
  EXPECT_EQ(two.tiling.extra_bytes, 4 * 4 * 16);
  EXPECT_EQ(two.stack[Cause::compute], (2 * 5 + 8) * 4 * 9 * ns);
}

TEST(AFullyConnectedLayer, IsBoundByItsWeights) {
  graph::Builder b("dense");
  const auto x = b.input({1, 256});
  const graph::Graph graph = b.finish({b.dense(x, 16, graph::Activation::none, {})}, "test");
  // Weights 256 x 16 + 64 B = 4160 B = 260 beats; the input's 16 beats go in between: 260 + 16 + 2 = 278.
  // Compute 256 / 16 = 16 steps: 294. Store 16 B: one beat and 2 of latency: 297.
  const replay::Result r = run(graph);
  EXPECT_EQ(r.latency, 297 * ns);
  EXPECT_EQ(r.operators.back().bound, replay::Bound::memory);
}

TEST(TwoTiles, OverlapWhenTheBufferIsDouble) {
  const graph::Graph graph = test::one_convolution(8, 4, 16, 16, 1);
  // Tile 1's input follows tile 0's from 34 on and is there at 54, while tile 0 computes 38-54.
  // Tile 1 computes 54-70 while tile 0 is stored 54-72; tile 1 is stored 72-90.
  EXPECT_EQ(run(graph).latency, 90 * ns);
  // A single buffer: the input of tile 1 waits for tile 0's compute (54), when the store of tile 0 begins as well. The
  // SRAM has one port: it moves the 16 beats of each in turn, 54-86. Compute needs both: 86-102. Stored 102-120.
  EXPECT_EQ(run(graph, {"units.npu.tile_buffer.double_buffered=false", "units.npu.tile_limit=[4, 4, 16]"}).latency,
            120 * ns);
}

TEST(AFallbackToTheCpu, PaysTheHandOverAndTheKernel) {
  graph::Builder b("fallback");
  const auto x = b.input({1, 4, 4, 16});
  const auto y = b.convolution(x, 16, graph::WindowStyle{}, {});
  const graph::Graph graph = b.finish({b.unary("SOFTMAX", y)}, "test");
  // The convolution ends at 72 as above. Hand-over 1000. Kernel: 256 inputs x 10 cycles + 100 an operator = 2660,
  // with its 2 x 256 B of traffic beside it (18 ns each). 72 + 1000 + 2660 = 3732.
  const replay::Result r = run(graph);
  EXPECT_EQ(r.latency, 3732 * ns);
  EXPECT_EQ(r.stack[Cause::hand_over], 1000 * ns);
  EXPECT_EQ(r.operators[1].unit, "cpu");
  EXPECT_NE(r.operators[1].fallback_reason.find("softmax is not supported by npu"), std::string::npos);
}

}  // namespace
}  // namespace presil
