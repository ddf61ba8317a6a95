#include <fmt/format.h>

#include <map>
#include <set>

#include "models/cpu/cpu_timing.hpp"
#include "sim/replay/account_parts.hpp"

namespace presil::replay {

void account_notes(const Evidence& e, Result& r) {
  // The same remark on several operators is made once.
  std::map<std::string, std::vector<const std::string*>> remarks;
  std::vector<std::string> order;
  for (const traces::OperatorInfo& op : e.schedule.operators) {
    if (op.note.empty()) continue;
    auto& names = remarks[op.note];
    if (names.empty()) order.push_back(op.note);
    names.push_back(&op.name);
  }
  for (const std::string& text : order) {
    const auto& names = remarks[text];
    r.notes.push_back(names.size() == 1 ? fmt::format("{}: {}", *names[0], text)
                                        : fmt::format("{} and {} more: {}", *names[0], names.size() - 1, text));
  }

  std::set<std::pair<std::int32_t, common::OpClass>> kernels;
  for (const traces::Job& j : e.schedule.jobs)
    if (j.kind == traces::JobKind::kernel)
      kernels.emplace(e.wiring.unit_of[j.queue], e.schedule.works[static_cast<std::size_t>(j.work)].op_class);
  for (const auto& [u, op_class] : kernels) {
    const hw::Unit& unit = e.hardware.units[static_cast<std::size_t>(u)];
    const cpu::CpuTiming timing(unit.cpu());
    if (!timing.has_rate(op_class))
      r.notes.push_back(fmt::format("'{}' has no rate for {}: costed at the generic rate", unit.name, name(op_class)));
    else if (timing.rate(op_class).assumed)
      r.notes.push_back(fmt::format("the rate of '{}' for {} is assumed", unit.name, name(op_class)));
  }

  for (const TrafficMaster& t : r.traffic)
    if (t.late_bursts > 0)
      r.notes.push_back(fmt::format("traffic '{}': {} bursts missed their deadline; the longest wait was {:.3f} us",
                                    t.name, t.late_bursts, static_cast<double>(t.worst_wait) / 1e6));
}

}  // namespace presil::replay
