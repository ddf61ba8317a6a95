// Makes the timing objects of a chip's memories, in the order of the hardware file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/common/memory_timing.hpp"
#include "sim/hw/hardware.hpp"

namespace presil::replay {

/// One memory, with its cache in front where it has one.
struct TimedMemory {
  std::unique_ptr<common::MemoryTiming> behind, front;  // behind a cache, or none; what the fabric sees
  common::MemoryTiming* operator->() const { return front.get(); }
  common::MemoryTiming& operator*() const { return *front; }
};

std::vector<TimedMemory> make_memories(const hw::Hardware& hardware);
std::vector<common::MemoryTiming*> pointers(const std::vector<TimedMemory>& memories);
std::vector<std::string> memory_names(const hw::Hardware& hardware);

}  // namespace presil::replay
