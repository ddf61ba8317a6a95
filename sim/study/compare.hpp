// Networks on several chips, side by side.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"
#include "sim/hw/hardware.hpp"
#include "sim/plan/plan.hpp"
#include "sim/replay/result.hpp"

namespace presil::study {

/// One network on one chip: what a comparison keeps of the Result.
struct Point {
  std::string network, hardware;
  std::string error;  // why the pair cannot run; then nothing else is set
  common::Tick latency = 0;
  std::int64_t traffic_bytes = 0;  // moved by all memories, reads and writes
  std::optional<double> energy_uj;
  common::CauseTimes stack;
  std::string network_digest, hardware_digest;
};

struct Comparison {
  std::vector<std::string> networks, hardware;  // rows and columns
  std::vector<Point> points;                    // row by row

  const Point& at(std::size_t network, std::size_t hardware_index) const {
    return points[network * hardware.size() + hardware_index];
  }
};

/// Plans and replays every network on every chip. A pair that cannot run (does not fit, say) becomes a point with its
/// error; the others still run. `planning` gives the options for a chip.
Comparison compare(const std::vector<graph::Graph>& networks, const std::vector<hw::Hardware>& hardware,
                   const std::function<plan::Options(const hw::Hardware&)>& planning = {});

/// Ratio of the latencies on a chip to those on the first one: the geometric mean over the networks that run on both;
/// empty when none does.
std::optional<double> mean_ratio(const Comparison& comparison, std::size_t hardware_index);

}  // namespace presil::study
