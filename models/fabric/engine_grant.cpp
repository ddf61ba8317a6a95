// Arbitration: whose burst goes next over a channel, what that costs the others, and the burst's books.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

void Engine::grant(Channel& channel, Tick now) {
  Stream& stream = *channel.ready[choose(channel, now)];
  const bool alone = channel.ready.size() == 1;
  const std::uint32_t bytes = stream.cursor.bytes(), beats = bytes >> channel.bus->width_shift;
  channel.arbiter.served({stream.number, stream.unit}, beats);
  channel.last_grant = ++grants_;
  channel.free_cycle = channel.next_cycle + beats;
  channel.free_at = channel.bus->clock.duration(channel.free_cycle);
  if (!alone) charge_others(channel, stream, now);
  channel.holder = &stream;
  const Tick completion = push(stream, channel.free_at, now);
  if (!alone) send_others_for_slots(channel, stream, now);
  look_again(channel, *stream.memory);

  stream.cursor.advance();
  if (stream.traffic != nullptr)
    count_burst(*stream.traffic, bytes, now, completion);
  else
    starved_for_ = 0;
  if (!stream.cursor.done()) {
    next_burst(stream, now);
    return;
  }
  drop(channel, stream);
  if (stream.port == nullptr || !stream.port->reads->cursor.done() || !stream.port->writes->cursor.done()) return;
  if (stream.books_early)
    set_alarm({stream.port->copy ? stream.port->unbooked.last_time() : completion, stream.port});
  else
    stream.port->all_granted = true, watch();
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
    want_slot(other, now);
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
  if (!stream.books_early) {
    if (stream.mark < now) account_waiting(stream, now);
    memory.holder(stream.write) = &stream;
    return push_with_record(stream, burst, slot_end, now);
  }

  const common::Service service = memory.push(burst);
  const auto [moved, completion] = pass_back(stream, service, burst.bytes, now, slot_end, now);
  stream.slots->known.insert(completion);

  // Its books. Why it waited matters when the pins stood still, or its port had nothing else on its way.
  Port* const port = stream.port;
  const bool gap = memory.activity.gap_before(service.data_start);
  const bool copy = port != nullptr && port->copy;
  const bool exposed = copy || (port != nullptr && service.data_start + (completion - moved) > port->frontier.at());
  if ((gap || exposed) && stream.mark < now) account_waiting(stream, now);
  if (gap)
    move_after_gap(stream, memory, stream.chain, service, port == nullptr, now);
  else
    memory.activity.move(service.data_start, service.data_end, port == nullptr, now);
  if (copy)
    book_later(stream, service, now, moved, completion);
  else if (exposed)
    book_exposed(*port, stream, service, now, moved, completion);
  else if (port != nullptr)
    port->frontier.book(Cause::transfer, completion);
  memory.pins.note(stream.owner, stream.unit, service.data_end);
  memory.holder(stream.write) = &stream;
  memory.has_changed(now);
  return completion;
}

}  // namespace presil::fabric
