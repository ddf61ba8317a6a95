#include "models/flash/flash_timing.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "models/common/error.hpp"

namespace presil::flash {

using common::Cause;
using common::Error;

FlashTiming::FlashTiming(const FlashSpec& spec) : spec_(spec) {
  if (spec.hz <= 0 || spec.lanes < 1) throw Error("serial flash: clock and lanes must be positive");
  if (spec.max_backlog < 1) throw Error("serial flash: max_backlog must be at least 1");
  if (spec.command_clocks < 0 || spec.address_clocks < 0 || spec.dummy_clocks < 0 || spec.cs_high_clocks < 0)
    throw Error("serial flash: clocks of command, address, dummy and cs_high must not be negative");
  if (spec.refresh_interval_ps < 0 || spec.refresh_ps < 0 || spec.collision_clocks < 0 ||
      (spec.refresh_interval_ps > 0 && spec.refresh_ps >= spec.refresh_interval_ps))
    throw Error("serial memory: a refresh must take less time than the interval between two");
  clock_ = common::Clock(spec.hz);
  low_overhead_clocks_ = spec.command_clocks + spec.address_clocks + spec.dummy_clocks;
  overhead_clocks_ = low_overhead_clocks_ + spec.cs_high_clocks;
  bits_per_clock_ = static_cast<std::int64_t>(spec.lanes) * (spec.ddr ? 2 : 1);
  if (spec.cs_low_limit_ps > 0) {  // whole clocks that fit
    low_limit_clocks_ = clock_.cycle_at_or_after(spec.cs_low_limit_ps + 1) - 1;
    if (low_limit_clocks_ <= low_overhead_clocks_)
      throw Error("serial flash: cs_low_limit of " + std::to_string(spec.cs_low_limit_ps) +
                  " ps leaves no time for data after " + std::to_string(low_overhead_clocks_) +
                  " clocks of command, address and dummy");
  }
  reset();
}

void FlashTiming::reset() {
  free_clock_ = low_since_ = 0;
  free_at_ = 0;
  open_ = open_for_write_ = false;
  next_address_ = 0;
  refresh_due_ = spec_.refresh_interval_ps;
  data_starts_.assign(static_cast<std::size_t>(spec_.max_backlog), 0);
  oldest_ = 0;
  counters_ = {};
}

double FlashTiming::peak_bytes_per_second() const {
  return static_cast<double>(bits_per_clock_) / 8.0 * static_cast<double>(spec_.hz);
}

/// The burst accepted max_backlog bursts ago must have begun to move.
Tick FlashTiming::accepts_from(Tick now, bool) const {
  return std::max(now, data_starts_[oldest_]);
}

/// Refreshes become due at multiples of their interval, and begin then or when the access under way has ended. More
/// latency clocks for an access that begins at `begin`, while the last of them lasts.
std::int64_t FlashTiming::collision(Tick begin) {
  if (spec_.refresh_interval_ps <= 0 || begin < refresh_due_) return 0;
  const Tick last_due = begin / spec_.refresh_interval_ps * spec_.refresh_interval_ps;
  refresh_due_ = last_due + spec_.refresh_interval_ps;
  return begin < std::max(last_due, free_at_) + spec_.refresh_ps ? spec_.collision_clocks : 0;
}

Service FlashTiming::push(const Burst& burst) {
  assert(accepts_from(burst.arrival, burst.write) == burst.arrival && "push without acceptance");
  if (burst.write && !spec_.writable)
    throw Error("serial flash: a write of " + std::to_string(burst.bytes) + " bytes at address " +
                std::to_string(burst.address) + ", but the memory is read-only; place what is written elsewhere");

  Service service;
  service.id = burst.id;
  std::int64_t clock = free_clock_;
  Tick begin = free_at_;
  if (burst.arrival > free_at_) {
    clock = clock_.cycle_at_or_after(burst.arrival);
    begin = clock_.duration(clock);
    service.wait.add(Cause::latency, burst.arrival, begin);  // to the clock's edge
  } else {
    service.wait.add(Cause::transfer, burst.arrival, begin);
  }

  const bool continues =
      open_ && spec_.sequential_hold && burst.address == next_address_ && burst.write == open_for_write_;
  std::int64_t row_clocks = 0, again_clocks = 0;
  if (!continues) {
    row_clocks = overhead_clocks_;
    again_clocks = collision(begin);
    low_since_ = clock + spec_.cs_high_clocks;
  }
  const std::uint64_t page = static_cast<std::uint64_t>(spec_.page_bytes);
  if (page > 0) {  // boundaries after the burst's first byte, and one under it that a continued burst would cross
    const std::uint64_t first = burst.address / page, last = (burst.address + std::max(burst.bytes, 1u) - 1) / page;
    std::uint64_t crossings = last - first;
    if (continues && burst.address % page == 0) ++crossings;
    if (crossings > 0) {
      again_clocks += static_cast<std::int64_t>(crossings) * overhead_clocks_;
      low_since_ = clock + row_clocks + again_clocks - low_overhead_clocks_;
    }
  }
  const std::int64_t data_clocks = (static_cast<std::int64_t>(burst.bytes) * 8 + bits_per_clock_ - 1) / bits_per_clock_;
  if (low_limit_clocks_ > 0) {
    std::int64_t left = data_clocks, at = clock + row_clocks + again_clocks;
    for (;;) {
      const std::int64_t room = std::max<std::int64_t>(0, low_since_ + low_limit_clocks_ - at);
      if (left <= room) break;
      left -= room;
      again_clocks += overhead_clocks_;
      at += room + overhead_clocks_;
      low_since_ = at - low_overhead_clocks_;
    }
  }

  const Tick after_row = clock_.duration(clock + row_clocks);
  service.data_start = clock_.duration(clock + row_clocks + again_clocks);
  service.wait.add(Cause::row, begin, after_row);
  service.wait.add(Cause::refresh, after_row, service.data_start);
  free_clock_ = clock + row_clocks + again_clocks + data_clocks;
  free_at_ = service.data_end = service.done = clock_.duration(free_clock_);
  open_ = true;
  open_for_write_ = burst.write;
  next_address_ = burst.address + burst.bytes;
  data_starts_[oldest_] = service.data_start;
  oldest_ = oldest_ + 1 == data_starts_.size() ? 0 : oldest_ + 1;

  ++counters_.bursts;
  (burst.write ? counters_.write_bytes : counters_.read_bytes) += burst.bytes;
  (row_clocks > 0 ? counters_.row_misses : counters_.row_hits) += 1;
  if (again_clocks > 0) ++counters_.refreshes;
  return service;
}

}  // namespace presil::flash
