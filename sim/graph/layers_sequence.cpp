// Layers of a network description that work on sequences: batch x time x features.
#include <fmt/format.h>

#include <cmath>

#include "sim/graph/complete.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/figures.hpp"
#include "sim/graph/layers.hpp"

namespace presil::graph {

namespace {

constexpr std::int64_t kMaxUnits = std::int64_t{1} << 20;
constexpr std::int64_t kMaxSteps = 4096;  // of an unrolled recurrence: thirteen operators each

}  // namespace

std::optional<LayerReader::Id> LayerReader::sequence_layer(const std::string& type, const yaml::Value& at,
                                                           yaml::Map& keys, Id x, const Scope& scope) {
  if (type == "linear") return linear(keys, x, scope);
  if (type == "layer_norm") return layer_norm(x, weight_style(keys, scope));
  if (type == "attention") return attention(at, keys, x, scope);
  if (type == "lstm" || type == "gru") return recurrence(type, at, keys, x, scope);
  if (type == "take") return take(at, keys, x, scope);
  if (type == "reshape") return reshape(at, keys, x, scope);
  if (type == "transpose") return transpose(at, keys, x, scope);
  if (type == "learned_add") {
    std::vector<std::int64_t> shape = builder_.shape(x);
    shape[0] = 1;
    return builder_.elementwise("ADD", x, builder_.learned(shape, weight_style(keys, scope)), Activation::none);
  }
  if (type == "learned_token") {
    sequence(at, x);
    const std::vector<std::int64_t>& in = builder_.shape(x);
    return builder_.concatenation({builder_.learned({in[0], 1, in[2]}, weight_style(keys, scope)), x}, 1);
  }
  return std::nullopt;
}

void LayerReader::sequence(const yaml::Value& at, Id x) const {
  if (builder_.shape(x).size() == 3) return;
  at.fail(fmt::format("reads a tensor of shape {}; three dimensions (batch, time, features) would do",
                      shape_text(builder_.shape(x))));
}

LayerReader::Id LayerReader::linear(yaml::Map& keys, Id x, const Scope& scope) {
  const yaml::Value value = keys.at("units", "64");
  const std::int64_t units = whole(value, scope, 1, kMaxUnits);
  const std::string activation = activation_of(keys, "none");
  weights_fit(value, units * builder_.shape(x).back());
  return activate(builder_.linear(x, units, fused_activation(activation), weight_style(keys, scope)), activation);
}

/// As converters write it: mean, squared difference, mean, reciprocal root, scale, shift.
LayerReader::Id LayerReader::layer_norm(Id x, const WeightStyle& draw) {
  const auto last = static_cast<std::int32_t>(builder_.shape(x).size()) - 1;
  const auto mean = [&](Id of) {
    std::vector<std::int64_t> shape = builder_.shape(of);
    shape.back() = 1;
    const Id axes = builder_.integers("last_axis", {last}), y = builder_.activation_tensor("mean", shape);
    builder_.add("MEAN", {of, axes}, {y}).options.keep_dims = true;
    return y;
  };
  const auto two = [&](const char* name, Id a, Id b) { return builder_.elementwise(name, a, b, Activation::none); };
  const std::vector<std::int64_t> features = {builder_.shape(x).back()};
  const Id centre = mean(x);
  const Id spread = builder_.unary("RSQRT", mean(two("SQUARED_DIFFERENCE", x, centre)));
  const Id normal = two("MUL", two("SUB", x, centre), spread);
  return two("ADD", two("MUL", normal, builder_.learned(features, draw)), builder_.learned(features, draw));
}

/// Vaswani et al. 2017: queries, keys and values of each head, scaled product, softmax, weighted sum, output
/// projection.
LayerReader::Id LayerReader::attention(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  sequence(at, x);
  const std::int64_t heads = whole(keys.at("heads", "1"), scope, 1, 1024);
  const std::int64_t width = whole(keys.at("head_width", "64"), scope, 1, 65536);
  const WeightStyle draw = weight_style(keys, scope);
  const std::vector<std::int64_t> in = builder_.shape(x);
  weights_fit(at, 4 * heads * width * in[2]);
  Id part[3];  // each batch x heads x time x width
  for (Id& p : part) {
    p = builder_.linear(x, heads * width, Activation::none, draw);
    p = builder_.transpose(builder_.reshape(p, {in[0], in[1], heads, width}), {0, 2, 1, 3});
  }
  const Id scores = builder_.elementwise("MUL", builder_.matmul(part[0], part[1], true),
                                         builder_.number(1 / std::sqrt(static_cast<double>(width))), Activation::none);
  const Id mixed = builder_.matmul(builder_.unary("SOFTMAX", scores), part[2], false);
  const Id joined = builder_.reshape(builder_.transpose(mixed, {0, 2, 1, 3}), {in[0], in[1], heads * width});
  return builder_.linear(joined, in[2], Activation::none, draw);
}

LayerReader::Id LayerReader::recurrence(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x,
                                        const Scope& scope) {
  sequence(at, x);
  const std::int64_t units = whole(keys.at("units", "64"), scope, 1, 65536);
  const bool every = keys.boolean_or("every_step", false);
  const std::vector<std::int64_t> in = builder_.shape(x);
  weights_fit(at, 4 * units * (in[2] + units));
  if (type == "lstm") {
    const Id y = builder_.lstm(x, units, weight_style(keys, scope));
    return every ? y : builder_.take(y, 1, in[1] - 1);
  }
  if (in[1] > kMaxSteps) at.fail(fmt::format("takes {} steps; up to {} would do", in[1], kMaxSteps));
  const std::vector<Id> steps = builder_.gru(x, units, weight_style(keys, scope));
  if (!every) return steps.back();
  const Id y = builder_.activation_tensor("steps", in[1] > 0 ? std::vector<std::int64_t>{in[0], in[1], units} : in);
  builder_.add("PACK", steps, {y}).options.axis = 1;
  return y;
}

LayerReader::Id LayerReader::take(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  sequence(at, x);
  const std::int64_t step = whole(keys.at("step", "0"), scope, 0, builder_.shape(x)[1] - 1);
  return builder_.take(x, 1, step);
}

LayerReader::Id LayerReader::reshape(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  const std::int64_t elements = builder_.graph().tensors[static_cast<std::size_t>(x)].elements();
  std::vector<std::int64_t> shape;
  std::int64_t known = 1;
  std::size_t open = 0;  // position of a -1, counted from 1
  for (const yaml::Value& size : keys.at("shape", "[1, -1, 10]").list()) {
    shape.push_back(whole(size, scope, -1, kMaxElements));
    if (shape.back() == 0) size.fail_found("is 0; 1 or more, or -1 for what is left, would do");
    if (shape.back() == -1 && open != 0) size.fail_found("is the second -1; one would do");
    if (shape.back() == -1) open = shape.size();
    if (shape.back() > 0 && __builtin_mul_overflow(known, shape.back(), &known)) at.fail("has too many elements");
  }
  if (open != 0 && elements % known == 0) {
    shape[open - 1] = elements / known;
    known = elements;
  }
  if (known != elements || shape.empty()) {
    at.fail(fmt::format("makes {} elements of {}; as many would do", known, elements));
  }
  return builder_.reshape(x, shape);
}

LayerReader::Id LayerReader::transpose(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  std::vector<std::int32_t> order;
  const std::size_t rank = builder_.shape(x).size();
  std::vector<char> seen(rank, 0);
  for (const yaml::Value& axis : keys.at("order", "[0, 2, 1]").list()) {
    order.push_back(static_cast<std::int32_t>(whole(axis, scope, 0, static_cast<std::int64_t>(rank) - 1)));
    if (seen[static_cast<std::size_t>(order.back())]++) axis.fail_found("stands twice; each dimension once would do");
  }
  if (order.size() != rank) at.fail(fmt::format("orders {} dimensions of {}; all would do", order.size(), rank));
  return builder_.transpose(x, order);
}

}  // namespace presil::graph
