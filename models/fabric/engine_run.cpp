// The loop of the interconnect: completions and arrivals first, then arbitration, then the memories' decisions.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

/// From event to event; in between, bursts are granted one after another. At one instant, in this order: bursts
/// complete and free their slots, background packets arrive, submitted transfers start, channels are arbitrated,
/// queueing memories decide. What a decision makes possible at the same instant goes round once more. Nothing but
/// completions and arrivals happens at `limit` itself: somebody may still submit then.
///
/// A completion that nobody watches is no event; it is seen to before the next grant or event.
void Engine::run(Tick limit, bool stop_at_completion) {
  limit_ = limit;
  for (;;) {
    event_at_ = std::min(next_known_event(), next_packet_at());
    grant_before_events();
    const Tick time = std::max(event_at_, now_);
    if (time > limit || time == never) return;
    now_ = time;
    bool completed = complete_until(time);
    if (!completed && next_packet_at() <= time && time < next_known_event() && time < limit) {  // mostly all there is
      take_packet(*next_packet());
      continue;
    }
    completed |= ring_alarms(time);
    for (Traffic& traffic : traffic_)
      if (traffic.between_packets && traffic.source.due() <= time) start_packet(traffic, time);
    if ((completed && stop_at_completion) || time >= limit) return;
    if (start_at_ <= time) start_transfers(time);
    if (queued_memories_.empty()) continue;
    for (Channel* next = next_grant(); next != nullptr && next->next <= time; next = next_grant()) grant(*next, time);
    decide(time);
  }
}

/// All that can be granted before the next event and before the limit: grants may bring the event nearer.
inline void Engine::grant_before_events() {
  for (;;) {
    Channel* const channel = next_grant();
    if (channel == nullptr) return;
    const Tick now = std::max(channel->next, now_);
    if (now >= event_at_ || now >= limit_) return;
    now_ = now;
    if (in_flight_.next_time() <= now) complete_until(now);
    if (!channel->ready[0]->in_step || !saturate(*channel->ready[0])) grant(*channel, now);
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
    if (alarm.copies != nullptr) data_came(*alarm.copies, now);
    if (alarm.slots != nullptr) offer_slots(*alarm.slots, now);
    if (alarm.port != nullptr) {
      finish(*alarm.port, now);
      completed = true;
    }
  }
  return completed;
}

/// Of all but grants and packets: nothing but these happens before.
Tick Engine::next_known_event() const {
  Tick time = std::min(start_at_, next_alarm_);
  if (watchers_ > 0) time = std::min(time, in_flight_.next_time());
  for (const MemorySide* memory : queued_memories_) time = std::min(time, memory->next_decision);
  return time;
}

inline Tick Engine::next_packet_at() {
  const Traffic* const packet = next_packet();
  return packet != nullptr ? packet->source.due() : never;
}

/// The master whose packet is due next; nullptr when all have one under way.
inline Traffic* Engine::next_packet() {
  Traffic* first = nullptr;
  for (Traffic& traffic : traffic_)
    if (traffic.between_packets && (first == nullptr || traffic.source.due() < first->source.due())) first = &traffic;
  return first;
}

/// True when a transfer has completed too.
bool Engine::complete(const CompletionQueue::Entry& entry) {
  Stream& stream = *entry.stream;
  --stream.slots->with_record;
  bool completed = false;
  BurstRecord& record = records_[entry.record];
  if (stream.port != nullptr) {
    Port& port = *stream.port;
    book(port, record, entry.time);
    if (port.copy && !stream.write) {
      port.progress.ended(record.copy_index, entry.time);
      Stream& writes = *port.writes;
      if (writes.state == StreamState::wants_data &&
          port.progress.bytes_until(entry.time) >= writes.cursor.bytes_through()) {
        --watchers_;
        data_came(writes, entry.time);
      }
    }
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
