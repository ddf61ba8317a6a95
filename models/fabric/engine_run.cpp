// The loop of the interconnect: completions and arrivals first, then arbitration, then the memories' decisions.
#include <algorithm>

#include "models/common/error.hpp"
#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

/// Background bursts in a row, with transfers in flight, after which these are said to starve: no arbitration that
/// gives everybody a turn, and no memory, holds a burst back for so long.
constexpr std::int64_t longest_starvation = 1'000'000;

/// At one instant, in this order: bursts complete and free their slots, background packets arrive, submitted transfers
/// start, channels are arbitrated, queueing memories decide. What a decision makes possible at the same instant goes
/// round once more. Nothing but completions and arrivals happens at `limit` itself: somebody may still submit then.
void Engine::run(Tick limit, bool stop_at_completion) {
  for (;;) {
    const Next next = next_event();
    if (next.time > limit || next.time == never) return;
    if (next.alone != nullptr && next.time < limit) {
      grant_alone(*next.alone, std::min(next.horizon, limit));
      continue;
    }
    const Tick time = now_ = next.time;
    bool completed = false;
    while (in_flight_.next_time() <= time) completed |= complete(in_flight_.pop());
    for (Traffic& traffic : traffic_)
      if (traffic.between_packets && traffic.source.due() <= time) start_packet(traffic, time);
    if ((completed && stop_at_completion) || time >= limit) return;
    if (start_at_ <= time) start_transfers(time);
    arbitrate(time);
    if (!queued_memories_.empty()) decide(time);
  }
}

/// The same for a stretch of grants of one channel with no other event before `horizon`: exact, and quick.
void Engine::grant_alone(Channel& channel, Tick horizon) {
  for (;;) {
    now_ = channel.next;
    while (in_flight_.next_time() <= now_) complete(in_flight_.pop());  // nobody watches these
    if (!grant(channel, now_)) return;
    find_next(channel, now_);
    if (channel.next >= horizon || (watchers_ > 0 && in_flight_.next_time() <= channel.next)) return;
    if (watchers_ == 0 && channel.ready.size() == 1 && !stream_alone(channel, horizon)) return;
  }
}

void Engine::catch_up(Tick limit) {
  run(limit, false);
  while (in_flight_.next_time() <= limit) complete(in_flight_.pop());  // nobody watched these
  now_ = std::max(now_, limit);
}

/// A completion that nobody watches is no event: it is seen to before the next one.
Engine::Next Engine::next_event() {
  Next next;
  next.horizon = watchers_ > 0 ? std::min(in_flight_.next_time(), start_at_) : start_at_;
  for (const MemorySide* memory : queued_memories_) next.horizon = std::min(next.horizon, memory->next_decision);
  for (const Traffic& traffic : traffic_)
    if (traffic.between_packets) next.horizon = std::min(next.horizon, traffic.source.due());
  Tick first = never;
  for (Channel& channel : channels_) {
    if (channel.stale) find_next(channel, now_);
    if (channel.next < first) {
      next.horizon = std::min(next.horizon, first);
      first = channel.next;
      next.alone = &channel;
    } else {
      next.horizon = std::min(next.horizon, channel.next);
    }
  }
  if (first >= next.horizon) next.alone = nullptr;
  next.time = std::max(std::min(first, next.horizon), now_);
  return next;
}

/// Grants what can be granted at `now`, the channel whose last grant is oldest first: two buses that share a memory
/// take turns, and so do the two directions of one bus.
void Engine::arbitrate(Tick now) {
  for (;;) {
    Channel* chosen = nullptr;
    for (Channel& channel : channels_) {
      if (channel.stale) find_next(channel, now);
      if (channel.next <= now && (chosen == nullptr || channel.last_grant < chosen->last_grant)) chosen = &channel;
    }
    if (chosen == nullptr) return;
    grant(*chosen, now);
  }
}

/// Takes the stream whose turn it is out of the channel's ready streams.
Stream* Engine::choose(Channel& channel, Tick now) {
  std::size_t place = 0;
  if (channel.ready.size() > 1) {
    const Stream* best = nullptr;
    for (std::size_t i = 0; i < channel.ready.size(); ++i) {
      Stream* stream = channel.ready[i];
      if (stream->memory->accepts_from(now, stream->write) > now) continue;
      if (best != nullptr && !channel.arbiter.before({stream->number, stream->unit}, {best->number, best->unit}))
        continue;
      best = stream;
      place = i;
    }
  }
  Stream* chosen = channel.ready[place];
  channel.ready[place] = channel.ready.back();
  channel.ready.pop_back();
  return chosen;
}

/// True when nothing but this channel's next grant and completions can follow from it.
bool Engine::grant(Channel& channel, Tick now) {
  Stream& stream = *choose(channel, now);
  if (stream.mark < now) account_waiting(stream, now);
  stream.state = StreamState::idle;

  const std::uint32_t bytes = stream.cursor.bytes(), beats = bytes >> channel.bus->width_shift;
  channel.arbiter.served({stream.number, stream.unit}, beats);
  channel.holder = &stream;
  channel.last_grant = ++grants_;
  channel.free_cycle = channel.next_cycle + beats;
  channel.free_at = channel.bus->clock.duration(channel.free_cycle);
  channel.stale = false;
  channel.next = never;
  ++stream.slots->in_flight[stream.write];
  if (!channel.ready.empty()) charge_others(channel, stream, now);

  const Tick completion = push(stream, channel.free_at, now);
  bool alone = true;
  for (Channel& other : channels_) {
    if (other.ready.empty()) continue;
    other.stale = true;
    alone = alone && &other == &channel;
  }

  stream.cursor.advance();
  if (stream.traffic == nullptr) {
    starved_for_ = 0;
    ++stream.port->in_flight;
    if (!stream.cursor.done()) {
      next_burst(stream, now);
    } else if (stream.port->reads->cursor.done() && stream.port->writes->cursor.done()) {
      stream.port->all_granted = true;
      ++watchers_;
    }
    return alone && stream.books_early;
  }
  Traffic& traffic = *stream.traffic;
  traffic.source.granted(bytes);
  if (transfers_ > 0 && ++starved_for_ > longest_starvation) check_starvation(traffic);
  if (!stream.cursor.done()) {
    next_burst(stream, now);
    return false;
  }
  traffic.source.packet_granted(now);
  if (completion != never) traffic.source.packet_moved(completion, traffic.source.due());
  traffic.between_packets = true;
  if (traffic.source.due() <= now) start_packet(traffic, now);
  return false;
}

/// Otherwise a run without end: whoever waits gets nothing while background traffic alone fills a bus or a memory.
void Engine::check_starvation(const Traffic& traffic) {
  for (const Port& port : ports_)
    if (port.running)
      throw common::Error("bus '" + traffic.stream->channel->bus->name + "': traffic '" + traffic.source.spec().name +
                          "' leaves nothing to '" + port.spec.name + "', which has not moved for " +
                          std::to_string(longest_starvation) + " bursts; lower the traffic's rate or priority");
}

/// The other ready streams of the channel wait for this slot, and may have lost the unit's last outstanding burst to
/// it.
void Engine::charge_others(Channel& channel, const Stream& granted, Tick now) {
  const bool full = granted.slots->in_flight[granted.write] >= granted.slots->limit[granted.write];
  for (std::size_t i = 0; i < channel.ready.size();) {
    Stream& other = *channel.ready[i];
    account_waiting(other, now);
    blocked_by(other, granted, channel.free_at);
    if (full && other.slots == granted.slots && other.write == granted.write) {
      want_slot(other);
      channel.ready[i] = channel.ready.back();
      channel.ready.pop_back();
    } else {
      ++i;
    }
  }
}

/// Hands the stream's burst to its memory. Returns its completion, `never` while that is not known.
Tick Engine::push(Stream& stream, Tick slot_end, Tick now) {
  MemorySide& memory = *stream.memory;
  common::Burst burst;
  burst.address = stream.cursor.address();
  burst.bytes = stream.cursor.bytes();
  burst.write = stream.write;
  burst.priority = stream.slots->priority;
  burst.master = static_cast<std::uint8_t>(stream.owner);
  burst.arrival = now;
  memory.holder(stream.write) = &stream;
  if (!stream.books_early) return push_with_record(stream, burst, slot_end, now);

  const common::Service service = memory.timing->push(burst);
  memory.has_changed();
  const Tick moved = std::max(slot_end, service.data_end);
  const Tick completion = std::max(slot_end, service.done) + stream.channel->bus->latency;
  in_flight_.insert({completion, grants_, &stream, CompletionQueue::no_record});

  if (memory.activity.gap_before(service.data_start))
    move_after_gap(stream, memory, stream.chain, service, stream.port == nullptr, now);
  else
    memory.activity.move(service.data_start, service.data_end, stream.port == nullptr, now);
  if (stream.port != nullptr) book_granted(*stream.port, stream, service, now, moved, completion);
  memory.pins.note(stream.owner, stream.unit, service.data_end);
  return completion;
}

/// True when a transfer has completed too.
bool Engine::complete(const CompletionQueue::Entry& entry) {
  Stream& stream = *entry.stream;
  Slots& slots = *stream.slots;
  --slots.in_flight[stream.write];
  bool completed = false;
  if (stream.port != nullptr) {
    Port& port = *stream.port;
    if (entry.record != CompletionQueue::no_record) book_record(port, records_[entry.record], entry.time);
    if (--port.in_flight == 0 && port.all_granted) {
      finish(port, entry.time);
      completed = true;
    }
  }
  if (slots.waiting[stream.write] > 0) offer_slots(stream, entry.time);
  if (entry.record != CompletionQueue::no_record) {
    BurstRecord& record = records_[entry.record];
    record.completed = true;
    if (record.decided) records_.give_back(entry.record);
  }
  return completed;
}

}  // namespace presil::fabric
