// What a run costs: planning, replay by burst size and beside a camera, and file to JSON. One command prints it all:
// build/presil_bench
#include <benchmark/benchmark.h>
#include <sys/resource.h>

#include <filesystem>

#include "sim/graph/export.hpp"
#include "sim/graph/import.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/hw/load.hpp"
#include "sim/plan/plan.hpp"
#include "sim/replay/replay.hpp"
#include "sim/report/json.hpp"

extern "C" int sc_main(int, char**) {
  return 0;
}

namespace {

using namespace presil;

const std::filesystem::path root = PRESIL_SOURCE_DIR;

graph::Graph mobilenet(int resolution = 224) {
  return graph::load_network("mobilenet_v2(resolution=" + std::to_string(resolution) + ")",
                             root / "traces" / "networks");
}

hw::Hardware u55(const std::vector<std::string>& overrides = {}) {
  return hw::load(root / "hwconfigs" / "ethos-u55-128.yaml", overrides);
}

void plan_mobilenet_v2(benchmark::State& state) {
  const graph::Graph graph = mobilenet();
  const hw::Hardware hardware = u55();
  for (auto _ : state) benchmark::DoNotOptimize(plan::plan(graph, hardware));
}
BENCHMARK(plan_mobilenet_v2)->Unit(benchmark::kMillisecond);

void replay_on(benchmark::State& state, const graph::Graph& graph, const std::vector<std::string>& overrides) {
  const hw::Hardware hardware = u55(overrides);
  const traces::Schedule schedule = plan::plan(graph, hardware);
  std::int64_t bursts = 0;
  for (auto _ : state) bursts += replay::replay(schedule, hardware).bursts;
  state.counters["bursts/s"] = benchmark::Counter(static_cast<double>(bursts), benchmark::Counter::kIsRate);
  state.counters["bursts"] = static_cast<double>(bursts) / static_cast<double>(state.iterations());
  state.counters["jobs"] = static_cast<double>(schedule.jobs.size());
}

const std::vector<std::string> burst_128 = {"buses.axi0.max_burst=128 B"};
const std::vector<std::string> burst_64 = {"buses.axi0.max_burst=64 B"};
const std::vector<std::string> camera = {
    "buses.axi0.max_burst=128 B",
    "traffic={camera: {bus: axi0, memory: sram, write: true, rate: 2 GB/s, burst: 128 B, region: 256 KiB}}"};

BENCHMARK_CAPTURE(replay_on, mobilenet_v2_bursts_of_128, mobilenet(), burst_128)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay_on, mobilenet_v2_bursts_of_64, mobilenet(), burst_64)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay_on, mobilenet_v2_beside_a_2_GB_s_camera, mobilenet(), camera)->Unit(benchmark::kMillisecond);
BENCHMARK_CAPTURE(replay_on, quarter_the_pixels, mobilenet(112), burst_128)->Unit(benchmark::kMillisecond);

void file_to_json(benchmark::State& state) {
  const std::vector<std::uint8_t> file = graph::export_tflite(mobilenet());
  for (auto _ : state) {
    const hw::Hardware hardware = u55(burst_128);
    const traces::Schedule schedule = plan::plan(graph::import_tflite(file, "mobilenet_v2"), hardware);
    benchmark::DoNotOptimize(report::json(replay::replay(schedule, hardware)));
  }
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  state.counters["peak_rss_MiB"] = static_cast<double>(usage.ru_maxrss) / 1024;
}
BENCHMARK(file_to_json)->Unit(benchmark::kMillisecond);

}  // namespace

BENCHMARK_MAIN();
