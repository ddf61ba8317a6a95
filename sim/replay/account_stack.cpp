#include <algorithm>
#include <cassert>

#include "sim/replay/account_parts.hpp"

namespace presil::replay {

using common::Cause;

std::vector<std::int32_t> find_binds(const traces::Schedule& s, const std::vector<Tick>& ends) {
  std::vector<std::int32_t> binds(s.jobs.size(), -1), last(s.queues.size(), -1);
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const traces::Job& j = s.jobs[i];
    std::int32_t bind = last[j.queue];
    Tick latest = bind < 0 ? -1 : ends[static_cast<std::size_t>(bind)];
    for (std::uint32_t e = 0; e < j.edge_count; ++e) {
      const std::uint32_t p = s.edges[j.first_edge + e];
      if (ends[p] > latest || (ends[p] == latest && static_cast<std::int32_t>(p) < bind))
        latest = ends[p], bind = static_cast<std::int32_t>(p);
    }
    binds[i] = bind;
    last[j.queue] = static_cast<std::int32_t>(i);
  }
  return binds;
}

void account_stack(const Evidence& e, Result& r) {
  const auto last = std::max_element(e.outcome.end.begin(), e.outcome.end.end());  // the first of equals: lowest id
  if (last == e.outcome.end.end()) return;
  for (std::int64_t job = last - e.outcome.end.begin(); job >= 0; job = e.binds[static_cast<std::size_t>(job)]) {
    const auto i = static_cast<std::size_t>(job);
    assert(e.outcome.start[i] == (e.binds[i] < 0 ? 0 : e.outcome.end[static_cast<std::size_t>(e.binds[i])]));
    e.outcome.causes.add_to(r.operators[static_cast<std::size_t>(e.schedule.jobs[i].op)].stack, i);
  }
  for (const OperatorResult& op : r.operators) r.stack += op.stack;
  assert(r.stack.total() == r.latency);
  for (OperatorResult& op : r.operators)
    if (op.stack.total() > 0) op.bound = bound_of(op.stack);
}

bool is_own_work(Cause cause) {
  return cause == Cause::compute || cause == Cause::transfer || cause == Cause::overhead || cause == Cause::launch ||
         cause == Cause::hand_over;
}

Bound bound_of(const CauseTimes& times) {
  Tick compute = 0, memory = 0, overhead = 0;
  for (std::size_t i = 0; i < common::cause_count; ++i) {
    switch (static_cast<Cause>(i)) {
      case Cause::compute:
      case Cause::output_stream:
        compute += times.ps[i];
        break;  // the vector stage computes as well
      case Cause::overhead:
      case Cause::launch:
      case Cause::hand_over:
      case Cause::dependency:
        overhead += times.ps[i];
        break;
      default:
        memory += times.ps[i];  // operand streams and everything on the way to memory
    }
  }
  if (compute == 0 && memory == 0 && overhead == 0) return Bound::none;
  if (compute >= memory && compute >= overhead) return Bound::compute;
  return memory >= overhead ? Bound::memory : Bound::overhead;
}

}  // namespace presil::replay
