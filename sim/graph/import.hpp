// Reads a .tflite file (schema version 3) into a Graph.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::graph {

/// The file is verified before anything is read; then operators are classified, their options resolved against the
/// shapes, operators on constants folded, and weights counted. Throws common::Error, one line with file, place and
/// cure, for whatever is not a complete, static, single-subgraph network. The graph is named after the file's stem.
Graph import_tflite(const std::filesystem::path& path);

/// The same from memory; `name` names the graph and stands for the file in messages.
Graph import_tflite(const std::vector<std::uint8_t>& bytes, const std::string& name);

}  // namespace presil::graph
