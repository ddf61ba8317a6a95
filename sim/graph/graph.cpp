#include "sim/graph/graph.hpp"

#include <set>

namespace presil::graph {

std::int64_t Tensor::elements() const {
  std::int64_t count = 1;
  for (const std::int64_t dimension : shape) count *= dimension;
  return count;
}

std::int64_t Tensor::bytes() const {
  return (elements() * bits(type) + 7) / 8;
}

std::int64_t Graph::macs() const {
  std::int64_t sum = 0;
  for (const Operator& op : operators) {
    switch (op.op_class) {
      case OpClass::convolution:
      case OpClass::pointwise:
      case OpClass::depthwise:
      case OpClass::transpose_convolution:
      case OpClass::fully_connected:
        if (!op.folded) sum += op.macs;
        break;
      default:
        break;
    }
  }
  return sum;
}

namespace {

bool is_index_type(Type type) {
  return type == Type::int32 || type == Type::int64;
}

/// Biases are integers that belong to the weights; other integer operands are axes, shapes, sizes and the like.
bool is_bias(const Operator& op, std::size_t position) {
  switch (op.op_class) {
    case OpClass::convolution:
    case OpClass::pointwise:
    case OpClass::depthwise:
    case OpClass::fully_connected:
      return position == 2;
    case OpClass::transpose_convolution:
    case OpClass::svdf:
      return position == 3;
    case OpClass::lstm:
      return true;
    default:
      return false;
  }
}

}  // namespace

std::int64_t Graph::weight_bytes() const {
  // A buffer counts unless it has users and all of them take it as an index-like integer operand.
  std::vector<char> used(tensors.size(), 0), counted(tensors.size(), 0);
  for (const Operator& op : operators) {
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      if (op.inputs[i] < 0) continue;
      const auto t = static_cast<std::size_t>(op.inputs[i]);
      used[t] = 1;
      if (!is_index_type(tensors[t].type) || is_bias(op, i)) counted[t] = 1;
    }
  }
  std::int64_t sum = 0;
  std::set<std::int32_t> seen;
  for (std::size_t t = 0; t < tensors.size(); ++t) {
    const Tensor& tensor = tensors[t];
    if (!tensor.constant || tensor.folded || tensor.buffer < 0 || (used[t] && !counted[t])) continue;
    if (!seen.insert(tensor.buffer).second) continue;
    const bool opaque = tensor.sparse || bits(tensor.type) == 0;  // the shape does not give the size
    sum += opaque ? static_cast<std::int64_t>(tensor.data.size()) : tensor.bytes();
  }
  return sum;
}

}  // namespace presil::graph
