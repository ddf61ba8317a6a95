// Where bytes lie: which tensors share storage, how large each storage is, and how long it lives.
#pragma once

#include "sim/plan/program.hpp"

namespace presil::plan {

/// Fills Program::storages and storage_of: aliases share, constants that share a buffer share, weights are stored as
/// the unit that reads them wants them (compressed, with biases and scales beside them), feature maps that only one
/// channel-blocked NPU touches are stored in its layout. Lives are counted in steps.
void make_storages(Program& program);

/// Marks steps that may run beside the one before: another unit, no data of it, and hardware whose units overlap. What
/// the step before touches then lives one step longer.
void let_units_overlap(Program& program);

/// Stored bytes of the step's weights on its unit, biases and scales included.
std::int64_t stored_weight_bytes(const Program& program, const Step& step);

}  // namespace presil::plan
