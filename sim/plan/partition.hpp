// Which unit runs each operator, and why not a better one.
#pragma once

#include "models/npu/npu_timing.hpp"
#include "sim/plan/plan.hpp"
#include "sim/plan/program.hpp"

namespace presil::plan {

/// Fills Program::assignments. Throws common::Error when an operator finds no unit, or `--place` names an unknown unit,
/// a unit that cannot run the operator, or a pattern that matches nothing.
void partition(Program& program, const Options& options);

/// The constraint of `unit` that the operator breaks, in words; empty when the unit can run it. `timing` is that of an
/// NPU; CPUs run everything and need none.
std::string why_not(const graph::Graph& graph, const graph::Operator& op, const hw::Unit& unit,
                    const npu::NpuTiming* timing);

}  // namespace presil::plan
