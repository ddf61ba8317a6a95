#include "sim/plan/path.hpp"

#include <algorithm>
#include <cmath>

#include "sim/hw/describe.hpp"

namespace presil::plan {
namespace {

template <class... F>
struct Overloaded : F... {
  using F::operator()...;
};
template <class... F>
Overloaded(F...) -> Overloaded<F...>;

double ps_per_clock(std::int64_t hz) {
  return hz > 0 ? 1e12 / static_cast<double>(hz) : 0;
}

}  // namespace

double access_latency_ps(const hw::Memory& memory) {
  return std::visit(
      Overloaded{
          [](const sram::SramSpec& s) { return static_cast<double>(s.read_latency_cycles) * ps_per_clock(s.hz); },
          [](const dram::DramSpec& s) {
            return static_cast<double>(s.timing.tRCD + s.timing.tRL + s.burst_length / 2 + s.front_end_clocks) *
                   ps_per_clock(s.hz);
          },
          [](const flash::FlashSpec& s) {
            return static_cast<double>(s.command_clocks + s.address_clocks + s.dummy_clocks + s.cs_high_clocks) *
                   ps_per_clock(s.hz);
          }},
      memory.spec);
}

Path::Path(const hw::Hardware& hardware, const hw::Unit& unit, int memory) {
  const hw::Memory& m = hardware.memories[static_cast<std::size_t>(memory)];
  double bridge_ps_per_byte = 0;
  for (const std::string& name : unit.buses)
    for (const fabric::BusSpec& bus : hardware.buses) {
      if (bus.name != name || reachable_) continue;
      if (std::find(bus.memories.begin(), bus.memories.end(), m.name) == bus.memories.end()) continue;
      reachable_ = true;
      bus_ = static_cast<int>(&bus - hardware.buses.data());
      duplex_ = bus.duplex;
      beat_ps_ = ps_per_clock(bus.hz);
      beat_bytes_ = static_cast<double>(bus.width_bits) / 8;
      max_burst_ = static_cast<double>(bus.max_burst_bytes);
      reads_in_flight_ = bus.outstanding_reads;
      writes_in_flight_ = bus.outstanding_writes;
      latency_ps_ = access_latency_ps(m) + static_cast<double>(bus.latency_cycles) * beat_ps_;
      for (const fabric::BridgeSpec& bridge : bus.bridges) {
        if (std::find(bridge.memories.begin(), bridge.memories.end(), m.name) == bridge.memories.end()) continue;
        bridge_ps_per_byte = 8 * ps_per_clock(bridge.hz) / static_cast<double>(bridge.width_bits);
        latency_ps_ += static_cast<double>(bridge.latency_cycles) * ps_per_clock(bridge.hz);
        reads_in_flight_ = bridge.outstanding_reads;
        writes_in_flight_ = bridge.outstanding_writes;
      }
    }
  memory_ps_per_byte_ = 1e12 / std::max(1.0, hw::peak_bytes_per_second(m));
  if (const auto* dram = std::get_if<dram::DramSpec>(&m.spec))  // what refresh leaves
    if (dram->refresh && dram->timing.tREFI > dram->timing.tRFC)
      memory_ps_per_byte_ /= 1.0 - static_cast<double>(dram->timing.tRFC) / dram->timing.tREFI;
  memory_ps_per_byte_ = std::max(memory_ps_per_byte_, bridge_ps_per_byte);
  if (unit.is_npu()) setup_ps_ = static_cast<double>(unit.npu().dma.setup_cycles) * ps_per_clock(unit.npu().dma.hz);
}

Path::Runs Path::runs(double bytes, double run_bytes) const {
  const double run = std::min(std::max(1.0, run_bytes), bytes);
  Runs r;
  r.count = bytes / run;
  // A run that is no whole number of beats starts anywhere within one: on average it touches a part of one beat more,
  // and crosses a burst's boundary the more often the longer it is.
  const bool aligned = std::fmod(run, beat_bytes_) == 0;
  r.beats = aligned ? run / beat_bytes_ : (run + beat_bytes_ - 1) / beat_bytes_;
  r.bursts = aligned ? std::ceil(run / max_burst_) : 1 + (run - 1) / max_burst_;
  return r;
}

double Path::time(double bytes, double run_bytes, double transfers, bool write) const {
  if (bytes <= 0) return 0;
  const Runs r = runs(bytes, run_bytes);
  const double on_bus = r.beats * beat_ps_, in_memory = r.beats * beat_bytes_ * memory_ps_per_byte_;
  const double in_flight = (r.bursts * latency_ps_ + std::max(on_bus, in_memory)) /
                           std::max(1.0, write ? writes_in_flight_ : reads_in_flight_);
  return r.count * std::max({on_bus, in_memory, in_flight}) + transfers * (latency_ps_ + setup_ps_);
}

double Path::bus_time(double bytes, double run_bytes) const {
  if (bytes <= 0) return 0;
  const Runs r = runs(bytes, run_bytes);
  return r.count * r.beats * beat_ps_;
}

double Path::bursts(double bytes, double run_bytes) const {
  if (bytes <= 0) return 0;
  const Runs r = runs(bytes, run_bytes);
  return r.count * r.bursts;
}

std::vector<Path> paths(const hw::Hardware& hardware, const hw::Unit& unit) {
  std::vector<Path> result;
  for (std::size_t m = 0; m < hardware.memories.size(); ++m) result.emplace_back(hardware, unit, static_cast<int>(m));
  return result;
}

}  // namespace presil::plan
