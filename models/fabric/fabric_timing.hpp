// The interconnect's algorithm: the bursts of all transfers in flight, over shared buses, into memories; plain C++.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/common/area.hpp"
#include "models/common/causes.hpp"
#include "models/common/memory_timing.hpp"
#include "models/fabric/bus_spec.hpp"

namespace presil::fabric {

using common::Area;
using common::CauseTimes;
using common::MemoryTiming;
using common::Tick;

/// One engine of a unit on all the buses the unit is attached to. Transfers of one port run one after another.
struct PortSpec {
  std::string name;                // of the queue: "npu.in"
  std::string unit;                // engines of a unit share its outstanding bursts on each bus
  std::vector<std::string> buses;  // in order of preference: the first that reaches the memory is taken
};

/// One transfer: a read or a write of one area; a copy reads `area` and writes `to_area`, each write burst after the
/// reads of its bytes have ended.
struct Transfer {
  std::uint32_t id = 0;  // job id: the order among those that arrive at one instant
  std::int32_t port = 0;
  bool write = false;
  bool copy = false;
  Area area, to_area;  // Area::memory indexes the fabric's memories
};

struct Completion {
  std::uint32_t id = 0;
  Tick start = 0, end = 0;  // submission and last byte
  CauseTimes causes;        // sums to end - start: by the frontier rule of transfers
};

struct MemoryActivity {  // over [0, until): the three sum to `until`
  Tick busy = 0;         // its data pins move data
  Tick idle = 0;         // nothing waits
  CauseTimes stalls;     // something waits: the cause of the next beat
};

/// How bursts cross a bus:
///  - Contiguous rows and planes merge; each run is cut at multiples of the bus's longest burst and rounded out to
///  whole
///    beats. Bursts of a transfer issue in order, transfers of a port run one after another in order of (submission,
///    id).
///  - A burst is ready when its predecessor has been granted, its unit has an outstanding slot on the bus and, for a
///    write of a copy, its bytes have been read. It is granted a slot of whole beats, on edges of the bus's clock, on
///    the channel of its direction, once that is free and the memory accepts it; a memory that does not accept holds
///    nobody else up. It completes at max(memory done, end of the slot) + bus latency, and only then frees its
///    outstanding slot.
///  - Who is granted (see Arbiter): round robin by unit, and by port within the unit (a port's reads before its
///  writes);
///    by priority, equals in turn; or by weight, in beats. A burst that has been ready for as long as its master's
///    latency bound goes before all that have not, the longest overdue first. Of several channels that may grant at one
///    instant, the one whose last grant is oldest goes first.
///  - At one instant completions and arrivals come first, then transfers start, then channels are arbitrated, then
///    queueing memories decide.
///
/// What a transfer waited for is booked by the frontier rule, each burst's fixed latencies first (see for_each_segment
/// in engine.hpp): waiting for predecessors, own data and own slots is `transfer`; for the limit of bursts in flight
/// `outstanding`; for another port's slot or for a memory that another port's burst holds `arbitration`; for a clock
/// edge `latency`; inside the memory what the memory says.
class FabricTiming {
 public:
  /// `memories[i]` serves the areas whose memory is i; `memory_names` are matched with BusSpec::memories.
  /// Throws common::Error for a bus that names an unknown memory.
  FabricTiming(std::vector<BusSpec> buses, std::vector<std::string> memory_names, std::vector<MemoryTiming*> memories,
               std::vector<TrafficSpec> traffic);
  ~FabricTiming();

  /// Returns the port's number. Throws common::Error naming a bus that does not exist.
  std::int32_t add_port(const PortSpec& spec);

  /// True when the port reaches the memory over one of its buses.
  bool reaches(std::int32_t port, std::int32_t memory) const;

  /// Adds a transfer that arrives at time `at`, not before the `limit` of any earlier advance(); that may lie ahead, as
  /// a DMA's does while it is set up. Zero bytes complete at once (at `at`).
  void submit(const Transfer& transfer, Tick at);

  /// Runs bursts forward in time, never past `limit`, and stops at the first completion. Work at exactly `limit` that
  /// could still be changed by arrivals at `limit` is left undone. Returns the time of the earliest undelivered
  /// completion if that is <= limit, else `never`. The result never depends on how a stretch of time is cut into calls.
  Tick advance(Tick limit);

  /// Delivers, in order of transfer id, the completions that lie at or before `now`; false when none is left.
  bool pop_completion(Tick now, Completion& completion);

  /// True while any transfer is in flight (background traffic does not count).
  bool busy() const;

  /// What a memory did over [0, until); call when nothing is in flight. Runs background traffic up to `until`.
  MemoryActivity activity(std::int32_t memory, Tick until) const;

  std::int64_t bursts() const;  // moved in all, for statistics

  struct TrafficResult {
    std::string name;
    std::int64_t bytes = 0, late_bursts = 0;       // late: not moved by their deadline, see PacketClock
    Tick worst_wait = 0;                           // from being due to being granted
    std::int64_t periods = 0, missed_periods = 0;  // that have begun; that had a late burst
  };
  std::vector<TrafficResult> traffic() const;

  /// Picoseconds of `port`'s transfers booked as arbitration because of bursts of another unit or traffic master, by
  /// its name. Waiting for other ports of the own unit is arbitration too, but nobody's fault.
  struct Culprit {
    std::string name;
    Tick ps = 0;
  };
  std::vector<Culprit> lost_to_others(std::int32_t port) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace presil::fabric
