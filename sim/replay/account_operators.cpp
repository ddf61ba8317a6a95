#include <algorithm>

#include "models/npu/npu_timing.hpp"
#include "sim/replay/account_parts.hpp"

namespace presil::replay {

using traces::Job;
using traces::JobKind;

namespace {

/// What an operator's jobs add up to.
struct Sums {
  bool any = false;
  Tick start = 0, end = 0;
  CauseTimes causes;
  std::int64_t macs = 0;   // of NPU computes, without those done again
  double peak_macs = 0;    // that the NPU could have done in the same time
  std::int32_t unit = -1;  // of its longest compute
  Tick longest = -1;
  const common::Work* work = nullptr;  // of its longest compute
};

/// MACs per picosecond of one core, by unit; 0 for CPUs.
std::vector<double> peaks(const hw::Hardware& hardware) {
  std::vector<double> rates;
  for (const hw::Unit& u : hardware.units)
    rates.push_back(!u.is_npu() ? 0.0
                                : static_cast<double>(npu::NpuTiming(u.npu()).peak_macs_per_cycle()) *
                                      static_cast<double>(u.npu().hz) / 1e12);
  return rates;
}

std::vector<Sums> add_up(const Evidence& e) {
  const std::vector<double> peak = peaks(e.hardware);
  std::vector<Sums> sums(e.schedule.operators.size());
  for (std::size_t i = 0; i < e.schedule.jobs.size(); ++i) {
    const Job& j = e.schedule.jobs[i];
    Sums& sum = sums[static_cast<std::size_t>(j.op)];
    const Tick start = e.outcome.start[i], end = e.outcome.end[i];
    sum.start = sum.any ? std::min(sum.start, start) : start;
    sum.end = std::max(sum.end, end);
    sum.any = true;
    e.outcome.causes.add_to(sum.causes, i);
    if (j.kind != JobKind::compute) continue;
    const common::Work& work = e.schedule.works[static_cast<std::size_t>(j.work)];
    const std::int32_t unit = e.wiring.unit_of[j.queue];
    sum.macs += work.macs - work.recomputed_macs;
    sum.peak_macs += peak[static_cast<std::size_t>(unit)] * static_cast<double>(end - start);
    if (end - start > sum.longest) sum.longest = end - start, sum.unit = unit, sum.work = &work;
  }
  return sums;
}

}  // namespace

void account_operators(const Evidence& e, Result& r) {
  const std::vector<Sums> sums = add_up(e);
  r.operators.resize(e.schedule.operators.size());
  for (std::size_t i = 0; i < r.operators.size(); ++i) {
    const traces::OperatorInfo& info = e.schedule.operators[i];
    const Sums& sum = sums[i];
    OperatorResult& op = r.operators[i];
    op.index = info.index;
    op.name = info.name, op.type = info.type, op.unit = info.unit, op.op_class = info.op_class;
    op.fused_into = info.fused_into;
    op.free_reason = info.free_reason, op.fallback_reason = info.fallback_reason, op.note = info.note;
    op.macs = info.macs, op.tiles = info.tiles;
    op.tile_h = info.tile_h, op.tile_w = info.tile_w, op.tile_oc = info.tile_oc;
    op.output_shape = info.output_shape;
    op.start = sum.start, op.end = sum.end;
    if (sum.macs > 0 && sum.peak_macs > 0) {
      op.utilisation = static_cast<double>(sum.macs) / sum.peak_macs;
      const npu::NpuTiming timing(e.hardware.units[static_cast<std::size_t>(sum.unit)].npu());
      for (const std::string& words :
           {timing.slow_widths(*sum.work), timing.saved_products(*sum.work), timing.idle_lanes(*sum.work)})
        if (!words.empty()) op.utilisation_reason += (op.utilisation_reason.empty() ? "" : "; ") + words;
    }
    op.bound = bound_of(sum.causes);  // replaced by that of its stack, where it has a share
  }
}

}  // namespace presil::replay
