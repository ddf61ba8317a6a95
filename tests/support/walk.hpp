// The walk in tests: shipped chips, networks that ship, are generated or lie beside the project, and a run of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <vector>

#include "sim/graph/builder.hpp"
#include "sim/graph/import.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/hw/load.hpp"
#include "sim/plan/plan.hpp"
#include "sim/replay/replay.hpp"

namespace presil::test {

inline const std::filesystem::path source_dir = PRESIL_SOURCE_DIR;
inline const std::filesystem::path networks_dir = source_dir / ".." / "shared" / "networks";

/// The hardware files that ship, by name.
inline std::vector<std::string> chips() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(source_dir / "hwconfigs"))
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

inline hw::Hardware chip(const std::string& name, const std::vector<std::string>& overrides = {}) {
  return hw::load(source_dir / "hwconfigs" / (name + ".yaml"), overrides);
}

/// A chip described in the test itself.
inline hw::Hardware chip_from_text(const std::string& yaml, const std::vector<std::string>& overrides = {}) {
  const auto* info = ::testing::UnitTest::GetInstance()->current_test_info();
  std::string name = std::string(info->test_suite_name()) + "." + info->name();
  std::replace(name.begin(), name.end(), '/', '_');
  const std::filesystem::path file = std::filesystem::temp_directory_path() / ("presil_" + name + ".yaml");
  std::ofstream(file) << yaml;
  hw::Hardware hardware = hw::load(file, overrides);
  std::filesystem::remove(file);
  return hardware;
}

inline graph::Graph zoo(const std::string& name) {
  return graph::load_network(name, source_dir / "traces" / "networks");
}

/// The .tflite files beside the project, sorted; empty where there are none.
inline std::vector<std::filesystem::path> network_files() {
  std::vector<std::filesystem::path> files;
  if (std::filesystem::exists(networks_dir))
    for (const auto& entry : std::filesystem::directory_iterator(networks_dir))
      if (entry.path().extension() == ".tflite") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

/// One convolution (or other window) network.
inline graph::Graph one_convolution(std::int64_t height, std::int64_t width, std::int64_t channels,
                                    std::int64_t filters, int kernel, int stride = 1,
                                    graph::Padding padding = graph::Padding::same) {
  graph::Builder b("one_convolution");
  graph::WindowStyle window;
  window.kernel = {kernel, kernel};
  window.stride = {stride, stride};
  window.padding = padding;
  const auto x = b.input({1, height, width, channels});
  return b.finish({b.convolution(x, filters, window, {})}, "test");
}

/// A random network of plausible layers; the same for the same seed.
inline graph::Graph generated(std::uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto pick = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(high - low + 1));
  };
  graph::Builder b("generated_" + std::to_string(seed));
  auto x = b.input({1, pick(5, 40), pick(5, 40), pick(1, 20)});
  const std::int64_t layers = pick(3, 9);
  for (std::int64_t i = 0; i < layers; ++i) {
    graph::WindowStyle window;
    const int k = static_cast<int>(pick(0, 2)) * 2 + 1;
    window.kernel = {k, k};
    const int s = static_cast<int>(pick(1, 2));
    window.stride = {s, s};
    window.activation = pick(0, 1) ? graph::Activation::relu6 : graph::Activation::none;
    switch (pick(0, 6)) {
      case 0:
        x = b.depthwise(x, 1, window, {seed});
        break;
      case 1:
        x = b.pool(pick(0, 1) ? "MAX_POOL_2D" : "AVERAGE_POOL_2D", x, window);
        break;
      case 2: {
        graph::WindowStyle same;
        same.kernel = {3, 3};
        const auto y = b.convolution(x, b.shape(x)[3], same, {seed});
        x = b.elementwise("ADD", x, y, graph::Activation::relu);
        break;
      }
      case 3:
        x = b.unary("LOGISTIC", x);
        break;
      case 4: {
        const auto y = b.convolution(x, pick(1, 40), graph::WindowStyle{}, {seed});
        x = b.concatenation({x, y}, 3);
        break;
      }
      default:
        x = b.convolution(x, pick(1, 70), window, {seed});
        break;
    }
  }
  x = b.mean(x, false);
  x = b.dense(x, pick(2, 40), graph::Activation::none, {seed});
  return b.finish({b.unary("SOFTMAX", x)}, "test");
}

struct Run {
  traces::Schedule schedule;
  replay::Result result;
};

inline Run run(const graph::Graph& graph, const hw::Hardware& hardware, const replay::Options& options = {}) {
  Run r;
  r.schedule = plan::plan(graph, hardware);
  r.result = replay::replay(r.schedule, hardware, options);
  return r;
}

inline const replay::MemoryResult& memory(const replay::Result& result, const std::string& name) {
  for (const auto& m : result.memories)
    if (m.name == name) return m;
  throw std::logic_error("no memory " + name);
}

}  // namespace presil::test
