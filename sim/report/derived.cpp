#include "sim/report/derived.hpp"

namespace presil::report {

Inferences inferences(const Result& result) {
  Inferences found;
  found.cold = result.cold_latency;
  found.warm = result.warm_latency;
  const auto& ends = result.inference_ends;
  if (ends.size() < 2) return found;
  found.count = static_cast<std::int64_t>(ends.size());
  found.interval = ends[ends.size() - 1] - ends[ends.size() - 2];
  return found;
}

double per_second(std::int64_t count, common::Tick time) {
  if (time <= 0) return 0;
  return static_cast<double>(count) * static_cast<double>(common::ticks_per_second) / static_cast<double>(time);
}

double inferences_per_second(const Result& result) {
  const Inferences found = inferences(result);
  return per_second(1, found.interval ? *found.interval : result.latency);
}

std::optional<std::int64_t> cycles(const Result& result) {
  if (result.main_hz <= 0) return std::nullopt;
  return common::Clock(result.main_hz).cycle_at_or_after(result.latency);
}

std::int64_t total_macs(const Result& result) {
  std::int64_t sum = 0;
  for (const auto& op : result.operators) sum += op.macs;
  return sum * inferences(result).count;
}

Roofline roofline(const Result& result) {
  Roofline found;
  found.macs = total_macs(result);
  found.attained = per_second(found.macs, result.latency);
  if (result.peak_macs_per_second > 0) found.peak = found.attainable = result.peak_macs_per_second;
  for (std::size_t m = 0; m < result.memories.size(); ++m) {
    Roofline::Roof roof;
    const std::int64_t moved = moved_bytes(result.memories[m]);
    if (moved > 0) {
      roof.macs_per_byte = static_cast<double>(found.macs) / static_cast<double>(moved);
      if (result.memories[m].peak_bytes_per_second > 0)
        roof.attainable = *roof.macs_per_byte * result.memories[m].peak_bytes_per_second;
    }
    if (found.attainable && roof.attainable && *roof.attainable < *found.attainable) {
      found.attainable = roof.attainable;
      found.limit = static_cast<int>(m);
    }
    found.memories.push_back(roof);
  }
  return found;
}

}  // namespace presil::report
