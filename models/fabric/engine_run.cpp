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
    const Tick other_at = next_arrival_or_decision();
    const Tick horizon = std::min(other_at, limit);
    // Mostly a grant or a completion is all that happens at its instant:
    if (grant_at < completion_at && grant_at < horizon) {
      now_ = grant_at;
      complete_until(grant_at);
      grant(*channel, grant_at);
      if (watchers_ == 0 && active_.size() == 1 && active_[0] == channel) stream_alone(*channel, horizon);
      continue;
    }
    if (completion_at <= grant_at && completion_at < horizon) {
      const std::uint64_t entered = entered_;
      bool completed = false;
      do {  // those that make nobody ready one after another, without looking at the channels again
        now_ = in_flight_.next_time();
        completed = complete(in_flight_.pop());
      } while (!completed && entered == entered_ && watchers_ > 0 &&
               in_flight_.next_time() <= std::min(grant_at, horizon - 1));
      if (!completed) continue;
      complete_until(now_);
      if (stop_at_completion) return;
      continue;
    }
    const Tick time = std::max(std::min({grant_at, completion_at, other_at}), now_);
    if (time > limit || time == never) return;
    now_ = time;
    const bool completed = complete_until(time);
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

inline Tick Engine::next_arrival_or_decision() const {
  Tick time = start_at_;
  for (const MemorySide* memory : queued_memories_) time = std::min(time, memory->next_decision);
  for (const Traffic& traffic : traffic_)
    if (traffic.between_packets) time = std::min(time, traffic.source.due());
  return time;
}

static bool waited_longer(const Channel& a, const Channel& b) {
  return a.last_grant != b.last_grant ? a.last_grant < b.last_grant : a.number < b.number;
}

/// The channel that can grant a burst first, of several the one whose last grant is oldest: two buses that share a
/// memory take turns, and so do the two directions of one bus.
inline Channel* Engine::next_grant() {
  Channel* first = nullptr;
  Tick first_time = never;
  for (Channel* channel : active_) {
    if (channel->stale) find_next(*channel, now_);
    if (channel->next > first_time || channel->next == never) continue;
    if (channel->next == first_time && !waited_longer(*channel, *first)) continue;
    first = channel;
    first_time = channel->next;
  }
  return first;
}

/// The place among the channel's ready streams of the one whose turn it is.
inline std::size_t Engine::choose(Channel& channel, Tick now) {
  if (channel.ready.size() == 1) return 0;
  std::size_t place = 0;
  const Stream* best = nullptr;
  for (std::size_t i = 0; i < channel.ready.size(); ++i) {
    Stream* stream = channel.ready[i];
    if (stream->memory->accepts_from(now, stream->write) > now) continue;
    if (best != nullptr && !channel.arbiter.before({stream->number, stream->unit}, {best->number, best->unit}))
      continue;
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
  ++stream.slots->in_flight[stream.write];
  if (channel.ready.size() > 1) {  // it may come to lie elsewhere meanwhile
    leave(channel, place);
    charge_others(channel, stream, now);
    enter(channel, stream);
  }
  const Tick completion = push(stream, channel.free_at, now);
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
    ++stream.port->in_flight;
    if (!more && stream.port->reads->cursor.done() && stream.port->writes->cursor.done()) {
      stream.port->all_granted = true;
      ++watchers_;
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
      leave(channel, i);
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
  if (!slots.waiting[stream.write].empty()) offer_slots(stream, entry.time);
  if (entry.record != CompletionQueue::no_record) {
    BurstRecord& record = records_[entry.record];
    record.completed = true;
    if (record.decided) records_.give_back(entry.record);
  }
  return completed;
}

}  // namespace presil::fabric
