// Arithmetic in network descriptions: `make_divisible(32 * alpha)` with the parameters of the network as names.
#pragma once

#include <map>
#include <string>

namespace presil::graph {

using Scope = std::map<std::string, double>;

/// Numbers, names of `scope`, + - * / ( ), and the functions min, max (of two), floor, ceil, round and
/// make_divisible(x, d), d = 8 if left out: the channel rounding of the MobileNet family, to the nearest multiple of d,
/// at least d, never more than 10 % down. Throws std::invalid_argument with what is wrong and what would do; the reader
/// adds the place.
double evaluate_expression(const std::string& text, const Scope& scope);

}  // namespace presil::graph
