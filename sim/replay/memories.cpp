#include "sim/replay/memories.hpp"

#include "models/cache/cache_timing.hpp"
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

std::vector<TimedMemory> make_memories(const hw::Hardware& hardware) {
  std::vector<TimedMemory> memories;
  for (const hw::Memory& m : hardware.memories) {
    TimedMemory memory{nullptr, std::visit(Make{}, m.spec)};
    if (m.cache) {
      memory.behind = std::move(memory.front);
      memory.front = std::make_unique<cache::CacheTiming>(*m.cache, *memory.behind, m.size_bytes);
    }
    memories.push_back(std::move(memory));
  }
  return memories;
}

std::vector<common::MemoryTiming*> pointers(const std::vector<TimedMemory>& memories) {
  std::vector<common::MemoryTiming*> result;
  for (const TimedMemory& m : memories) result.push_back(m.front.get());
  return result;
}

std::vector<std::string> memory_names(const hw::Hardware& hardware) {
  std::vector<std::string> names;
  for (const hw::Memory& m : hardware.memories) names.push_back(m.name);
  return names;
}

}  // namespace presil::replay
