// The largest set of activations alive at once when operators run one by one in the network's order: a lower bound for
// the activation memory of any chip that runs whole operators.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::cli {

struct LiveSet {
  std::int64_t bytes = 0;
  std::int32_t op = -1;               // position of the operator at which the set is largest; -1: no operators
  std::vector<std::int32_t> tensors;  // indices, the largest first
};

/// Inputs live from the start, outputs until the end, state always; a reshape's output is its input under another name;
/// what was folded at import takes no activation memory.
LiveSet largest_live_set(const graph::Graph& graph);

}  // namespace presil::cli
