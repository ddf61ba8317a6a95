// The SystemC replay: one process per queue takes its jobs in order and drives the modules of its unit.
#include <exception>
#include <memory>

#include "models/common/error.hpp"
#include "sim/replay/dispatcher.hpp"
#include "sim/replay/engine.hpp"
#include "sim/replay/platform.hpp"
#include "sim/replay/simulation_context.hpp"

namespace presil::replay {
namespace {

using traces::JobKind;

Tick now() {
  return static_cast<Tick>(sc_core::sc_time_stamp().value());
}  // SystemC counts picoseconds

void pass(Tick time) {
  if (time > 0) sc_core::wait(sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(time)));
}

/// What the queues' processes share.
struct Run {
  const traces::Schedule& schedule;
  const Wiring& wiring;
  const Costs& costs;
  Dispatcher dispatcher;
  Outcome outcome;
  std::vector<std::unique_ptr<sc_core::sc_event>> woken;  // by queue: its head has become ready
  std::exception_ptr error;                               // the first that a process threw
};

class QueueProcess : public sc_core::sc_module {
 public:
  QueueProcess(sc_core::sc_module_name name, Run& run, std::size_t queue, Platform& platform)
      : sc_module(name), run_(run), queue_(queue), platform_(platform) {
    SC_HAS_PROCESS(QueueProcess);
    SC_THREAD(work);
  }

 private:
  void work() {
    // An exception that left a process would lose its type on its way through the kernel.
    try {
      Dispatcher& dispatcher = run_.dispatcher;
      while (!dispatcher.exhausted(queue_)) {
        while (!dispatcher.ready(queue_)) sc_core::wait(*run_.woken[queue_]);
        const std::uint32_t job = dispatcher.head(queue_);
        dispatcher.start(queue_, now());
        execute(job);
        dispatcher.end(queue_, now(), [this](std::size_t queue) { run_.woken[queue]->notify(); });
      }
    } catch (const sc_core::sc_unwind_exception&) {
      throw;  // the kernel's own way to end a process
    } catch (...) {
      if (!run_.error) run_.error = std::current_exception();
      sc_core::sc_stop();
    }
  }

  void execute(std::uint32_t job) {
    const Tick duration = run_.costs.job(job).duration;
    const std::int32_t unit = run_.wiring.unit_of[queue_];
    switch (run_.schedule.jobs[job].kind) {
      case JobKind::transfer:
      case JobKind::copy:
        run_.outcome.causes.add_transfer(job, platform_.dma(run_.wiring.port_of[queue_])
                                                  .move(transfer_of(run_.schedule, run_.wiring, job), duration)
                                                  .causes);
        break;
      case JobKind::compute:
        platform_.npu(unit).occupy(duration, run_.schedule.queues[queue_].core);
        break;
      case JobKind::kernel:
        platform_.cpu(unit).occupy(duration);
        break;
      case JobKind::launch:
      case JobKind::hand_over:
        pass(duration);
        break;
    }
  }

  Run& run_;
  const std::size_t queue_;
  Platform& platform_;
};

}  // namespace

Outcome run_systemc(const traces::Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring,
                    const Costs& costs) {
  const SimulationContext context;
  Run run{schedule, wiring, costs, Dispatcher(schedule), {}, {}, {}};
  run.outcome.causes = JobCauses(costs);
  Platform platform(hardware, wiring);
  warm_caches(schedule, hardware, wiring, platform.memory_timings());
  std::vector<std::unique_ptr<QueueProcess>> processes;
  for (std::size_t q = 0; q < schedule.queues.size(); ++q) {
    run.woken.push_back(std::make_unique<sc_core::sc_event>());
    processes.push_back(std::make_unique<QueueProcess>(("queue" + std::to_string(q)).c_str(), run, q, platform));
  }
  sc_core::sc_start();
  if (run.error) std::rethrow_exception(run.error);
  platform.fabric().rethrow_error();
  if (!run.dispatcher.finished()) throw common::Error("schedule cannot finish: " + run.dispatcher.deadlock(schedule));
  run.outcome.start = run.dispatcher.take_starts();
  run.outcome.end = run.dispatcher.take_ends();
  read_memories(platform.fabric().timing(), platform.memory_timings(), wiring, run.outcome);
  return std::move(run.outcome);
}

}  // namespace presil::replay
