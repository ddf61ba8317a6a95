// CPU units and kernel libraries.
#include <fmt/format.h>

#include "sim/hw/npu_sections.hpp"
#include "sim/hw/sections.hpp"

namespace presil::hw {

using yaml::Map;
using yaml::Value;

namespace {

/// `cycles_per_operator` of the library goes for rates that have none of their own.
cpu::KernelRate read_rate(const Value& value, double cycles_per_operator) {
  Map map = value.map();
  cpu::KernelRate rate;
  constexpr double most = 1e9;
  const std::pair<const char*, double*> terms[] = {{"cycles_per_mac", &rate.cycles_per_mac},
                                                   {"cycles_per_output", &rate.cycles_per_output},
                                                   {"cycles_per_input", &rate.cycles_per_input},
                                                   {"cycles_per_operator", &rate.cycles_per_operator}};
  double sum = 0;
  rate.cycles_per_operator = cycles_per_operator;
  for (const auto& [key, term] : terms)
    if (const auto given = map.find(key)) sum += * term = given->number(0, most);
  if (const auto few = map.find("few_channels")) {
    Map figures = few->map();
    rate.few_channels = static_cast<int>(figures.integer("up_to", 1, 1 << 20));
    rate.cycles_per_mac_few = figures.number("cycles_per_mac", 0, most);
    figures.finish();
  }
  const auto source = map.find("source");
  if (source) rate.source = source->text();
  const auto assumed = map.find("assumed");
  rate.assumed = assumed ? assumed->boolean() : rate.source.empty();
  map.finish();
  if (sum <= 0) map.fail("costs nothing; give at least one of cycles_per_mac, _output, _input, _operator");
  return rate;
}

}  // namespace

cpu::KernelLibrary read_library(Map map) {
  cpu::KernelLibrary library;
  if (const auto kind = map.find("kind"))
    if (kind->text() != "library") kind->fail_found("where 'library' is expected; is it the right file?");
  library.name = map.text_or("name", "inline");
  map.find("description");
  map.find("sources");  // read with those of the hardware file
  map.find("calibrated");
  const double per_operator = map.number_or("cycles_per_operator", 0, 0, 1e9);
  Map rates = map.at("rates", "{convolution: {cycles_per_mac: 1}}").map();
  read_by_class(rates, library.rates, [&](const Value& value) { return read_rate(value, per_operator); });
  if (const auto convolution = library.rates.find(common::OpClass::convolution); convolution != library.rates.end())
    for (const auto op_class : {common::OpClass::pointwise, common::OpClass::fully_connected, common::OpClass::matmul})
      library.rates.emplace(op_class, convolution->second);
  library.generic = read_rate(map.at("generic", "{cycles_per_output: 20}"), per_operator);
  library.int16_factor = map.number_or("int16_factor", library.int16_factor, 0.01, 100);
  library.float_factor = map.number_or("float_factor", library.float_factor, 0.01, 1000);
  library.folds_pad = map.boolean_or("folds_pad", library.folds_pad);
  map.finish();
  return library;
}

cpu::CpuSpec read_cpu(Map& map, const Hardware& hardware) {
  cpu::CpuSpec cpu;
  cpu.hz = read_clock(map, hardware);
  cpu.cores = static_cast<int>(map.integer_or("cores", cpu.cores, 1, 1024));
  if (cpu.cores > 1 || map.has("parallel_efficiency"))
    cpu.parallel_efficiency = map.number_or("parallel_efficiency", cpu.parallel_efficiency, 0, 1);
  cpu.library = read_library(map.at("library", "cmsis-nn-m55").map());
  cpu.library_scale = map.number_or("library_scale", cpu.library_scale, 0.01, 100);
  if (const auto caches = map.find("caches")) {
    Map levels = caches->map();
    for (const auto& [name, value] : levels.all()) {
      Map level = value.map();
      cpu::CacheSpec cache;
      cache.name = name;
      cache.size_bytes = level.bytes("size");
      cache.line_bytes = level.bytes_or("line", cache.line_bytes);
      cache.write_allocate = level.boolean_or("write_allocate", cache.write_allocate);
      level.finish();
      if (cache.line_bytes > cache.size_bytes) level.fail("a line is larger than the cache; write e.g. 'line: 64 B'");
      cpu.caches.push_back(cache);
    }
  } else {
    map.note_default("caches", "none");
  }
  cpu.memory_overlap = map.boolean_or("memory_overlap", cpu.memory_overlap);
  cpu.flush_cycles_per_line = map.number_or("flush_cycles_per_line", cpu.flush_cycles_per_line, 0, 1e6);
  return cpu;
}

}  // namespace presil::hw
