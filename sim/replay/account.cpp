#include "sim/replay/account.hpp"

#include <algorithm>

#include "models/cpu/cpu_timing.hpp"
#include "models/npu/npu_timing.hpp"
#include "sim/replay/account_parts.hpp"

namespace presil::replay {
namespace {

/// MACs per second that the unit could do at best.
double peak_rate(const hw::Unit& unit) {
  if (unit.is_npu())
    return static_cast<double>(npu::NpuTiming(unit.npu()).peak_macs_per_cycle()) * static_cast<double>(unit.npu().hz) *
           unit.npu().cores;
  const cpu::CpuSpec& cpu = unit.cpu();
  double fewest = 0;  // cycles per MAC of the library's best class
  for (const auto& [op_class, rate] : cpu.library.rates)
    if (rate.cycles_per_mac > 0 && (fewest == 0 || rate.cycles_per_mac < fewest)) fewest = rate.cycles_per_mac;
  if (fewest == 0) return 0;
  return static_cast<double>(cpu.hz) / fewest * (1.0 + (cpu.cores - 1) * cpu.parallel_efficiency);
}

void account_inferences(const Evidence& e, Result& r) {
  for (std::size_t i = 0; i < e.schedule.jobs.size(); ++i) {
    const auto k = static_cast<std::size_t>(std::max(0, e.schedule.jobs[i].inference));
    if (k >= r.inference_ends.size()) r.inference_ends.resize(k + 1, 0);
    r.inference_ends[k] = std::max(r.inference_ends[k], e.outcome.end[i]);
  }
}

}  // namespace

const char* name(Bound bound) {
  static constexpr const char* names[] = {"compute", "memory", "overhead", "none"};
  return names[static_cast<std::size_t>(bound)];
}

Result account(const traces::Schedule& schedule, const hw::Hardware& hardware, const Wiring& wiring, const Costs& costs,
               const Outcome& outcome) {
  const std::vector<std::int32_t> binds = find_binds(schedule, outcome.end);
  const Evidence evidence{schedule, hardware, wiring, costs, outcome, binds};
  Result r;
  r.network = schedule.network, r.network_digest = schedule.network_digest;
  r.hardware = hardware.name, r.hardware_digest = hardware.digest;
  r.main_unit = hardware.main_unit;
  if (const hw::Unit* unit = hardware.unit(hardware.main_unit)) {
    r.main_hz = unit->is_npu() ? unit->npu().hz : unit->cpu().hz;
    r.peak_macs_per_second = peak_rate(*unit);
  }
  r.latency = outcome.latency;
  r.jobs = static_cast<std::int64_t>(schedule.jobs.size());
  r.bursts = outcome.bursts;
  account_inferences(evidence, r);
  account_operators(evidence, r);
  account_stack(evidence, r);
  account_units(evidence, r);
  account_memories(evidence, r);
  account_masters(evidence, r);
  account_energy(evidence, r);
  account_notes(evidence, r);
  return r;
}

std::vector<JobResult> timeline(const traces::Schedule& s, const Outcome& outcome) {
  const std::vector<std::int32_t> binds = find_binds(s, outcome.end);
  std::vector<JobResult> rows(s.jobs.size());
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const traces::Job& j = s.jobs[i];
    JobResult& row = rows[i];
    row.id = static_cast<std::uint32_t>(i);
    row.queue = j.queue;
    row.kind = static_cast<std::uint8_t>(j.kind), row.data = static_cast<std::uint8_t>(j.data);
    row.op = j.op, row.tile = j.tile, row.inference = j.inference;
    row.start = outcome.start[i], row.end = outcome.end[i];
    row.bind = binds[i];
    row.causes = outcome.causes[i];
  }
  return rows;
}

}  // namespace presil::replay
