// Figures that reports derive from a Result: rates, intervals, roofline. Nothing here is simulated.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "sim/replay/result.hpp"

namespace presil::report {

using replay::Result;

struct Inferences {
  std::int64_t count = 1;
  std::optional<common::Tick> cold, warm;  // of a lone inference, where it was run
  std::optional<common::Tick> interval;    // between the last two ends
};
Inferences inferences(const Result& result);

/// From the steady interval when there is one, else from the latency; 0 when nothing takes time.
double inferences_per_second(const Result& result);

/// Whole cycles of the main unit's clock, the last one begun included; empty without a clock.
std::optional<std::int64_t> cycles(const Result& result);

/// Multiply-accumulates of all operators over all inferences replayed.
std::int64_t total_macs(const Result& result);

/// Bytes moved to and from a memory, in whole beats.
inline std::int64_t moved_bytes(const replay::MemoryResult& memory) {
  return memory.counters.read_bytes + memory.counters.write_bytes;
}

/// `count` per second over the latency; 0 when nothing takes time.
double per_second(std::int64_t count, common::Tick time);

struct Roofline {
  struct Roof {
    std::optional<double> macs_per_byte;  // empty where the memory moved nothing
    std::optional<double> attainable;     // MACs per second that its bandwidth would allow
  };
  std::int64_t macs = 0;
  double attained = 0;                     // MACs per second
  std::optional<double> peak, attainable;  // empty when the peak rate is unknown
  int limit = -1;                          // index of the limiting memory; -1: the main unit's array
  std::vector<Roof> memories;              // in the order of Result::memories
};
Roofline roofline(const Result& result);

}  // namespace presil::report
