#include "sim/study/compare.hpp"

#include <cmath>

#include "models/common/error.hpp"
#include "sim/replay/replay.hpp"

namespace presil::study {
namespace {

Point run(const graph::Graph& network, const hw::Hardware& hardware, const plan::Options& options) {
  Point point;
  point.network = network.name;
  point.hardware = hardware.name;
  try {
    const replay::Result result = replay::replay(plan::plan(network, hardware, options), hardware);
    point.latency = result.latency;
    for (const auto& memory : result.memories)
      point.traffic_bytes += memory.counters.read_bytes + memory.counters.write_bytes;
    point.energy_uj = result.energy_uj;
    point.stack = result.stack;
    point.network_digest = result.network_digest;
    point.hardware_digest = result.hardware_digest;
  } catch (const common::Error& error) {
    point.error = error.what();
  }
  return point;
}

}  // namespace

Comparison compare(const std::vector<graph::Graph>& networks, const std::vector<hw::Hardware>& hardware,
                   const std::function<plan::Options(const hw::Hardware&)>& planning) {
  Comparison comparison;
  for (const auto& network : networks) comparison.networks.push_back(network.name);
  for (const auto& chip : hardware) comparison.hardware.push_back(chip.name);
  for (const auto& network : networks)
    for (const auto& chip : hardware)
      comparison.points.push_back(run(network, chip, planning ? planning(chip) : plan::Options{}));
  return comparison;
}

std::optional<double> mean_ratio(const Comparison& comparison, std::size_t hardware_index) {
  double sum = 0;
  int count = 0;
  for (std::size_t n = 0; n < comparison.networks.size(); ++n) {
    const Point& first = comparison.at(n, 0);
    const Point& other = comparison.at(n, hardware_index);
    if (first.latency <= 0 || other.latency <= 0) continue;
    sum += std::log(static_cast<double>(other.latency) / static_cast<double>(first.latency));
    ++count;
  }
  if (count == 0) return std::nullopt;
  return std::exp(sum / count);
}

}  // namespace presil::study
