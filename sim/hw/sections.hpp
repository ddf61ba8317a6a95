// Readers of the sections of a hardware file; used by load.cpp only. Each reads one map strictly and returns a value.
#pragma once

#include <string>
#include <vector>

#include "sim/hw/hardware.hpp"
#include "sim/yaml/value.hpp"

namespace presil::hw {

/// `clock: npu` (a name of the clocks section) or `clock: 800 MHz`.
std::int64_t read_clock(yaml::Map& map, const Hardware& hardware, const std::string& key = "clock");

Memory read_memory(const std::string& name, yaml::Map map, const Hardware& hardware);
cache::CacheSpec read_cache(yaml::Map map, const Hardware& hardware, std::int64_t memory_bytes);
dram::DramSpec read_dram(yaml::Map& map, const Hardware& hardware, std::int64_t size_bytes);
/// Geometry, timing and policies, over what `spec` holds; all of the first two must be given where it is no preset.
void read_dram_keys(yaml::Map& map, const Hardware& hardware, dram::DramSpec& spec);
/// "28 clocks", or a time in whole clocks of `hz`, rounded up.
int read_dram_time(const yaml::Value& value, std::int64_t hz);
fabric::BusSpec read_bus(const std::string& name, yaml::Map map, const Hardware& hardware,
                         const std::vector<std::string>& units);
fabric::TrafficSpec read_traffic(const std::string& name, yaml::Map map, const Hardware& hardware);
npu::NpuSpec read_npu(yaml::Map& map, const Hardware& hardware, const std::vector<std::string>& units,
                      const std::string& own_name);
cpu::CpuSpec read_cpu(yaml::Map& map, const Hardware& hardware);
cpu::KernelLibrary read_library(yaml::Map map);
Energy read_energy(yaml::Map map, const Hardware& hardware);
/// A provenance section whose keys are paths below `prefix` ("" or ending in a dot).
std::vector<Provenance> read_sources(yaml::Map map, const yaml::Document& document, const std::string& prefix,
                                     const std::string& usual_status);

/// One operator class, or a group of them by name: `pooling`, `elementwise`; both in the order of OpClass.
std::vector<common::OpClass> read_classes(const yaml::Value& at, const std::string& text);

/// A name of the list, or an Error "no such memory; did you mean ...".
void require_name(const yaml::Value& at, const char* what, const std::vector<std::string>& names);

std::vector<std::string> memory_names(const Hardware& hardware);

}  // namespace presil::hw
