// What each job costs besides moving bytes: set-up, launch, compute, kernel and hand-over, split by cause.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/common/causes.hpp"
#include "sim/hw/hardware.hpp"
#include "traces/schedule.hpp"

namespace presil::replay {

using common::CauseTimes;
using common::Tick;

/// A fixed stretch of time at the start of a job; for compute, kernel, launch and hand-over it is the whole job.
struct Cost {
  Tick duration = 0;
  CauseTimes causes;  // sums to duration
};

/// Work that is left out to price tiling.
struct CostOptions {
  bool without_recomputation = false;  // compute shrinks by the share of MACs that an earlier tile did before
  bool without_tile_setup = false;     // tiles beyond an operator's first pay no set-up of their own
};

/// Each distinct (unit, work) is costed once.
struct Costs {
  std::vector<Cost> distinct;
  std::vector<std::int32_t> of_job;  // index in `distinct`

  const Cost& job(std::size_t id) const { return distinct[static_cast<std::size_t>(of_job[id])]; }
};

/// Cycle counts become time by the clock of the job's unit. Throws common::Error for work that its unit cannot do.
/// Precondition: the schedule passed traces::check for this hardware.
Costs cost_jobs(const traces::Schedule& schedule, const hw::Hardware& hardware, const CostOptions& options = {});

/// Stage cycles as time: the slowest stage (on a tie array, then weights, input, output) and the overhead after it.
Cost stage_cost(const common::StageCycles& cycles, const common::Clock& clock);

}  // namespace presil::replay
