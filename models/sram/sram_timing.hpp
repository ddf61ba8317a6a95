// Timing of an on-chip SRAM: ports that move one beat a cycle, banks that serve one beat a cycle each.
#pragma once

#include <cstdint>
#include <vector>

#include "models/common/memory_timing.hpp"
#include "models/common/steady_pins.hpp"
#include "models/common/time.hpp"
#include "models/sram/sram_spec.hpp"

namespace presil::sram {

using common::Burst;
using common::MemoryCounters;
using common::MemoryTiming;
using common::Service;
using common::Tick;

/// In order: a burst takes the port that is free first, and moves ceil(bytes / width) beats in consecutive cycles of
/// the SRAM's clock. A read's first beat moves read_latency cycles after its arrival at the earliest; a write is
/// answered write_latency cycles after its last beat. With several ports a burst begins in the first cycle from which
/// none of its beats meets a beat of another port in the same bank; the cycles it waits for that are booked as `bank`.
/// A port accepts one burst ahead: the next may enter when, after the latency, the last one's data begin to move.
class SramTiming final : public MemoryTiming {
 public:
  /// Throws common::Error when a figure of the spec is no positive number or the width no power of two of bytes.
  explicit SramTiming(const SramSpec& spec);

  bool queued() const override { return false; }
  bool completes_in_order() const override { return spec_.ports == 1; }
  Tick accepts_from(Tick now, bool write) const override;
  Service push(const Burst& burst) override;
  common::SteadyPins* steady_pins() override { return spec_.ports == 1 ? &pins_ : nullptr; }
  void reset() override;
  const MemoryCounters& counters() const override { return spec_.ports == 1 ? pins_.counters() : counters_; }
  double peak_bytes_per_second() const override;
  Tick typical_latency() const override { return clock_.duration(spec_.read_latency_cycles + 1); }

  const SramSpec& spec() const { return spec_; }

 private:
  /// Beats that move in consecutive cycles from `start` on; `position` is the first one's number in the array.
  struct Move {
    std::int64_t start = 0, end = 0;
    std::uint64_t position = 0;
  };
  struct Port {
    std::int64_t free_cycle = 0;  // edge from which its data pins are free
    Tick free_at = 0;             // the same as a time
    Tick accepts_at = 0;
    Move last, before_last;  // all that can still move when the next burst arrives
  };

  std::int64_t bank(std::uint64_t position) const {
    return static_cast<std::int64_t>(position / beats_per_slice_ % static_cast<std::uint64_t>(spec_.banks));
  }
  bool meet(const Move& a, const Move& b) const;
  std::int64_t first_cycle_without_conflict(const Port& own, std::uint64_t position, std::int64_t beats,
                                            std::int64_t cycle) const;

  SramSpec spec_;
  common::Clock clock_;
  unsigned width_shift_ = 0;
  Tick read_latency_ = 0, write_latency_ = 0;
  common::SteadyPins pins_;  // of a single port: the rest is of several
  std::vector<Port> ports_;
  std::uint64_t beats_per_slice_ = 1;  // consecutive beats in one bank
  MemoryCounters counters_;
};

}  // namespace presil::sram
