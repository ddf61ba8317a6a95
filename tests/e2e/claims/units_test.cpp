// Several units: who runs what when told, and what runs at the same time.
#include <gmock/gmock.h>

#include "models/common/error.hpp"
#include "tests/support/hand_chip.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

using Places = std::vector<std::pair<std::string, std::string>>;

/// The chip worked by hand with a second accelerator of half the lanes and a DSP of half the CPU's cycles.
std::string large_chip() {
  std::string text = test::hand_chip;
  const std::string more = R"(
  little:
    type: npu
    clock: c
    bus: main
    array:
      convolution: {modes: [{unroll: {oc: 8, ic: 16}, cycles_per_step: 1}]}
    tile_buffer: {size: 64 KiB}
    precision: [{activations: 8, weights: 8, rate: 1.0}]
    supports: {convolution: {}, fully_connected: {}}
    fallback: {to: cpu, hand_over: 1 us}
  dsp:
    type: dsp
    clock: c
    bus: main
    library:
      name: dsp
      rates: {softmax: {cycles_per_input: 5, cycles_per_operator: 50, source: test}}
      generic: {cycles_per_output: 10, source: test}
)";
  text.insert(text.find("placement:"), more.substr(1));
  return text;
}

replay::Result run(const graph::Graph& graph, const hw::Hardware& hardware, const Places& place) {
  plan::Options options;
  options.place = place;
  const replay::Result result = replay::replay(plan::plan(graph, hardware, options), hardware);
  test::expect_consistent(result);
  return result;
}

graph::Graph classifier() {
  graph::Builder b("classifier");
  const auto x = b.convolution(b.convolution(b.input({1, 4, 4, 16}), 16, {}, {}), 16, {}, {});
  return b.finish({b.unary("SOFTMAX", b.dense(b.reshape(x, {1, 256}), 16, graph::Activation::none, {}))}, "test");
}

TEST(SeveralUnits, RunWhatTheyAreToldByPatternAndTheLastPatternCounts) {
  const hw::Hardware chip = test::chip_from_text(large_chip());
  const graph::Graph graph = classifier();
  const auto units = [&](const Places& place) {
    std::string names;
    for (const auto& op : run(graph, chip, place).operators) names += op.unit + " ";
    return names;
  };
  EXPECT_EQ(units({}), "npu npu  npu cpu ");  // the first accelerator of the file; the reshape is free
  EXPECT_EQ(units({{"softmax*", "dsp"}}), "npu npu  npu dsp ");
  EXPECT_EQ(units({{"conv_*", "little"}, {"conv_1", "npu"}, {"fully_connected", "dsp"}}), "little npu  dsp cpu ");
  // 16 inputs at 10 cycles each, and at 5 on the DSP.
  const auto softmax = [&](const Places& place) {
    return run(graph, chip, place).operators[4].stack[common::Cause::compute];
  };
  EXPECT_EQ(softmax({}), 160'000);
  EXPECT_EQ(softmax({{"softmax", "dsp"}}), 80'000);
}

TEST(WeightsStagedInSlices, NeverAskForLessThanABrickOfOutputChannels) {
  // The last stage of ResNet-50 beside its maps leaves little of 384 KiB: slices of 8 channels would fit, but the maps
  // are stored in bricks of 16.
  const replay::Result r = run(test::zoo("resnet50"), test::chip("ethos-u65-256"), {});
  EXPECT_GT(r.latency, 0);
}

TEST(SeveralUnits, RefuseWhatTheyCannotRunAndWhatDoesNotExist) {
  const hw::Hardware chip = test::chip_from_text(large_chip());
  const auto complaint = [&](const Places& place) -> std::string {
    try {
      run(classifier(), chip, place);
    } catch (const common::Error& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_THAT(complaint({{"softmax", "little"}}), testing::HasSubstr("softmax is not supported by little"));
  EXPECT_THAT(complaint({{"softmax", "gpu"}}), testing::HasSubstr("has no unit 'gpu'"));
  EXPECT_THAT(complaint({{"lstm*", "cpu"}}), testing::HasSubstr("matches no operator"));
}

TEST(HalvesOfAnOperator, RunSideBySideWhereTheUnitsOverlap) {
  graph::Builder b("halves");
  const auto x = b.input({1, 8, 8, 16});
  const auto left = b.convolution(x, 16, {}, {}), right = b.convolution(x, 2, {}, {});
  const graph::Graph graph = b.finish({b.concatenation({left, right}, 3)}, "test");
  const auto with = [&](const char* overlap) {
    return run(graph, test::chip_from_text(test::hand_chip, {std::string("units.npu.fallback.overlap=") + overlap}),
               {{"conv_1", "cpu"}});
  };
  const replay::Result apart = with("false"), beside = with("true");
  EXPECT_GE(apart.operators[1].start, apart.operators[0].end);
  EXPECT_LT(beside.operators[1].start, beside.operators[0].end);
  EXPECT_LT(beside.latency, apart.latency);
  // Whoever reads both waits for both.
  EXPECT_GE(beside.operators[2].start, std::max(beside.operators[0].end, beside.operators[1].end));
  // And what the one still reads is not given to the other.
  for (const replay::BufferResult& a : beside.buffers)
    for (const replay::BufferResult& c : beside.buffers) {
      if (a.name >= c.name || a.memory != c.memory || a.constant || c.constant) continue;
      const bool lives_together = a.first_op <= c.last_op && c.first_op <= a.last_op;
      const bool lies_together = a.address < c.address + static_cast<std::uint64_t>(c.bytes) &&
                                 c.address < a.address + static_cast<std::uint64_t>(a.bytes);
      EXPECT_FALSE(lives_together && lies_together) << a.name << " and " << c.name;
    }
}

}  // namespace
}  // namespace presil
