// What the two replay engines (SystemC and plain event loop) take and give: they must agree to the bit.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/cache/cache_spec.hpp"
#include "models/common/causes.hpp"
#include "models/common/memory_timing.hpp"
#include "models/fabric/fabric_timing.hpp"
#include "sim/hw/hardware.hpp"
#include "sim/replay/cost.hpp"
#include "sim/replay/job_causes.hpp"
#include "traces/schedule.hpp"

namespace presil::replay {

/// How the schedule's queues and memories meet the hardware's.
struct Wiring {
  std::vector<fabric::PortSpec> ports;  // one per queue that moves bytes
  std::vector<std::int32_t> port_of;    // by queue; -1: it moves none
  std::vector<std::int32_t> memory_of;  // by the schedule's memory: index in Hardware::memories
  std::vector<std::int32_t> unit_of;    // by queue: index in Hardware::units
  bool cold_caches = false;             // caches before memories begin empty, not as the inference before left them
};

/// Checks the schedule against the hardware. Throws common::Error when it cannot run there (see traces::check), or when
/// a unit has no bus to a memory that it reads or writes.
Wiring wire(const traces::Schedule& schedule, const hw::Hardware& hardware);

/// The transfer of job `id`, in the fabric's numbering.
fabric::Transfer transfer_of(const traces::Schedule& schedule, const Wiring& wiring, std::uint32_t id);

/// What happened. Indexed by job id, or by position in Hardware::memories.
struct Outcome {
  std::vector<Tick> start, end;
  JobCauses causes;  // each job's sum to end - start
  Tick latency = 0;
  std::vector<fabric::MemoryActivity> activity;
  std::vector<common::MemoryCounters> counters;
  std::vector<std::optional<cache::CacheCounters>> caches;  // of the memories behind one
  std::vector<double> peak_bytes_per_second;
  std::vector<fabric::FabricTiming::TrafficResult> traffic;
  std::vector<std::vector<fabric::FabricTiming::Culprit>> lost;  // by port: what its transfers lost to other masters
  std::int64_t bursts = 0;
};

/// Throws common::Error for a schedule that cannot finish.
Outcome run_systemc(const traces::Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring,
                    const Costs& costs);
Outcome run_plain(const traces::Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring,
                  const Costs& costs);

using Engine = Outcome (*)(const traces::Schedule&, const hw::Hardware&, const Wiring&, const Costs&);

/// Fills the caches before the memories with what the schedule's last inference leaves there, in the order of its jobs;
/// nothing when they begin cold.
void warm_caches(const traces::Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring,
                 const std::vector<common::MemoryTiming*>& memories);

/// Reads counters and activity after the last job, the same way for both engines.
void read_memories(fabric::FabricTiming& fabric, const std::vector<common::MemoryTiming*>& memories,
                   const Wiring& wiring, Outcome& outcome);

}  // namespace presil::replay
