// The chip as SystemC modules: units, DMA engines, fabric and memories, bound together as the hardware file says.
#pragma once

#include <memory>
#include <vector>

#include "models/cpu/cpu.hpp"
#include "models/dma/dma.hpp"
#include "models/fabric/fabric.hpp"
#include "models/npu/npu.hpp"
#include "sim/hw/hardware.hpp"
#include "sim/replay/engine.hpp"

namespace presil::replay {

/// Lives inside a SimulationContext. Modules stand in the order of the hardware file; a unit has one of npu and cpu.
class Platform {
 public:
  Platform(const hw::Hardware& hardware, const Wiring& wiring);

  npu::Npu& npu(std::int32_t unit) { return *npus_[static_cast<std::size_t>(unit)]; }
  cpu::Cpu& cpu(std::int32_t unit) { return *cpus_[static_cast<std::size_t>(unit)]; }
  dma::Dma& dma(std::int32_t port) { return *dmas_[static_cast<std::size_t>(port)]; }
  fabric::Fabric& fabric() { return fabric_; }
  const std::vector<common::MemoryTiming*>& memory_timings() const { return timings_; }

 private:
  template <typename Module, typename Spec>
  void add_memory(const hw::Memory& memory, const Spec& spec);
  template <typename Module>
  void connect(std::unique_ptr<Module> module);

  fabric::Fabric fabric_;
  std::vector<std::unique_ptr<sc_core::sc_module>> memories_,
      behind_;  // what the fabric sees; what stands behind caches
  std::vector<common::MemoryTiming*> timings_;
  std::vector<std::unique_ptr<npu::Npu>> npus_;  // by unit; null where it is a CPU
  std::vector<std::unique_ptr<cpu::Cpu>> cpus_;  // by unit; null where it is an NPU
  std::vector<std::unique_ptr<dma::Dma>> dmas_;  // by port; a CPU's loads and stores have no set-up
};

}  // namespace presil::replay
