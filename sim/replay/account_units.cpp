#include <algorithm>
#include <cassert>

#include "sim/replay/account_parts.hpp"

namespace presil::replay {

using common::Cause;
using traces::DataKind;
using traces::Job;
using traces::JobKind;

namespace {

bool computes(const Job& j) {
  return j.kind == JobKind::compute || j.kind == JobKind::kernel;
}
bool reads(const Job& j) {
  return j.kind == JobKind::transfer && !j.write;
}
bool writes(const Job& j) {
  return (j.kind == JobKind::transfer && j.write) || j.kind == JobKind::copy;
}

/// First start of any job of (inference, operator): when the operator was launched.
class Launches {
 public:
  explicit Launches(const Evidence& e) : operators_(e.schedule.operators.size()) {
    std::size_t inferences = 1;
    for (const Job& j : e.schedule.jobs)
      inferences = std::max(inferences, static_cast<std::size_t>(std::max(0, j.inference)) + 1);
    at_.assign(inferences * operators_, common::never);
    for (std::size_t i = 0; i < e.schedule.jobs.size(); ++i) {
      Tick& at = at_[slot(e.schedule.jobs[i])];
      at = std::min(at, e.outcome.start[i]);
    }
  }
  Tick of(const Job& j) const { return at_[slot(j)]; }

 private:
  std::size_t slot(const Job& j) const {
    return static_cast<std::size_t>(std::max(0, j.inference)) * operators_ + static_cast<std::size_t>(j.op);
  }
  std::size_t operators_;
  std::vector<Tick> at_;
};

}  // namespace

Cause gap_cause(const traces::Schedule& s, std::size_t job, std::int32_t bind) {
  if (bind < 0) return Cause::dependency;
  const Job &j = s.jobs[job], &b = s.jobs[static_cast<std::size_t>(bind)];
  if (b.kind == JobKind::launch) return Cause::launch;
  if (b.kind == JobKind::hand_over) return Cause::hand_over;
  const bool loads_weights = b.data == DataKind::weights && (b.kind == JobKind::copy || reads(b));
  if (loads_weights) return Cause::weights;
  const bool brings_input = reads(b) || (b.kind == JobKind::copy && b.data == DataKind::input);
  if (brings_input && computes(j)) return Cause::input;
  if (writes(b)) {
    // A result must leave before its buffer is used again. A load after a store is data passed on through memory.
    return computes(j) || writes(j) ? Cause::output_space : Cause::dependency;
  }
  if (computes(b)) {
    if (writes(j) && j.op == b.op) return Cause::input;  // a store waits for what it stores
    // A load waits until the buffer it fills has been used; another operator's input may have to be computed first.
    if (reads(j) && (j.op == b.op || j.data == DataKind::weights)) return Cause::output_space;
  }
  return Cause::dependency;
}

void account_units(const Evidence& e, Result& r) {
  const Launches launched(e);
  r.units.resize(e.schedule.queues.size());
  for (std::size_t q = 0; q < e.schedule.queues.size(); ++q) {
    r.units[q].name = e.schedule.queues[q].name;
    r.units[q].unit = e.schedule.queues[q].unit;
  }
  std::vector<Tick> reached(e.schedule.queues.size(), 0);
  std::vector<CauseTimes> in_jobs(e.schedule.queues.size());
  for (std::size_t i = 0; i < e.schedule.jobs.size(); ++i) {
    const Job& j = e.schedule.jobs[i];
    UnitResult& unit = r.units[j.queue];
    Tick& at = reached[j.queue];
    const Tick start = e.outcome.start[i];
    if (start > at) {
      const Tick launch = std::clamp(launched.of(j), at, start);
      unit.idle += launch - at;
      unit.stalls[gap_cause(e.schedule, i, e.binds[i])] += start - launch;
    }
    at = e.outcome.end[i];
    e.outcome.causes.add_to(in_jobs[j.queue], i);
    ++unit.jobs;
  }
  Tick stalled = 0, dependent = 0;
  for (std::size_t q = 0; q < r.units.size(); ++q) {
    r.units[q].idle += r.latency - reached[q];
    for (std::size_t c = 0; c < common::cause_count; ++c)
      (is_own_work(static_cast<Cause>(c)) ? r.units[q].busy : r.units[q].stalls.ps[c]) += in_jobs[q].ps[c];
    stalled += r.units[q].stalls.total();
    dependent += r.units[q].stalls[Cause::dependency];
    assert(r.units[q].busy + r.units[q].idle + r.units[q].stalls.total() == r.latency);
  }
  r.dependency_share = stalled == 0 ? 0.0 : static_cast<double>(dependent) / static_cast<double>(stalled);
}

}  // namespace presil::replay
