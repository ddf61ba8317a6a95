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
    if (channel->ready.size() == 1 && stream.books_early && stream.port != nullptr && stream.bridge == nullptr &&
        count < most_lanes)
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
    burst.passes_by = stream.passes_by;
    burst.priority = stream.priority;
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
    const auto others_wait = [&] {  // it may have stopped accepting
      for (std::size_t i = 0; i < count; ++i)
        if (lanes[i].stream->memory == &memory && lanes[i].channel != &channel &&
            lanes[i].channel->next < memory.opens_at)
          grant_at_edge(*lanes[i].channel, std::max(lanes[i].earliest, memory.opens_at));
    };
    others_wait();
    if (bus.in_step[static_cast<std::size_t>(stream.memory_number)]) {
      Tick until = horizon;
      for (std::size_t i = 0; i < count; ++i)
        if (&lanes[i] != lane) until = std::min(until, lanes[i].channel->next);
      if (stream_run(channel, stream, burst.bytes, service, completion, until)) others_wait();
    }

    // The next burst needs a slot, then the channel, then its memory.
    stream.chain.restart(now_);
    stream.mark = now_;
    Tick ready = now_;
    if (slots.full(now_)) {
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
    pend(stream, ready);
    blocked_by(stream, stream, channel.free_at);
    lane->earliest = std::max(channel.free_at, ready);
    grant_at_edge(channel, std::max(lane->earliest, memory.opens_at));
  }
}

/// The stream's last grant, of `bytes`, is that of `service`; the pins of its memory keep step with the bus. As long as
/// the next burst can be granted when the channel is free again, and before `until`, its data follow without a gap, one
/// burst's time later, and all there is to book is its transfer: these are granted here, all but the area's last. False
/// when there are none.
bool Engine::stream_run(Channel& channel, Stream& stream, std::uint32_t bytes, const common::Service& service,
                        Tick completion, Tick until) {
  MemorySide& memory = *stream.memory;
  Slots& slots = *stream.slots;
  const Tick beat = channel.bus->clock.duration(1);
  const Tick backlog = memory.opens_at - now_;  // once a burst is granted, until the memory accepts the next
  const Tick answer = completion - service.data_end;
  Tick data_end = service.data_end;
  std::int64_t bursts = 0, beats = 0, last_beats = 0, moved = 0;
  while (channel.free_at < until && channel.free_at - now_ >= backlog && !stream.cursor.last() && !slots.full(now_)) {
    now_ = channel.free_at;
    bytes = stream.cursor.bytes();
    stream.cursor.advance();
    beats += last_beats;
    last_beats = bytes >> channel.bus->width_shift;
    channel.free_at += last_beats * beat;
    data_end += last_beats * beat;
    slots.known.insert(data_end + answer);
    moved += bytes;
    ++bursts;
  }
  if (bursts == 0) return false;

  channel.arbiter.served({stream.number, stream.unit}, static_cast<std::uint32_t>(beats));
  channel.arbiter.served({stream.number, stream.unit}, static_cast<std::uint32_t>(last_beats));
  channel.last_grant = grants_ += static_cast<std::uint64_t>(bursts);
  channel.free_cycle += beats + last_beats;
  memory.timing->push_behind(stream.write, bursts, moved, bytes);
  memory.activity.pend(now_);
  memory.activity.move(service.data_end, data_end, false, now_);
  stream.port->frontier.book(Cause::transfer, data_end + answer);
  memory.pins.note(stream.owner, stream.unit, data_end);
  memory.has_changed(now_);
  return true;
}

/// Packets of one burst that find everything idle: does what run() does, packet for packet, while they are due and
/// granted before `horizon` and before other masters' packets are due. Returns in front of any other packet.
void Engine::stream_packets(Traffic& traffic, Tick horizon) {
  Stream& stream = *traffic.stream;
  Channel& channel = *stream.channel;
  const Bus& bus = *channel.bus;
  MemorySide& memory = *stream.memory;
  Slots& slots = *stream.slots;
  for (const Traffic& other : traffic_)
    if (&other != &traffic && other.between_packets) horizon = std::min(horizon, other.source.due());
  const std::uint64_t grants_before_these = grants_;
  while (traffic.between_packets) {
    const Tick due = traffic.source.due();
    if (due >= horizon || channel.free_at > due || memory.opens_at > due || slots.full(due)) break;
    const std::int64_t cycle = bus.clock.cycle_at_or_after(due);
    const Tick now = bus.clock.duration(cycle);
    if (now >= horizon) break;
    now_ = due;
    stream.cursor.start(traffic.source.next_packet(stream.memory_number), bus.width, bus.max_burst);
    if (!stream.cursor.last()) {
      traffic.between_packets = false;
      next_burst(stream, due);
      break;
    }
    stream.chain.restart(due);
    stream.chain.add(Cause::latency, nobody, now);  // to the bus's clock edge
    memory.activity.pend(due);
    now_ = now;
    const std::uint32_t bytes = stream.cursor.bytes(), beats = bytes >> bus.width_shift;
    channel.arbiter.served({stream.number, stream.unit}, beats);
    channel.last_grant = ++grants_;
    channel.free_cycle = cycle + beats;
    channel.free_at = bus.clock.duration(channel.free_cycle);
    traffic.source.granted(bytes);
    traffic.source.packet_granted(now);
    traffic.source.packet_moved(push(stream, channel.free_at, now), traffic.source.deadline());
    stream.cursor.advance();
    channel.holder = &stream;
    if (transfers_ > 0) ++starved_for_;
  }
  if (grants_ == grants_before_these) return;
  for (Channel* other : active_) other->stale = true;  // its memory may have stopped accepting
}

}  // namespace presil::fabric
