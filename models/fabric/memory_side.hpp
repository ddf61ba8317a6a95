// What the fabric keeps for each memory: whether it accepts, whose data hold its pins, and how its time was spent.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/common/memory_timing.hpp"
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

  /// A pending request moves its data during [start, end), with no gap before.
  void move(Tick start, Tick end, bool revocable, Tick now) {
    --pending_;
    const Tick from = std::max(start, pinned_until_);
    pinned_until_ = std::max(end, pinned_until_);
    if (revocable && end > now)
      defer(from, end, now);
    else if (end > from)
      busy_ += end - from;
  }

  /// The same after a gap; `why`: the segments of what it waited for, up to `start`. Time with nothing pending is idle.
  /// `revocable`: the activity may be asked for up to a time before `end` (posted writes, background traffic).
  template <class Chain>
  void move_after_gap(const Chain& why, Tick start, Tick end, bool revocable, Tick now) {
    --pending_;
    Tick from = std::max(pinned_until_, pending_since_);
    pinned_until_ = end;
    Move* late = revocable && end > now ? &defer(start, end, now) : nullptr;
    const auto stalled = [&](Cause cause, Tick until) {
      until = std::min(until, start);
      if (until <= from) return;
      if (late != nullptr)
        late->stalls.add(cause, from, until);
      else
        stalls_[cause] += until - from;
      from = until;
    };
    for (const auto& segment : why) stalled(segment.cause, segment.until);
    stalled(Cause::latency, start);  // of a memory that did not say why
    if (late == nullptr) busy_ += end - start;
  }

  /// Over [0, until), until no earlier than the last `now`.
  void read(Tick until, Tick& busy, CauseTimes& stalls) const {
    busy = busy_;
    stalls = stalls_;
    for (const Move& move : late_) move.book(busy, stalls, until);
  }

 private:
  struct Stalls {  // a few segments with a beginning of their own
    struct Segment {
      Cause cause;
      Tick from, until;
    };
    std::array<Segment, 6> segments;
    std::size_t count = 0;
    void add(Cause cause, Tick from, Tick until) {
      if (count > 0 && (segments[count - 1].cause == cause || count == segments.size()))
        segments[count - 1].until = until;
      else
        segments[count++] = {cause, from, until};
    }
  };
  struct Move {
    Tick start = 0, end = 0;
    Stalls stalls;
    void book(Tick& busy, CauseTimes& stalled, Tick until) const {
      busy += std::max<Tick>(0, std::min(end, until) - start);
      for (std::size_t i = 0; i < stalls.count; ++i) {
        const Stalls::Segment& segment = stalls.segments[i];
        stalled[segment.cause] += std::max<Tick>(0, std::min(segment.until, until) - segment.from);
      }
    }
  };

  /// Books what has ended by `now`, then keeps [start, end) back.
  Move& defer(Tick start, Tick end, Tick now) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < late_.size(); ++i) {
      if (late_[i].end <= now)
        late_[i].book(busy_, stalls_, never);
      else if (kept++ != i)
        late_[kept - 1] = late_[i];
    }
    late_.resize(kept);
    late_.emplace_back();
    late_.back().start = start;
    late_.back().end = end;
    return late_.back();
  }

  Tick busy_ = 0;
  CauseTimes stalls_;
  Tick pinned_until_ = 0;  // the pins are accounted for up to here
  Tick pending_since_ = 0;
  std::int64_t pending_ = 0;
  std::vector<Move> late_;  // the last moves, not booked before they have ended
};

struct MemorySide {
  MemoryTiming* timing = nullptr;
  bool queued = false;
  bool in_order = false;  // answers each direction in order: a burst is booked as soon as it is granted
  bool posts_writes = false;
  Tick next_decision = never;
  std::array<Acceptance, 2> acceptance;          // of a queueing memory: reads, writes
  Tick opens_at = 0, last_closed_until = 0;      // of any other: when it accepts the next burst
  std::array<const Stream*, 2> last_accepted{};  // one for both directions unless queued
  PinHolders pins;
  ActivityLog activity;

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
      opens_at = timing->accepts_from(now, false);
      if (opens_at > now) last_closed_until = opens_at;
    }
  }
  const Stream*& holder(bool write) { return last_accepted[queued && write ? 1 : 0]; }
};

}  // namespace presil::fabric
