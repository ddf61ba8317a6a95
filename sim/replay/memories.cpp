#include "sim/replay/memories.hpp"

#include "models/dram/dram_timing.hpp"
#include "models/flash/flash_timing.hpp"
#include "models/sram/sram_timing.hpp"

namespace presil::replay {
namespace {

struct Make {
  std::unique_ptr<common::MemoryTiming> operator()(const sram::SramSpec& spec) const {
    return std::make_unique<sram::SramTiming>(spec);
  }
  std::unique_ptr<common::MemoryTiming> operator()(const dram::DramSpec& spec) const {
    return std::make_unique<dram::DramTiming>(spec);
  }
  std::unique_ptr<common::MemoryTiming> operator()(const flash::FlashSpec& spec) const {
    return std::make_unique<flash::FlashTiming>(spec);
  }
};

}  // namespace

std::vector<std::unique_ptr<common::MemoryTiming>> make_memories(const hw::Hardware& hardware) {
  std::vector<std::unique_ptr<common::MemoryTiming>> memories;
  for (const hw::Memory& m : hardware.memories) memories.push_back(std::visit(Make{}, m.spec));
  return memories;
}

std::vector<common::MemoryTiming*> pointers(const std::vector<std::unique_ptr<common::MemoryTiming>>& memories) {
  std::vector<common::MemoryTiming*> result;
  for (const auto& m : memories) result.push_back(m.get());
  return result;
}

std::vector<std::string> memory_names(const hw::Hardware& hardware) {
  std::vector<std::string> names;
  for (const hw::Memory& m : hardware.memories) names.push_back(m.name);
  return names;
}

}  // namespace presil::replay
