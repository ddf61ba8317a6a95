// Background packets, and the shortcut for those that find all idle.
#include <algorithm>

#include "models/common/error.hpp"
#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

/// Background bursts in a row, with transfers in flight, after which these are said to starve: no arbitration that
/// gives everybody a turn, and no memory, holds a burst back for so long.
constexpr std::int64_t longest_starvation = 1'000'000;

/// A burst of a packet has been granted, and the cursor stands behind it: on the next packet when that was the last
/// burst and the next packet is due already.
void Engine::count_burst(Traffic& traffic, std::uint32_t bytes, Tick now, Tick completion) {
  traffic.source.granted(bytes);
  if (transfers_ > 0 && ++starved_for_ > longest_starvation) check_starvation(traffic);
  if (!traffic.stream->cursor.done()) return;
  traffic.source.packet_granted(now);
  if (completion != never) traffic.source.packet_moved(completion, traffic.source.deadline());
  traffic.between_packets = true;
  if (traffic.source.due() <= now)
    load_packet(traffic);
  else
    event_at_ = std::min(event_at_, traffic.source.due());
}

/// Otherwise a run without end: whoever waits gets nothing while background traffic alone fills a bus or a memory.
void Engine::check_starvation(const Traffic& traffic) {
  for (const Port& port : ports_)
    if (port.running)
      throw common::Error("bus '" + traffic.stream->channel->bus->name + "': traffic '" + traffic.source.spec().name +
                          "' leaves nothing to '" + port.spec.name + "', which has not moved for " +
                          std::to_string(longest_starvation) + " bursts; lower the traffic's rate or priority");
}

/// A packet is due, and nothing else happens now.
void Engine::take_packet(Traffic& traffic) {
  if (traffic.stream->channel->ready.empty() && traffic.stream->books_early) {
    const Channel* const grant = next_grant();
    stream_packets(traffic, std::min({grant != nullptr ? grant->next : never, next_known_event(), limit_}));
  }
  if (traffic.between_packets && traffic.source.due() <= now_) start_packet(traffic, now_);
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
    now_ = stream.mark = now;
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
