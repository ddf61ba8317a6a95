#include "sim/replay/platform.hpp"

#include <string>

#include "models/cache/cache.hpp"
#include "models/dram/dram.hpp"
#include "models/flash/flash.hpp"
#include "models/sram/sram.hpp"
#include "sim/replay/memories.hpp"

namespace presil::replay {
namespace {

/// Names of modules may not contain dots or blanks, and two kinds of thing may share a name in the hardware file.
std::string module_name(const char* kind, std::size_t number) {
  return kind + std::to_string(number);
}

dma::DmaSpec dma_spec(const hw::Unit& unit) {
  dma::DmaSpec spec;
  if (unit.is_npu()) spec = unit.npu().dma;
  if (spec.hz <= 0) spec.hz = unit.is_npu() ? unit.npu().hz : unit.cpu().hz;
  return spec;
}

}  // namespace

template <typename Module, typename Spec>
void Platform::add_memory(const hw::Memory& memory, const Spec& spec) {
  auto module = std::make_unique<Module>(module_name("memory", memories_.size()).c_str(), spec);
  if (!memory.cache) return connect(std::move(module));
  auto cache = std::make_unique<cache::Cache>(module_name("cache", memories_.size()).c_str(), *memory.cache, *module,
                                              memory.size_bytes);
  behind_.push_back(std::move(module));
  connect(std::move(cache));
}

template <typename Module>
void Platform::connect(std::unique_ptr<Module> module) {
  fabric_.bind_memory(static_cast<std::int32_t>(memories_.size()), *module);
  timings_.push_back(&module->memory_timing());
  memories_.push_back(std::move(module));
}

Platform::Platform(const hw::Hardware& hardware, const Wiring& wiring)
    : fabric_("fabric", hardware.buses, memory_names(hardware), hardware.traffic, wiring.ports) {
  for (const hw::Memory& m : hardware.memories) {
    if (const auto* sram = std::get_if<sram::SramSpec>(&m.spec)) add_memory<sram::Sram>(m, *sram);
    if (const auto* dram = std::get_if<dram::DramSpec>(&m.spec)) add_memory<dram::Dram>(m, *dram);
    if (const auto* flash = std::get_if<flash::FlashSpec>(&m.spec)) add_memory<flash::Flash>(m, *flash);
  }
  for (std::size_t u = 0; u < hardware.units.size(); ++u) {
    const hw::Unit& unit = hardware.units[u];
    const std::string name = module_name("unit", u);
    npus_.push_back(unit.is_npu() ? std::make_unique<npu::Npu>(name.c_str(), unit.npu()) : nullptr);
    cpus_.push_back(unit.is_npu() ? nullptr : std::make_unique<cpu::Cpu>(name.c_str(), unit.cpu()));
  }
  for (std::size_t p = 0; p < wiring.ports.size(); ++p) {
    const hw::Unit& unit = *hardware.unit(wiring.ports[p].unit);
    dmas_.push_back(std::make_unique<dma::Dma>(module_name("dma", p).c_str(), dma_spec(unit)));
    dmas_.back()->socket.bind(fabric_.port(static_cast<std::int32_t>(p)));
  }
}

}  // namespace presil::replay
