// The engine's steps that every burst goes through, inline for speed.
#pragma once

#include <algorithm>

#include "models/fabric/engine.hpp"

namespace presil::fabric {

/// The stream's next burst is pending at its memory, and waits for its grant.
inline void pend(Stream& stream, Tick now) {
  stream.memory->activity.pend(now);
  if (stream.latency_bound != never) stream.overdue = now + stream.latency_bound;
}

inline void Engine::enter(Channel& channel, Stream& stream) {
  if (channel.ready.empty()) active_.push_back(&channel);
  channel.ready.push_back(&stream);
  channel.stale = true;
}

/// Takes a stream out of the channel's ready ones.
inline void Engine::leave(Channel& channel, std::size_t place) {
  channel.ready[place] = channel.ready.back();
  channel.ready.pop_back();
  channel.stale = true;
  if (!channel.ready.empty()) return;
  for (Channel*& one : active_) {
    if (one != &channel) continue;
    one = active_.back();
    active_.pop_back();
    return;
  }
}

inline void Engine::drop(Channel& channel, Stream& stream) {
  stream.state = StreamState::idle;
  for (std::size_t i = 0; i < channel.ready.size(); ++i)
    if (channel.ready[i] == &stream) return leave(channel, i);
}

/// It has all it needs but its turn and its memory's acceptance.
inline void Engine::become_ready(Stream& stream, Tick now) {
  Channel& channel = *stream.channel;
  if (!stream.pending) {
    stream.pending = true;
    pend(stream, now);
  }
  if (channel.free_at > now) blocked_by(stream, *channel.holder, channel.free_at);
  if (stream.state != StreamState::ready) {
    stream.state = StreamState::ready;
    enter(channel, stream);
  }
}

inline void Engine::request_slot(Stream& stream, Tick now) {
  if (!stream.slots->full(now)) {
    become_ready(stream, now);
  } else {
    if (stream.state == StreamState::ready) drop(*stream.channel, stream);
    want_slot(stream, now);
  }
}

/// The stream's next burst has come to the head of the line: its predecessor, if any, has just been granted.
inline void Engine::next_burst(Stream& stream, Tick now) {
  stream.pending = false;
  stream.mark = now;
  stream.chain.restart(now);
  if (stream.write && stream.port != nullptr && stream.port->copy &&
      stream.port->progress.bytes_until(now) < stream.cursor.bytes_through()) {
    if (stream.state == StreamState::ready) drop(*stream.channel, stream);
    stream.state = StreamState::wants_data;
    if (!stream.books_early)
      watch();
    else if (const Tick comes = stream.port->progress.have_come_at(stream.cursor.bytes_through()); comes != never)
      set_alarm({comes, nullptr, nullptr, &stream});
    return;
  }
  request_slot(stream, now);
}

/// A ready burst has not been granted until `now`, though its channel was free from `mark` on: its memory, which had
/// accepted a burst of `accepted` last, did not accept until `closed_until`, or (for less than a cycle) it waited for
/// the bus's clock edge.
inline void account_waiting(Stream& stream, const Stream* accepted, Tick closed_until, Tick now) {
  if (stream.mark >= now) return;
  if (accepted != nullptr) blocked_by(stream, *accepted, std::min(closed_until, now));
  stream.chain.add(Cause::latency, nobody, now);
  stream.mark = now;
}

inline void account_waiting(Stream& stream, Tick now) {
  if (stream.mark >= now) return;
  MemorySide& memory = *stream.memory;
  account_waiting(stream, memory.holder(stream.write), memory.closed_until(now, stream.write), now);
}

/// Of two channels that can grant at one instant, the one whose last grant is older goes first: two buses that share a
/// memory take turns, and so do the two directions of one bus.
template <class ChannelLike>
inline bool grants_before(const ChannelLike& a, const ChannelLike& b) {
  if (a.next != b.next) return a.next < b.next;
  return a.last_grant != b.last_grant ? a.last_grant < b.last_grant : a.number < b.number;
}

/// The channel's next grant is at the first edge at or after `time`, which is not before it is free.
inline void grant_at_edge(Channel& channel, Tick time) {
  if (time == channel.free_at) {  // an edge already
    channel.next = channel.free_at;
    channel.next_cycle = channel.free_cycle;
  } else {
    channel.next_cycle = channel.bus->clock.cycle_at_or_after(time);
    channel.next = channel.bus->clock.duration(channel.next_cycle);
  }
}

/// The first edge at which the channel is free and one of its ready bursts is accepted by its memory.
inline void Engine::find_next(Channel& channel, Tick now) {
  channel.stale = false;
  const Tick earliest = std::max(channel.free_at, now);
  Tick best = never;
  for (const Stream* stream : channel.ready) {
    best = std::min(best, stream->memory->accepts_from(now, stream->write));
    if (best <= earliest) {
      best = earliest;
      break;
    }
  }
  if (best == never)
    channel.next = never;
  else
    grant_at_edge(channel, best);
}

/// A burst whose completions come in order of the grants is booked as soon as it is granted.
inline void Engine::book_exposed(Port& port, const Stream& stream, const common::Service& service, Tick now, Tick moved,
                                 Tick completion) {
  for_each_segment(
      stream, *stream.memory, stream.chain, service.wait, now, completion - moved, completion,
      [&](Cause cause, std::int32_t culprit, Tick until) { port.frontier.book(cause, culprit, until, port.lost); });
}

/// The channel that can grant a burst first; nullptr when none can.
inline Channel* Engine::next_grant() {
  Channel* first = nullptr;
  for (Channel* channel : active_) {
    if (channel->stale) find_next(*channel, now_);
    if (first == nullptr || grants_before(*channel, *first)) first = channel;
  }
  return first == nullptr || first->next == never ? nullptr : first;
}

/// The place among the channel's ready streams of the one whose turn it is: of one that has waited for as long as it
/// may, the longest overdue first; else the arbiter's.
inline std::size_t Engine::choose(Channel& channel, Tick now) {
  if (channel.ready.size() == 1) return 0;
  std::size_t place = 0;
  const Stream* best = nullptr;
  for (std::size_t i = 0; i < channel.ready.size(); ++i) {
    Stream* stream = channel.ready[i];
    if (stream->memory->accepts_from(now, stream->write) > now) continue;
    if (best != nullptr) {
      const Tick due = stream->overdue <= now ? stream->overdue : never,
                 best_due = best->overdue <= now ? best->overdue : never;
      if (due > best_due) continue;
      if (due == best_due && !channel.arbiter.before({stream->number, stream->unit}, {best->number, best->unit}))
        continue;
    }
    best = stream;
    place = i;
  }
  return place;
}

/// The channel and `memory` have taken a burst: when the next ones can be granted has to be found anew, on other
/// channels too where the memory has stopped accepting.
inline void Engine::look_again(Channel& channel, const MemorySide& memory) {
  channel.stale = true;
  for (Channel* other : active_)
    if (other->next < memory.opens_at || memory.queued) other->stale = true;
}

/// One more stream or port is moved on by a completion in `in_flight_`.
inline void Engine::watch() {
  ++watchers_;
  event_at_ = std::min(event_at_, in_flight_.next_time());
}

}  // namespace presil::fabric
