// The parts of the account, each of which fills its own fields of the Result.
#pragma once

#include <string>
#include <vector>

#include "sim/replay/account.hpp"

namespace presil::replay {

/// What the parts read.
struct Evidence {
  const traces::Schedule& schedule;
  const hw::Hardware& hardware;
  const Wiring& wiring;
  const Costs& costs;
  const Outcome& outcome;
  const std::vector<std::int32_t>& binds;  // by job
};

/// For each job the predecessor (an edge, or the previous job of its queue) that ended last and so let it start; on a
/// tie the one with the lowest id; -1 for a job without predecessors.
std::vector<std::int32_t> find_binds(const traces::Schedule& schedule, const std::vector<Tick>& ends);

/// latency, stack and the operators' stacks: from the job that ends last along the binds. Sums exactly.
void account_stack(const Evidence& evidence, Result& result);

/// units: busy, idle and stalls of each queue over [0, latency). Sums exactly.
void account_units(const Evidence& evidence, Result& result);

/// Why a queue stood still before `job` although its operator was launched.
common::Cause gap_cause(const traces::Schedule& schedule, std::size_t job, std::int32_t bind);

/// memories and buffers: traffic, activity, peak; tiling: the bytes and MACs.
void account_memories(const Evidence& evidence, Result& result);

/// traffic, and what the units moved and lost to others. After account_units.
void account_masters(const Evidence& evidence, Result& result);

/// operators: extents, times, bytes, utilisation, bound. After account_stack.
void account_operators(const Evidence& evidence, Result& result);

/// energy, energy_uj and the operators' own. After account_memories and account_operators.
void account_energy(const Evidence& evidence, Result& result);

/// notes: generic rates, assumed figures and what else the user must know.
void account_notes(const Evidence& evidence, Result& result);

/// True for causes that are a unit's own work; the others are stalls.
bool is_own_work(common::Cause cause);

/// The larger of compute, memory and overhead in `times`; none when all are zero.
Bound bound_of(const CauseTimes& times);

}  // namespace presil::replay
