// What memories cost: requests a second of a DRAM by itself, streamed and at random, and kibibytes of long requests;
// the same through TLM sockets.
#include <benchmark/benchmark.h>

#include <random>
#include <string>
#include <utility>
#include <vector>

#include "models/dram/dram_timing.hpp"
#include "models/dram/trace_player.hpp"
#include "sim/hw/dram_preset.hpp"
#include "tests/support/dram_over_tlm.hpp"

namespace {

using namespace presil;

constexpr std::int64_t size = std::int64_t{1} << 30;
constexpr std::size_t count = 200'000;

enum class Pattern { stream, random, mix };

std::vector<dram::TraceRequest> requests(Pattern pattern, std::uint32_t bytes, std::size_t how_many) {
  std::mt19937_64 random(7);
  std::vector<dram::TraceRequest> list(how_many);
  const std::uint64_t places = static_cast<std::uint64_t>(size) / bytes;
  for (std::size_t i = 0; i < how_many; ++i) {
    list[i].bytes = bytes;
    list[i].address = (pattern == Pattern::stream ? i % places : random() % places) * bytes;
    list[i].write = pattern == Pattern::mix && random() % 3 == 0;
  }
  return list;
}

/// `count` requests with 32 outstanding, from push to last byte.
void dram_alone(benchmark::State& state, const char* preset, Pattern pattern, std::uint32_t bytes) {
  const std::vector<dram::TraceRequest> list = requests(pattern, bytes, count);
  dram::DramTiming memory(hw::dram_preset(preset, size));
  dram::PlayerSpec player;
  player.window = 32;
  double percent = 0;
  for (auto _ : state) {
    memory.reset();
    percent = dram::play(list, player, memory, size).percent_of_peak;
  }
  const double done = static_cast<double>(state.iterations()) * static_cast<double>(count);
  state.counters["requests/s"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
  state.counters["s/KiB"] =
      benchmark::Counter(done * bytes / 1024, benchmark::Counter::kIsRate | benchmark::Counter::kInvert);
  state.counters["%peak"] = percent;
}

/// Every family of devices: 64 byte requests of each pattern, and long ones.
const bool registered = [] {
  const std::pair<const char*, Pattern> patterns[] = {
      {"stream", Pattern::stream}, {"random", Pattern::random}, {"mix", Pattern::mix}};
  for (const char* preset : {"ddr3-1600-x16", "ddr4-2400-x16", "lpddr3-1600-x32", "lpddr4-3200-x16", "lpddr4x-4266-x16",
                             "lpddr5-6400-x16"}) {
    for (const std::uint32_t bytes : {64u, 1024u, 4096u}) {
      for (const auto& [name, pattern] : patterns) {
        if (bytes > 64 && pattern == Pattern::mix) continue;
        const std::string full = std::string("dram_alone/") + preset + "/" + name + "/" + std::to_string(bytes);
        benchmark::RegisterBenchmark(full.c_str(), dram_alone, preset, pattern, bytes)->Unit(benchmark::kMillisecond);
      }
    }
  }
  return true;
}();

void dram_over_tlm(benchmark::State& state, Pattern pattern, std::uint32_t bytes) {
  const std::vector<dram::TraceRequest> list = requests(pattern, bytes, count);
  for (auto _ : state) {
    test::read_over_tlm(hw::dram_preset("lpddr4-3200-x16", size), list);
  }
  const double done = static_cast<double>(state.iterations()) * static_cast<double>(count);
  state.counters["requests/s"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(dram_over_tlm, lpddr4_stream_64, Pattern::stream, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_over_tlm, lpddr4_random_64, Pattern::random, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_over_tlm, lpddr4_stream_1024, Pattern::stream, 1024)->Unit(benchmark::kMillisecond);

}  // namespace
