// Several inferences in a row as one schedule.
#pragma once

#include "traces/schedule.hpp"

namespace presil::traces {

/// `inferences` copies of the jobs, one after another. A job that waited for nothing (or only for weights) now waits
/// for the end of the inference before; weight transfers may run ahead as far as their queue, their edges and their
/// buffers let them: the first ones of an inference wait for the last readers of the slots they overwrite.
/// Job::inference counts from 0. Precondition: `schedule` holds one inference, and no edge points to a larger id.
Schedule repeat(const Schedule& schedule, int inferences);

}  // namespace presil::traces
