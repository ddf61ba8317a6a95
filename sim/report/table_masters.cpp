// Who else was on the buses: what each master moved, who lost time to whom, and whose deadlines were missed.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/report/derived.hpp"
#include "sim/report/sections.hpp"

namespace presil::report {

using common::Tick;

void masters(Page& page) {
  if (page.result.traffic.empty()) return;
  page.heading("Masters", "what each moved; lost: time its transfers, or the inference's, waited for another's");
  Grid grid(page.width, {{"master", false, 12, 0},
                         {"moved", true, 0, 0},
                         {"rate", true, 0, 0},
                         {"periods missed", true, 0, 1},
                         {"late bursts", true, 0, 1},
                         {"longest wait", true, 0, 1},
                         {"lost", false, 12, 2}});
  std::vector<std::string> names;
  for (const auto& unit : page.result.units)
    if (std::find(names.begin(), names.end(), unit.unit) == names.end()) names.push_back(unit.unit);
  for (const std::string& name : names) {
    std::int64_t moved = 0;
    std::map<std::string, Tick> lost;
    for (const auto& unit : page.result.units) {
      if (unit.unit != name) continue;
      moved += unit.moved_bytes;
      for (const auto& to : unit.lost) lost[to.master] += to.ps;
    }
    std::string text;
    for (const auto& [to, time] : lost)
      text += fmt::format("{}{} to {}", text.empty() ? "" : ", ", duration(time), printable(to));
    grid.add({{printable(name)},
              {bytes(moved)},
              {si(per_second(moved, page.result.latency), "B/s")},
              {"-"},
              {"-"},
              {"-"},
              {text.empty() ? "nothing" : text}});
  }
  for (const auto& master : page.result.traffic) {
    const bool timed = master.has_deadline;
    grid.add({{printable(master.name)},
              {bytes(master.bytes)},
              {si(per_second(master.bytes, page.result.latency), "B/s")},
              {timed ? fmt::format("{} of {}", grouped(master.missed_periods), grouped(master.periods)) : "-"},
              {timed ? grouped(master.late_bursts) : "-"},
              {duration(master.worst_wait)},
              {fmt::format("took {} from the inference", duration(master.taken))}});
  }
  page.text += grid.draw(page.paint);
}

}  // namespace presil::report
