// What memories cost: requests a second of a DRAM by itself, streamed and at random, and kibibytes of long requests;
// the same through TLM sockets.
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "models/dram/dram_presets.hpp"
#include "models/dram/dram_timing.hpp"
#include "models/dram/trace_player.hpp"
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
  dram::DramTiming memory(dram::preset(preset, size));
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
BENCHMARK_CAPTURE(dram_alone, lpddr4_stream_64, "lpddr4-3200-x16", Pattern::stream, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, lpddr4_random_64, "lpddr4-3200-x16", Pattern::random, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, lpddr4_mix_64, "lpddr4-3200-x16", Pattern::mix, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, ddr4_stream_64, "ddr4-2400-x16", Pattern::stream, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, ddr4_random_64, "ddr4-2400-x16", Pattern::random, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, ddr3_stream_64, "ddr3-1600-x16", Pattern::stream, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, ddr3_random_64, "ddr3-1600-x16", Pattern::random, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, lpddr4_stream_1024, "lpddr4-3200-x16", Pattern::stream, 1024)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, lpddr4_stream_4096, "lpddr4-3200-x16", Pattern::stream, 4096)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, lpddr4_random_1024, "lpddr4-3200-x16", Pattern::random, 1024)
    ->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_alone, ddr4_stream_1024, "ddr4-2400-x16", Pattern::stream, 1024)->Unit(benchmark::kMillisecond);

void dram_over_tlm(benchmark::State& state, Pattern pattern, std::uint32_t bytes) {
  const std::vector<dram::TraceRequest> list = requests(pattern, bytes, count);
  for (auto _ : state) {
    test::read_over_tlm(dram::preset("lpddr4-3200-x16", size), list);
  }
  const double done = static_cast<double>(state.iterations()) * static_cast<double>(count);
  state.counters["requests/s"] = benchmark::Counter(done, benchmark::Counter::kIsRate);
}
BENCHMARK_CAPTURE(dram_over_tlm, lpddr4_stream_64, Pattern::stream, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_over_tlm, lpddr4_random_64, Pattern::random, 64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(dram_over_tlm, lpddr4_stream_1024, Pattern::stream, 1024)->Unit(benchmark::kMillisecond);

}  // namespace
