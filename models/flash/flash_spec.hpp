// Parameters of a serial memory: SPI/QSPI/octal NOR flash, HyperRAM, PSRAM, or a simple memory of fixed rate and
// latency.
#pragma once

#include <cstdint>

namespace presil::flash {

/// One access = command + address + dummy (latency) clocks, then data, then chip select high. A burst that continues
/// exactly where the last one ended, while chip select is still low, pays data clocks only (`sequential_hold`).
struct FlashSpec {
  std::int64_t size_bytes = 0;
  std::int64_t hz = 0;  // serial clock
  int lanes = 8;        // data lines
  bool ddr = false;     // both clock edges carry data
  std::int64_t command_clocks = 1;
  std::int64_t address_clocks = 2;
  std::int64_t dummy_clocks = 20;        // latency clocks
  std::int64_t cs_high_clocks = 2;       // between two accesses
  std::int64_t page_bytes = 0;           // a burst must not cross this row or page; 0 = none
  std::int64_t cs_low_limit_ps = 0;      // longest time chip select may stay low; 0 = none
  std::int64_t refresh_interval_ps = 0;  // PSRAM: between refreshes of its own; 0 = none
  std::int64_t refresh_ps = 0;           // how long one lasts
  std::int64_t collision_clocks = 0;     // more latency for an access that begins meanwhile
  bool sequential_hold = true;           // the controller keeps chip select low for a burst that continues the last
  bool writable = false;                 // PSRAM and HyperRAM; a NOR flash refuses writes
  std::int64_t max_backlog = 2;          // bursts the controller accepts before their data move
};

}  // namespace presil::flash
