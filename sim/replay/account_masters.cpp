// The masters: what each moved, what the inference lost to whom, and deadlines of those beside it.
#include "sim/replay/account_parts.hpp"

namespace presil::replay {

using traces::Job;
using traces::JobKind;

void account_masters(const Evidence& e, Result& r) {
  for (const Job& j : e.schedule.jobs) {
    if (j.kind != JobKind::transfer && j.kind != JobKind::copy) continue;
    const std::int64_t bytes = e.schedule.areas[static_cast<std::size_t>(j.area)].bytes();
    r.units[j.queue].moved_bytes += j.kind == JobKind::copy ? 2 * bytes : bytes;  // a copy reads and writes
  }
  for (std::size_t q = 0; q < r.units.size(); ++q) {
    const std::int32_t port = e.wiring.port_of[q];
    if (port < 0) continue;
    for (const auto& lost : e.outcome.lost[static_cast<std::size_t>(port)])
      r.units[q].lost.push_back({lost.name, lost.ps});
  }
  for (std::size_t t = 0; t < e.outcome.traffic.size(); ++t) {
    const auto& found = e.outcome.traffic[t];
    TrafficMaster master;
    master.name = found.name;
    master.bytes = found.bytes;
    master.late_bursts = found.late_bursts;
    master.worst_wait = found.worst_wait;
    master.periods = found.periods;
    master.missed_periods = found.missed_periods;
    master.has_deadline = e.hardware.traffic[t].pacing != fabric::Pacing::random;
    for (const UnitResult& unit : r.units)
      for (const LostTo& lost : unit.lost) master.taken += lost.master == found.name ? lost.ps : 0;
    r.traffic.push_back(master);
  }
}

}  // namespace presil::replay
