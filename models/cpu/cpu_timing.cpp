#include "models/cpu/cpu_timing.hpp"

#include <cmath>

namespace presil::cpu {

namespace {

/// A window's row lies in one piece, so what fills the words of SIMD code is its width times its channels.
bool fills_no_words(const Work& work) {
  return work.ic * static_cast<std::int64_t>(work.kw) % 4 != 0;
}

}  // namespace

CpuTiming::CpuTiming(const CpuSpec& spec) : spec_(spec) {}

bool CpuTiming::has_rate(OpClass op_class) const {
  return spec_.library.rates.count(op_class) != 0;
}

const KernelRate& CpuTiming::rate(OpClass op_class) const {
  const auto found = spec_.library.rates.find(op_class);
  return found == spec_.library.rates.end() ? spec_.library.generic : found->second;
}

StageCycles CpuTiming::cost(const Work& work) const {
  const KernelRate& r = rate(work.op_class);
  double factor = spec_.library_scale;
  if (work.floating_point)
    factor *= spec_.library.float_factor;
  else if (work.activation_bits > 8)
    factor *= spec_.library.int16_factor;
  const bool few = work.ic <= r.few_channels && fills_no_words(work);
  const double per_mac = few ? r.cycles_per_mac_few : r.cycles_per_mac;
  const double elements = per_mac * static_cast<double>(work.macs) +
                          r.cycles_per_output * static_cast<double>(work.output_elements) +
                          r.cycles_per_input * static_cast<double>(work.input_elements);
  const double speed_up = 1.0 + (spec_.cores - 1) * spec_.parallel_efficiency;
  StageCycles result;
  result.array = static_cast<std::int64_t>(std::ceil(elements * factor / speed_up - 1e-9));
  result.overhead = static_cast<std::int64_t>(std::ceil(r.cycles_per_operator - 1e-9));
  if (result.total() == 0) result.array = 1;  // nothing is silently free
  return result;
}

std::int64_t CpuTiming::maintenance_cycles(std::int64_t bytes) const {
  if (spec_.caches.empty() || spec_.flush_cycles_per_line <= 0) return 0;
  const std::int64_t line = spec_.caches.back().line_bytes;
  return static_cast<std::int64_t>(
      std::ceil(static_cast<double>((bytes + line - 1) / line) * spec_.flush_cycles_per_line));
}

}  // namespace presil::cpu
