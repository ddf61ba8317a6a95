#include "sim/transform/follow.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/graph/complete.hpp"
#include "sim/graph/constants.hpp"
#include "sim/graph/fail.hpp"

namespace presil::transform {

using graph::OpClass;

Follow::Follow(const graph::Graph& was, graph::Graph& now) : was_(was), now_(now) {
  producer_.assign(was.tensors.size(), -1);
  readers_.resize(was.tensors.size());
  for (const Operator& op : was.operators) {
    for (const std::int32_t t : op.outputs) {
      if (t >= 0) producer_[index(t)] = op.index;
    }
    for (const std::int32_t t : op.inputs) {
      if (t >= 0 && (readers_[index(t)].empty() || readers_[index(t)].back() != op.index)) {
        readers_[index(t)].push_back(op.index);
      }
    }
  }
}

void Follow::resize_input(std::int32_t t, int height, int width) {
  Extents extents = fixed(tensor(t).shape);
  extents[1] = moved(tensor(t).shape[1], height);
  extents[2] = moved(tensor(t).shape[2], width);
  pictures_[t] = std::move(extents);
}

void Follow::run() {
  // Every pass settles at least one constant more, and a constant is settled once.
  do {
    again_ = false;
    walk();
  } while (again_);
  for (std::size_t t = 0; t < extents_.size(); ++t) now_.tensors[t].shape = now(extents_[t]);
}

void Follow::walk() {
  demands_.clear();
  states_.assign(was_.operators.size(), State::open);
  extents_.clear();
  for (const Tensor& t : was_.tensors) extents_.push_back(fixed(t.shape));
  for (const auto& [t, extents] : pictures_) extents_[index(t)] = extents;
  for (const auto& [t, shape] : resampled_) {
    for (std::size_t d = 0; d < shape.size(); ++d) extents_[index(t)][d] = moved(tensor(t).shape[d], shape[d]);
  }
  for (const Operator& op : was_.operators) infer(op);
}

void Follow::infer(const Operator& op) {
  State& state = states_[index(op.index)];
  if (state != State::open) return;
  state = State::busy;
  for (const std::int32_t t : op.inputs) {
    if (t >= 0 && producer_[index(t)] >= 0) infer(was_.operators[index(producer_[index(t)])]);
  }
  if (!op.outputs.empty()) apply_rule(op);
  states_[index(op.index)] = State::done;
  if (!op.folded) return;
  // Operators on constants are computed on the way: shapes further down may be made of their results.
  for (const std::int32_t t : op.inputs) {
    if (t >= 0) now_.tensors[index(t)].shape = now(extents_[index(t)]);
  }
  for (const std::int32_t t : op.outputs) {
    if (t < 0) continue;
    Tensor& out = now_.tensors[index(t)];
    out.shape = now(extents_[index(t)]);
    out.data.clear();
  }
  Operator copy = op;
  graph::fold(now_, copy);
}

void Follow::apply_rule(const Operator& op) {
  switch (op.op_class) {
    case OpClass::resize_bilinear:  // these may have to change though their input does not
    case OpClass::resize_nearest:
      return resize(op);
    case OpClass::tile:
      return tile(op);
    case OpClass::detection_post_process:
      return detection(op);
    default:
      break;
  }
  if (op.name == "FILL" || op.name == "RANGE") return by_value(op);
  if (!input_changed(op)) return keep(op);
  switch (op.op_class) {
    case OpClass::convolution:
    case OpClass::pointwise:
    case OpClass::depthwise:
      return window_rule(op);
    case OpClass::average_pool:
    case OpClass::max_pool:
      return pool(op);
    case OpClass::transpose_convolution:
      return transpose_convolution(op);
    case OpClass::pad:
      return pad(op);
    case OpClass::space_to_depth:
    case OpClass::depth_to_space:
      return block(op);
    case OpClass::reshape:
      return reshape(op);
    case OpClass::transpose:
      return transpose(op);
    case OpClass::slice:
      return slice(op);
    case OpClass::strided_slice:
      return strided_slice(op);
    case OpClass::concatenation:
      return concatenation(op);
    case OpClass::split:
      return split(op);
    case OpClass::pack:
      return pack(op);
    case OpClass::unpack:
      return unpack(op);
    case OpClass::gather:
      return gather(op);
    case OpClass::fully_connected:
      return fully_connected(op);
    case OpClass::matmul:
      return matmul(op);
    case OpClass::lstm:
    case OpClass::svdf:
      return recurrence(op);
    case OpClass::mean:
    case OpClass::arg_max:
      return reduction(op);
    case OpClass::add:
    case OpClass::sub:
    case OpClass::mul:
    case OpClass::div:
    case OpClass::minimum:
    case OpClass::maximum:
    case OpClass::compare:
    case OpClass::prelu:
    case OpClass::unary:
    case OpClass::relu:
    case OpClass::leaky_relu:
    case OpClass::logistic:
    case OpClass::tanh:
    case OpClass::hard_swish:
    case OpClass::softmax:
    case OpClass::quantize:
    case OpClass::dequantize:
    case OpClass::cast:
      return elementwise(op);
    default:
      return other(op);
  }
}

bool Follow::input_changed(const Operator& op) const {
  return std::any_of(op.inputs.begin(), op.inputs.end(),
                     [&](std::int32_t t) { return t >= 0 && changed(extents_[index(t)]); });
}

void Follow::set(const Operator& op, std::size_t output, Extents extents) {
  if (output >= op.outputs.size() || op.outputs[output] < 0) return;
  for (const std::int64_t size : now(extents)) {
    if (size < 1) refuse(op, "its output would be empty; a larger input would do");
    if (size > graph::kMaxElements)
      refuse(op, "its output would have more than 2^36 elements; a smaller input would do");
  }
  extents_[index(op.outputs[output])] = std::move(extents);
}

void Follow::keep(const Operator& op) {
  for (const std::int32_t t : op.outputs) {
    if (t >= 0) extents_[index(t)] = fixed(tensor(t).shape);
  }
}

void Follow::demand(const Operator& op, std::size_t position, std::vector<std::int64_t> values) {
  demands_.push_back({index(op.index), position, std::move(values)});
}

void Follow::resample(std::int32_t t, const Extents& wanted, const Operator& reason) {
  const std::vector<std::int64_t> shape = now(wanted);
  const auto known = resampled_.find(t);
  if (known != resampled_.end()) {
    if (known->second == shape) return;
    refuse(reason,
           fmt::format("its constant '{}' would need two shapes, {} and {}, at once", graph::printable(tensor(t).name),
                       graph::shape_text(known->second), graph::shape_text(shape)));
  }
  if (graph::bits(tensor(t).type) % 8 != 0 || tensor(t).sparse || tensor(t).quantization.per_channel()) {
    refuse(reason, fmt::format("its constant '{}' has a value for every pixel, in a form that cannot be resampled",
                               graph::printable(tensor(t).name)));
  }
  resampled_[t] = shape;
  again_ = true;
}

std::vector<std::int64_t> Follow::values_was(const Operator& op, std::size_t i) const {
  if (!has(op, i)) refuse(op, fmt::format("has no input {}", i));
  const auto values = graph::integers(tensor(op, i));
  if (!values) refuse(op, fmt::format("its input {} is computed at run time, so its shape cannot follow", i));
  return *values;
}

std::optional<std::vector<std::int64_t>> Follow::values_now(const Operator& op, std::size_t i) const {
  Tensor copy = now_.tensors[index(op.inputs[i])];
  copy.shape = now(in(op, i));
  return graph::integers(copy);
}

void Follow::refuse(const Operator& op, const std::string& reason) const {
  graph::fail(was_.name, graph::place(op), "cannot follow the new resolution: " + reason);
}

}  // namespace presil::transform
