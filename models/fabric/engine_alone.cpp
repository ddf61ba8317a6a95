// The shortest way for the commonest case: one transfer alone on all buses, burst after burst into an in-order memory.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

/// Does what run() does, burst for burst, for the only ready stream, which has just been granted a burst; nobody
/// watches completions. Keeps in registers what the general way keeps in the stream. Returns in front of the last burst
/// of the transfer, and of all that does not happen before `horizon`.
void Engine::stream_alone(Channel& channel, Tick horizon) {
  Stream& stream = *channel.ready[0];
  if (channel.ready.size() > 1 || !stream.books_early || stream.port == nullptr || channel.holder != &stream) return;
  if (channel.stale) find_next(channel, now_);
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
  const auto pop_completion = [&] {
    const CompletionQueue::Entry entry = in_flight_.pop();
    if (entry.stream != &stream) {
      complete(entry);
      return;
    }
    --slots_taken;
    --port.in_flight;
  };

  while (now < horizon && !stream.cursor.last()) {
    // What completes until now frees slots. Then this burst takes one, its slot on the channel, and goes to the memory.
    while (in_flight_.next_time() <= now) pop_completion();
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
    const Tick slot_end = bus.clock.duration(cycle);
    const common::Service service = timing.push(burst);
    const Tick completion = std::max(slot_end, service.done) + bus.latency;
    in_flight_.insert({completion, ++grants_, &stream, CompletionQueue::no_record});

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
    memory.has_changed();
    channel.free_cycle = cycle;
    channel.free_at = slot_end;

    // The next burst needs a slot, then the channel, then its memory.
    stream.chain.restart(now);
    stream.mark = now;
    Tick ready = now;
    while (slots_taken >= slot_limit) {
      ready = in_flight_.next_time();
      if (ready >= horizon) {  // the general way goes on from here
        channel.last_grant = grants_;
        drop(channel, stream);
        stream.pending = false;
        want_slot(stream);
        return;
      }
      pop_completion();
    }
    if (ready > now) {
      while (in_flight_.next_time() <= ready) pop_completion();
      stream.chain.add(Cause::outstanding, nobody, ready);
      now_ = stream.mark = ready;
    }
    memory.activity.pend(ready);
    blocked_by(stream, stream, slot_end);
    const Tick possible = std::max({slot_end, ready, acceptance.from(timing, ready, stream.write)});
    if (possible == slot_end) {
      now = slot_end;
    } else {
      cycle = bus.clock.cycle_at_or_after(possible);
      now = bus.clock.duration(cycle);
    }
  }
  channel.next = now;
  channel.next_cycle = cycle;
  channel.last_grant = grants_;
}

}  // namespace presil::fabric
