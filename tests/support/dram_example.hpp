// A DRAM with round numbers for tests worked out by hand: one clock is one nanosecond.
#pragma once

#include <vector>

#include "models/dram/dram_timing.hpp"

namespace presil::tests {

/// 16 bit wide, device bursts of 16 bytes in 4 ns, rows of 2 KiB, 8 banks, 1 MiB: row = 2 KiB x 8 banks apart.
inline dram::DramSpec example_dram() {
  dram::DramSpec s;
  s.hz = 1'000'000'000;
  s.bus_bits = 16;
  s.burst_length = 8;
  s.banks_per_group = 8;
  s.columns = 1024;
  s.size_bytes = 1 << 20;
  s.mapping = "row-bank-column";
  dram::DramTimingSpec& t = s.timing;
  t.tRL = 10, t.tWL = 8, t.tRCD = 12, t.tRP = 11, t.tRAS = 30;
  t.tRRD_S = t.tRRD_L = 5, t.tFAW = 24, t.tCCD_S = t.tCCD_L = 4;
  t.tWTR_S = t.tWTR_L = 6, t.tWR = 14, t.tRTP = 7, t.tRTRS = 1;
  t.tRFC = 100, t.tREFI = 4000;
  s.refresh = false;
  s.front_end_clocks = 2;
  return s;
}
inline constexpr std::uint64_t example_bank = 2048;     // address step to the next bank
inline constexpr std::uint64_t example_row = 8 * 2048;  // ... and to the next row of a bank

/// Pushes bursts when they are accepted and takes decisions when they are due.
class DramDriver {
 public:
  explicit DramDriver(const dram::DramSpec& spec) : memory(spec) {}

  /// At `arrival` or, when the queue is full, as soon as it takes bursts again. Returns the burst's number.
  std::uint32_t push(std::uint64_t address, std::uint32_t bytes, bool write, common::Tick arrival,
                     std::uint8_t priority = 0, std::uint8_t master = 0) {
    now = std::max(now, arrival);
    while (memory.next_decision() < now) decide();
    while (memory.accepts_from(now, write) != now) {
      now = std::max(now, memory.next_decision());
      decide();
    }
    common::Burst burst;
    burst.address = address;
    burst.bytes = bytes;
    burst.write = write;
    burst.priority = priority;
    burst.master = master;
    burst.id = static_cast<std::uint32_t>(arrivals.size());
    burst.arrival = now;
    arrivals.push_back(now);
    services.emplace_back();
    served.push_back(0);
    memory.push(burst);
    return burst.id;
  }

  void decide() {
    now = std::max(now, memory.next_decision());
    const auto decision = memory.decide();
    if (!decision.decided) return;
    services.at(decision.service.id) = decision.service;
    ++served.at(decision.service.id);
  }

  void finish() {
    while (memory.next_decision() != common::never) decide();
  }

  dram::DramTiming memory;
  common::Tick now = 0;
  std::vector<common::Tick> arrivals;
  std::vector<common::Service> services;
  std::vector<int> served;
};

inline constexpr common::Tick ns = 1000;

}  // namespace presil::tests
