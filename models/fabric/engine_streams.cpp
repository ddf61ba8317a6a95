// What a stream goes through until its next burst is ready to be granted, and what it is said to have waited for.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

/// The port has nothing under way: its next transfer starts at `now`, or when it arrives.
void Engine::request_start(Port& port, Tick now) {
  port.start_requested = true;
  start_at_ = std::min(start_at_, std::max(now, port.queue[port.queue_head].submitted));
}

/// Starts the next transfer of each port that has none under way.
void Engine::start_transfers(Tick now) {
  start_at_ = never;
  starved_for_ = 0;
  for (Port& port : ports_) {
    if (!port.start_requested) continue;
    if (port.queue[port.queue_head].submitted > now) {
      request_start(port, now);
      continue;
    }
    port.start_requested = false;
    const Port::Waiting waiting = port.queue[port.queue_head++];
    if (port.queue_head == port.queue.size()) {
      port.queue.clear();
      port.queue_head = 0;
    }
    const Transfer& transfer = waiting.transfer;
    port.running = true;
    port.id = transfer.id;
    port.copy = transfer.copy;
    port.all_granted = false;
    port.start = waiting.submitted;
    port.frontier.start(port.start);
    port.progress.start();
    const bool books_early = memories_[static_cast<std::size_t>(transfer.area.memory)].in_order &&
                             (!transfer.copy || memories_[static_cast<std::size_t>(transfer.to_area.memory)].in_order);
    // Both cursors before the first burst: while one of them has bursts left the transfer goes on.
    if (transfer.copy || !transfer.write) start_stream(*port.reads, port, transfer.area, books_early, now);
    if (transfer.copy || transfer.write)
      start_stream(*port.writes, port, transfer.copy ? transfer.to_area : transfer.area, books_early, now);
  }
}

void Engine::start_stream(Stream& stream, const Port& port, const Area& area, bool books_early, Tick now) {
  const Bus& bus = *port.bus_towards(area.memory);
  stream.memory_number = area.memory;
  stream.memory = &memories_[static_cast<std::size_t>(area.memory)];
  take_path(stream, port.unit, bus, area.memory);
  stream.passes_by = stream.memory->timing->passed_by(port.spec.unit);
  stream.books_early = books_early;
  stream.in_step = !port.copy && keeps_step(stream);
  stream.cursor.start(area, bus.width, bus.max_burst);
  next_burst(stream, now);
}

void Engine::take_path(Stream& stream, std::int32_t unit, const Bus& bus, std::int32_t memory) {
  stream.channel = &channels_[static_cast<std::size_t>(bus.channel[stream.write])];
  Slots& own = units_[static_cast<std::size_t>(unit)].slots[static_cast<std::size_t>(bus.number)][stream.write];
  stream.bridge = bus.bridges[static_cast<std::size_t>(memory)];
  stream.slots = stream.bridge != nullptr ? &stream.bridge->slots[stream.write] : &own;
  stream.priority = own.priority;
  stream.latency_bound = own.latency_bound;
  stream.overdue = never;
}

void Engine::load_packet(Traffic& traffic) {
  Stream& stream = *traffic.stream;
  traffic.between_packets = false;
  stream.cursor.start(traffic.source.next_packet(stream.memory_number), stream.channel->bus->width,
                      stream.channel->bus->max_burst);
}

void Engine::start_packet(Traffic& traffic, Tick now) {
  load_packet(traffic);
  next_burst(*traffic.stream, now);
}

Passage over_bridge(Stream& stream, const common::Service& service, std::uint32_t bytes, Tick granted,
                    Passage passage) {
  const Tick comes = service.done - (service.data_end - service.data_start);  // a read's first data, at the bridge
  const Tick from = std::max(stream.write ? granted : comes, stream.crossed);
  stream.crossed = stream.bridge->path.cross(bytes, stream.write, from);
  passage.moved = std::max(passage.moved, stream.crossed);
  passage.completion = std::max(passage.completion, stream.crossed) + stream.bridge->path.latency();
  return passage;
}

void Engine::want_slot(Stream& stream, Tick now) {
  Slots& slots = *stream.slots;
  stream.state = StreamState::wants_slot;
  if (slots.waiting.empty()) {
    const Tick free = slots.known.first_after(now);
    if (free != never) set_alarm({free, nullptr, &slots});
  }
  slots.waiting.push_back(&stream);
  watch();
}

void Engine::set_alarm(const Alarm& alarm) {
  alarms_.push_back(alarm);
  next_alarm_ = std::min(next_alarm_, alarm.time);
  event_at_ = std::min(event_at_, alarm.time);
}

/// A slot has become free: all streams that want one compete for it.
void Engine::offer_slots(Slots& slots, Tick now) {
  watchers_ -= static_cast<int>(slots.waiting.size());
  for (Stream* stream : slots.waiting) {
    stream->chain.add(Cause::outstanding, nobody, now);
    stream->mark = std::max(stream->mark, now);
    become_ready(*stream, now);
  }
  slots.waiting.clear();
}

/// The next write of a copy has its data.
void Engine::data_came(Stream& copies, Tick now) {
  copies.chain.add(Cause::transfer, nobody, now);
  copies.mark = now;
  request_slot(copies, now);
}

void Engine::finish(Port& port, Tick now) {
  book_until(port, now);
  completions_.push_back({port.id, port.start, now, port.frontier.causes()});
  port.running = false;
  --transfers_;
  if (!port.queue.empty()) request_start(port, now);
}

}  // namespace presil::fabric
