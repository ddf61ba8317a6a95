// Refuses schedules that cannot run, before they run: written by a person or by somebody else's compiler.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/schedule.hpp"

namespace presil::traces {

/// What a schedule may name: taken from the hardware file.
struct KnownMemory {
  std::string name;
  std::int64_t size_bytes = 0;
  bool writable = true;
};
struct KnownUnit {
  std::string name;
  bool npu = false;
  int cores = 1;
};
struct KnownHardware {
  std::vector<KnownMemory> memories;
  std::vector<KnownUnit> units;
};

/// Throws common::Error, naming the job, buffer, queue or operator, when an index points nowhere. What `decode` does.
void check_references(const Schedule& schedule, const std::string& place);

/// Throws common::Error for the first of: a reference that points nowhere; an unknown memory or unit, a core the unit
/// does not have; a job that lacks what its kind needs or stands on the wrong kind of unit; a zero or negative extent;
/// an area outside its memory; a copy of unequal sizes; a write to a read-only memory; two queues that work on one
/// core; buffers that overlap in address and in life; a cycle among `after` edges and the order of the queues. Time:
/// proportional to jobs and edges.
void check(const Schedule& schedule, const KnownHardware& hardware, const std::string& place = "schedule");

}  // namespace presil::traces
