// DRAM devices by name, each figure with its source, and the check that a description makes sense.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/dram/dram_spec.hpp"

namespace presil::dram {

/// Description of a device: "lpddr4-3200-x16". size_bytes is that of the whole memory and decides rows and, by density,
/// tRFC. -x32 and -x64 of the LPDDR4 and LPDDR5 families are two and four channels of 16 bit, interleaved by 256 bytes.
/// Throws common::Error for an unknown name (listing the known ones) and for a size the device cannot have.
DramSpec preset(const std::string& name, std::int64_t size_bytes);

/// Names that preset() knows, in a fixed order.
std::vector<std::string> preset_names();

/// Throws common::Error when timing is inconsistent (tRAS < tRCD), a geometry is impossible, the mapping does not cover
/// the address or the size disagrees with rows.
void check(const DramSpec& spec);

}  // namespace presil::dram
