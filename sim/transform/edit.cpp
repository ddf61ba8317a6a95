#include "sim/transform/edit.hpp"

#include <cassert>

#include "sim/transform/requantize.hpp"
#include "sim/transform/roles.hpp"

namespace presil::transform {

namespace {

graph::Graph without_operators(const graph::Graph& network) {
  graph::Graph copy = network;
  copy.operators.clear();
  return copy;
}

}  // namespace

Edit::Edit(const graph::Graph& network) : builder_(without_operators(network)) {}

graph::Operator& Edit::keep(const graph::Operator& op) {
  builder_.graph().operators.push_back(op);
  return builder_.graph().operators.back();
}

void Edit::begin(const graph::Operator& op) {
  tensors_before_ = builder_.graph().tensors.size();
}

void Edit::end(const graph::Operator& op, Id made) {
  graph::Graph& g = builder_.graph();
  const graph::Tensor out = tensor(op.outputs[0]);
  Buffers buffers(g);
  for (std::size_t t = tensors_before_; t < g.tensors.size(); ++t) {
    graph::Tensor& fresh = g.tensors[t];
    if (!fresh.constant) {
      fresh.type = out.type;
      fresh.quantization = out.quantization;
    } else if (fresh.type == graph::Type::int8 && fresh.shape.size() < 2) {  // beside activations
      requantize_operand(fresh, is_float(out.type) ? Width{32, true} : Width{graph::bits(out.type), false}, buffers);
    } else if (fresh.type == graph::Type::int8 && op.inputs.size() > 1 && op.inputs[1] >= 0) {
      const graph::Type weights = tensor(op.inputs[1]).type;
      if (is_float(weights)) requantize_weights(fresh, {32, true}, fresh.quantization.dimension, buffers);
      if (is_quantized(weights)) {
        requantize_weights(fresh, {graph::bits(weights), false}, fresh.quantization.dimension, buffers);
      }
    } else if (fresh.type == graph::Type::int32 && is_float(out.type) && fresh.name.find("bias") == 0) {
      fresh.type = graph::Type::float32;  // zeros either way
    }
  }
  for (std::size_t i = g.operators.size(); i-- > 0;) {
    for (std::int32_t& t : g.operators[i].outputs) {
      if (t != made) continue;
      assert(tensor(made).shape == out.shape);
      t = op.outputs[0];
      return;
    }
  }
}

Edit::Id Edit::reshaped(Id constant, const std::vector<std::int64_t>& shape) {
  graph::Tensor copy = tensor(constant);
  copy.shape = shape;
  copy.name += "_reshaped";
  copy.statistics.reset();
  assert(copy.elements() == tensor(constant).elements());
  builder_.graph().tensors.push_back(std::move(copy));
  return static_cast<Id>(builder_.graph().tensors.size()) - 1;
}

graph::Graph Edit::finish() {
  graph::Graph g = std::move(builder_.graph());
  drop_unused_tensors(g);
  transform::finish(g);
  return g;
}

}  // namespace presil::transform
