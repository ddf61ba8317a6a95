// Timing of a DRAM with its controller: bursts go in, and out comes when their data move and why not earlier.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/common/memory_timing.hpp"
#include "models/dram/address_map.hpp"
#include "models/dram/channel.hpp"
#include "models/dram/clock_ticks.hpp"
#include "models/dram/dram_spec.hpp"

namespace presil::dram {

/// A queueing memory (see common::MemoryTiming). A bus burst is split into device bursts, which enter the channels'
/// queues; what does not fit waits at the entry (one for reads, one for writes) and keeps the next bus burst of its
/// direction out. A decision is one command or one run of column commands; the burst whose last column command it
/// is leaves with its service.
class DramTiming final : public common::MemoryTiming {
 public:
  /// Throws common::Error where check(spec) does.
  explicit DramTiming(const DramSpec& spec);
  DramTiming(const DramTiming&) = delete;  // it knows where its channels lie
  DramTiming& operator=(const DramTiming&) = delete;

  bool queued() const override { return true; }
  bool posts_writes() const override { return spec_.posted_writes; }

  common::Tick accepts_from(common::Tick now, bool write) const override {
    return shut(write ? 1 : 0) ? common::never : now;
  }

  common::Service push(const common::Burst& burst) override;

  common::Tick next_decision() const override;

  Decision decide() override {
    common::Tick now = 0;
    return decide(now, 0);
  }

  /// The same for a caller that has no burst for it before `until` or before it accepts both directions: decisions are
  /// taken together until that may be, or a burst is decided. `now` moves on to the last of them.
  Decision decide(common::Tick& now, common::Tick until);

  void settle(common::Tick end) override;

  void reset() override;

  const common::MemoryCounters& counters() const override;

  double peak_bytes_per_second() const override;
  common::Tick typical_latency() const override;

  const DramSpec& spec() const { return spec_; }
  const ClockTicks& ticks() const { return ticks_; }

  /// Records every command from now on into `log` (not in order of time), or stops with nullptr. Costs nothing when
  /// off.
  void record(std::vector<Command>* log);

 private:
  bool shut(int write) const {
    return waits_outside_ ? active_.front()->full(write) : !entries_[write].stretches.empty();
  }

  bool in_lockstep() const { return lockstep_ && active_.front() == &*lockstep_; }

  struct Record {  // a bus burst in flight
    std::uint32_t id = 0;
    std::int32_t left = 0;  // device bursts whose column command has not been issued
    bool write = false;
    std::uint8_t master = 0;
    common::Tick arrival = 0;
    Cycle entered = 0;
    Cycle data_first = 0, data_end = 0;
    common::Tick data_start = 0;  // data_first in ticks
    common::WaitSegments wait;
  };
  struct PieceToEnter {
    std::int32_t channel = 0, bank = 0, row = 0, count = 0;
  };
  struct Doors {  // by channel, while one bus burst enters
    std::uint64_t open = 0, shut = 0;
  };
  struct Entry {  // what of a bus burst has not entered yet
    std::vector<PieceToEnter> stretches;
    Arrival arrival;
  };

  void use_lockstep(bool wanted, Cycle now);
  std::int32_t enter_lockstep(Arrival& arrival, const common::Burst& burst, Cycle now);
  std::int32_t enter_whole(Arrival& arrival, const common::Burst& burst, Cycle now);
  std::int32_t enter_piecewise(Entry& entry, const common::Burst& burst, Cycle now);
  void enter(int write, Cycle now);
  int enter_channel(Arrival& arrival, const PieceToEnter& piece, Doors& doors, Cycle now);
  bool open_lone_row(common::Tick& now, common::Tick until);
  void report(Decision& decision);
  void apply(const Columns& columns, const Channel& channel, Decision& decision);
  void book(const Record& record, const Columns& columns, const Channel& channel, common::WaitSegments& wait) const;
  void find_next() const;

  DramSpec spec_;
  Distances d_;
  AddressMap map_;
  ClockTicks ticks_;
  bool waits_outside_ = false;  // one channel, whole bursts: what finds no place is not accepted
  std::vector<Channel> channels_;
  std::optional<Channel> lockstep_;  // in place of the only channel while it is active
  std::vector<Channel*> active_;
  std::vector<Record> records_;
  std::vector<std::int32_t> free_records_;
  Entry entries_[2];
  std::uint64_t age_ = 0;
  common::Tick entered_at_ = -1;  // arrival of the burst that entered last, and its clock
  Cycle entered_cycle_ = 0;

  mutable bool stale_ = true;
  mutable Channel* next_channel_ = nullptr;
  bool reporting_ = false;  // it has issued columns that decide() has not told of
  mutable common::Tick next_decision_ = common::never;

  mutable common::MemoryCounters counters_;
};

}  // namespace presil::dram
