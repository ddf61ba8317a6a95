// A bridge between a bus and the memories behind it that run at another clock or width: its data path and its latency.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "models/common/memory_timing.hpp"
#include "models/common/time.hpp"

namespace presil::fabric {

using common::Tick;

/// All bursts that cross it share its data path (one for each direction where the bus has two) and its outstanding
/// bursts (Slots, in the engine). Each takes the first stretch that is free for as long as it needs: a burst whose data
/// come late leaves the path to others until then. A read's data cross it from when the memory's answer
/// brings them, a write's from its grant on; it passes beats on as they come. A write is answered when the memory has
/// answered and its last beat has crossed.
class Bridge {
 public:
  Bridge(std::int64_t hz, std::int64_t width_bytes, std::int64_t latency_cycles, bool duplex)
      : clock_(hz), width_(width_bytes), latency_(clock_.duration(latency_cycles)), duplex_(duplex) {}

  Tick latency() const { return latency_; }  // both directions together

  /// When the last beat of a burst, the first of which comes at `from`, has crossed.
  Tick cross(std::uint32_t bytes, bool write, Tick from);

 private:
  struct Stretch {
    std::int64_t start, end;  // cycles
  };
  static constexpr std::size_t remembered = 64;  // more than a bus has bursts in flight

  common::Clock clock_;
  std::int64_t width_;
  Tick latency_;
  bool duplex_;
  std::array<std::vector<Stretch>, 2> taken_;  // when its data path is taken, in order of time
};

}  // namespace presil::fabric
