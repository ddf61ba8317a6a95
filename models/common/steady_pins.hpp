// One data path that moves a beat every cycle and serves bursts in turn: the timing of an on-chip memory with one port.
#pragma once

#include <cstdint>

#include "models/common/memory_timing.hpp"
#include "models/common/time.hpp"

namespace presil::common {

/// When a burst that arrived at `arrival` and is ready at `ready` finds the pins, free from edge number `cycle` at
/// `time` on: both move on to its first beat, and `wait` is why.
inline void wait_for_pins(const Clock& clock, Tick arrival, Tick ready, std::int64_t& cycle, Tick& time,
                          WaitSegments& wait) {
  if (ready > time) {
    cycle = clock.cycle_at_or_after(ready);
    time = clock.duration(cycle);
    wait.add(Cause::latency, arrival, time);  // with the way to the clock edge
  } else {
    wait.add(Cause::latency, arrival, ready);
    wait.add(Cause::transfer, ready, time);
  }
}

/// A burst's first beat moves at the first clock edge when the path is free, a read's no earlier than `read_latency`
/// after its arrival; its beats follow in consecutive cycles. A write is answered `write_latency` after its last beat.
/// One burst is accepted ahead: the next may enter `read_latency` before the last one's data begin to move.
class SteadyPins {
 public:
  SteadyPins() = default;
  /// `width` in bytes, a power of two.
  SteadyPins(const Clock& clock, std::uint32_t width, Tick read_latency, Tick write_latency)
      : clock_(clock), width_mask_(width - 1), read_latency_(read_latency), write_latency_(write_latency) {
    while ((std::uint32_t{1} << width_shift_) < width) ++width_shift_;
  }

  const Clock& clock() const { return clock_; }
  std::uint32_t width() const { return static_cast<std::uint32_t>(width_mask_ + 1); }
  unsigned width_shift() const { return width_shift_; }
  Tick read_latency() const { return read_latency_; }
  Tick write_latency() const { return write_latency_; }
  Tick accepts_at() const { return accepts_at_; }
  const MemoryCounters& counters() const { return counters_; }

  std::int64_t beats(const Burst& burst) const {
    return static_cast<std::int64_t>(((burst.address + burst.bytes + width_mask_) & ~width_mask_) -
                                     (burst.address & ~width_mask_)) >>
           width_shift_;
  }

  Service push(const Burst& burst) {
    const Tick ready = burst.write ? burst.arrival : burst.arrival + read_latency_;
    Service service;
    service.id = burst.id;
    wait_for_pins(clock_, burst.arrival, ready, free_cycle_, free_at_, service.wait);
    service.data_start = free_at_;
    accepts_at_ = free_at_ - read_latency_;
    const std::int64_t beats = this->beats(burst);
    free_cycle_ += beats;
    free_at_ = service.data_end = clock_.duration(free_cycle_);
    service.done = service.data_end + (burst.write ? write_latency_ : 0);
    ++counters_.bursts;
    (burst.write ? counters_.write_bytes : counters_.read_bytes) += beats << width_shift_;
    return service;
  }

  /// Takes that many bursts at once, in whole beats, whose data move without a gap right behind those pushed last; the
  /// last burst has `last_bytes`.
  void push_behind(std::int64_t bursts, std::int64_t read_bytes, std::int64_t write_bytes, std::int64_t last_bytes) {
    free_cycle_ += (read_bytes + write_bytes) >> width_shift_;
    free_at_ = clock_.duration(free_cycle_);
    accepts_at_ = clock_.duration(free_cycle_ - (last_bytes >> width_shift_)) - read_latency_;
    counters_.bursts += bursts;
    counters_.read_bytes += read_bytes;
    counters_.write_bytes += write_bytes;
  }

 private:
  Clock clock_;
  std::uint64_t width_mask_ = 0;
  unsigned width_shift_ = 0;
  Tick read_latency_ = 0, write_latency_ = 0;
  std::int64_t free_cycle_ = 0;  // edge from which the path is free
  Tick free_at_ = 0;             // the same as a time
  Tick accepts_at_ = 0;
  MemoryCounters counters_;
};

}  // namespace presil::common
