// The parts of traces::check, each of which throws common::Error for its own kind of fault.
#pragma once

#include <string>

#include "traces/check.hpp"

namespace presil::traces {

/// A name as it may stand in a one-line message: control characters become '?'. Names come from the network's file.
std::string printable(std::string name);

/// "s.sched: job 12 (compute of operator 3 'conv1', queue 'npu')". Indices of the job must be valid.
std::string describe_job(const Schedule& schedule, std::size_t job, const std::string& place);

void check_jobs(const Schedule& schedule, const KnownHardware& hardware, const std::string& place);
void check_buffers(const Schedule& schedule, const KnownHardware& hardware, const std::string& place);
void check_order(const Schedule& schedule, const std::string& place);

/// Position of each of the schedule's memories in `hardware`. Throws common::Error for an unknown one.
std::vector<int> find_memories(const Schedule& schedule, const KnownHardware& hardware, const std::string& place);

}  // namespace presil::traces
