// The cache in front of a memory.
#include <fmt/format.h>

#include "models/cache/cache_lines.hpp"
#include "models/common/error.hpp"
#include "sim/hw/sections.hpp"

namespace presil::hw {

using yaml::Map;

cache::CacheSpec read_cache(Map map, const Hardware& hardware, std::int64_t memory_bytes) {
  enum class Write { back, through };
  cache::CacheSpec spec;
  spec.hz = read_clock(map, hardware);
  spec.size_bytes = map.bytes("size");
  if (spec.size_bytes > std::int64_t{1} << 30) map.find("size")->fail_found("is no cache; write e.g. '32 KiB'");
  spec.line_bytes = map.bytes_or("line", spec.line_bytes);
  const auto ways = map.find("ways");
  if (ways && ways->is_scalar() && ways->text() == "full")
    spec.ways = 0;
  else
    spec.ways = static_cast<int>(map.integer_or("ways", spec.ways, 1, 1 << 20));
  spec.write_back =
      map.choice_or<Write>("write", "back", {{"back", Write::back}, {"through", Write::through}}) == Write::back;
  spec.write_allocate = map.boolean_or("write_allocate", spec.write_allocate);
  spec.prefetch_lines = static_cast<int>(map.integer_or("prefetch", spec.prefetch_lines, 0, 64));
  spec.width_bits = map.bits_or("width", spec.width_bits);
  if (spec.width_bits % 8 != 0) map.find("width")->fail_found("is no whole number of bytes; write e.g. '64 bit'");
  spec.latency_cycles = map.cycles_or("latency", spec.latency_cycles);
  if (const auto users = map.find("for")) {  // their names are checked once they are known
    for (const yaml::Value& user : users->one_or_list()) spec.users.push_back(user.text());
    if (spec.users.empty()) users->fail("is empty; name a unit, or leave it out for all");
  }
  map.finish();
  if (memory_bytes % spec.line_bytes != 0)
    map.fail(fmt::format("the memory of {} B is no whole number of lines of {} B", memory_bytes, spec.line_bytes));
  try {
    const cache::CacheLines lines(spec, memory_bytes);
  } catch (const common::Error& error) {
    map.fail(std::string(error.what()).substr(sizeof("cache: ") - 1));
  }
  return spec;
}

}  // namespace presil::hw
