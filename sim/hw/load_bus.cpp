// The buses and traffic sections.
#include <fmt/format.h>

#include <algorithm>

#include "sim/hw/sections.hpp"

namespace presil::hw {

using yaml::Map;

namespace {

/// Of a bus or a bridge.
template <class Spec>
void read_outstanding(Map& map, Spec& bus) {
  const auto value = map.find("outstanding");
  if (!value) {
    map.note_default("outstanding", std::to_string(bus.outstanding_reads));
    return;
  }
  if (!value->is_map()) {
    bus.outstanding_reads = bus.outstanding_writes = static_cast<int>(value->integer(1, 4096));
    return;
  }
  Map both = value->map();
  bus.outstanding_reads = static_cast<int>(both.integer("reads", 1, 4096));
  bus.outstanding_writes = static_cast<int>(both.integer("writes", 1, 4096));
  both.finish();
}

/// `clock`, `width` and `outstanding` of a path to some of the bus's memories.
fabric::BridgeSpec read_bridge(const std::string& name, Map map, const Hardware& hardware, const fabric::BusSpec& bus) {
  fabric::BridgeSpec bridge;
  bridge.name = name;
  bridge.hz = read_clock(map, hardware);
  bridge.width_bits = map.bits("width");
  if (bridge.width_bits % 8 != 0) map.find("width")->fail_found("is no whole number of bytes; write e.g. '32 bit'");
  bridge.latency_cycles = map.cycles_or("latency", bridge.latency_cycles);
  read_outstanding(map, bridge);
  const yaml::Value memories = map.at("memories", "[flash]");
  for (const yaml::Value& memory : memories.one_or_list()) {
    require_name(memory, "memory of the bus", bus.memories);
    for (const fabric::BridgeSpec& other : bus.bridges)
      if (std::count(other.memories.begin(), other.memories.end(), memory.text()) > 0)
        memory.fail_found(fmt::format("lies behind the bridge '{}' already; keep one", other.name));
    if (std::count(bridge.memories.begin(), bridge.memories.end(), memory.text()) > 0)
      memory.fail_found("stands twice; keep one");
    bridge.memories.push_back(memory.text());
  }
  if (bridge.memories.empty()) memories.fail("is empty; name at least one memory of the bus");
  map.finish();
  return bridge;
}

}  // namespace

fabric::BusSpec read_bus(const std::string& name, Map map, const Hardware& hardware,
                         const std::vector<std::string>& units) {
  fabric::BusSpec bus;
  bus.name = name;
  bus.hz = read_clock(map, hardware);
  bus.width_bits = map.bits("width");
  if (bus.width_bits % 8 != 0) map.find("width")->fail_found("is no whole number of bytes; write e.g. '64 bit'");
  bus.max_burst_bytes = map.bytes_or("max_burst", bus.max_burst_bytes);
  if (bus.max_burst_bytes < bus.width_bits / 8)
    map.fail(fmt::format("max_burst of {} B is less than one beat of {} bit; write at least '{} B'",
                         bus.max_burst_bytes, bus.width_bits, bus.width_bits / 8));
  if (bus.max_burst_bytes > 1 << 20) map.find("max_burst")->fail_found("is no burst; write e.g. '128 B'");
  read_outstanding(map, bus);
  bus.duplex = map.boolean_or("duplex", bus.duplex);
  using fabric::Arbitration;
  bus.arbitration = map.choice_or<Arbitration>("arbitration", "round_robin",
                                               {{"round_robin", Arbitration::round_robin},
                                                {"fixed_priority", Arbitration::fixed_priority},
                                                {"weighted", Arbitration::weighted}});
  bus.latency_cycles = map.cycles_or("latency", bus.latency_cycles);
  for (const yaml::Value& memory : map.at("memories", "[sram]").one_or_list()) {
    require_name(memory, "memory", memory_names(hardware));
    if (std::count(bus.memories.begin(), bus.memories.end(), memory.text()) > 0)
      memory.fail_found("stands twice; keep one");
    bus.memories.push_back(memory.text());
  }
  if (bus.memories.empty()) map.at("memories").fail("is empty; name at least one memory, e.g. '[sram]'");
  if (const auto bridges = map.find("bridges")) {
    Map bridge_map = bridges->map();
    for (const auto& [bridge, value] : bridge_map.all())
      bus.bridges.push_back(read_bridge(bridge, value.map(), hardware, bus));
  }
  if (const auto shares = map.find("shares")) {
    Map share_map = shares->map();
    for (const auto& [unit, value] : share_map.all()) {
      fabric::MasterShare share;
      share.unit = unit;
      bool known = hardware.unit(unit) != nullptr;
      for (const std::string& one : units) known = known || one == unit;
      if (!known) value.fail(fmt::format("no unit or traffic {} exists", yaml::quoted(unit)));
      Map one = value.map();
      share.priority = static_cast<int>(one.integer_or("priority", share.priority, 0, 255));
      share.weight = static_cast<int>(one.integer_or("weight", share.weight, 1, 1'000'000));
      if (const auto bound = one.find("latency_bound")) share.latency_bound_ps = bound->whole(yaml::time_ps());
      one.finish();
      bus.shares.push_back(share);
    }
  }
  map.finish();
  return bus;
}

}  // namespace presil::hw
