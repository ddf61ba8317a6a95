// Turns assigned operators into steps, joining those that the hardware runs as one.
#pragma once

#include "sim/plan/program.hpp"

namespace presil::plan {

/// Fills Program::steps in execution order and marks the operators that were fused. A chain joins only when every
/// operator of it runs on the same NPU, each intermediate tensor has one consumer and is no output of the network, and
/// one of the unit's fusion patterns begins with the chain. On an NPU without tile buffer pooling and reductions may
/// stand behind: the stream runs through them at the pace of the slowest before it is stored.
void fuse(Program& program);

}  // namespace presil::plan
