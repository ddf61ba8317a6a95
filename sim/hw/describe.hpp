// What `presil inspect HARDWARE` prints: the chip's parts, peak rates, where its figures come from, what was assumed.
#pragma once

#include <string>
#include <vector>

#include "sim/hw/hardware.hpp"
#include "sim/yaml/document.hpp"

namespace presil::hw {

/// Aligned text of at most 120 columns, ending in a line break.
std::string describe(const Hardware& hardware);

/// The same for a hardware file, with what its DRAM devices rest on and the figures that nobody vouches for.
std::string describe(const yaml::Document& document);

/// Peak rate of a memory's data pins in bytes per second (ports and channels together).
double peak_bytes_per_second(const Memory& memory);

/// "units.npu.launch: range ..." for each source marked assumed, and each kernel rate that has no source.
std::vector<std::string> assumed_figures(const Hardware& hardware);

}  // namespace presil::hw
