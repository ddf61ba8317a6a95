// The memories section: SRAM, serial flash and PSRAM; DRAM is in load_dram.cpp.
#include "models/flash/flash_presets.hpp"
#include "sim/hw/sections.hpp"

namespace presil::hw {

using yaml::Map;
using yaml::Value;

namespace {

constexpr std::int64_t most_bytes = std::int64_t{1} << 40;  // 1 TiB: more is a slip of the unit

std::int64_t read_size(Map& map) {
  const std::int64_t size = map.bytes("size");
  if (size > most_bytes)
    map.find("size")->fail_found("is larger than any memory of such a system; write e.g. '64 MiB'");
  return size;
}

sram::SramSpec read_sram(Map& map, const Hardware& hardware, std::int64_t size) {
  sram::SramSpec spec;
  spec.size_bytes = size;
  spec.hz = read_clock(map, hardware);
  spec.width_bits = map.bits_or("width", spec.width_bits);
  if (spec.width_bits % 8 != 0) map.find("width")->fail_found("is no whole number of bytes; write e.g. '64 bit'");
  spec.banks = static_cast<int>(map.integer_or("banks", spec.banks, 1, 1024));
  if (const auto interleave = map.find("interleave")) spec.interleave_bytes = interleave->whole(yaml::size_bytes());
  spec.ports = static_cast<int>(map.integer_or("ports", spec.ports, 1, 64));
  if (const auto latency = map.find("latency")) {
    if (map.has("read_latency") || map.has("write_latency"))
      map.fail("'latency' stands for both 'read_latency' and 'write_latency'; give it or those");
    spec.read_latency_cycles = spec.write_latency_cycles = latency->whole(yaml::count_cycles(), yaml::Least::zero);
  } else {
    spec.read_latency_cycles = map.cycles_or("read_latency", spec.read_latency_cycles);
    spec.write_latency_cycles = map.cycles_or("write_latency", spec.write_latency_cycles);
  }
  return spec;
}

/// A preset's figures, or the usual ones; each can be given. What a preset says is not noted as a default.
flash::FlashSpec read_serial(Map& map, const Hardware& hardware, std::int64_t size, bool writable) {
  flash::FlashSpec spec;
  const auto preset = map.find("preset");
  if (preset) {
    require_name(*preset, "serial memory", flash::preset_names());
    spec = flash::preset(preset->text());
    if (spec.writable != writable)
      preset->fail_found(spec.writable ? "can be written; write 'type: psram' or 'type: hyperram'"
                                       : "is a flash; write 'type: serial_flash'");
  }
  const auto asked = [&](const char* key) { return !preset || map.has(key); };
  spec.size_bytes = size;
  if (asked("clock")) spec.hz = read_clock(map, hardware);
  if (asked("lanes")) spec.lanes = static_cast<int>(map.integer_or("lanes", spec.lanes, 1, 64));
  if ((spec.lanes & (spec.lanes - 1)) != 0)
    map.find("lanes")->fail_found("is not a power of two; write 1, 2, 4, 8 or 16");
  if (asked("ddr")) spec.ddr = map.boolean_or("ddr", spec.ddr);
  const std::pair<const char*, std::int64_t*> phases[] = {{"command", &spec.command_clocks},
                                                          {"address", &spec.address_clocks},
                                                          {"dummy", &spec.dummy_clocks},
                                                          {"cs_high", &spec.cs_high_clocks}};
  for (const auto& [key, clocks] : phases)
    if (asked(key)) *clocks = map.clocks_or(key, *clocks);
  if (const auto page = map.find("page")) spec.page_bytes = page->whole(yaml::size_bytes());
  if (const auto limit = map.find("cs_low_limit")) spec.cs_low_limit_ps = limit->whole(yaml::time_ps());
  if (const auto interval = map.find("refresh_interval")) {
    spec.refresh_interval_ps = interval->whole(yaml::time_ps());
    spec.refresh_ps = map.at("refresh_time", "50 ns").whole(yaml::time_ps());
    spec.collision_clocks = map.at("collision", "7 clocks").whole(yaml::count_clocks());
    if (spec.refresh_ps >= spec.refresh_interval_ps)
      map.find("refresh_time")->fail_found("is no shorter than 'refresh_interval'; write e.g. '50 ns'");
  }
  spec.sequential_hold = map.boolean_or("sequential_hold", spec.sequential_hold);
  const auto given = map.find("writable");
  spec.writable = given ? given->boolean() : writable;
  spec.max_backlog = map.integer_or("max_backlog", spec.max_backlog, 1, 1024);
  return spec;
}

}  // namespace

Memory read_memory(const std::string& name, Map map, const Hardware& hardware) {
  enum class Type { sram, dram, flash, psram };
  Memory memory;
  memory.name = name;
  const Type type = map.at("type", "sram")
                        .choice<Type>({{"sram", Type::sram},
                                       {"dram", Type::dram},
                                       {"serial_flash", Type::flash},
                                       {"psram", Type::psram},
                                       {"hyperram", Type::psram}});
  memory.size_bytes = read_size(map);
  if (const auto cache = map.find("cache")) memory.cache = read_cache(cache->map(), hardware, memory.size_bytes);
  switch (type) {
    case Type::sram:
      memory.spec = read_sram(map, hardware, memory.size_bytes);
      break;
    case Type::dram:
      memory.spec = read_dram(map, hardware, memory.size_bytes);
      break;
    case Type::flash:
      memory.spec = read_serial(map, hardware, memory.size_bytes, false);
      break;
    case Type::psram:
      memory.spec = read_serial(map, hardware, memory.size_bytes, true);
      break;
  }
  map.finish();
  return memory;
}

}  // namespace presil::hw
