// What other estimators get wrong: each claim is one test.
#include "tests/support/hand_chip.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

using common::Cause;

replay::Result run(const graph::Graph& graph, const std::vector<std::string>& overrides = {}) {
  return test::run(graph, test::chip_from_text(test::hand_chip, overrides)).result;
}

std::int64_t moved(const replay::MemoryResult& m) {
  return m.counters.read_bytes + m.counters.write_bytes;
}

TEST(Padding, CountsAsWorkButIsNotFetched) {
  // SAME padding of a 3x3 on 4x4: 16 outputs x 9 taps are computed, while VALID has 4 outputs; only 4x4x16 B are read.
  const replay::Result same = run(test::one_convolution(4, 4, 16, 16, 3));
  const replay::Result valid = run(test::one_convolution(4, 4, 16, 16, 3, 1, graph::Padding::valid));
  EXPECT_EQ(same.operators[0].macs, 16 * 9 * 16 * 16);
  EXPECT_EQ(valid.operators[0].macs, 4 * 9 * 16 * 16);
  EXPECT_EQ(test::memory(same, "sram").kinds[0].read_bytes, 4 * 4 * 16);
  EXPECT_EQ(test::memory(valid, "sram").kinds[0].read_bytes, 4 * 4 * 16);
  EXPECT_EQ(same.stack[Cause::compute], 4 * valid.stack[Cause::compute]);
}

TEST(APlanWithoutTilingOrSpilling, MovesEveryByteOnce) {
  // 8x8x16 -> 32, 3x3: input 1024 B, output 2048 B, weights 9 x 16 x 32 + 128 B of biases.
  const replay::Result r = run(test::one_convolution(8, 8, 16, 32, 3), {"units.npu.tile_granule=[8, 8, 32]"});
  const auto& sram = test::memory(r, "sram");
  EXPECT_EQ(sram.useful_bytes, 1024 + 2048 + 9 * 16 * 32 + 128);
  EXPECT_EQ(moved(sram), sram.useful_bytes);
  EXPECT_EQ(r.tiling.extra_bytes, 0);
}

TEST(Halo, IsFetchedAgainAndBookedAsRedundant) {
  // Tiles of 4 rows over 16: each of the three inner borders fetches 2 rows of 16 x 16 B again.
  const replay::Result r = run(test::one_convolution(16, 16, 16, 16, 3),
                               {"units.npu.tile_granule=[4, 16, 16]", "units.npu.tile_limit=[4, 16, 16]"});
  EXPECT_EQ(r.operators[0].tiles, 4);
  EXPECT_EQ(r.tiling.halo_bytes, 3 * 2 * 16 * 16);
  EXPECT_EQ(test::memory(r, "sram").useful_bytes, 16 * 16 * 16 * 2 + 9 * 256 + 64);
}

TEST(SeventeenChannelsOnASixteenWideArray, DoubleTheComputeAndTheReportSaysWhy) {
  const std::vector<std::string> whole = {"units.npu.tile_granule=[4, 4, 32]"};
  const replay::Result sixteen = run(test::one_convolution(4, 4, 16, 16, 3), whole);
  const replay::Result seventeen = run(test::one_convolution(4, 4, 16, 17, 3), whole);
  EXPECT_EQ(seventeen.stack[Cause::compute], 2 * sixteen.stack[Cause::compute]);
  EXPECT_EQ(seventeen.operators[0].utilisation_reason, "17 output channels on 16 lanes: 2 passes, 47 % idle lanes");
  EXPECT_EQ(sixteen.operators[0].utilisation_reason, "");
}

TEST(ABandwidthFigure, IsSharedByAllOperandsAndNotGivenToEach) {
  // An addition of two 64 KiB maps moves 3 x 64 KiB over a bus of 16 B/cycle shared by reads and writes: no faster than
  // 12288 cycles, although its two reads and its write have engines of their own.
  graph::Builder b("add");
  const auto x = b.input({1, 64, 64, 16});
  const auto y = b.input({1, 64, 64, 16}, "other");
  const graph::Graph graph = b.finish({b.elementwise("ADD", x, y, graph::Activation::none)}, "test");
  EXPECT_GE(run(graph, {"buses.main.duplex=false"}).latency, 12288 * 1000);
}

TEST(SwappingTheDram, ChangesTheResultOnlyWhereDramIsTouched) {
  const graph::Graph graph = test::zoo("resnet8");
  const auto latency = [&](const char* weights, const char* preset) {
    return test::run(graph, test::chip("edge-npu", {std::string("placement.weights=") + weights,
                                                    std::string("memories.dram.preset=") + preset}))
        .result.latency;
  };
  EXPECT_NE(latency("dram", "lpddr4-3200-x16"), latency("dram", "ddr3-1600-x16"));
  EXPECT_EQ(latency("sram", "lpddr4-3200-x16"), latency("sram", "ddr3-1600-x16"));
}

TEST(WeightsAreFetchedAgain, OnlyAsOftenAsThePlanSays) {
  const graph::Graph graph = test::zoo("mobilenet_v2(alpha=0.35,resolution=96)");
  for (const char* name : {"edge-npu", "ethos-u55-128", "ethos-u65-256", "stm32n6", "stm32h747"}) {
    const test::Run r = test::run(graph, test::chip(name));
    std::int64_t first = 0, again = 0;
    for (const traces::Job& job : r.schedule.jobs)
      if (job.data == traces::DataKind::weights && job.kind == traces::JobKind::transfer)
        (job.redundant ? again : first) += r.schedule.areas[static_cast<std::size_t>(job.area)].bytes();
    std::int64_t read = 0, redundant = 0;
    for (const auto& m : r.result.memories) {
      read += m.kinds[1].read_bytes;
      redundant += m.kinds[1].redundant_read_bytes;
    }
    std::int64_t copied = 0;
    for (const traces::Job& job : r.schedule.jobs)
      if (job.kind == traces::JobKind::copy) copied += r.schedule.areas[static_cast<std::size_t>(job.area)].bytes();
    EXPECT_EQ(read, first + again + copied) << name;
    EXPECT_EQ(redundant, again) << name;
  }
}

TEST(AChainOfStreamUnits, StoresWhatComesOutOfItsLastStage) {
  // 16 x 16 x 8 through a 3 x 3 convolution, pooled 2 x 2 to 8 x 8 x 8: the map between is neither written nor read.
  graph::Builder b("pooled");
  graph::WindowStyle window, pool;
  window.kernel = {3, 3};
  pool.kernel = pool.stride = {2, 2};
  const auto x = b.input({1, 16, 16, 8});
  const graph::Graph graph = b.finish({b.pool("MAX_POOL_2D", b.convolution(x, 8, window, {}), pool)}, "test");
  const test::Run chained = test::run(graph, test::chip("stm32n6"));
  const auto& ram = test::memory(chained.result, "npu_ram").counters;
  EXPECT_EQ(chained.schedule.operators[1].fused_into, 0);
  EXPECT_EQ(ram.read_bytes, 16 * 16 * 8);
  EXPECT_EQ(ram.write_bytes, 8 * 8 * 8);
  EXPECT_GE(chained.result.latency, (16 * 16 * 8) * 1000);  // one element a cycle of 1 ns still passes the convolution
}

TEST(TurningAFusionOff, ChangesTheTraffic) {
  graph::Builder b("residual");
  const auto x = b.input({1, 16, 16, 16});
  const auto y = b.convolution(x, 16, graph::WindowStyle{}, {});
  const graph::Graph graph = b.finish({b.elementwise("ADD", y, x, graph::Activation::none)}, "test");
  const replay::Result apart = run(graph);
  const replay::Result fused = run(graph, {"units.npu.fusion=[[convolution, add]]"});
  // Apart, the convolution's 4 KiB go out and come in again.
  EXPECT_EQ(moved(test::memory(apart, "sram")) - moved(test::memory(fused, "sram")), 2 * 4096);
  EXPECT_EQ(fused.operators[1].fused_into, 0);
  EXPECT_LT(fused.latency, apart.latency);
}

TEST(AnOperatorThatNoUnitKnows, IsCostedAtTheGenericRateAndNamedLoudly) {
  graph::Builder b("odd");
  const auto x = b.input({1, 4, 4, 16});
  const auto y = b.activation_tensor("odd_out", {1, 4, 4, 16});
  b.add("CUMSUM", {x}, {y});
  const replay::Result r = run(b.finish({y}, "test"));
  EXPECT_EQ(r.latency, 256 * 20 * 1000);  // 20 cycles an output
  EXPECT_FALSE(r.operators[0].note.empty());
  EXPECT_FALSE(r.notes.empty());
}

TEST(AReshape, IsFreeWithAReason) {
  graph::Builder b("reshape");
  const auto x = b.input({1, 4, 4, 16});
  const auto y = b.convolution(x, 16, graph::WindowStyle{}, {});
  const replay::Result r = run(b.finish({b.reshape(y, {1, 256})}, "test"));
  EXPECT_FALSE(r.operators[1].free_reason.empty());
  EXPECT_EQ(r.operators[1].end, 0);
}

TEST(EveryRateOfAShippedCpu, HasASourceOrIsListedAsAssumed) {
  for (const std::string& name : test::chips())
    for (const hw::Unit& unit : test::chip(name).units) {
      if (unit.is_npu()) continue;
      for (const auto& [op_class, rate] : unit.cpu().library.rates)
        EXPECT_TRUE(rate.assumed || !rate.source.empty()) << name << " " << common::name(op_class);
      for (const common::OpClass c :
           {common::OpClass::convolution, common::OpClass::pointwise, common::OpClass::depthwise,
            common::OpClass::fully_connected, common::OpClass::softmax, common::OpClass::add,
            common::OpClass::average_pool, common::OpClass::resize_bilinear})
        EXPECT_EQ(unit.cpu().library.rates.count(c), 1u) << name << " has no rate of its own for " << common::name(c);
    }
}

TEST(SeveralInferences, GiveColdWarmAndSteadyFigures) {
  const graph::Graph graph = test::zoo("resnet8");
  const hw::Hardware hardware = test::chip("edge-npu");
  plan::Options cold;
  cold.cold = true;
  const common::Tick warm = replay::replay(plan::plan(graph, hardware), hardware).latency;
  const common::Tick first = replay::replay(plan::plan(graph, hardware, cold), hardware).latency;
  // Loading 78 KiB of constants from a flash of 400 MB/s takes 0.2 ms at the least.
  EXPECT_GT(first, warm + 190'000'000);
}

}  // namespace
}  // namespace presil
