// Parameters of buses and of background masters on them.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/common/time.hpp"

namespace presil::fabric {

enum class Arbitration : std::uint8_t { round_robin, fixed_priority, weighted };

struct MasterShare {  // how a unit stands in arbitration; units not named have priority 0, weight 1
  std::string unit;
  int priority = 0;                   // higher wins, with fixed_priority
  int weight = 1;                     // with weighted
  std::int64_t latency_bound_ps = 0;  // a burst that has waited so long for its grant goes first; 0: none
};

/// A path from a bus to some of its memories at another clock or width; see Bridge.
struct BridgeSpec {
  std::string name;
  std::int64_t hz = 0;
  std::int64_t width_bits = 32;
  std::int64_t latency_cycles = 0;  // of its clock: synchronisers, both directions together
  int outstanding_reads = 8;        // bursts in flight of all units together
  int outstanding_writes = 8;
  std::vector<std::string> memories;
};

struct BusSpec {
  std::string name;
  std::int64_t hz = 0;
  std::int64_t width_bits = 64;
  std::int64_t max_burst_bytes = 64;
  int outstanding_reads = 8;  // bursts in flight of one unit on this bus, all its engines together
  int outstanding_writes = 8;
  bool duplex = true;  // read and write data move on channels of their own, as in AXI
  Arbitration arbitration = Arbitration::round_robin;
  std::vector<MasterShare> shares;
  std::vector<std::string> memories;
  std::int64_t latency_cycles = 0;  // added to each burst on its way, both directions together
  std::vector<BridgeSpec> bridges;  // to some of its memories
};

enum class Pacing : std::uint8_t { steady, frames, task, random };  // see PacketClock

/// A master that is not part of the inference: a camera, a display, a CPU task.
struct TrafficSpec {
  std::string name;
  std::string bus, memory;
  bool write = true;
  Pacing pacing = Pacing::steady;
  double bytes_per_second = 0;  // steady, random: average rate
  std::int64_t burst_bytes = 64;
  std::uint64_t address = 0;  // region that it walks through, over and over
  std::int64_t region_bytes = 0;
  int priority = 0;
  int weight = 1;
  std::int64_t latency_bound_ps = 0;
  std::int64_t frame_bytes = 0, line_bytes = 0;  // frames; frame_bytes: of a task's run too
  double frames_per_second = 0;                  // frames or runs of the task
  double line_blanking = 0, frame_blanking = 0;  // shares of a line's, of a frame's time without data
  std::int64_t fifo_bytes = 0;                   // frames: what the master can hold back; at least a burst
  bool scattered = false;                        // at random places of the region, not one after another
  std::uint64_t seed = 1;
};

}  // namespace presil::fabric
