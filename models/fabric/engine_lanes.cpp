// The shortest way for the commonest case: channels with one stream each, burst after burst into in-order memories.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

namespace {

/// A channel whose only ready stream is booked burst by burst as it is granted.
struct Lane {
  Channel* channel;
  Stream* stream;
  Tick earliest;  // of the next burst, but for its memory's acceptance
};

constexpr std::size_t most_lanes = 4;

}  // namespace

/// Does what run() does, burst for burst, while each grant goes to such a stream and no other event comes between.
/// Returns in front of the last burst of a transfer, and of all that does not happen before `horizon`.
void Engine::stream_lanes(Tick horizon) {
  std::array<Lane, most_lanes> lanes;
  std::size_t count = 0;
  horizon = std::min(horizon, in_flight_.next_time());
  for (Channel* channel : active_) {
    if (channel->stale) find_next(*channel, now_);
    Stream& stream = *channel->ready[0];
    if (channel->ready.size() == 1 && stream.books_early && stream.port != nullptr && count < most_lanes)
      lanes[count++] = {channel, &stream, std::max(channel->free_at, now_)};
    else {
      horizon = std::min(horizon, channel->next);
      channel->stale = true;  // its memory may be one of the lanes'
    }
  }
  if (count == 0) return;

  for (;;) {
    Lane* lane = &lanes[0];
    for (std::size_t i = 1; i < count; ++i)
      if (grants_before(*lanes[i].channel, *lane->channel)) lane = &lanes[i];
    Channel& channel = *lane->channel;
    Stream& stream = *lane->stream;
    const Tick now = channel.next;
    if (now >= horizon || stream.cursor.last()) return;
    now_ = now;
    const Bus& bus = *channel.bus;
    Slots& slots = *stream.slots;
    MemorySide& memory = *stream.memory;
    Port& port = *stream.port;
    common::Burst burst;
    burst.write = stream.write;
    burst.priority = slots.priority;
    burst.master = static_cast<std::uint8_t>(stream.owner);
    burst.address = stream.cursor.address();
    burst.bytes = stream.cursor.bytes();
    burst.arrival = now;
    stream.cursor.advance();
    const std::uint32_t beats = burst.bytes >> bus.width_shift;
    channel.arbiter.served({stream.number, stream.unit}, beats);
    channel.holder = &stream;
    channel.last_grant = ++grants_;
    channel.free_cycle = channel.next_cycle + beats;
    const Tick slot_end = channel.free_at = bus.clock.duration(channel.free_cycle);
    const Stream*& holder = memory.holder(burst.write);
    const common::Service service = memory.timing->push(burst);
    const Tick completion = std::max(slot_end, service.done) + bus.latency;
    slots.known.insert(completion);

    // Its books:
    const Tick moved = std::max(slot_end, service.data_end);
    const bool gap = memory.activity.gap_before(service.data_start);
    const bool exposed = service.data_start + (completion - moved) > port.frontier.at();
    if ((gap || exposed) && stream.mark < now) account_waiting(stream, now);
    if (gap)
      move_after_gap(stream, memory, stream.chain, service, false, now);
    else
      memory.activity.move(service.data_start, service.data_end, false, now);
    if (exposed)
      book_granted(port, stream, service, now, moved, completion);
    else
      port.frontier.book(Cause::transfer, completion);
    memory.pins.note(stream.owner, stream.unit, service.data_end);
    holder = &stream;
    memory.has_changed(now);

    for (std::size_t i = 0; i < count; ++i)  // it may have stopped accepting
      if (lanes[i].stream->memory == &memory && lanes[i].channel != &channel &&
          lanes[i].channel->next < memory.opens_at)
        grant_at_edge(*lanes[i].channel, std::max(lanes[i].earliest, memory.opens_at));

    // The next burst needs a slot, then the channel, then its memory.
    stream.chain.restart(now);
    stream.mark = now;
    Tick ready = now;
    if (slots.full(now)) {
      ready = slots.known.first();
      if (count > 1 || ready >= horizon) {  // the general way goes on from here
        drop(channel, stream);
        stream.pending = false;
        want_slot(stream);
        return;
      }
      slots.known.drop_until(ready);
      stream.chain.add(Cause::outstanding, nobody, ready);
      now_ = stream.mark = ready;
    }
    memory.activity.pend(ready);
    blocked_by(stream, stream, slot_end);
    lane->earliest = std::max(slot_end, ready);
    grant_at_edge(channel, std::max(lane->earliest, memory.opens_at));
    if (channel.next != slot_end || ready != now || burst.bytes != bus.max_burst) continue;
    Tick until = horizon;
    for (std::size_t i = 0; i < count; ++i)
      if (&lanes[i] != lane) until = std::min(until, lanes[i].channel->next);
    if (until > slot_end) lane->earliest = stream_run(channel, stream, burst, service, completion, until);
  }
}

/// The stream has been granted `last`, and its next burst is granted when the channel is free again. As far as before
/// `until` each burst repeats the one before, one slot later, takes them all at once. Returns when the channel is free.
Tick Engine::stream_run(Channel& channel, Stream& stream, const common::Burst& last, const common::Service& service,
                        Tick completion, Tick until) {
  const common::Clock& clock = channel.bus->clock;
  MemorySide& memory = *stream.memory;
  Slots& slots = *stream.slots;
  Port& port = *stream.port;
  const Tick interval = channel.free_at - now_;
  const std::int64_t count = std::min(stream.cursor.full_bursts(), (until - 1 - channel.free_at) / interval + 1);
  if (count < 2 || !clock.whole_period()) return channel.free_at;
  // No gap on the pins, nothing but its transfer to book, and always an outstanding burst left.
  const Tick way_back = completion - std::max(channel.free_at, service.data_end);
  const std::int64_t in_flight = (completion - now_ + interval - 1) / interval;
  if (service.data_start + interval > service.data_end || service.data_start + interval + way_back > completion ||
      slots.with_record + slots.known.size() - 1 + in_flight >= slots.limit)
    return channel.free_at;
  if (!memory.timing->push_run(last, count, interval)) return channel.free_at;

  const Tick passed = interval * count;
  const std::uint32_t beats = last.bytes >> channel.bus->width_shift;
  stream.cursor.skip(count);
  channel.arbiter.served({stream.number, stream.unit}, static_cast<std::uint32_t>(beats * (count - 1)));
  channel.arbiter.served({stream.number, stream.unit}, beats);
  grants_ += static_cast<std::uint64_t>(count);
  channel.last_grant = grants_;
  channel.free_cycle = channel.next_cycle = channel.free_cycle + beats * count;
  channel.free_at = channel.next = channel.free_at + passed;
  now_ += passed;
  slots.known.drop_until(now_);
  for (std::int64_t back = std::min(count, in_flight) - 1; back >= 0; --back)
    slots.known.insert(completion + passed - back * interval);
  port.frontier.book(Cause::transfer, completion + passed);
  memory.activity.move(service.data_start, service.data_end + passed, false, now_);
  memory.activity.pend(now_);
  memory.pins.note(stream.owner, stream.unit, service.data_end + passed);
  memory.has_changed(now_);
  stream.chain.restart(now_);
  stream.mark = now_;
  blocked_by(stream, stream, channel.free_at);
  return channel.free_at;
}

}  // namespace presil::fabric
