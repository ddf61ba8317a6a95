// The shortest way for the commonest case: one transfer alone on a bus, burst after burst into an in-order memory.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

/// Does what grant_alone() does, burst for burst, for the only ready stream of `channel`, whose predecessor of the same
/// stream has just been granted; nobody watches completions. Keeps in registers what the general way keeps in the
/// stream. Ends in front of the last burst of the transfer, of one that finds no slot free, and of `horizon`; false
/// when the next burst is not before `horizon`.
bool Engine::stream_alone(Channel& channel, Tick horizon) {
  Stream& stream = *channel.ready[0];
  if (!stream.books_early || stream.port == nullptr || channel.holder != &stream) return true;
  const Bus& bus = *channel.bus;
  MemorySide& memory = *stream.memory;
  MemoryTiming& timing = *memory.timing;
  Acceptance& acceptance = memory.acceptance[stream.write];
  Port& port = *stream.port;
  int& slots_taken = stream.slots->in_flight[stream.write];
  const int slot_limit = stream.slots->limit[stream.write];
  common::Burst burst;
  burst.write = stream.write;
  burst.priority = stream.slots->priority;
  burst.master = static_cast<std::uint8_t>(stream.owner);
  Tick now = channel.next;
  std::int64_t cycle = channel.next_cycle;
  bool before_horizon = true;
  while (!stream.cursor.last()) {
    // The slots that are free by now; then this burst takes one, and the next must find another.
    while (in_flight_.next_time() <= now) {
      const CompletionQueue::Entry entry = in_flight_.pop();
      if (entry.stream == &stream) {
        --slots_taken;
        --port.in_flight;
      } else {
        complete(entry);
      }
    }
    if (slots_taken + 1 >= slot_limit) break;
    now_ = now;
    ++slots_taken;
    ++port.in_flight;
    burst.address = stream.cursor.address();
    burst.bytes = stream.cursor.bytes();
    burst.arrival = now;
    stream.cursor.advance();
    const std::uint32_t beats = burst.bytes >> bus.width_shift;
    channel.arbiter.served({stream.number, stream.unit}, beats);
    cycle += beats;
    channel.free_cycle = cycle;
    const Tick slot_end = channel.free_at = bus.clock.duration(cycle);
    const common::Service service = timing.push(burst);

    // What it waited for: its predecessor's slot until `mark`, its predecessors in the memory, the clock's edge.
    const Tick completion = std::max(slot_end, service.done) + bus.latency;
    in_flight_.insert({completion, ++grants_, &stream, CompletionQueue::no_record});
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

    // The next burst is ready as soon as this one is granted, and has to wait for its slot to end.
    memory.activity.pend(now);
    stream.mark = slot_end;
    stream.chain.restart(slot_end);
    memory.has_changed();
    const Tick accepted = acceptance.from(timing, now, stream.write);
    if (accepted <= slot_end) {
      now = slot_end;
    } else {
      cycle = bus.clock.cycle_at_or_after(accepted);
      now = bus.clock.duration(cycle);
    }
    if (now >= horizon) {
      before_horizon = false;
      break;
    }
  }
  channel.next = now;
  channel.next_cycle = cycle;
  channel.last_grant = grants_;
  return before_horizon;
}

}  // namespace presil::fabric
