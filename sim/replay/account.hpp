// From what happened to what is reported: every picosecond of every unit, memory and operator under one cause.
#pragma once

#include "sim/replay/cost.hpp"
#include "sim/replay/engine.hpp"
#include "sim/replay/result.hpp"

namespace presil::replay {

/// All of the Result but `timeline` and the times of `tiling`.
Result account(const traces::Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring, const Costs& costs,
               const Outcome& outcome);

/// One row per job.
std::vector<JobResult> timeline(const traces::Schedule& schedule, const Outcome& outcome);

}  // namespace presil::replay
