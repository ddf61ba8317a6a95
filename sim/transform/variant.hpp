// A network as somebody wants to try it: another resolution, operators replaced, other element widths; all in one
// value.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"
#include "sim/transform/bits.hpp"
#include "sim/transform/substitute.hpp"

namespace presil::transform {

struct InputSize {
  int height = 0, width = 0;
};

struct Replacement {
  std::string name, pattern = "*";  // as substitute() takes them
};

/// Applied in this order, whatever the order in which it was asked for.
struct Variant {
  std::optional<InputSize> input_size;
  std::vector<Replacement> replacements;
  std::vector<BitRule> bits;
};

// What people write: "320x320"; "separable" or "separable:conv_1*"; "4", "float" or "depthwise=8". `what` names the
// option or key in messages. All throw common::Error.
InputSize input_size(const std::string& text, const std::string& what);
Replacement replacement(const std::string& text, const std::string& what);
BitRule weight_rule(const std::string& text, const std::string& what);
BitRule activation_rule(const std::string& text, const std::string& what);

/// One replacement as it was done, for previews.
struct Done {
  Replacement replacement;
  Substitution result;
};

/// Throws common::Error where a part cannot be done, or a replacement applies to no operator. `done`, when given, gets
/// what each replacement changed (without the network).
graph::Graph vary(const graph::Graph& network, const Variant& variant, std::vector<Done>* done = nullptr);

}  // namespace presil::transform
