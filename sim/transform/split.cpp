#include "sim/transform/split.hpp"

namespace presil::transform {

using graph::OpClass;
using graph::Operator;
using graph::Tensor;

namespace {

/// Does every filter fill whole bytes? Else halves of the data are not halves of the bytes.
bool divides(const Tensor& tensor) {
  return tensor.elements() / tensor.shape[0] * graph::bits(tensor.type) % 8 == 0;
}

/// Rows begin...end of a constant's first dimension, with their scales.
Edit::Id rows(Edit& edit, Edit::Id constant, std::int64_t begin, std::int64_t end) {
  Tensor part = edit.tensor(constant);
  const std::size_t row = part.data.size() / static_cast<std::size_t>(part.shape[0]);
  const auto first = part.data.begin();
  part.data = std::vector<std::uint8_t>(first + static_cast<std::ptrdiff_t>(row * static_cast<std::size_t>(begin)),
                                        first + static_cast<std::ptrdiff_t>(row * static_cast<std::size_t>(end)));
  if (part.quantization.per_channel() && part.quantization.dimension == 0) {
    const auto cut = [&](auto& values) {
      if (values.size() > 1) values = {values.begin() + begin, values.begin() + end};
    };
    cut(part.quantization.scale);
    cut(part.quantization.zero_point);
  }
  part.shape[0] = end - begin;
  part.name += begin == 0 ? "_first" : "_rest";
  part.statistics.reset();
  edit.builder().graph().tensors.push_back(std::move(part));
  return static_cast<Edit::Id>(edit.builder().graph().tensors.size()) - 1;
}

}  // namespace

bool split_channels(Edit& edit, const graph::Graph&, const Operator& op) {
  if (op.op_class != OpClass::convolution && op.op_class != OpClass::pointwise &&
      op.op_class != OpClass::fully_connected)
    return false;
  const Tensor weights = edit.tensor(op.inputs[1]), out = edit.tensor(op.outputs[0]);
  if (!weights.constant || weights.folded || weights.sparse || weights.shape[0] < 2 || !divides(weights)) return false;
  const std::int64_t filters = weights.shape[0], half = filters / 2;
  if (out.shape.back() != filters) return false;
  // Channels of a grouped convolution belong to their inputs.
  if (op.op_class != OpClass::fully_connected && edit.tensor(op.inputs[0]).shape.back() != weights.shape.back())
    return false;
  edit.begin(op);
  std::vector<Edit::Id> parts;
  for (const bool first : {true, false}) {
    const std::int64_t begin = first ? 0 : half, end = first ? half : filters;
    std::vector<std::int64_t> shape = out.shape;
    shape.back() = end - begin;
    Operator part = op;
    part.inputs[1] = rows(edit, op.inputs[1], begin, end);
    if (op.inputs.size() > 2 && op.inputs[2] >= 0) part.inputs[2] = rows(edit, op.inputs[2], begin, end);
    part.outputs[0] = edit.builder().activation_tensor(out.name + (first ? "_first" : "_rest"), shape);
    parts.push_back(part.outputs[0]);
    edit.keep(part);
  }
  edit.end(op, edit.builder().concatenation(parts, static_cast<int>(out.shape.size()) - 1));
  return true;
}

}  // namespace presil::transform
