// Hardware YAML -> Hardware: typed, checked across sections, every figure with its unit, every default noted.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/hw/hardware.hpp"
#include "sim/yaml/document.hpp"

namespace presil::hw {

/// Reads `file` (kind: hardware), applies overrides like "units.npu.tile_buffer.size=128KiB" and checks the whole.
/// Libraries named by CPUs are looked up as libraries/NAME.yaml beside the file. Throws common::Error.
Hardware load(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

/// The first half of load(): the checked tree with overrides applied and libraries taken in.
yaml::Document read_document(const std::filesystem::path& file, const std::vector<std::string>& overrides = {});

/// The second half of load().
Hardware from_document(const yaml::Document& document);

}  // namespace presil::hw
