// A background master at work: the packet that is due, and the books of what moved and what came too late.
#pragma once

#include <algorithm>
#include <cstdint>

#include "models/fabric/fabric_timing.hpp"
#include "models/fabric/packet_clock.hpp"

namespace presil::fabric {

class TrafficSource {
 public:
  explicit TrafficSource(const TrafficSpec& spec) : clock_(spec) {}

  const TrafficSpec& spec() const { return clock_.spec(); }
  Tick due() const { return clock_.next().due; }

  /// Until when the packet taken last has to have moved.
  Tick deadline() const { return taken_.deadline; }

  /// Area of the packet that is due; then the next one is the one that is due.
  common::Area next_packet(std::int32_t memory) {
    taken_ = clock_.next();
    clock_.advance();
    common::Area area;
    area.memory = memory;
    area.address = spec().address + taken_.offset;
    area.row_bytes = static_cast<std::uint32_t>(taken_.bytes);
    return area;
  }
  void granted(std::int64_t bytes) { bytes_ += bytes; }

  /// The last burst of the packet taken last has been granted at `now`.
  void packet_granted(Tick now) { worst_wait_ = std::max(worst_wait_, now - taken_.due); }

  /// A packet that was to have moved by `deadline` has moved at `completion`.
  void packet_moved(Tick completion, Tick deadline) {
    if (completion > deadline) note_late(clock_.at(moved_).period);
    ++moved_;
  }

  /// As of `now`: packets that wait or are under way are late when their time is over.
  FabricTiming::TrafficResult result(Tick now) const {
    TrafficSource source = *this;
    for (; clock_.at(source.moved_).deadline <= now; ++source.moved_) source.note_late(clock_.at(source.moved_).period);
    std::int64_t begun = bytes_ > 0 ? taken_.period + 1 : 0;
    for (; source.clock_.next().due < now; source.clock_.advance()) begun = source.clock_.next().period + 1;
    return {spec().name, bytes_, source.late_, worst_wait_, begun, source.late_periods_};
  }

 private:
  void note_late(std::int64_t period) {
    ++late_;
    if (period != last_late_period_) ++late_periods_;
    last_late_period_ = period;
  }

  PacketClock clock_;
  Packet taken_;
  std::int64_t moved_ = 0;  // packets
  Tick worst_wait_ = 0;
  std::int64_t bytes_ = 0, late_ = 0, late_periods_ = 0, last_late_period_ = -1;
};

}  // namespace presil::fabric
