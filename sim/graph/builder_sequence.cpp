// The builder's operators on sequences: linear layers, attention's products, recurrences.
#include <fmt/format.h>

#include <cassert>
#include <cmath>

#include "sim/graph/builder.hpp"

namespace presil::graph {

Builder::Id Builder::connect(Id x, Id weights, Id bias, Activation activation) {
  std::vector<std::int64_t> out = shape(x);
  out.back() = shape(weights)[0];
  const Id y = activation_tensor(label("linear"), out);
  Options& options = add("FULLY_CONNECTED", {x, weights, bias}, {y}).options;
  options.activation = activation;
  options.keep_num_dims = out.size() != 2;
  return y;
}

Builder::Id Builder::linear(Id x, std::int64_t units, Activation activation, const WeightStyle& draw) {
  const Id w = weights({units, shape(x).back()}, 0, draw);
  return connect(x, w, bias(units), activation);
}

Builder::Id Builder::matmul(Id a, Id b, bool transpose_b) {
  std::vector<std::int64_t> out = shape(a);
  out.back() = shape(b)[shape(b).size() - (transpose_b ? 2 : 1)];
  const Id y = activation_tensor(label("matmul"), out);
  add("BATCH_MATMUL", {a, b}, {y}).options.adjoint_y = transpose_b;
  return y;
}

Builder::Id Builder::transpose(Id x, const std::vector<std::int32_t>& order) {
  std::vector<std::int64_t> out;
  for (const std::int32_t axis : order) out.push_back(shape(x)[static_cast<std::size_t>(axis)]);
  const Id permutation = integers(label("order"), order);
  const Id y = activation_tensor(label("transpose"), out);
  add("TRANSPOSE", {x, permutation}, {y});
  return y;
}

Builder::Id Builder::take(Id x, int axis, std::int64_t at) {
  const std::vector<std::int64_t> in = shape(x);
  std::vector<std::int32_t> begin(in.size(), 0), end(in.begin(), in.end()), step(in.size(), 1);
  std::vector<std::int64_t> out = in;
  begin[static_cast<std::size_t>(axis)] = static_cast<std::int32_t>(at);
  end[static_cast<std::size_t>(axis)] = static_cast<std::int32_t>(at) + 1;
  out.erase(out.begin() + axis);
  const Id b = integers(label("begin"), begin), e = integers(label("end"), end), s = integers(label("step"), step);
  const Id y = activation_tensor(label("take"), out);
  add("STRIDED_SLICE", {x, b, e, s}, {y}).options.shrink_axis_mask = 1 << axis;
  return y;
}

Builder::Id Builder::learned(const std::vector<std::int64_t>& shape, const WeightStyle& style) {
  const Id id = weights(shape, shape.size() - 1, style);
  Tensor& tensor = graph_.tensors[static_cast<std::size_t>(id)];
  tensor.name = label("learned");
  tensor.quantization = {{0.05f}, {0}, 0};  // values beside activations: one scale
  return id;
}

Builder::Id Builder::number(double value) {
  const Id id = constant(label("number"), Type::int8, {}, {127});
  graph_.tensors.back().quantization = {{static_cast<float>(value / 127)}, {0}, 0};
  return id;
}

Builder::Id Builder::lstm(Id x, std::int64_t units, const WeightStyle& draw) {
  const std::vector<std::int64_t> in = shape(x);
  assert(in.size() == 3);
  std::vector<Id> inputs = {x};
  for (int gate = 0; gate < 4; ++gate) inputs.push_back(weights({units, in[2]}, 0, draw));
  for (int gate = 0; gate < 4; ++gate) inputs.push_back(weights({units, units}, 0, draw));
  inputs.insert(inputs.end(), 3, -1);  // no peepholes
  for (int gate = 0; gate < 4; ++gate) inputs.push_back(bias(units));
  inputs.insert(inputs.end(), 2, -1);                  // no projection
  for (const Type type : {Type::int8, Type::int16}) {  // output state, cell state
    const Id state = activation_tensor(label("state"), {in[0], units}, type);
    Tensor& tensor = graph_.tensors.back();
    tensor.variable = true;
    if (type == Type::int16) tensor.quantization = {{1.0f / 32768 * 16}, {0}, 0};
    inputs.push_back(state);
  }
  inputs.insert(inputs.end(), 4, -1);  // no layer normalisation
  // The int8 kernel wants five tensors that only carry quantisation; without normalisation just the last one does.
  std::vector<Id> intermediates;
  for (int i = 0; i < 5; ++i) {
    intermediates.push_back(activation_tensor(label("intermediate"), {0}, i < 4 ? Type::float32 : Type::int8));
  }
  const Id y = activation_tensor(label("lstm"), {in[0], in[1], units});
  Operator& op = add("UNIDIRECTIONAL_SEQUENCE_LSTM", std::move(inputs), {y});
  op.intermediates = std::move(intermediates);
  op.options.activation = Activation::tanh;
  return y;
}

/// The gates' input products for all steps at once; then a step at a time, after Cho et al. with the reset gate behind
/// the recurrent product, as deep-learning frameworks compute it.
std::vector<Builder::Id> Builder::gru(Id x, std::int64_t units, const WeightStyle& draw) {
  const std::vector<std::int64_t> in = shape(x);
  assert(in.size() == 3);
  const auto steps = static_cast<int>(in[1]);
  const Id gates = linear(x, 3 * units, Activation::none, draw);
  std::vector<Id> inputs;
  for (int t = 0; t < steps; ++t)
    inputs.push_back(activation_tensor(fmt::format("{}_{}", label("step"), t), {in[0], 3 * units}));
  add("UNPACK", {gates}, inputs).options.axis = 1;
  Id h = input({in[0], units}, label("state"));  // what the last call left
  const Id w = weights({3 * units, units}, 0, draw), b = bias(3 * units);
  std::vector<Id> outputs;
  for (int t = 0; t < steps; ++t) {
    const std::vector<Id> from_x = split(inputs[static_cast<std::size_t>(t)], 3, 1);
    const std::vector<Id> from_h = split(connect(h, w, b, Activation::none), 3, 1);
    const Id z = unary("LOGISTIC", elementwise("ADD", from_x[0], from_h[0], Activation::none));
    const Id r = unary("LOGISTIC", elementwise("ADD", from_x[1], from_h[1], Activation::none));
    const Id reset = elementwise("MUL", r, from_h[2], Activation::none);
    const Id candidate = unary("TANH", elementwise("ADD", from_x[2], reset, Activation::none));
    const Id change = elementwise("MUL", z, elementwise("SUB", h, candidate, Activation::none), Activation::none);
    h = elementwise("ADD", candidate, change, Activation::none);
    outputs.push_back(h);
  }
  return outputs;
}

Builder::Id Builder::transpose_convolution(Id x, std::int64_t filters, const WindowStyle& style,
                                           const WeightStyle& draw) {
  const std::vector<std::int64_t> in = shape(x);
  const bool same = style.padding == Padding::same;
  const auto grow = [same](std::int64_t size, int stride, int kernel) {
    return size * stride + (same ? 0 : std::max(0, kernel - stride));
  };
  const std::vector<std::int64_t> out = {in[0], grow(in[1], style.stride.h, style.kernel.h),
                                         grow(in[2], style.stride.w, style.kernel.w), filters};
  const Id size = integers(label("size"), {out.begin(), out.end()});
  const Id w = weights({filters, style.kernel.h, style.kernel.w, in[3]}, 0, draw);
  const Id b = bias(filters);
  const Id y = activation_tensor(label("transpose_conv"), out);
  Options& options = add("TRANSPOSE_CONV", {size, w, x, b}, {y}).options;
  options.padding = style.padding;
  options.stride_h = style.stride.h;
  options.stride_w = style.stride.w;
  options.activation = style.activation;
  return y;
}

Builder::Id Builder::space_to_depth(Id x, int block) {
  const std::vector<std::int64_t> in = shape(x);
  const Id y = activation_tensor(label("blocks"), {in[0], in[1] / block, in[2] / block, in[3] * block * block});
  add("SPACE_TO_DEPTH", {x}, {y}).options.block_size = block;
  return y;
}

std::vector<Builder::Id> Builder::split(Id x, int parts, int axis) {
  std::vector<std::int64_t> out = shape(x);
  out[static_cast<std::size_t>(axis)] /= parts;
  const Id a = constant(label("axis"), Type::int32, {}, {static_cast<std::uint8_t>(axis), 0, 0, 0});
  std::vector<Id> result;
  for (int i = 0; i < parts; ++i) result.push_back(activation_tensor(fmt::format("{}_{}", label("part"), i), out));
  add("SPLIT", {a, x}, result);
  return result;
}

}  // namespace presil::graph
