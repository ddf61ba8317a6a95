// The same network in other element widths: narrower or wider weights and activations, everywhere or by operator.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::transform {

/// Elements of 1, 2, 4, 8 or 16 bits (integers), or float (float32).
struct Width {
  int bits = 8;
  bool floating = false;
  bool operator==(const Width& other) const { return bits == other.bits && floating == other.floating; }
  bool operator!=(const Width& other) const { return !(*this == other); }
};

/// "1", "2", "4", "8", "16", "float". Throws common::Error naming `what` (an option, a key) and the widths there are.
Width width(const std::string& text, const std::string& what);

/// For operators whose output's name, own name or class matches `pattern` (`*` and `?`); of several rules that match
/// the last that says something counts, for weights and activations apart.
struct BitRule {
  std::string pattern = "*";
  std::optional<Width> weights, activations;
};

/// The network with its weights and activations in the widths of the rules.
///
/// *Weights* are quantised anew from their values, each channel by its own range, so that zeros, dead filters and
/// entropy are those of the narrower type (1 bit keeps the sign only and has no zeros, unless a filter is dead). A
/// wider type holds the same values. Weights that two operators share are copied where their widths differ.
///
/// *Activations* of an operator are what it reads and writes. Operators that only move or pool data take the width of
/// their input unless a rule names them by pattern; where widths meet, a QUANTIZE (or DEQUANTIZE) is put between.
/// Conversions that end up converting nothing are left out. Tensors of other kinds (indices, and floats in a quantised
/// network) stay; so do network inputs that a conversion reads. Biases stay 32 bits.
///
/// Integer weights go with integer activations and, as weight-only quantisation, with float ones; float weights need
/// float activations. Throws common::Error for anything else, with the operator and what would do, and for a pattern
/// that matches no operator.
graph::Graph with_bits(const graph::Graph& network, const std::vector<BitRule>& rules);

/// For all operators: what `--weight-bits` and `--activation-bits` say.
graph::Graph with_bits(const graph::Graph& network, std::optional<Width> weights, std::optional<Width> activations);

}  // namespace presil::transform
