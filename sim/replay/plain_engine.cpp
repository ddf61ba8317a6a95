// The event loop without SystemC: the cheapest proof that the SystemC replay does what it should.
#include <queue>

#include "models/common/error.hpp"
#include "sim/replay/dispatcher.hpp"
#include "sim/replay/engine.hpp"
#include "sim/replay/memories.hpp"

namespace presil::replay {
namespace {

using traces::JobKind;

class PlainEngine {
 public:
  PlainEngine(const traces::Schedule& s, const hw::Hardware& hardware, const Wiring& wiring, const Costs& costs)
      : s_(s),
        wiring_(wiring),
        costs_(costs),
        dispatcher_(s),
        memories_(make_memories(hardware)),
        fabric_(hardware.buses, memory_names(hardware), pointers(memories_), hardware.traffic),
        running_(s.queues.size(), 0) {
    for (const fabric::PortSpec& port : wiring.ports) fabric_.add_port(port);
    outcome_.causes = JobCauses(costs);
    warm_caches(s, hardware, wiring, pointers(memories_));
  }

  Outcome run() {
    for (std::size_t q = 0; q < dispatcher_.queue_count(); ++q) start_if_ready(q);
    while (!dispatcher_.finished()) {
      const Tick fixed = timers_.empty() ? common::never : timers_.top().time;
      const Tick moved = fabric_.busy() ? fabric_.advance(fixed) : common::never;
      if (fixed == common::never && moved == common::never)
        throw common::Error("schedule cannot finish: " + dispatcher_.deadlock(s_));
      now_ = std::min(fixed, moved);
      fabric::Completion completion;
      while (fabric_.pop_completion(now_, completion)) {
        outcome_.causes.add_transfer(completion.id, completion.causes);
        retire(s_.jobs[completion.id].queue);
      }
      while (!timers_.empty() && timers_.top().time == now_) {
        const std::size_t queue = timers_.top().queue;
        timers_.pop();
        fixed_part_over(queue);
      }
    }
    outcome_.start = dispatcher_.take_starts();
    outcome_.end = dispatcher_.take_ends();
    read_memories(fabric_, pointers(memories_), wiring_, outcome_);
    return std::move(outcome_);
  }

 private:
  struct Timer {
    Tick time;
    std::size_t queue;
    bool operator<(const Timer& other) const { return time != other.time ? time > other.time : queue > other.queue; }
  };

  void start_if_ready(std::size_t queue) {
    if (running_[queue] || !dispatcher_.ready(queue)) return;
    running_[queue] = 1;
    dispatcher_.start(queue, now_);
    timers_.push({now_ + costs_.job(dispatcher_.head(queue)).duration, queue});
  }

  void fixed_part_over(std::size_t queue) {
    const std::uint32_t job = dispatcher_.head(queue);
    const JobKind kind = s_.jobs[job].kind;
    if (kind == JobKind::transfer || kind == JobKind::copy) {
      fabric_.submit(transfer_of(s_, wiring_, job), now_);
      return;
    }
    retire(queue);
  }

  void retire(std::size_t queue) {
    running_[queue] = 0;
    dispatcher_.end(queue, now_, [this](std::size_t woken) { start_if_ready(woken); });
    start_if_ready(queue);
  }

  const traces::Schedule& s_;
  const Wiring& wiring_;
  const Costs& costs_;
  Dispatcher dispatcher_;
  std::vector<TimedMemory> memories_;
  fabric::FabricTiming fabric_;
  std::vector<char> running_;
  std::priority_queue<Timer> timers_;
  Tick now_ = 0;
  Outcome outcome_;
};

}  // namespace

Outcome run_plain(const traces::Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring,
                  const Costs& costs) {
  return PlainEngine(schedule, hardware, wiring, costs).run();
}

}  // namespace presil::replay
