// DRAM devices by name: each a YAML file in a folder drams/, with the source of each figure.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "models/dram/dram_spec.hpp"
#include "sim/hw/hardware.hpp"

namespace presil::hw {

/// "lpddr4-3200-x32" is the entry x32 of the widths in lpddr4-3200.yaml, in the folder `beside`/drams or, when it is
/// not there, among the shipped ones. size_bytes is that of the whole memory and decides rows and, by density, tRFC.
/// Throws common::Error for an unknown name, with what is known, and for a size the device cannot have.
dram::DramSpec dram_preset(const std::string& name, std::int64_t size_bytes, const std::filesystem::path& beside = {});

/// Where that device's figures come from, by their paths in its file; empty for an unknown name.
std::vector<Provenance> dram_preset_sources(const std::string& name, const std::filesystem::path& beside = {});

/// Names of the shipped ones and of those in `beside`/drams, sorted.
std::vector<std::string> dram_preset_names(const std::filesystem::path& beside = {});

}  // namespace presil::hw
