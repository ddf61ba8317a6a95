#include "models/dram/dram_timing.hpp"

#include <algorithm>
#include <cassert>

#include "models/dram/dram_check.hpp"
#include "models/dram/lockstep.hpp"
#include "models/dram/wait_booking.hpp"

namespace presil::dram {

using common::Burst;
using common::Cause;
using common::Service;
using common::Tick;

namespace {

const DramSpec& checked(const DramSpec& spec) {
  check(spec);
  return spec;
}

void enter_stretch(Channel& channel, Arrival& arrival, const AddressMap::Place& place, int count, Cycle now) {
  arrival.bank = place.bank;
  arrival.row = place.row;
  arrival.count = count;
  channel.enter(arrival, now);
}

}  // namespace

DramTiming::DramTiming(const DramSpec& spec)
    : spec_(checked(spec)), d_(distances(spec_)), map_(spec_), ticks_(spec_.hz) {
  for (int i = 0; i < spec_.channels; ++i) channels_.emplace_back(spec_, d_, i);
  if (const int columns = map_.group_columns(); can_lockstep(spec_, map_))
    lockstep_.emplace(lockstep_spec(spec_, columns), lockstep_distances(spec_, columns), 0);
  waits_outside_ = spec_.channels == 1 && spec_.whole_bursts && spec_.read_queue > 0;
  const int banks = spec_.bank_groups * spec_.banks_per_group;
  // Each bus burst in flight has a place in a queue, or is the row of its bank open for it, or is at an entry.
  const int most = spec_.channels * (spec_.read_queue + spec_.write_queue + banks * (spec_.bank_queue + 1)) + 2;
  records_.resize(static_cast<std::size_t>(most));
  free_records_.reserve(records_.size());
  for (Entry& entry : entries_) entry.stretches.reserve(256);  // 4 KiB in device bursts of 16 B, each in another row
  reset();
}

void DramTiming::reset() {
  active_.clear();
  for (Channel& channel : channels_) {
    channel.reset();
    active_.push_back(&channel);
  }
  if (lockstep_) lockstep_->reset();
  free_records_.clear();
  for (std::size_t i = records_.size(); i-- > 0;) free_records_.push_back(static_cast<std::int32_t>(i));
  for (Entry& entry : entries_) entry.stretches.clear();
  age_ = 0;
  entered_at_ = -1;
  stale_ = true;
  reporting_ = false;
  counters_ = {};
}

Service DramTiming::push(const Burst& burst) {
  const int write = burst.write ? 1 : 0;
  Entry& entry = entries_[write];
  assert(entry.stretches.empty() && "pushed without asking accepts_from()");
  if (burst.arrival != entered_at_) {
    entered_at_ = burst.arrival;
    entered_cycle_ = ticks_.cycle(burst.arrival);
  }
  const Cycle now = entered_cycle_;
  for (Channel* channel : active_) channel->idle_until(now);

  assert(!free_records_.empty());
  const std::int32_t index = free_records_.back();
  free_records_.pop_back();
  Record& record = records_[static_cast<std::size_t>(index)];
  record.id = burst.id;
  record.write = burst.write;
  record.master = burst.master;
  record.arrival = burst.arrival;
  record.entered = now + spec_.front_end_clocks;
  record.data_first = no_cycle;
  record.data_end = 0;
  record.wait.count = 0;

  Arrival& arrival = entry.arrival;
  arrival.burst = index;
  arrival.write = write;
  arrival.master = burst.master;
  arrival.lag = static_cast<std::uint32_t>(255 - burst.priority) * static_cast<std::uint32_t>(spec_.priority_lead);
  arrival.key = age_++ + arrival.lag;
  if (lockstep_) use_lockstep(map_.lies_over_groups(burst.address, burst.bytes), now);
  const std::int32_t total = in_lockstep()    ? enter_lockstep(arrival, burst, now)
                             : waits_outside_ ? enter_whole(arrival, burst, now)
                                              : enter_piecewise(entry, burst, now);
  record.left = total;
  (write != 0 ? counters_.write_bytes : counters_.read_bytes) += std::int64_t{total} * map_.burst_bytes();
  counters_.bursts += total;
  stale_ = true;
  Service nothing_yet;  // not `{}`, which would clear all segments
  return nothing_yet;
}

/// As soon as nothing forbids it.
inline void DramTiming::use_lockstep(bool wanted, Cycle now) {
  if (wanted == in_lockstep()) return;
  Channel& narrow = channels_.front();
  if (!wanted) {
    narrow.spread(*lockstep_);
    active_.front() = &narrow;
  } else if (!reporting_ && narrow.can_be_gathered(now)) {
    lockstep_->gather(narrow);
    active_.front() = &*lockstep_;
  }
}

// Each of these returns the number of device bursts.

inline std::int32_t DramTiming::enter_lockstep(Arrival& arrival, const Burst& burst, Cycle now) {
  map_.for_each_wide_stretch(burst.address, burst.bytes, [&](const AddressMap::Place& place, int count) {
    enter_stretch(*lockstep_, arrival, place, count, now);
  });
  return map_.whole_bursts(burst.bytes);
}

inline std::int32_t DramTiming::enter_whole(Arrival& arrival, const Burst& burst, Cycle now) {
  std::int32_t total = 0;
  map_.for_each_stretch(burst.address, burst.bytes, true, [&](const AddressMap::Place& place, int count) {
    total += count;
    enter_stretch(channels_.front(), arrival, place, count, now);
  });
  return total;
}

/// What finds no room stays at the entry. Returns the number of device bursts.
std::int32_t DramTiming::enter_piecewise(Entry& entry, const Burst& burst, Cycle now) {
  std::int32_t total = 0;
  Doors doors;
  map_.for_each_stretch(burst.address, burst.bytes, spec_.whole_bursts, [&](const AddressMap::Place& place, int count) {
    total += count;
    const PieceToEnter piece{place.channel, place.bank, place.row, count};
    const int entered = enter_channel(entry.arrival, piece, doors, now);
    if (entered == count) return;
    entry.stretches.push_back(piece);
    entry.stretches.back().count -= entered;
  });
  return total;
}

/// Returns how many of the piece's device bursts found room.
inline int DramTiming::enter_channel(Arrival& arrival, const PieceToEnter& piece, Doors& doors, Cycle now) {
  const std::uint64_t bit = std::uint64_t{1} << piece.channel;
  if ((doors.shut & bit) != 0) return 0;
  Channel& channel = channels_[static_cast<std::size_t>(piece.channel)];
  arrival.bank = piece.bank;
  arrival.row = piece.row;
  int entered = 0;
  while (entered < piece.count) {  // entering may make room again: bursts move on to the banks' queues
    const int room = (doors.open & bit) != 0 ? Channel::whole_burst : channel.room(arrival.write, piece.bank);
    if (room <= 0) {
      doors.shut |= bit;
      break;
    }
    if (room == Channel::whole_burst) doors.open |= bit;
    arrival.count = std::min(piece.count - entered, room);
    channel.enter(arrival, now);
    entered += arrival.count;
  }
  return entered;
}

/// In order of address; a channel without room does not hold up the others.
void DramTiming::enter(int write, Cycle now) {
  Entry& entry = entries_[write];
  Doors doors;
  std::size_t kept = 0;
  for (std::size_t i = 0; i < entry.stretches.size(); ++i) {
    PieceToEnter& piece = entry.stretches[i];
    piece.count -= enter_channel(entry.arrival, piece, doors, now);
    if (piece.count > 0) entry.stretches[kept++] = piece;
  }
  entry.stretches.resize(kept);
}

void DramTiming::find_next() const {
  Cycle first = no_cycle;
  for (Channel* channel : active_) {
    const Cycle cycle = channel->next_event();
    if (cycle < first) {
      first = cycle;
      next_channel_ = channel;
    }
  }
  next_decision_ = first == no_cycle ? common::never : ticks_.tick(first);
  stale_ = false;
}

Tick DramTiming::next_decision() const {
  if (stale_ && !reporting_) find_next();
  return next_decision_;
}

common::MemoryTiming::Decision DramTiming::decide(Tick& now, Tick until) {
  Decision decision;
  const bool shut_before = shut(0) || shut(1);
  for (bool due = true;; due = false) {  // the first one is
    if (!reporting_) {
      if (until > 0 && waits_outside_ && open_lone_row(now, until)) due = false;
      const Tick next = next_decision();
      if (next == common::never || (!due && next >= until)) return decision;
      if (!due) now = std::max(now, next);
      stale_ = true;
      next_channel_->step();
    }
    report(decision);
    if (decision.decided || until == 0 || shut_before != (shut(0) || shut(1))) return decision;
  }
}

/// Row commands in one go, for a burst that waits alone.
inline bool DramTiming::open_lone_row(Tick& now, Tick until) {
  Channel& channel = *active_.front();
  if (!channel.is_lone()) return false;
  const Cycle last = channel.open_lone_row(until == common::never ? no_cycle : ticks_.cycle(until));
  if (last == no_cycle) return false;
  now = std::max(now, ticks_.tick(last));
  stale_ = true;
  return true;
}

/// Of the columns that were issued, up to those that complete a burst. In the caller's loop, for speed.
[[gnu::always_inline]] inline void DramTiming::report(Decision& decision) {
  Channel& channel = *next_channel_;
  while ((reporting_ = channel.has_columns()) && !decision.decided) {
    const Columns& columns = channel.take_columns();
    apply(columns, channel, decision);
    // The places freed by a run of column commands are taken at once, a few clocks before the last one issues.
    if (waits_outside_) continue;
    for (int write = 0; write < 2; ++write)
      if (!entries_[write].stretches.empty()) enter(write, columns.first);
  }
}

/// Books the columns to their bus burst; fills in the decision when it is complete.
inline void DramTiming::apply(const Columns& columns, const Channel& channel, Decision& decision) {
  Record& record = records_[static_cast<std::size_t>(columns.burst)];
  const Cycle data_first = columns.first + d_.latency[columns.write];
  const bool complete = (record.left -= columns.count * channel.device_bursts()) == 0;
  Service& service = decision.service;
  record.data_end = std::max(record.data_end, columns.last + d_.latency[columns.write] + channel.data_clocks());
  if (data_first < record.data_first) {
    record.data_first = data_first;
    record.data_start = ticks_.tick(data_first);
    book(record, columns, channel, complete ? service.wait : record.wait);
  } else if (complete) {
    service.wait = record.wait;
  }
  if (!complete) return;
  decision.decided = true;
  service.id = record.id;
  service.data_start = record.data_start;
  service.data_end = ticks_.tick(record.data_end);
  service.done = record.write && spec_.posted_writes ? record.arrival : service.data_end;
  free_records_.push_back(columns.burst);
}

/// Why the burst's data do not move earlier.
void DramTiming::book(const Record& record, const Columns& columns, const Channel& channel,
                      common::WaitSegments& wait) const {
  wait.count = 0;
  const WaitCauses causes{
      record.entered,      columns.first,
      columns.refresh,     channel.last_turnaround(),
      columns.row,         columns.bank,
      channel.last_wake(), columns.master_before == record.master ? Cause::transfer : Cause::arbitration};
  book_wait(wait, record.arrival, record.data_start, d_.latency[columns.write], causes, ticks_);
}

void DramTiming::settle(Tick end) {
  if (spec_.power_down_after == 0 && spec_.self_refresh_after == 0) return;
  for (Channel* channel : active_) channel->idle_until(ticks_.cycle(end));
}

const common::MemoryCounters& DramTiming::counters() const {
  counters_.row_conflicts = counters_.row_misses = counters_.refreshes = counters_.turnarounds = 0;
  Cycle down = 0, asleep = 0;
  for (const Channel* channel : active_) {
    counters_.row_conflicts += channel->activations_after_conflict();
    counters_.row_misses += channel->activations_of_closed_rows();
    counters_.refreshes += channel->refreshes();
    counters_.turnarounds += channel->turnarounds();
    down += channel->powered_down();
    asleep += channel->self_refreshed();
  }
  counters_.power_down_ps = ticks_.tick(down / spec_.channels);
  counters_.self_refresh_ps = ticks_.tick(asleep / spec_.channels);
  counters_.row_hits = counters_.bursts - counters_.row_conflicts - counters_.row_misses;
  return counters_;
}

double DramTiming::peak_bytes_per_second() const {
  return static_cast<double>(spec_.channels) * spec_.bus_bits / 8.0 * spec_.beats_per_clock *
         static_cast<double>(spec_.hz);
}

Tick DramTiming::typical_latency() const {
  return ticks_.tick(spec_.front_end_clocks + d_.rcd + d_.latency[0] + d_.burst);
}

void DramTiming::record(std::vector<Command>* log) {
  for (Channel& channel : channels_) channel.record(log);
  if (lockstep_) lockstep_->record(log);
}

}  // namespace presil::dram
