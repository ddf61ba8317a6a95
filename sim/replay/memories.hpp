// Makes the timing objects of a chip's memories, in the order of the hardware file.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "models/common/memory_timing.hpp"
#include "sim/hw/hardware.hpp"

namespace presil::replay {

std::vector<std::unique_ptr<common::MemoryTiming>> make_memories(const hw::Hardware& hardware);
std::vector<common::MemoryTiming*> pointers(const std::vector<std::unique_ptr<common::MemoryTiming>>& memories);
std::vector<std::string> memory_names(const hw::Hardware& hardware);

}  // namespace presil::replay
