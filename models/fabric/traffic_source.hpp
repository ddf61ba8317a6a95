// When a background master's packets are due: periodic at the average rate, without accumulating rounding.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "models/common/error.hpp"
#include "models/fabric/bus_spec.hpp"
#include "models/fabric/fabric_timing.hpp"

namespace presil::fabric {

class TrafficSource {
 public:
  explicit TrafficSource(const TrafficSpec& spec) : spec_(spec) {
    if (!(spec.bytes_per_second > 0) || spec.burst_bytes <= 0)
      throw common::Error("traffic '" + spec.name + "': rate and burst must be positive");
    if (spec_.region_bytes < spec_.burst_bytes) spec_.region_bytes = spec_.burst_bytes;
    // Period = burst * 1e15 / millibytes per second, in picoseconds, as whole part and remainder.
    divisor_ = std::llround(spec.bytes_per_second * 1000.0);
    if (divisor_ <= 0) throw common::Error("traffic '" + spec.name + "': rate below 0.001 B/s; leave it out");
    const unsigned __int128 dividend = static_cast<unsigned __int128>(spec.burst_bytes) * 1'000'000'000'000'000ull;
    whole_ = static_cast<std::int64_t>(dividend / static_cast<std::uint64_t>(divisor_));
    remainder_ = static_cast<std::int64_t>(dividend % static_cast<std::uint64_t>(divisor_));
  }

  const TrafficSpec& spec() const { return spec_; }
  Tick due() const { return due_; }

  /// Area of the packet that is due, then the due time of the next.
  common::Area next_packet(std::int32_t memory) {
    common::Area area;
    area.memory = memory;
    area.address = spec_.address + static_cast<std::uint64_t>(offset_);
    area.row_bytes = static_cast<std::uint32_t>(spec_.burst_bytes);
    offset_ += spec_.burst_bytes;
    if (offset_ + spec_.burst_bytes > spec_.region_bytes) offset_ = 0;
    packet_due_ = due_;
    due_ += whole_;
    fraction_ += remainder_;
    if (fraction_ >= divisor_) {
      fraction_ -= divisor_;
      ++due_;
    }
    return area;
  }
  void granted(std::int64_t bytes) { bytes_ += bytes; }

  /// The last burst of the packet taken last has been granted at `now`.
  void packet_granted(Tick now) { worst_wait_ = std::max(worst_wait_, now - packet_due_); }

  /// A packet has moved at `completion`; the one after it is due at `next_due`.
  void packet_moved(Tick completion, Tick next_due) {
    ++moved_;
    late_ += completion > next_due ? 1 : 0;
  }

  /// As of `now`: packets still waiting or under way are late when the packet after them is due already.
  FabricTiming::TrafficResult result(Tick now) const {
    const double period = static_cast<double>(whole_) + static_cast<double>(remainder_) / static_cast<double>(divisor_);
    const std::int64_t due_before_last = static_cast<std::int64_t>(static_cast<double>(now) / period);
    return {spec_.name, bytes_, late_ + std::max<std::int64_t>(0, due_before_last - moved_), worst_wait_};
  }

 private:
  TrafficSpec spec_;
  std::int64_t whole_ = 0, remainder_ = 0, divisor_ = 1, fraction_ = 0;
  std::int64_t offset_ = 0;
  Tick due_ = 0, packet_due_ = 0, worst_wait_ = 0;
  std::int64_t bytes_ = 0, late_ = 0, moved_ = 0;
};

}  // namespace presil::fabric
