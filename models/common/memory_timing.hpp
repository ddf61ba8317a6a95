// What the fabric asks of every memory: when a burst may enter, when its data move, and why not earlier.
#pragma once

#include <array>
#include <cstdint>
#include <string>

#include "models/common/causes.hpp"
#include "models/common/time.hpp"

namespace presil::common {

/// One bus burst at a memory. It never crosses the bus's maximum burst, but may cross rows, pages and banks.
struct Burst {
  std::uint64_t address = 0;  // byte offset from the start of the memory
  std::uint32_t bytes = 0;
  bool write = false;
  std::uint8_t priority = 0;  // higher = more urgent; 0 = best effort
  std::uint32_t id = 0;       // chosen by the caller, returned with the service
  Tick arrival = 0;           // never smaller than that of the burst pushed before
  std::uint8_t master = 0;    // whose it is: waiting behind one's own bytes is `transfer`, behind others' `arbitration`
  bool passes_by = false;     // goes around the memory's cache, where there is one
};

/// Why a burst's data did not move earlier: from `arrival` on, each segment lasts from the end of the one before until
/// `until`; the last one ends at `data_start`. Empty segments are left out.
struct WaitSegments {
  struct Segment {
    Cause cause;
    Tick until;
  };
  std::array<Segment, 8> segments;
  std::uint8_t count = 0;

  void add(Cause cause, Tick from, Tick until) {
    if (until <= from) return;
    if (count > 0 && segments[count - 1].cause == cause)
      segments[count - 1].until = until;
    else if (count < segments.size())
      segments[count++] = {cause, until};
    else
      segments[count - 1].until = until;
  }
};

/// The memory's answer for one burst.
struct Service {
  std::uint32_t id = 0;
  Tick data_start = 0;  // first data move on the memory's data pins
  Tick data_end = 0;    // last data have moved
  Tick done = 0;        // answer is back at the bus: data_end plus any fixed return latency; for a posted write earlier
  WaitSegments wait;    // arrival ... data_start
};

struct MemoryCounters {
  std::int64_t read_bytes = 0, write_bytes = 0;  // as moved: whole beats of the memory's width
  std::int64_t bursts = 0;
  std::int64_t row_hits = 0, row_misses = 0, row_conflicts = 0, refreshes = 0, turnarounds = 0;
  Tick power_down_ps = 0, self_refresh_ps = 0;  // in these states, mean over the channels
};

class SteadyPins;

/// Timing of one memory: plain C++, no SystemC. Time only moves forward: `arrival` of pushes and the times of decisions
/// never decrease. Two ways to answer, by `queued()`:
///  - in-order memories (SRAM, serial flash; queued() == false): `push` returns the service at once;
///  - queueing memories (DRAM; queued() == true): `push` only stores; the caller calls `decide()` when simulated time
///    reaches `next_decision()`. Everything that arrives at or before that time has been pushed by then.
class MemoryTiming {
 public:
  virtual ~MemoryTiming() = default;

  virtual bool queued() const = 0;

  /// True when the bursts of one direction are always done in the order in which they were pushed (one data path,
  /// served in turn). The caller may then book a burst as soon as it is pushed.
  virtual bool completes_in_order() const { return false; }

  /// True: a write is answered at the moment it is pushed; its Service follows later and only tells when the data
  /// moved.
  virtual bool posts_writes() const { return false; }

  /// Earliest time >= now at which another burst may be pushed; `never` while the queue is full (ask again after the
  /// next decision). An in-order memory answers so that at most a short backlog builds up in front of its data pins,
  /// and makes no difference between reads and writes.
  virtual Tick accepts_from(Tick now, bool write) const = 0;

  /// Precondition: accepts_from(burst.arrival, burst.write) == burst.arrival. Queueing memories return an empty
  /// Service.
  virtual Service push(const Burst& burst) = 0;

  /// Of an in-order memory that is nothing but such a data path: it, for the caller to push to directly. Else nullptr.
  virtual SteadyPins* steady_pins() { return nullptr; }

  /// Time of the next scheduling decision of a queueing memory, `never` when nothing waits. Pushing may bring it
  /// forward.
  virtual Tick next_decision() const { return never; }

  /// Takes that decision: one burst is scheduled completely and leaves the queue. Its data_start may lie in the future.
  /// `decided == false` in the return value means that internal state moved (a refresh, a drain switch) and no burst
  /// did.
  struct Decision {
    bool decided = false;
    Service service;
  };
  virtual Decision decide() { return {}; }

  /// True for a unit or traffic master whose bursts go around the cache in front of this memory (Burst::passes_by).
  virtual bool passed_by(const std::string& /*master*/) const { return false; }

  /// Nothing comes any more until `end`: what the memory does by itself until then counts too.
  virtual void settle(Tick /*end*/) {}

  /// Fully reset to time 0, as after construction.
  virtual void reset() = 0;

  virtual const MemoryCounters& counters() const = 0;

  /// Peak rate of the data pins in bytes per second, for rooflines and estimates.
  virtual double peak_bytes_per_second() const = 0;
  /// Time of a lone access on an idle memory, for estimates.
  virtual Tick typical_latency() const = 0;
};

/// How the fabric finds the timing object behind a TLM target socket, in the spirit of TLM's direct memory interface:
/// a memory module also derives from this. A foreign TLM target that does not is served burst by burst over its socket.
class MemoryTimingProvider {
 public:
  virtual ~MemoryTimingProvider() = default;
  virtual MemoryTiming& memory_timing() = 0;
};

}  // namespace presil::common
