#include "sim/replay/engine.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/cache/cache_timing.hpp"
#include "models/common/error.hpp"
#include "traces/check.hpp"

namespace presil::replay {
namespace {

using common::Error;
using traces::Job;
using traces::JobKind;
using traces::Schedule;

traces::KnownHardware known_hardware(const hw::Hardware& hardware) {
  traces::KnownHardware known;
  for (const hw::Memory& m : hardware.memories) {
    const auto* flash = std::get_if<flash::FlashSpec>(&m.spec);
    known.memories.push_back({m.name, m.size_bytes, flash == nullptr || flash->writable});
  }
  for (const hw::Unit& u : hardware.units)
    known.units.push_back({u.name, u.is_npu(), u.is_npu() ? u.npu().cores : 1});  // a kernel takes all cores of a CPU
  return known;
}

bool reaches(const hw::Hardware& hardware, const hw::Unit& unit, const std::string& memory) {
  for (const std::string& name : unit.buses)
    for (const fabric::BusSpec& bus : hardware.buses)
      if (bus.name == name && std::find(bus.memories.begin(), bus.memories.end(), memory) != bus.memories.end())
        return true;
  return false;
}

bool moves(const Job& j) {
  return j.kind == JobKind::transfer || j.kind == JobKind::copy;
}

}  // namespace

Wiring wire(const Schedule& s, const hw::Hardware& hardware) {
  const std::string place = s.network.empty() ? "schedule" : "schedule of " + s.network;
  traces::check(s, known_hardware(hardware), place);
  Wiring w;
  for (const std::string& m : s.memories) w.memory_of.push_back(hardware.memory_index(m));
  for (const traces::Queue& q : s.queues)
    w.unit_of.push_back(static_cast<std::int32_t>(hardware.unit(q.unit) - hardware.units.data()));
  w.port_of.assign(s.queues.size(), -1);
  std::vector<char> seen(s.queues.size() * s.memories.size(), 0);  // (queue, memory) pairs that were looked at
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const Job& j = s.jobs[i];
    if (!moves(j)) continue;
    const hw::Unit& unit = hardware.units[static_cast<std::size_t>(w.unit_of[j.queue])];
    for (const std::int32_t area : {j.area, j.to_area}) {
      if (area < 0) continue;
      const auto m = static_cast<std::size_t>(s.areas[static_cast<std::size_t>(area)].memory);
      char& known = seen[j.queue * s.memories.size() + m];
      if (known) continue;
      known = 1;
      if (!reaches(hardware, unit, s.memories[m]))
        throw Error(fmt::format("{}: job {}: no bus joins unit '{}' and memory '{}'; attach both to one bus", place, i,
                                unit.name, s.memories[m]));
    }
    if (w.port_of[j.queue] < 0) {
      w.port_of[j.queue] = static_cast<std::int32_t>(w.ports.size());
      w.ports.push_back({s.queues[j.queue].name, unit.name, unit.buses});
    }
  }
  return w;
}

fabric::Transfer transfer_of(const Schedule& s, const Wiring& w, std::uint32_t id) {
  const Job& j = s.jobs[id];
  fabric::Transfer t;
  t.id = id;
  t.port = w.port_of[j.queue];
  t.write = j.write;
  t.area = s.areas[static_cast<std::size_t>(j.area)];
  t.area.memory = w.memory_of[static_cast<std::size_t>(t.area.memory)];
  if (j.kind == JobKind::copy) {
    t.copy = true;
    t.write = false;
    t.to_area = s.areas[static_cast<std::size_t>(j.to_area)];
    t.to_area.memory = w.memory_of[static_cast<std::size_t>(t.to_area.memory)];
  }
  return t;
}

void warm_caches(const Schedule& s, const hw::Hardware& hardware, const Wiring& w,
                 const std::vector<common::MemoryTiming*>& memories) {
  if (w.cold_caches || s.jobs.empty()) return;
  std::vector<cache::CacheTiming*> caches;
  bool any = false;
  for (common::MemoryTiming* memory : memories) {
    caches.push_back(dynamic_cast<cache::CacheTiming*>(memory));
    any |= caches.back() != nullptr;
  }
  if (!any) return;
  const std::int32_t last = s.jobs.back().inference;
  for (const Job& j : s.jobs) {
    if (!moves(j) || j.inference != last) continue;
    const std::string& unit = hardware.units[static_cast<std::size_t>(w.unit_of[j.queue])].name;
    for (const std::int32_t index : {j.area, j.to_area}) {
      if (index < 0) continue;
      const common::Area& area = s.areas[static_cast<std::size_t>(index)];
      const std::int32_t memory = w.memory_of[static_cast<std::size_t>(area.memory)];
      cache::CacheTiming* const cached = caches[static_cast<std::size_t>(memory)];
      if (cached == nullptr) continue;
      for (std::int64_t plane = 0; plane < area.planes; ++plane)
        for (std::int64_t row = 0; row < area.rows; ++row)
          cached->warm(area.address + static_cast<std::uint64_t>(plane * area.plane_stride + row * area.row_stride),
                       area.row_bytes, j.kind == JobKind::copy ? index == j.to_area : j.write, cached->passed_by(unit));
    }
  }
}

void read_memories(fabric::FabricTiming& fabric, const std::vector<common::MemoryTiming*>& memories,
                   const Wiring& wiring, Outcome& outcome) {
  for (const Tick end : outcome.end) outcome.latency = std::max(outcome.latency, end);
  for (std::size_t m = 0; m < memories.size(); ++m) {
    outcome.activity.push_back(fabric.activity(static_cast<std::int32_t>(m), outcome.latency));
    memories[m]->settle(outcome.latency);
    outcome.counters.push_back(memories[m]->counters());
    const auto* cached = dynamic_cast<const cache::CacheTiming*>(memories[m]);
    outcome.caches.push_back(cached != nullptr ? std::optional(cached->cache_counters()) : std::nullopt);
    outcome.peak_bytes_per_second.push_back(memories[m]->peak_bytes_per_second());
  }
  outcome.traffic = fabric.traffic();
  for (std::size_t port = 0; port < wiring.ports.size(); ++port)
    outcome.lost.push_back(fabric.lost_to_others(static_cast<std::int32_t>(port)));
  outcome.bursts = fabric.bursts();
}

}  // namespace presil::replay
