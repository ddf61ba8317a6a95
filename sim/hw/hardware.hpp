// The chip as a value: every figure of the hardware YAML, typed, checked and in base units (bytes, hertz, picoseconds).
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "models/cache/cache_spec.hpp"
#include "models/cpu/cpu_spec.hpp"
#include "models/dram/dram_spec.hpp"
#include "models/fabric/bus_spec.hpp"
#include "models/flash/flash_spec.hpp"
#include "models/npu/npu_spec.hpp"
#include "models/sram/sram_spec.hpp"

namespace presil::hw {

struct Memory {
  std::string name;
  std::int64_t size_bytes = 0;
  std::variant<sram::SramSpec, dram::DramSpec, flash::FlashSpec> spec;
  std::optional<cache::CacheSpec> cache{};  // in front of it
  std::string type() const;  // "sram" | "dram" | "serial_flash" (psram and hyperram are serial_flash, writable)
};

struct Unit {
  std::string name;
  std::vector<std::string> buses;  // in order of preference
  std::variant<npu::NpuSpec, cpu::CpuSpec> spec;
  bool is_npu() const { return std::holds_alternative<npu::NpuSpec>(spec); }
  const npu::NpuSpec& npu() const { return std::get<npu::NpuSpec>(spec); }
  const cpu::CpuSpec& cpu() const { return std::get<cpu::CpuSpec>(spec); }
};

struct Placement {
  std::vector<std::string> weights;      // home of constants: the first of these memories that holds them all
  std::vector<std::string> activations;  // in order of preference
  bool together = false;                 // all activations in the first of them that holds them all
  std::string input, output;             // empty: as activations
  std::string load_from;                 // where constants come from at a cold start; empty: already home
};

/// Energy figures; a missing one leaves the component's energy unknown (null in reports), never zero.
struct Energy {
  std::map<std::string, std::map<std::string, double>>
      pj;                                   // component -> mac_int8, per_byte, read_per_byte, activate, ... in pJ
  std::map<std::string, double> static_mw;  // component -> static or background power in mW
  std::map<std::string, std::map<std::string, double>> rest_mw;  // memory -> power_down, self_refresh -> its static mW
};

struct Provenance {
  std::string key;     // dotted path in the YAML, or a prefix of it
  std::string source;  // where the figure comes from
  std::string
      status;  // vendor-code | vendor-doc | datasheet | measurement | inferred | recall-unverified | assumed | fitted
};

struct Hardware {
  std::string name, file;
  std::map<std::string, std::int64_t> clocks;  // name -> Hz
  std::vector<Memory> memories;                // in the order of the file
  std::vector<fabric::BusSpec> buses;
  std::vector<Unit> units;
  std::string main_unit;  // whose clock `cycles` counts: the first NPU, else the first CPU, unless given
  Placement placement;
  Energy energy;
  std::vector<fabric::TrafficSpec> traffic;
  std::vector<Provenance> sources;
  std::vector<std::string> defaults;  // "units.npu.tile_buffer.ports = 2": figures nobody gave
  std::string digest;                 // of all that influences a plan or a replay: 16 hex digits

  const Memory* memory(const std::string& name) const;
  const Unit* unit(const std::string& name) const;
  int memory_index(const std::string& name) const;  // -1 where there is none
};

}  // namespace presil::hw
