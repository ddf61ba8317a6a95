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
  if (stream.port != nullptr && stream.port->copy && !stream.write) {
    CopyProgress& progress = stream.port->progress;
    record.copy_index = progress.issued++;
    progress.reads[record.copy_index & (progress.reads.size() - 1)] = {stream.cursor.bytes_through(), false};
  }

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

void Engine::book_record(Port& port, BurstRecord& record, Tick completion) {
  for (const auto& segment : record.books) port.frontier.book(segment.cause, segment.culprit, segment.until, port.lost);
  port.frontier.book(Cause::transfer, completion);
  if (port.copy && !record.stream->write) reads_ended(port, record.copy_index, completion);
}

/// One read of a copy has ended: the next write may have its bytes now.
void Engine::reads_ended(Port& port, std::uint32_t copy_index, Tick now) {
  CopyProgress& progress = port.progress;
  const std::size_t mask = progress.reads.size() - 1;
  progress.reads[copy_index & mask].ended = true;
  while (progress.oldest != progress.issued && progress.reads[progress.oldest & mask].ended)
    progress.bytes = progress.reads[progress.oldest++ & mask].bytes_through;
  Stream& writes = *port.writes;
  if (writes.state != StreamState::wants_data || progress.bytes < writes.cursor.bytes_through()) return;
  --watchers_;
  writes.chain.add(Cause::transfer, nobody, now);
  writes.mark = now;
  request_slot(writes, now);
}

}  // namespace presil::fabric
