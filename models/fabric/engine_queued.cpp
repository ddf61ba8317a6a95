// Bursts that need a record until they are booked: of memories that answer later or out of order, and of copies.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

using common::Service;

/// Returns the completion, `never` while it is not known.
Tick Engine::push_with_record(Stream& stream, const common::Burst& burst_without_id, Tick slot_end, Tick now) {
  MemorySide& memory = *stream.memory;
  const std::uint32_t index = records_.take();
  BurstRecord& record = records_[index];
  record.stream = &stream;
  record.memory = stream.memory_number;
  record.posted = record.acknowledged = record.completed = record.decided = false;
  record.granted = now;
  record.slot_end = slot_end;
  record.bytes = burst_without_id.bytes;
  record.sequence = grants_;
  record.waited = stream.chain;
  record.due = never;
  if (stream.traffic != nullptr && stream.cursor.last()) record.due = stream.traffic->source.deadline();
  if (stream.port != nullptr && stream.port->copy && !stream.write)
    record.copy_index = stream.port->progress.grant(stream.cursor.bytes_through(), never, now);

  common::Burst burst = burst_without_id;
  burst.id = index;
  const Service service = memory.timing->push(burst);
  memory.has_changed(now);
  ++stream.slots->with_record;
  if (stream.port != nullptr) ++stream.port->in_flight;
  if (!memory.queued) {
    acknowledge(record, index, service, now);
    served(record, service, now);
  } else {
    memory.next_decision = memory.timing->next_decision();
    record.posted = memory.posts_writes && stream.write;
    if (record.posted) {  // answered now; all else is the memory's affair
      Service answer;
      answer.done = now;
      acknowledge(record, index, answer, now);
    }
  }
  event_at_ = std::min(event_at_, memory.next_decision);
  if (watchers_ > 0) event_at_ = std::min(event_at_, in_flight_.next_time());
  return never;  // a traffic packet's lateness is seen to by acknowledge()
}

void Engine::decide(Tick now) {
  for (MemorySide* memory : queued_memories_) {
    while (memory->next_decision <= now) {
      const MemoryTiming::Decision decision = memory->timing->decide();
      if (decision.decided) {
        const std::uint32_t index = decision.service.id;
        BurstRecord& record = records_[index];
        if (!record.acknowledged) acknowledge(record, index, decision.service, now);
        served(record, decision.service, now);
        if (record.completed) records_.give_back(index);  // a posted write
      }
      memory->next_decision = memory->timing->next_decision();
      memory->has_changed(now);
      for (Channel* channel : active_) channel->stale = true;
    }
  }
}

/// The burst's completion is known: its answer is back at `service.done`, though never before `now`, when this became
/// known. Of a posted write nothing more is known yet, and nothing more matters to its master.
void Engine::acknowledge(BurstRecord& record, std::uint32_t index, const Service& service, Tick now) {
  Stream& stream = *record.stream;
  const auto [moved, completion] = pass_back(stream, service, record.bytes, record.granted, record.slot_end, now);
  record.books.restart(0);
  for_each_segment(stream, memories_[static_cast<std::size_t>(record.memory)], record.waited, service.wait,
                   record.granted, completion - moved, completion,
                   [&](Cause cause, std::int32_t culprit, Tick until) { record.books.add(cause, culprit, until); });
  record.acknowledged = true;
  in_flight_.insert({completion, record.sequence, record.stream, index});
  if (record.due != never) stream.traffic->source.packet_moved(completion, record.due);
}

/// The memory has scheduled the burst's data.
void Engine::served(BurstRecord& record, const Service& service, Tick now) {
  const Stream& stream = *record.stream;
  MemorySide& memory = memories_[static_cast<std::size_t>(record.memory)];
  record.decided = true;
  // It may be asked what the memory did up to a time when these data have not moved yet.
  const bool revocable = stream.port == nullptr || record.posted || service.done < service.data_end;
  if (memory.activity.gap_before(service.data_start))
    move_after_gap(stream, memory, record.waited, service, revocable, now);
  else
    memory.activity.move(service.data_start, service.data_end, revocable, now);
  memory.pins.note(stream.owner, stream.unit, service.data_end);
}

/// The memory's pins have stood still: its activity needs to know why.
void Engine::move_after_gap(const Stream& stream, MemorySide& memory, const PortChain& waited, const Service& service,
                            bool revocable, Tick now) {
  WholeChain why;
  why.copy(waited);
  for (int i = 0; i < service.wait.count; ++i) {
    const auto& segment = service.wait.segments[static_cast<std::size_t>(i)];
    explain_wait(stream, memory, segment.cause, segment.until,
                 [&](Cause cause, std::int32_t culprit, Tick until) { why.add(cause, culprit, until); });
  }
  memory.activity.move_after_gap(why, service.data_start, service.data_end, revocable, now);
}

void Engine::book(Port& port, const BurstRecord& record, Tick completion) {
  for (const auto& segment : record.books) port.frontier.book(segment.cause, segment.culprit, segment.until, port.lost);
  port.frontier.book(Cause::transfer, completion);
}

/// The burst belongs to a copy: one of the other direction that is granted later may complete before it.
void Engine::book_later(Stream& stream, const Service& service, Tick now, Tick moved, Tick completion) {
  Port& port = *stream.port;
  book_until(port, now);
  const std::uint32_t index = records_.take();
  WholeChain& books = records_[index].books;
  books.restart(0);
  for_each_segment(stream, *stream.memory, stream.chain, service.wait, now, completion - moved, completion,
                   [&](Cause cause, std::int32_t culprit, Tick until) { books.add(cause, culprit, until); });
  port.unbooked.insert({completion, grants_, &stream, index});
  if (stream.write) return;
  const std::int64_t bytes_before = port.progress.granted_bytes(), bytes = stream.cursor.bytes_through();
  port.progress.grant(bytes, completion, now);
  Stream& writes = *port.writes;
  const std::int64_t wanted = writes.cursor.bytes_through();
  if (writes.state == StreamState::wants_data && bytes_before < wanted && wanted <= bytes)
    set_alarm({port.progress.have_come_at(wanted), nullptr, nullptr, &writes});
}

/// Books what completes by `time`: nothing that is still to be granted completes before.
void Engine::book_until(Port& port, Tick time) {
  while (port.unbooked.next_time() <= time) {
    const CompletionQueue::Entry entry = port.unbooked.pop();
    book(port, records_[entry.record], entry.time);
    records_.give_back(entry.record);
  }
}

}  // namespace presil::fabric
