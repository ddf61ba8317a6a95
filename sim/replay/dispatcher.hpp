// Who may run next: dependency counters and the heads of the in-order queues, shared by both replay engines.
#pragma once

#include <cassert>
#include <cstdint>
#include <string>
#include <vector>

#include "models/common/time.hpp"
#include "traces/schedule.hpp"

namespace presil::replay {

using common::Tick;

/// A job may start when it is at the head of its queue and all jobs it waits for have ended. Knows nothing of
/// durations: the engines say when jobs start and end. Precondition: the schedule passed traces::check.
class Dispatcher {
 public:
  explicit Dispatcher(const traces::Schedule& schedule);

  std::size_t queue_count() const { return first_.size() - 1; }
  std::uint32_t jobs_in(std::size_t queue) const { return first_[queue + 1] - first_[queue]; }
  bool exhausted(std::size_t queue) const { return head_[queue] == first_[queue + 1]; }

  /// The queue's next or running job. Precondition: not exhausted.
  std::uint32_t head(std::size_t queue) const { return order_[head_[queue]]; }

  /// True when the head waits for nothing any more.
  bool ready(std::size_t queue) const { return !exhausted(queue) && waits_[head(queue)] == 0; }

  void start(std::size_t queue, Tick now) {
    assert(ready(queue));
    start_[head(queue)] = now;
  }

  /// Retires the head and calls `woken(queue)` for every queue whose head became ready by that; not for the queue
  /// itself, whose next job may be ready as well.
  template <typename Woken>
  void end(std::size_t queue, Tick now, Woken&& woken) {
    const std::uint32_t job = head(queue);
    end_[job] = now;
    ++retired_;
    ++head_[queue];
    for (std::uint32_t k = successor_first_[job]; k < successor_first_[job + 1]; ++k) {
      const std::uint32_t next = successors_[k];
      if (--waits_[next] != 0) continue;
      const std::size_t its_queue = queue_of_[next];
      if (its_queue != queue && head_[its_queue] != first_[its_queue + 1] && head(its_queue) == next) woken(its_queue);
    }
  }

  bool finished() const { return retired_ == queue_of_.size(); }

  /// In one line who waits for whom: the first circle of waiting queues, else the first stuck head. For a schedule that
  /// did not finish.
  std::string deadlock(const traces::Schedule& schedule) const;

  std::vector<Tick> take_starts() { return std::move(start_); }
  std::vector<Tick> take_ends() { return std::move(end_); }

 private:
  std::vector<std::uint32_t> first_, order_, head_;          // by queue: its jobs in order_, and the position reached
  std::vector<std::uint32_t> successor_first_, successors_;  // by job
  std::vector<std::uint32_t> waits_;                         // by job: edges that have not ended
  std::vector<std::uint16_t> queue_of_;
  std::vector<Tick> start_, end_;
  std::size_t retired_ = 0;
};

}  // namespace presil::replay
