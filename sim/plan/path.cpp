#include "sim/plan/path.hpp"

#include <algorithm>
#include <cmath>

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

double peak_bytes_per_second(const hw::Memory& memory) {
  return std::visit(
      Overloaded{[](const sram::SramSpec& s) {
                   return static_cast<double>(s.hz) * static_cast<double>(s.width_bits) / 8 * s.ports;
                 },
                 [](const dram::DramSpec& s) { return static_cast<double>(s.hz) * 2 * s.bus_bits / 8 * s.channels; },
                 [](const flash::FlashSpec& s) { return static_cast<double>(s.hz) * s.lanes * (s.ddr ? 2 : 1) / 8; }},
      memory.spec);
}

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
  for (const std::string& name : unit.buses)
    for (const fabric::BusSpec& bus : hardware.buses) {
      if (bus.name != name || reachable_) continue;
      if (std::find(bus.memories.begin(), bus.memories.end(), m.name) == bus.memories.end()) continue;
      reachable_ = true;
      beat_ps_ = ps_per_clock(bus.hz);
      beat_bytes_ = static_cast<double>(bus.width_bits) / 8;
      max_burst_ = static_cast<double>(bus.max_burst_bytes);
      reads_in_flight_ = bus.outstanding_reads;
      writes_in_flight_ = bus.outstanding_writes;
      latency_ps_ = access_latency_ps(m) + static_cast<double>(bus.latency_cycles) * beat_ps_;
    }
  memory_ps_per_byte_ = 1e12 / std::max(1.0, peak_bytes_per_second(m));
  if (unit.is_npu()) setup_ps_ = static_cast<double>(unit.npu().dma.setup_cycles) * ps_per_clock(unit.npu().dma.hz);
}

double Path::time(double bytes, double run_bytes, double transfers, bool write) const {
  if (bytes <= 0) return 0;
  const double burst = std::max(1.0, std::min(run_bytes, max_burst_));
  const double bursts = std::ceil(bytes / burst);
  const double on_bus = std::ceil(burst / beat_bytes_) * beat_ps_;
  const double in_memory = burst * memory_ps_per_byte_;
  const double in_flight =
      (latency_ps_ + std::max(on_bus, in_memory)) / std::max(1.0, write ? writes_in_flight_ : reads_in_flight_);
  return bursts * std::max({on_bus, in_memory, in_flight}) + transfers * (latency_ps_ + setup_ps_);
}

std::vector<Path> paths(const hw::Hardware& hardware, const hw::Unit& unit) {
  std::vector<Path> result;
  for (std::size_t m = 0; m < hardware.memories.size(); ++m) result.emplace_back(hardware, unit, static_cast<int>(m));
  return result;
}

}  // namespace presil::plan
