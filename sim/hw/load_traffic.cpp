// The traffic section: masters beside the inference, in one of four shapes told apart by their keys.
#include <fmt/format.h>

#include "models/dram/dram_timing.hpp"
#include "models/flash/flash_timing.hpp"
#include "models/sram/sram_timing.hpp"
#include "sim/hw/sections.hpp"

namespace presil::hw {

using fabric::Pacing;
using yaml::Map;

namespace {

struct Peak {
  double operator()(const sram::SramSpec& spec) const { return sram::SramTiming(spec).peak_bytes_per_second(); }
  double operator()(const dram::DramSpec& spec) const { return dram::DramTiming(spec).peak_bytes_per_second(); }
  double operator()(const flash::FlashSpec& spec) const { return flash::FlashTiming(spec).peak_bytes_per_second(); }
};

/// Below a whole: a line of nothing but blanking has no time for its data.
double read_share(Map& map, const char* key) {
  const auto value = map.find(key);
  if (!value) return 0;
  const double share = value->real(yaml::share_percent(), yaml::Least::zero) / 100;
  if (share >= 1) value->fail_found("leaves no time for data; write less than '100 %'");
  return share;
}

void read_frames(Map& map, fabric::TrafficSpec& traffic) {
  traffic.pacing = Pacing::frames;
  traffic.frame_bytes = map.bytes("frame");
  traffic.frames_per_second = map.real("frame_rate", yaml::frequency_hz());
  traffic.line_bytes = map.bytes_or("line", traffic.frame_bytes);
  if (traffic.line_bytes > traffic.frame_bytes)
    map.find("line")->fail_found("is larger than 'frame'; write the bytes of one line");
  traffic.line_blanking = read_share(map, "line_blanking");
  traffic.frame_blanking = read_share(map, "frame_blanking");
  traffic.fifo_bytes = map.bytes_or("fifo", traffic.burst_bytes);
}

/// How much, how often, and in which order: by the key that says how much.
void read_pacing(Map& map, const Hardware& hardware, fabric::TrafficSpec& traffic) {
  const char* shapes[] = {"rate", "frame", "task", "load"};
  int given = 0;
  for (const char* shape : shapes) given += map.has(shape) ? 1 : 0;
  if (given > 1) map.fail("'rate', 'frame', 'task' and 'load' exclude each other; keep one");
  if (map.has("frame")) {
    read_frames(map, traffic);
  } else if (map.has("task")) {
    traffic.pacing = Pacing::task;
    traffic.frame_bytes = map.bytes("task");
    traffic.frames_per_second = 1e12 / static_cast<double>(map.at("every", "1 ms").whole(yaml::time_ps()));
    traffic.scattered = map.boolean_or("scattered", traffic.scattered);
  } else if (map.has("load")) {
    traffic.pacing = Pacing::random;
    const double share = map.real("load", yaml::share_percent()) / 100;
    traffic.bytes_per_second = share * std::visit(Peak{}, hardware.memory(traffic.memory)->spec);
  } else {
    traffic.bytes_per_second = map.real("rate", yaml::rate_bytes_per_second());
  }
  if (traffic.pacing == Pacing::random || traffic.scattered)
    traffic.seed = static_cast<std::uint64_t>(map.integer_or("seed", 1, 0, 1'000'000'000));
}

}  // namespace

fabric::TrafficSpec read_traffic(const std::string& name, Map map, const Hardware& hardware) {
  fabric::TrafficSpec traffic;
  traffic.name = name;
  const yaml::Value bus = map.at("bus", "main");
  std::vector<std::string> buses;
  for (const fabric::BusSpec& one : hardware.buses) buses.push_back(one.name);
  require_name(bus, "bus", buses);
  traffic.bus = bus.text();
  const yaml::Value memory = map.at("memory", "dram");
  std::vector<std::string> reachable;
  for (const fabric::BusSpec& one : hardware.buses)
    if (one.name == traffic.bus) reachable = one.memories;
  require_name(memory, "memory on that bus", reachable);
  traffic.memory = memory.text();
  traffic.write = map.boolean_or("write", traffic.write);
  traffic.burst_bytes = map.bytes_or("burst", traffic.burst_bytes);
  read_pacing(map, hardware, traffic);
  if (const auto address = map.find("address"))
    traffic.address = static_cast<std::uint64_t>(address->whole(yaml::size_bytes(), yaml::Least::zero));
  traffic.region_bytes = traffic.frame_bytes > 0 ? map.bytes_or("region", traffic.frame_bytes) : map.bytes("region");
  if (traffic.pacing == Pacing::frames && traffic.region_bytes < traffic.frame_bytes)
    map.find("region")->fail_found("holds no whole 'frame'; enlarge it");
  traffic.priority = static_cast<int>(map.integer_or("priority", traffic.priority, 0, 255));
  traffic.weight = static_cast<int>(map.integer_or("weight", traffic.weight, 1, 1'000'000));
  if (const auto bound = map.find("latency_bound")) traffic.latency_bound_ps = bound->whole(yaml::time_ps());
  const std::int64_t size = hardware.memory(traffic.memory)->size_bytes;
  if (static_cast<std::int64_t>(traffic.address) > size - traffic.region_bytes)
    map.fail(fmt::format("its region ends beyond the {} bytes of {}; make 'region' or 'address' smaller", size,
                         traffic.memory));
  if (traffic.burst_bytes > traffic.region_bytes) map.fail("'burst' is larger than 'region'; enlarge 'region'");
  if (const auto* serial = std::get_if<flash::FlashSpec>(&hardware.memory(traffic.memory)->spec))
    if (traffic.write && !serial->writable)
      memory.fail(fmt::format("'{}' cannot be written; add 'write: false' or name another memory", traffic.memory));
  map.finish();
  return traffic;
}

}  // namespace presil::hw
