// Patterns with * and ? against the names by which an operator can be meant.
#pragma once

#include <string>

#include "sim/graph/graph.hpp"

namespace presil::graph {

bool glob(const std::string& pattern, const std::string& text);

/// An operator is meant by the name of its output, its own name (CONV_2D) or its class (pointwise), as in `--place`.
inline bool means(const std::string& pattern, const Graph& network, const Operator& op) {
  if (glob(pattern, op.name) || glob(pattern, common::name(op.op_class))) return true;
  return !op.outputs.empty() && op.outputs[0] >= 0 &&
         glob(pattern, network.tensors[static_cast<std::size_t>(op.outputs[0])].name);
}

}  // namespace presil::graph
