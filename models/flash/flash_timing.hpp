// Timing of a serial memory (SPI/octal NOR flash, HyperRAM, PSRAM): one access after another over a few data lines.
#pragma once

#include <cstdint>
#include <vector>

#include "models/common/memory_timing.hpp"
#include "models/common/time.hpp"
#include "models/flash/flash_spec.hpp"

namespace presil::flash {

using common::Burst;
using common::MemoryCounters;
using common::MemoryTiming;
using common::Service;
using common::Tick;

/// In order, on the edges of the serial clock. A burst pays chip select high, command, address and dummy clocks, booked
/// as `row`, then its data; a lone burst takes (cs_high + command + address + dummy + data clocks) / clock.
///  - A burst in the same direction that begins where the last one ended pays data clocks only (`sequential_hold`):
///    the controller stops the clock and keeps chip select low until it comes.
///  - Where a burst begins on or runs over a page boundary that the memory does not cross, the overhead is paid again,
///    booked as `refresh`; likewise each time chip select would stay low for longer than its limit. What falls inside a
///    burst is booked before its first byte, so that data_end - data_start is the time in which data move.
///  - An access that begins while the memory refreshes itself (PSRAM) has more latency clocks, booked as `refresh`. A
///    refresh waits for the access under way.
class FlashTiming final : public MemoryTiming {
 public:
  /// Throws common::Error for a spec without a positive clock, lanes, size or backlog, or with a chip-select limit that
  /// leaves no clock for data.
  explicit FlashTiming(const FlashSpec& spec);

  bool queued() const override { return false; }
  bool completes_in_order() const override { return true; }
  Tick accepts_from(Tick now, bool write) const override;
  /// Throws common::Error for a write to a memory that is not writable.
  Service push(const Burst& burst) override;
  void reset() override;
  const MemoryCounters& counters() const override { return counters_; }
  double peak_bytes_per_second() const override;
  Tick typical_latency() const override { return clock_.duration(overhead_clocks_); }

  const FlashSpec& spec() const { return spec_; }

 private:
  std::int64_t collision(Tick begin);

  FlashSpec spec_;
  common::Clock clock_;
  std::int64_t overhead_clocks_ = 0;      // chip select high ... dummy
  std::int64_t low_overhead_clocks_ = 0;  // of them, those with chip select low
  std::int64_t low_limit_clocks_ = 0;     // 0 = none
  std::int64_t bits_per_clock_ = 8;

  std::int64_t free_clock_ = 0;  // edge at which the last burst has moved
  Tick free_at_ = 0;
  std::int64_t low_since_ = 0;  // edge at which chip select last fell
  bool open_ = false;           // chip select is low, and `next_address_` would continue
  bool open_for_write_ = false;
  std::uint64_t next_address_ = 0;
  Tick refresh_due_ = 0;
  std::vector<Tick> data_starts_;  // of the last max_backlog bursts, a ring
  std::size_t oldest_ = 0;
  MemoryCounters counters_;
};

}  // namespace presil::flash
