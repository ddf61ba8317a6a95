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
///
/// A completion that nobody watches is no event; it is seen to before the next one.
void Engine::run(Tick limit, bool stop_at_completion) {
  for (;;) {
    Channel* const channel = next_grant();
    const Tick grant_at = channel != nullptr ? std::max(channel->next, now_) : never;
    const Tick completion_at = watchers_ > 0 ? in_flight_.next_time() : never;
    Traffic* const packet = next_packet();
    const Tick packet_at = packet != nullptr ? packet->source.due() : never;
    const Tick known_at = std::min(packet_at, next_known_event());
    const Tick horizon = std::min(known_at, limit);
    // Mostly a grant, a packet or a completion is all that happens at its instant:
    if (grant_at < completion_at && grant_at < horizon) {
      now_ = grant_at;
      complete_until(grant_at);
      grant(*channel, grant_at);
      if (channel->ready.size() == 1 && channel->ready[0]->books_early && channel->ready[0]->port != nullptr &&
          channel->free_at < in_flight_.next_time() && channel->free_at < horizon) {
        const Traffic* const next = next_packet();
        stream_lanes(std::min({next != nullptr ? next->source.due() : never, next_known_event(), limit}));
      }
      continue;
    }
    if (packet_at <= grant_at && packet_at < completion_at && packet_at < limit && packet_at < next_known_event()) {
      now_ = packet_at;
      complete_until(packet_at);
      if (packet->stream->channel->ready.empty() && packet->stream->books_early)
        stream_packets(*packet, std::min({grant_at, completion_at, next_known_event(), limit}));
      if (packet->between_packets && packet->source.due() <= now_) start_packet(*packet, now_);
      continue;
    }
    if (completion_at <= grant_at && completion_at < horizon) {
      const std::uint64_t entered = entered_;
      bool completed = false;
      do {  // those that make nobody ready one after another, without looking at the channels again
        now_ = in_flight_.next_time();
        completed = complete(in_flight_.pop());
      } while (!completed && entered == entered_ && watchers_ > 0 && in_flight_.next_time() <= grant_at &&
               in_flight_.next_time() < std::min(horizon, next_alarm_));
      if (!completed) continue;
      complete_until(now_);
      if (stop_at_completion) return;
      continue;
    }
    const Tick time = std::max(std::min({grant_at, completion_at, known_at}), now_);
    if (time > limit || time == never) return;
    now_ = time;
    bool completed = complete_until(time);
    completed |= ring_alarms(time);
    for (Traffic& traffic : traffic_)
      if (traffic.between_packets && traffic.source.due() <= time) start_packet(traffic, time);
    if ((completed && stop_at_completion) || time >= limit) return;
    if (start_at_ <= time) start_transfers(time);
    for (;;) {
      Channel* const next = next_grant();
      if (next == nullptr || next->next > time) break;
      grant(*next, time);
    }
    if (!queued_memories_.empty()) decide(time);
  }
}

void Engine::catch_up(Tick limit) {
  run(limit, false);
  complete_until(limit);  // nobody watched these
  now_ = std::max(now_, limit);
}

/// True when a transfer has completed.
inline bool Engine::complete_until(Tick time) {
  bool completed = false;
  while (in_flight_.next_time() <= time) completed |= complete(in_flight_.pop());
  return completed;
}

/// True when a transfer has completed.
bool Engine::ring_alarms(Tick now) {
  if (next_alarm_ > now) return false;
  bool completed = false;
  next_alarm_ = never;
  for (std::size_t i = 0; i < alarms_.size();) {
    const Alarm alarm = alarms_[i];
    if (alarm.time > now) {
      next_alarm_ = std::min(next_alarm_, alarm.time);
      ++i;
      continue;
    }
    alarms_[i] = alarms_.back();
    alarms_.pop_back();
    if (alarm.slots != nullptr) offer_slots(*alarm.slots, now);
    if (alarm.port != nullptr) {
      finish(*alarm.port, now);
      completed = true;
    }
  }
  return completed;
}

/// Of all but grants, packets and the completions in `in_flight_`.
inline Tick Engine::next_known_event() const {
  Tick time = std::min(start_at_, next_alarm_);
  for (const MemorySide* memory : queued_memories_) time = std::min(time, memory->next_decision);
  return time;
}

/// The master whose packet is due next; nullptr when all have one under way.
inline Traffic* Engine::next_packet() {
  Traffic* first = nullptr;
  for (Traffic& traffic : traffic_)
    if (traffic.between_packets && (first == nullptr || traffic.source.due() < first->source.due())) first = &traffic;
  return first;
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

void Engine::grant(Channel& channel, Tick now) {
  const std::size_t place = choose(channel, now);
  Stream& stream = *channel.ready[place];
  if (stream.mark < now) account_waiting(stream, now);

  const std::uint32_t bytes = stream.cursor.bytes(), beats = bytes >> channel.bus->width_shift;
  channel.arbiter.served({stream.number, stream.unit}, beats);
  channel.holder = &stream;
  channel.last_grant = ++grants_;
  channel.free_cycle = channel.next_cycle + beats;
  channel.free_at = channel.bus->clock.duration(channel.free_cycle);

  const bool alone = channel.ready.size() == 1;
  if (!alone) charge_others(channel, stream, now);
  const Tick completion = push(stream, channel.free_at, now);
  if (!alone) send_others_for_slots(channel, stream, now);
  channel.stale = true;
  for (Channel* other : active_)  // it may have stopped accepting
    other->stale |= other->ready.size() > 1 || other->ready[0]->memory == stream.memory;

  stream.cursor.advance();
  const bool more = !stream.cursor.done();
  if (more)
    next_burst(stream, now);
  else
    drop(channel, stream);
  if (stream.traffic == nullptr) {
    starved_for_ = 0;
    if (!more && stream.port->reads->cursor.done() && stream.port->writes->cursor.done()) {
      if (stream.books_early)
        set_alarm({completion, stream.port, nullptr});
      else
        stream.port->all_granted = true, ++watchers_;
    }
    return;
  }
  Traffic& traffic = *stream.traffic;
  traffic.source.granted(bytes);
  if (transfers_ > 0 && ++starved_for_ > longest_starvation) check_starvation(traffic);
  if (more) return;
  traffic.source.packet_granted(now);
  if (completion != never) traffic.source.packet_moved(completion, traffic.source.deadline());
  traffic.between_packets = true;
  if (traffic.source.due() <= now) start_packet(traffic, now);
}

/// Otherwise a run without end: whoever waits gets nothing while background traffic alone fills a bus or a memory.
void Engine::check_starvation(const Traffic& traffic) {
  for (const Port& port : ports_)
    if (port.running)
      throw common::Error("bus '" + traffic.stream->channel->bus->name + "': traffic '" + traffic.source.spec().name +
                          "' leaves nothing to '" + port.spec.name + "', which has not moved for " +
                          std::to_string(longest_starvation) + " bursts; lower the traffic's rate or priority");
}

/// The other ready streams of the channel wait for this slot.
void Engine::charge_others(Channel& channel, const Stream& granted, Tick now) {
  for (Stream* other : channel.ready) {
    if (other == &granted) continue;
    account_waiting(*other, now);
    blocked_by(*other, granted, channel.free_at);
  }
}

/// They may have lost the unit's last outstanding burst to it.
void Engine::send_others_for_slots(Channel& channel, const Stream& granted, Tick now) {
  if (!granted.slots->full(now)) return;
  for (std::size_t i = 0; i < channel.ready.size();) {
    Stream& other = *channel.ready[i];
    if (&other == &granted || other.slots != granted.slots) {
      ++i;
      continue;
    }
    want_slot(other);
    leave(channel, i);
  }
}

/// Hands the stream's burst to its memory. Returns its completion, `never` while that is not known.
Tick Engine::push(Stream& stream, Tick slot_end, Tick now) {
  MemorySide& memory = *stream.memory;
  common::Burst burst;
  burst.address = stream.cursor.address();
  burst.bytes = stream.cursor.bytes();
  burst.write = stream.write;
  burst.passes_by = stream.passes_by;
  burst.priority = stream.priority;
  burst.master = static_cast<std::uint8_t>(stream.owner);
  burst.arrival = now;
  memory.holder(stream.write) = &stream;
  if (!stream.books_early) return push_with_record(stream, burst, slot_end, now);

  const common::Service service = memory.timing->push(burst);
  memory.has_changed(now);
  const auto [moved, completion] = pass_back(stream, service, burst.bytes, now, slot_end, now);
  stream.slots->known.insert(completion);

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
  --stream.slots->with_record;
  bool completed = false;
  BurstRecord& record = records_[entry.record];
  if (stream.port != nullptr) {
    Port& port = *stream.port;
    book_record(port, record, entry.time);
    if (--port.in_flight == 0 && port.all_granted) {
      --watchers_;
      finish(port, entry.time);
      completed = true;
    }
  }
  if (!stream.slots->waiting.empty()) offer_slots(*stream.slots, entry.time);
  record.completed = true;
  if (record.decided) records_.give_back(entry.record);
  return completed;
}

}  // namespace presil::fabric
