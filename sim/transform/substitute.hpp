// Named substitutions of operators: the same network with other operators in some places, and what that changes.
#pragma once

#include <string>
#include <vector>

#include "sim/graph/graph.hpp"
#include "sim/transform/footprint.hpp"

namespace presil::transform {

struct SubstitutionInfo {
  const char* name;
  const char* description;  // one line
};

/// depthwise-5x5-as-3x3, separable, unfuse-activation, unfuse-batch-norm, fuse-activation, fuse-batch-norm,
/// dense-as-convolution, pool-as-convolutions, split, drop-dead-filters.
const std::vector<SubstitutionInfo>& substitutions();

struct Substitution {
  graph::Graph network;
  std::vector<std::string> changed;  // "operator 12 (DEPTHWISE_CONV_2D)", of the network before
  Footprint before, after;
};

/// Replaces every operator that the substitution applies to and that `pattern` means (name of its output, own name or
/// class; `*` and `?`). New weights are pseudo-random, in the width of those they stand for. Shapes of all other
/// tensors stay (but for dropped filters). Throws common::Error for an unknown name, listing those there are.
Substitution substitute(const graph::Graph& network, const std::string& name, const std::string& pattern = "*");

}  // namespace presil::transform
