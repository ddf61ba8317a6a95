// Finds what the command line names: networks and hardware, by file or by the name under which they are shipped.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "sim/cli/verb.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/hw/hardware.hpp"

namespace presil::cli {

std::filesystem::path zoo_dir(const Surroundings& around);
std::filesystem::path hardware_dir(const Surroundings& around);
std::filesystem::path study_dir(const Surroundings& around);

/// Stems of the YAML files of a folder, sorted; empty when there is no such folder.
std::vector<std::string> shipped(const std::filesystem::path& dir);

/// A .tflite file, a network YAML or a name of the zoo. Throws common::Error.
graph::Graph network(const std::string& name_or_path, const Surroundings& around, const graph::Drawing& drawing = {});

/// Path of a hardware YAML: a file, or the name of a shipped one. Throws common::Error listing the shipped ones.
std::filesystem::path hardware_file(const std::string& name_or_path, const Surroundings& around);

/// That file with the call's `--set` options applied. Throws common::Error.
hw::Hardware hardware(const std::string& name_or_path, const Call& call);

}  // namespace presil::cli
