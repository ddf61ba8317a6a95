#include "sim/hw/hardware.hpp"

namespace presil::hw {

std::string Memory::type() const {
  if (std::holds_alternative<sram::SramSpec>(spec)) return "sram";
  return std::holds_alternative<dram::DramSpec>(spec) ? "dram" : "serial_flash";
}

const Memory* Hardware::memory(const std::string& name) const {
  for (const Memory& memory : memories)
    if (memory.name == name) return &memory;
  return nullptr;
}

const Unit* Hardware::unit(const std::string& name) const {
  for (const Unit& unit : units)
    if (unit.name == name) return &unit;
  return nullptr;
}

int Hardware::memory_index(const std::string& name) const {
  for (std::size_t i = 0; i < memories.size(); ++i)
    if (memories[i].name == name) return static_cast<int>(i);
  return -1;
}

}  // namespace presil::hw
