// Writes a Graph as a .tflite file (schema version 3) that reads back as the same Graph.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::graph {

/// The bytes of a file. What import computed (folded tensors, statistics) is left out: the next import computes it
/// again. Options that Graph does not keep, because no cost depends on them (clips of an LSTM, say), take their
/// defaults. Throws common::Error for what the format cannot hold: int1 elements, sparse constants, constants without
/// data.
std::vector<std::uint8_t> export_tflite(const Graph& graph);

}  // namespace presil::graph
