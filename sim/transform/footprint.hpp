// What a network takes, whatever runs it: work, weights and the most activations that live at once.
#pragma once

#include <cstdint>

#include "sim/graph/graph.hpp"

namespace presil::transform {

struct Footprint {
  std::int64_t operators = 0;  // without those computed at import
  std::int64_t macs = 0;       // of all operators: attention and recurrences, too
  std::int64_t weight_bytes = 0;
  std::int64_t peak_activation_bytes = 0;
};

/// The peak counts, while an operator runs, its inputs and outputs and whatever a later operator or the network's
/// output still needs; reshapes share the bytes of their input. No allocator does better in the order of the network.
Footprint footprint(const graph::Graph& network);

}  // namespace presil::transform
