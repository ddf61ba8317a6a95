#include <algorithm>
#include <string>

#include "sim/replay/account_parts.hpp"

namespace presil::replay {

using traces::Job;
using traces::JobKind;

namespace {

constexpr double pj_per_uj = 1e6;

std::optional<double> figure(const hw::Energy& energy, const std::string& component, const std::string& what) {
  const auto c = energy.pj.find(component);
  if (c == energy.pj.end()) return std::nullopt;
  const auto w = c->second.find(what);
  if (w == c->second.end()) return std::nullopt;
  return w->second;
}

/// "mac_int8", "mac_int16" (the wider operand counts), "mac_float16", "mac_float32".
std::string mac_name(const common::Work& w) {
  const int bits = std::max(w.activation_bits, w.weight_bits);
  return (w.floating_point ? "mac_float" : "mac_int") + std::to_string(bits);
}

class EnergyAccount {
 public:
  EnergyAccount(const Evidence& e, Result& r) : e_(e), r_(r), of_op_(r.operators.size(), 0.0) {}

  void run() {
    compute();
    memories();
    idle();
    r_.energy_uj = 0.0;
    for (const EnergyPart& part : r_.energy) {
      if (!part.uj) {
        r_.energy_uj.reset();
        break;
      }
      *r_.energy_uj += *part.uj;
    }
    for (std::size_t i = 0; i < of_op_.size(); ++i)
      if (!unknown_[i]) r_.operators[i].energy_uj = of_op_[i];
  }

 private:
  void part(const std::string& component, const std::string& what, double count, std::optional<double> pj_each) {
    r_.energy.push_back({component, what, pj_each ? std::optional(count * *pj_each / pj_per_uj) : std::nullopt});
  }

  /// MACs of each unit by type of operand.
  void compute() {
    struct Group {
      std::size_t unit;
      std::string what;
      std::int64_t macs = 0;
    };
    std::vector<Group> groups;  // a handful: in the order in which they occur
    std::vector<std::int32_t> group_of(e_.schedule.works.size() * e_.hardware.units.size(), -1);
    for (const Job& j : e_.schedule.jobs) {
      if (j.work < 0 || (j.kind != JobKind::compute && j.kind != JobKind::kernel)) continue;
      const auto unit = static_cast<std::size_t>(e_.wiring.unit_of[j.queue]);
      const common::Work& work = e_.schedule.works[static_cast<std::size_t>(j.work)];
      if (work.macs == 0) continue;
      std::int32_t& known = group_of[static_cast<std::size_t>(j.work) * e_.hardware.units.size() + unit];
      if (known < 0) {
        const std::string what = mac_name(work);
        for (known = 0; known < static_cast<std::int32_t>(groups.size()); ++known) {
          const Group& g = groups[static_cast<std::size_t>(known)];
          if (g.unit == unit && g.what == what) break;
        }
        if (known == static_cast<std::int32_t>(groups.size())) groups.push_back({unit, what, 0});
      }
      Group& group = groups[static_cast<std::size_t>(known)];
      group.macs += work.macs;
      to_operator(static_cast<std::size_t>(j.op), static_cast<double>(work.macs),
                  figure(e_.hardware.energy, e_.hardware.units[unit].name, group.what));
    }
    for (const Group& g : groups) {
      const std::string& unit = e_.hardware.units[g.unit].name;
      part(unit, g.what, static_cast<double>(g.macs), figure(e_.hardware.energy, unit, g.what));
    }
  }

  /// Bytes as moved, in whole beats; row activations and refreshes where the file prices them apart.
  void memories() {
    for (std::size_t m = 0; m < r_.memories.size(); ++m) {
      const MemoryResult& memory = r_.memories[m];
      const common::MemoryCounters& c = memory.counters;
      if (c.bursts == 0) continue;
      const std::optional<double> both = figure(e_.hardware.energy, memory.name, "per_byte");
      const auto or_both = [&](const char* what) {
        const std::optional<double> own = figure(e_.hardware.energy, memory.name, what);
        return own ? own : both;
      };
      const std::optional<double> read = or_both("read_per_byte"), write = or_both("write_per_byte");
      if (c.read_bytes > 0) part(memory.name, "read", static_cast<double>(c.read_bytes), read);
      if (c.write_bytes > 0) part(memory.name, "write", static_cast<double>(c.write_bytes), write);
      const double rows = static_cast<double>(c.row_misses + c.row_conflicts);
      if (const auto pj = figure(e_.hardware.energy, memory.name, "activate")) part(memory.name, "activate", rows, pj);
      if (const auto pj = figure(e_.hardware.energy, memory.name, "refresh"))
        part(memory.name, "refresh", static_cast<double>(c.refreshes), pj);
      for (std::size_t i = 0; i < r_.operators.size(); ++i) {
        const OperatorResult& op = r_.operators[i];
        if (op.read_bytes[m] > 0) to_operator(i, static_cast<double>(op.read_bytes[m]), read);
        if (op.write_bytes[m] > 0) to_operator(i, static_cast<double>(op.write_bytes[m]), write);
      }
    }
  }

  /// Static power over the whole latency: of every component of the chip, used or not. One without a figure is unknown.
  void idle() {
    const double ms = static_cast<double>(r_.latency) / 1e9;  // mW x ms = uJ
    const auto add = [&](const std::string& component) {
      const auto mw = e_.hardware.energy.static_mw.find(component);
      const bool known = mw != e_.hardware.energy.static_mw.end();
      r_.energy.push_back({component, "static", known ? std::optional(mw->second * ms) : std::nullopt});
    };
    for (const hw::Unit& u : e_.hardware.units) add(u.name);
    for (const hw::Memory& m : e_.hardware.memories) add(m.name);
    for (const MemoryResult& m : r_.memories) {
      rest(m.name, "power_down", m.counters.power_down_ps);
      rest(m.name, "self_refresh", m.counters.self_refresh_ps);
    }
  }

  /// In a state of rest its own power stands in for the static one, where the file has a figure for it.
  void rest(const std::string& memory, const char* state, common::Tick time) {
    const auto figures = e_.hardware.energy.rest_mw.find(memory);
    if (time == 0 || figures == e_.hardware.energy.rest_mw.end()) return;
    const auto mw = figures->second.find(state);
    if (mw == figures->second.end()) return;
    for (EnergyPart& whole : r_.energy) {
      if (whole.component != memory || whole.what != "static" || !whole.uj) continue;
      whole.uj = *whole.uj - e_.hardware.energy.static_mw.at(memory) * static_cast<double>(time) / 1e9;
    }
    r_.energy.push_back({memory, state, mw->second * static_cast<double>(time) / 1e9});
  }

  void to_operator(std::size_t op, double count, std::optional<double> pj_each) {
    if (pj_each)
      of_op_[op] += count * *pj_each / pj_per_uj;
    else
      unknown_[op] = true;
  }

  const Evidence& e_;
  Result& r_;
  std::vector<double> of_op_;
  std::vector<bool> unknown_ = std::vector<bool>(of_op_.size(), false);
};

}  // namespace

void account_energy(const Evidence& e, Result& r) {
  EnergyAccount(e, r).run();
}

}  // namespace presil::replay
