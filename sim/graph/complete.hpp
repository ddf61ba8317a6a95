// Fills in everything about a network that follows from its operators, shapes and constants.
#pragma once

#include <string>

#include "sim/graph/graph.hpp"

namespace presil::graph {

/// One pass over the operators in order: each operand must be there before it is used; operators on constants are
/// folded; kernel sizes, padding, axes and MACs are resolved; then weights are counted. The readers call this last.
/// `file` stands in messages. Throws common::Error.
void complete(Graph& graph, const std::string& file);

/// Numbers of one shape or operand beyond which nothing is believed (a corrupt file, never a network for a chip).
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 36;
inline constexpr std::int64_t kMaxMacs = std::int64_t{1} << 46;
inline constexpr std::int64_t kMaxWindow = 32767;  // kernels, strides, dilations: products stay far inside 32 bits

// The steps, each in the source of its name.
bool fold(Graph& graph, Operator& op);                                    // true when `op` needs no work at run time
void resolve(const Graph& graph, Operator& op, const std::string& file);  // options and MACs from shapes
void count_weights(Graph& graph);                                         // Tensor::statistics

}  // namespace presil::graph
