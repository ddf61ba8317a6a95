// Integer constants of a graph as numbers: axes, shapes, pads, permutations.
#pragma once

#include <cstdint>
#include <cstring>
#include <optional>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::graph {

/// The values of an int32 or int64 constant; nothing for activations and other types.
inline std::optional<std::vector<std::int64_t>> integers(const Tensor& tensor) {
  const bool wide = tensor.type == Type::int64;
  if (!tensor.constant || (tensor.type != Type::int32 && !wide)) return std::nullopt;
  if (static_cast<std::int64_t>(tensor.data.size()) != tensor.bytes()) return std::nullopt;
  std::vector<std::int64_t> values(static_cast<std::size_t>(tensor.elements()));
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (wide) {
      std::memcpy(&values[i], tensor.data.data() + 8 * i, 8);
    } else {
      std::int32_t value = 0;
      std::memcpy(&value, tensor.data.data() + 4 * i, 4);
      values[i] = value;
    }
  }
  return values;
}

}  // namespace presil::graph
