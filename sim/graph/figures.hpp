// Figures and words of a network description as typed values, with the place in every message.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/graph/builder.hpp"
#include "sim/graph/expression.hpp"
#include "sim/yaml/value.hpp"

namespace presil::graph {

/// A figure or expression within [least, most]; throws common::Error otherwise.
double real(const yaml::Value& value, const Scope& scope, double least, double most);
/// The same for whole numbers.
std::int64_t whole(const yaml::Value& value, const Scope& scope, std::int64_t least, std::int64_t most);

/// One figure for both directions, or [height, width]; at most kMaxWindow.
Pair pair(const yaml::Value& value, const Scope& scope, std::int64_t least);
Pair pair_or(yaml::Map& keys, const std::string& key, const Scope& scope, Pair otherwise);

/// The word under `activation:`; `fused_only` refuses those that are operators of their own.
std::string activation_function(yaml::Map& keys, const std::string& otherwise, bool fused_only = false);
/// The activation functions there are; the first four are fused into the layer.
const std::vector<std::string>& activation_functions();
std::string gate_function(yaml::Map& keys);                // under `gate:`; logistic or hard_sigmoid
bool is_fused(const std::string& function);                // none, relu, relu6, relu_n1_to_1
Activation fused_activation(const std::string& function);  // none for words that are operators of their own

}  // namespace presil::graph
