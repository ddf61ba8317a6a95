// Timing of a cache in front of a memory: to the fabric it is that memory, only faster where it hits.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/cache/cache_lines.hpp"
#include "models/common/memory_timing.hpp"
#include "models/common/time.hpp"

namespace presil::cache {

using common::Burst;
using common::MemoryCounters;
using common::MemoryTiming;
using common::Service;
using common::Tick;

/// Each burst is looked up when it is pushed, line by line. Lines that are there move over the cache's port, `latency`
/// after the burst has come. Lines that are not are fetched whole from the memory behind, as bursts of one line each;
/// the burst is answered `latency` after the last of them. Fetches ahead and write-backs take the memory's time and
/// nobody waits for them. Waiting for what the memory does has the memory's causes; waiting for the port or for a line
/// that is on its way is `transfer`.
///  - In front of an in-order memory (flash, PSRAM, SRAM) the cache answers in order: a hit waits for misses before it.
///  - In front of a queueing memory (DRAM) hits overtake misses, and the memory reorders the fetches.
/// The memory's counters stay what moved over its pins.
class CacheTiming final : public MemoryTiming {
 public:
  /// `memory`, of `memory_bytes`, outlives it. Throws common::Error for a spec that makes no cache.
  CacheTiming(const CacheSpec& spec, MemoryTiming& memory, std::int64_t memory_bytes);

  bool queued() const override { return queued_; }
  bool completes_in_order() const override { return !queued_; }
  bool posts_writes() const override { return memory_.posts_writes(); }
  Tick accepts_from(Tick now, bool write) const override;
  Service push(const Burst& burst) override;
  Tick next_decision() const override;
  Decision decide() override;
  bool passed_by(const std::string& master) const override;
  void settle(Tick end) override { memory_.settle(end); }
  void reset() override;
  const MemoryCounters& counters() const override { return memory_.counters(); }
  double peak_bytes_per_second() const override { return memory_.peak_bytes_per_second(); }
  Tick typical_latency() const override { return memory_.typical_latency(); }

  const CacheSpec& spec() const { return spec_; }
  const CacheCounters& cache_counters() const { return lines_.counters(); }

  /// The lines change as with this access, in no time and uncounted: what happened before time 0.
  void warm(std::uint64_t address, std::int64_t bytes, bool write, bool passes_by = false);

 private:
  struct Request {  // a burst that has not been answered
    Burst burst;
    bool used = false;
    int open = 0;                   // fetches and writes that it waits for
    Tick ready = 0;                 // the last line that was on its way has come
    std::vector<Service> services;  // of what it waited for
  };
  struct Access {  // of the memory behind
    Burst burst;   // with an id of its own
    std::uint32_t slot = 0;
    bool fills = false;
    std::vector<std::uint32_t> waiting;  // requests
  };
  struct Slot {
    Tick ready = 0;
    std::uint32_t access = 0;  // that brings the line; 0: it is there
  };
  struct Answer {
    Tick at;
    std::uint32_t request;
  };

  std::int64_t beats(const Burst& burst) const { return (burst.bytes + width_ - 1) / width_; }  // of the port
  std::uint32_t new_request(const Burst& burst);
  void start(const Action& action, std::uint32_t request);
  void issue(Tick now);
  void served(std::size_t place, const Service& service, Tick now);
  Service answer(std::uint32_t number);
  Service from_port(const Burst& burst, Tick ready);
  Service from_memory(Request& request);

  CacheSpec spec_;
  MemoryTiming& memory_;
  const bool queued_;
  CacheLines lines_;
  common::Clock clock_;
  std::int64_t width_ = 8;  // bytes
  Tick latency_ = 0;
  std::vector<Slot> slots_;
  std::vector<Action> actions_;    // of the burst at hand
  std::vector<Request> requests_;  // recycled
  std::vector<Access> accesses_;   // before `issued_` those under way, from there on those to be issued
  std::size_t issued_ = 0;
  std::vector<Answer> answers_;    // requests that can be answered, in order of time
  std::uint32_t next_access_ = 1;  // 0 is none
  std::int64_t port_free_ = 0;     // edge of the port's clock
  Tick behind_ = 0;                // the memory behind has been asked or has decided up to here
  Tick last_done_ = 0;
};

}  // namespace presil::cache
