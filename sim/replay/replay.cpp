#include "sim/replay/replay.hpp"

#include <fmt/format.h>

#include "models/common/error.hpp"
#include "sim/replay/account.hpp"
#include "sim/replay/engine.hpp"
#include "sim/replay/tiling.hpp"

namespace presil::replay {
namespace {

void check_digest(const traces::Schedule& schedule, const hw::Hardware& hardware) {
  if (schedule.hardware_digest.empty() || schedule.hardware_digest == hardware.digest) return;
  throw common::Error(fmt::format(
      "schedule of '{}' was planned for hardware '{}' with digest {}, but '{}' has {}; plan it again or ignore digests",
      schedule.network, schedule.hardware, schedule.hardware_digest, hardware.name, hardware.digest));
}

Result replay_on(Engine engine, const traces::Schedule& schedule, const hw::Hardware& hardware,
                 const Options& options) {
  if (!options.ignore_digests) check_digest(schedule, hardware);
  Wiring wiring = wire(schedule, hardware);
  wiring.cold_caches = options.cold_caches;
  const Costs costs = cost_jobs(schedule, hardware);
  const Outcome outcome = engine(schedule, hardware, wiring, costs);
  Result result = account(schedule, hardware, wiring, costs, outcome);
  if (options.timeline) result.timeline = timeline(schedule, outcome);
  if (options.tiling_overhead) price_tiling(schedule, hardware, wiring, engine, outcome.latency, result.tiling);
  return result;
}

}  // namespace

Result replay(const traces::Schedule& schedule, const hw::Hardware& hardware, const Options& options) {
  return replay_on(&run_systemc, schedule, hardware, options);
}

Result replay_plain(const traces::Schedule& schedule, const hw::Hardware& hardware, const Options& options) {
  return replay_on(&run_plain, schedule, hardware, options);
}

}  // namespace presil::replay
