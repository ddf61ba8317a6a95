// A cache before an external memory: a flash executed in place against one streamed by DMA, what is held is not moved
// again, and nothing changes for those who go around it.
#include <gtest/gtest.h>

#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

/// A small microcontroller: octal flash of 25 clocks before each access's data, two bytes a clock; a PSRAM likewise.
const std::string controller = R"(
kind: hardware
name: controller
clocks: {c: 200 MHz}
memories:
  sram: {type: sram, size: 64 KiB, width: 64 bit, clock: c}
  flash: {type: serial_flash, size: 1 MiB, clock: c, lanes: 8, ddr: true, sequential_hold: false}
  psram: {type: psram, size: 1 MiB, clock: c, lanes: 8, ddr: true}
buses:
  main: {clock: c, width: 64 bit, max_burst: 256 B, outstanding: 2, memories: [sram, flash, psram]}
units:
  npu:
    type: npu
    clock: c
    bus: main
    array: {convolution: {modes: [{unroll: {oc: 16, ic: 16}}]}}
    streams: {output: 16 B/cycle}
    tile_buffer: {size: 16 KiB}
    precision: [{activations: 8, weights: 8, rate: 1.0}]
    supports: {SUPPORTED: {}}
    fallback: {to: cpu, hand_over: 1 us}
  cpu:
    type: cpu
    clock: c
    bus: main
    memory_overlap: false
    library: {rates: {convolution: {cycles_per_mac: 0.001, source: test}}, generic: {cycles_per_output: 1, source: test}}
placement: {weights: flash, activations: [sram]}
)";

/// The controller with the network on its CPU or its NPU, and `cache` before `memory` (none where it is empty).
hw::Hardware chip(const std::string& unit, const std::string& memory = "", const std::string& cache = "",
                  std::vector<std::string> overrides = {}) {
  std::string text = controller;
  text.replace(text.find("SUPPORTED"), 9, unit == "npu" ? "convolution" : "add");
  if (!cache.empty()) {
    const std::size_t at = text.find("clock: c", text.find("  " + memory + ": {"));
    text.insert(at, "cache: {clock: c, " + cache + "}, ");
  }
  return test::chip_from_text(text, overrides);
}

const replay::MemoryResult& flash(const test::Run& r) {
  return test::memory(r.result, "flash");
}

replay::Options cold() {
  replay::Options options;
  options.cold_caches = true;
  return options;
}

/// 36 KiB of weights.
const graph::Graph convolution() {
  return test::one_convolution(8, 8, 64, 64, 3);
}

TEST(AFlashExecutedInPlace, CostsMoreThroughLinesThanStreamedInLongBursts) {
  const test::Run streamed = test::run(convolution(), chip("cpu"));
  const test::Run in_place = test::run(convolution(), chip("cpu", "flash", "size: 4 KiB, line: 32 B"));
  test::expect_consistent(in_place.result);
  // 256 bytes: 25 + 128 clocks in one burst, 8 x (25 + 16) line by line.
  const double bytes = static_cast<double>(flash(streamed).useful_bytes);
  const double more = static_cast<double>(in_place.result.latency - streamed.result.latency) / (bytes / 256);
  EXPECT_NEAR(more, (328 - 153) * 5000, 0.05 * 175 * 5000);
  ASSERT_TRUE(flash(in_place).cache.has_value());
  EXPECT_EQ(flash(in_place).cache->hits, 0);  // nine times the cache, each byte once: nothing is met again
  EXPECT_EQ(flash(in_place).counters.read_bytes, flash(in_place).cache->fills * 32);
  EXPECT_GE(flash(in_place).counters.read_bytes, flash(in_place).useful_bytes);
}

TEST(AFlashExecutedInPlace, IsFasterWhenTheNextLineIsFetchedAhead) {
  const std::vector<std::string> core = {"buses.main.max_burst=32 B", "buses.main.outstanding=1",
                                         "memories.flash.sequential_hold=true"};
  const test::Run plain = test::run(convolution(), chip("cpu", "flash", "size: 4 KiB, line: 32 B", core));
  const test::Run ahead = test::run(convolution(), chip("cpu", "flash", "size: 4 KiB, line: 32 B, prefetch: 1", core));
  EXPECT_LT(ahead.result.latency, plain.result.latency);
  EXPECT_GT(flash(ahead).cache->useful_prefetches, flash(ahead).cache->misses);
}

TEST(ACacheThatHoldsAllWeights, ReadsThemOnceAndNeverAgain) {
  const hw::Hardware hardware = chip("cpu", "flash", "size: 64 KiB, ways: full, line: 32 B");
  const test::Run steady = test::run(convolution(), hardware);
  EXPECT_EQ(flash(steady).counters.read_bytes, 0);
  EXPECT_EQ(flash(steady).cache->misses, 0);
  const test::Run first = test::run(convolution(), hardware, cold());
  EXPECT_EQ(flash(first).counters.read_bytes, (flash(first).useful_bytes + 31) / 32 * 32);  // whole lines
  EXPECT_GT(first.result.latency, steady.result.latency);
}

TEST(ALargerCache, NeverMissesMoreOften) {
  const graph::Graph network = test::generated(3);
  std::int64_t before = std::numeric_limits<std::int64_t>::max(), first = 0;
  for (const char* size : {"512 B", "1 KiB", "2 KiB", "4 KiB", "8 KiB", "16 KiB", "32 KiB", "64 KiB"}) {
    const test::Run r = test::run(
        network, chip("cpu", "psram", std::string("size: ") + size + ", ways: full", {"placement.activations=psram"}));
    const std::int64_t misses = test::memory(r.result, "psram").cache->misses;
    EXPECT_LE(misses, before) << size;
    if (before == std::numeric_limits<std::int64_t>::max()) first = misses;
    before = misses;
  }
  EXPECT_LT(before, first);
}

TEST(ACacheOfTheCpu, ChangesNothingForTheNpusDma) {
  const test::Run without = test::run(convolution(), chip("npu"));
  const test::Run with = test::run(convolution(), chip("npu", "flash", "size: 4 KiB, for: cpu"));
  EXPECT_EQ(with.result.latency, without.result.latency);
  EXPECT_TRUE(with.result.stack == without.result.stack);
  EXPECT_EQ(flash(with).cache->passed_bytes, flash(with).counters.read_bytes);
  EXPECT_EQ(flash(with).cache->hits + flash(with).cache->misses, 0);
}

TEST(ACacheOfTheNpu, HoldsWhatTheNpuFetchesAgain) {
  const std::vector<std::string> outside = {"placement.activations=psram"};
  const graph::Graph network = test::one_convolution(24, 24, 16, 64, 3);
  const auto psram = [](const test::Run& r) { return test::memory(r.result, "psram").counters.read_bytes; };
  const test::Run without = test::run(network, chip("npu", "", "", outside));
  const test::Run with = test::run(network, chip("npu", "psram", "size: 32 KiB, ways: 8, for: npu", outside));
  test::expect_consistent(with.result);
  EXPECT_LT(psram(with), psram(without));
  EXPECT_GT(test::memory(with.result, "psram").cache->hits, 0);
  const test::Run through =
      test::run(network, chip("npu", "psram", "size: 32 KiB, ways: 8, write: through, for: npu", outside));
  EXPECT_EQ(test::memory(through.result, "psram").cache->write_backs, 0);
  EXPECT_GE(test::memory(through.result, "psram").counters.write_bytes, 24 * 24 * 64);
}

}  // namespace
}  // namespace presil
