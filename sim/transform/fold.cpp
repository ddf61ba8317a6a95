#include "sim/transform/fold.hpp"

#include <algorithm>

namespace presil::transform {

using graph::Activation;
using graph::OpClass;
using graph::Operator;

namespace {

/// The operator that makes `tensor`, if it may take over what its only reader does.
Operator* producer(Edit& edit, const graph::Graph& network, std::int32_t tensor) {
  if (std::find(network.outputs.begin(), network.outputs.end(), tensor) != network.outputs.end()) return nullptr;
  int readers = 0;
  for (const Operator& op : network.operators) {
    readers += static_cast<int>(std::count(op.inputs.begin(), op.inputs.end(), tensor));
  }
  if (readers != 1) return nullptr;
  for (Operator& op : edit.builder().graph().operators) {
    if (op.outputs.size() == 1 && op.outputs[0] == tensor)
      return op.options.activation == Activation::none ? &op : nullptr;
  }
  return nullptr;
}

Activation activation_of(const Operator& op) {
  if (op.name == "RELU") return Activation::relu;
  if (op.name == "RELU6") return Activation::relu6;
  if (op.name == "RELU_N1_TO_1") return Activation::relu_n1_to_1;
  return Activation::none;
}

bool has_activation(const Operator& op) {  // an option for one, in the file format
  switch (op.op_class) {
    case OpClass::convolution:
    case OpClass::pointwise:
    case OpClass::depthwise:
    case OpClass::transpose_convolution:
    case OpClass::fully_connected:
    case OpClass::average_pool:
    case OpClass::max_pool:
    case OpClass::add:
    case OpClass::sub:
    case OpClass::mul:
    case OpClass::div:
    case OpClass::concatenation:
      return true;
    default:
      return false;
  }
}

bool has_weights(const Operator& op) {
  return op.op_class == OpClass::convolution || op.op_class == OpClass::pointwise ||
         op.op_class == OpClass::depthwise || op.op_class == OpClass::transpose_convolution ||
         op.op_class == OpClass::fully_connected;
}

}  // namespace

bool fuse_activation(Edit& edit, const graph::Graph& network, const Operator& op) {
  const Activation activation = activation_of(op);
  if (activation == Activation::none) return false;
  Operator* before = producer(edit, network, op.inputs[0]);
  if (!before || !has_activation(*before)) return false;
  before->options.activation = activation;
  before->outputs[0] = op.outputs[0];
  return true;
}

bool fuse_batch_norm(Edit& edit, const graph::Graph& network, const Operator& op) {
  if (op.name != "MUL" && op.name != "ADD" && op.name != "SUB") return false;
  if (op.inputs.size() != 2 || op.inputs[1] < 0 || !edit.tensor(op.inputs[1]).constant) return false;
  const std::int64_t channels = edit.tensor(op.outputs[0]).shape.back();
  const graph::Tensor& values = edit.tensor(op.inputs[1]);
  if (values.elements() != 1 && (values.elements() != channels || values.shape.back() != channels)) return false;
  Operator* before = producer(edit, network, op.inputs[0]);
  if (!before || !has_weights(*before)) return false;
  const std::size_t bias = before->op_class == OpClass::transpose_convolution ? 3 : 2;  // behind the output's shape
  const bool biased = before->inputs.size() > bias && before->inputs[bias] >= 0;
  if (op.name != "MUL" && !biased) {
    const auto zeros = edit.builder().constant("bias_" + std::to_string(op.index), graph::Type::int32, {channels},
                                               std::vector<std::uint8_t>(static_cast<std::size_t>(4 * channels)));
    before->inputs.resize(bias, -1);
    before->inputs.push_back(zeros);
  }
  before->options.activation = op.options.activation;
  before->outputs[0] = op.outputs[0];
  return true;
}

}  // namespace presil::transform
