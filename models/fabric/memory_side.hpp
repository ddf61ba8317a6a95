// What the fabric keeps for each memory: whether it accepts, whose data hold its pins, and how its time was spent.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/common/memory_timing.hpp"
#include "models/common/steady_pins.hpp"
#include "models/fabric/burst_record.hpp"

namespace presil::fabric {

using common::MemoryTiming;

/// When a queueing memory accepts the next burst of one direction. It is asked once after each push or decision.
class Acceptance {
 public:
  void forget() { known_ = false; }

  /// 0 when it accepts at `now`.
  Tick from(const MemoryTiming& timing, Tick now, bool write) {
    if (!known_) ask(timing, now, write);
    return from_;
  }

  /// End of the last stretch, as far as it is known at `now`, during which nothing was accepted.
  Tick closed_until(Tick now) const { return from_ == never ? now : closed_until_; }

 private:
  void ask(const MemoryTiming& timing, Tick now, bool write) {
    known_ = true;
    const Tick time = timing.accepts_from(now, write);
    if (time > now) {
      from_ = time;
      if (time != never) closed_until_ = time;
    } else {
      if (from_ == never) closed_until_ = now;
      from_ = 0;
    }
  }

  bool known_ = false;
  Tick from_ = 0, closed_until_ = 0;
};

/// Until when the data pins belong to bursts of anybody but a given owner: the latest of two owners suffice to know.
class PinHolders {
 public:
  struct Holder {
    std::int32_t owner = nobody, unit = nobody;
    Tick until = 0;
  };

  void note(std::int32_t owner, std::int32_t unit, Tick until) {
    if (owner == first_.owner) {
      first_.until = std::max(first_.until, until);
    } else if (until >= first_.until) {
      second_ = first_;
      first_ = {owner, unit, until};
    } else if (until > second_.until || owner == second_.owner) {
      second_ = {owner, unit, std::max(until, owner == second_.owner ? second_.until : 0)};
    }
  }
  const Holder& other_than(std::int32_t owner) const { return first_.owner != owner ? first_ : second_; }

 private:
  Holder first_, second_;
};

/// Busy and, by cause, stalled time of one memory's data pins; the rest is idle.
class ActivityLog {
 public:
  /// One more request is pending from `now` on.
  void pend(Tick now) {
    if (pending_++ == 0) pending_since_ = now;
  }

  /// True when the pins stand still before `start`: then move() needs to know why.
  bool gap_before(Tick start) const { return start > pinned_until_; }
  Tick pinned_until() const { return pinned_until_; }

  /// A pending request moves its data during [start, end), with no gap before.
  void move(Tick start, Tick end, bool revocable, Tick now) {
    --pending_;
    const Tick from = std::max(start, pinned_until_);
    pinned_until_ = std::max(end, pinned_until_);
    if (end <= from) return;
    if (revocable && end > now)
      defer({from, end, true, Cause::transfer}, now);
    else
      busy_ += end - from;
  }

  /// The same after a gap; `why`: the segments of what it waited for, up to `start`. Time with nothing pending is idle.
  /// `revocable`: the activity may be asked for up to a time before `end` (posted writes, background traffic).
  template <class Chain>
  void move_after_gap(const Chain& why, Tick start, Tick end, bool revocable, Tick now) {
    --pending_;
    Tick from = std::max(pinned_until_, pending_since_);
    pinned_until_ = end;
    const bool late = revocable && end > now;
    const auto stalled = [&](Cause cause, Tick until) {
      until = std::min(until, start);
      if (until <= from) return;
      if (late)
        defer({from, until, false, cause}, now);
      else
        stalls_[cause] += until - from;
      from = until;
    };
    for (const auto& segment : why) stalled(segment.cause, segment.until);
    stalled(Cause::latency, start);  // of a memory that did not say why
    if (late)
      defer({start, end, true, Cause::transfer}, now);
    else
      busy_ += end - start;
  }

  /// Over [0, until), until no earlier than the last `now`.
  void read(Tick until, Tick& busy, CauseTimes& stalls) const {
    busy = busy_;
    stalls = stalls_;
    for (std::size_t i = first_late_; i < late_.size(); ++i) late_[i].book(busy, stalls, until);
  }

 private:
  struct Span {
    Tick from, until;
    bool busy;
    Cause cause;  // of a stall
    void book(Tick& busy_time, CauseTimes& stalls, Tick end) const {
      if (end <= from) return;
      (busy ? busy_time : stalls[cause]) += std::min(until, end) - from;
    }
  };

  /// Books what has ended by `now`, then keeps `span` back. Spans follow each other in time.
  void defer(const Span& span, Tick now) {
    while (first_late_ < late_.size() && late_[first_late_].until <= now)
      late_[first_late_++].book(busy_, stalls_, never);
    if (first_late_ == late_.size()) {
      late_.clear();
      first_late_ = 0;
    }
    late_.push_back(span);
  }

  Tick busy_ = 0;
  CauseTimes stalls_;
  Tick pinned_until_ = 0;  // the pins are accounted for up to here
  Tick pending_since_ = 0;
  std::int64_t pending_ = 0;
  std::vector<Span> late_;  // from first_late_ on: the last ones, not booked before they have ended
  std::size_t first_late_ = 0;
};

struct MemorySide {
  MemoryTiming* timing = nullptr;
  common::SteadyPins* steady = nullptr;  // of one that has nothing else
  bool queued = false;
  bool in_order = false;  // answers each direction in order: a burst is booked as soon as it is granted
  bool posts_writes = false;
  Tick next_decision = never;
  std::array<Acceptance, 2> acceptance;          // of a queueing memory: reads, writes
  Tick opens_at = 0, last_closed_until = 0;      // of any other: when it accepts the next burst
  std::array<const Stream*, 2> last_accepted{};  // one for both directions unless queued
  PinHolders pins;
  ActivityLog activity;

  common::Service push(const common::Burst& burst) {
    return steady != nullptr ? steady->push(burst) : timing->push(burst);
  }
  /// 0 or any time before `now` when it accepts at `now`.
  Tick accepts_from(Tick now, bool write) { return queued ? acceptance[write].from(*timing, now, write) : opens_at; }
  /// End of the last stretch, as far as it is known at `now`, during which nothing was accepted.
  Tick closed_until(Tick now, bool write) const {
    return queued ? acceptance[write].closed_until(now) : last_closed_until;
  }
  void has_changed(Tick now) {
    if (queued) {
      acceptance[0].forget();
      acceptance[1].forget();
    } else {
      opens_at = steady != nullptr ? std::max(steady->accepts_at(), now) : timing->accepts_from(now, false);
      if (opens_at > now) last_closed_until = opens_at;
    }
  }
  const Stream*& holder(bool write) { return last_accepted[queued && write ? 1 : 0]; }
};

}  // namespace presil::fabric
