// Turns steps into jobs: tiles with their transfers on an NPU, kernels with their traffic on a CPU, hand-overs between.
#pragma once

#include <vector>

#include "sim/plan/arena.hpp"
#include "sim/plan/plan.hpp"
#include "sim/plan/program.hpp"
#include "traces/schedule.hpp"

namespace presil::plan {

/// Adds queues, areas, works, jobs and edges for all steps, and the staging buffers. Throws common::Error when a step
/// cannot be tiled or a unit cannot reach a memory it needs.
void lower(const Program& program, std::vector<Arena>& arenas, const Options& options, traces::Schedule& schedule);

}  // namespace presil::plan
