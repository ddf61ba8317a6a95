// What a burst has waited for, segment by segment, and the queue that orders the completions of those in flight.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/common/causes.hpp"
#include "models/common/time.hpp"

namespace presil::fabric {

using common::Cause;
using common::CauseTimes;
using common::never;
using common::Tick;

inline constexpr std::int32_t nobody = -1;
struct Stream;

/// Contiguous segments of time, each from the end of the one before; what lies before the first belongs to the first.
template <int capacity>
class SegmentChain {
 public:
  struct Segment {
    Tick until;
    Cause cause;
    std::int32_t culprit;  // number of the unit that held what was waited for, or nobody
  };

  /// Begins anew: until now it was its own transfer's turn.
  void restart(Tick until) {
    segments_[0] = {until, Cause::transfer, nobody};
    count_ = 1;
  }

  template <int other_capacity>
  void copy(const SegmentChain<other_capacity>& other) {
    static_assert(other_capacity <= capacity);
    count_ = 0;
    for (const auto& segment : other) segments_[count_++] = {segment.until, segment.cause, segment.culprit};
  }

  const Segment* begin() const { return segments_.data(); }
  const Segment* end() const { return segments_.data() + count_; }
  int size() const { return count_; }
  Tick until() const { return segments_[count_ - 1].until; }

  /// Extends the chain to `until`; ignored when it reaches so far already. When the chain is full (a burst that waits
  /// for two others alternately for very long), its last segment takes the rest.
  void add(Cause cause, std::int32_t culprit, Tick until) {
    Segment& last = segments_[count_ - 1];
    if (until <= last.until) return;
    if ((last.cause == cause && last.culprit == culprit) || count_ == capacity)
      last.until = until;
    else
      segments_[count_++] = {until, cause, culprit};
  }

 private:
  int count_ = 0;
  std::array<Segment, capacity> segments_;
};

using PortChain = SegmentChain<10>;   // up to the grant
using WholeChain = SegmentChain<32>;  // with the memory's eight segments, some split in two, and the way back

/// What has to be remembered of a burst until its completion is known and booked: only bursts to memories that answer
/// out of order, and those of copies, have one.
struct BurstRecord {
  Stream* stream = nullptr;
  std::int32_t memory = 0;
  std::uint32_t copy_index = 0;  // of a copy's read: its place in the order of reads
  bool posted = false;           // a write answered before its data times are known
  bool acknowledged = false;     // its completion is known
  bool completed = false;
  bool decided = false;  // its data times are known
  Tick granted = 0, slot_end = 0;
  std::uint32_t bytes = 0;
  Tick due = never;  // of the last burst of a traffic packet: when the next packet is due
  std::uint64_t sequence = 0;
  PortChain waited;  // up to the grant
  WholeChain books;  // all of it
};

/// Records by number, recycled last in first out so that the few in use stay in the cache; they never move.
class RecordPool {
 public:
  std::uint32_t take() {
    if (free_.empty()) grow();
    const std::uint32_t index = free_.back();
    free_.pop_back();
    return index;
  }
  void give_back(std::uint32_t index) { free_.push_back(index); }
  BurstRecord& operator[](std::uint32_t index) { return blocks_[index / block_size][index % block_size]; }

 private:
  static constexpr std::uint32_t block_size = 64;
  void grow() {
    const std::uint32_t first = static_cast<std::uint32_t>(blocks_.size()) * block_size;
    blocks_.emplace_back(block_size);
    free_.reserve(first + block_size);
    for (std::uint32_t i = block_size; i-- > 0;) free_.push_back(first + i);
  }
  std::vector<std::vector<BurstRecord>> blocks_;
  std::vector<std::uint32_t> free_;
};

/// Completions of bursts with a record, in order of (time, sequence of grants). They arrive nearly sorted: insertion
/// from the back is cheap.
class CompletionQueue {
 public:
  struct Entry {
    Tick time;
    std::uint64_t sequence;
    Stream* stream;
    std::uint32_t record;
  };

  Tick next_time() const { return head_ == tail_ ? never : entries_[head_ & mask_].time; }
  Tick last_time() const { return head_ == tail_ ? never : entries_[(tail_ - 1) & mask_].time; }
  Entry pop() { return entries_[head_++ & mask_]; }

  void insert(const Entry& entry) {
    if (tail_ - head_ > mask_) grow();
    std::size_t place = tail_++;
    while (place != head_) {
      const Entry& before = entries_[(place - 1) & mask_];
      if (before.time < entry.time || (before.time == entry.time && before.sequence < entry.sequence)) break;
      entries_[place & mask_] = before;
      --place;
    }
    entries_[place & mask_] = entry;
  }

 private:
  void grow() {
    std::vector<Entry> larger(entries_.size() * 2);
    for (std::size_t i = head_; i != tail_; ++i) larger[i & (larger.size() - 1)] = entries_[i & mask_];
    entries_.swap(larger);
    mask_ = entries_.size() - 1;
  }
  std::vector<Entry> entries_ = std::vector<Entry>(64);
  std::size_t head_ = 0, tail_ = 0, mask_ = 63;
};

/// When the bursts of a unit that hold an outstanding slot give it back, in order of time; only those whose completion
/// was known when they were granted. The last ones: most have given it back already.
class ReleaseTimes {
 public:
  /// At most `most` slots are held at a time.
  void reserve(int most) {
    std::size_t size = 1;
    while (size <= static_cast<std::size_t>(most)) size *= 2;
    times_.assign(size, 0);
    mask_ = static_cast<std::uint32_t>(size - 1);
  }
  /// True when at least `count` slots are held after `now`.
  bool reach(int count, Tick now) const {
    return count <= 0 || times_[(tail_ - static_cast<std::uint32_t>(count)) & mask_] > now;
  }
  /// The first one after `now`; `never`: none is held.
  Tick first_after(Tick now) const {
    Tick first = never;
    for (std::uint32_t i = tail_ - 1; times_[i & mask_] > now; --i) first = times_[i & mask_];
    return first;
  }
  void insert(Tick time) {
    std::uint32_t place = tail_++;  // overwrites one that is held no longer
    for (; times_[(place - 1) & mask_] > time; --place) times_[place & mask_] = times_[(place - 1) & mask_];
    times_[place & mask_] = time;
  }

 private:
  std::vector<Tick> times_ = std::vector<Tick>(2, 0);  // ring, longer than what is held
  std::uint32_t tail_ = 0, mask_ = 1;
};

}  // namespace presil::fabric
