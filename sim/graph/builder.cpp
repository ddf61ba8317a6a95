#include "sim/graph/builder.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <numeric>

#include "sim/graph/complete.hpp"
#include "sim/graph/options.hpp"
#include "sim/graph/window.hpp"

namespace presil::graph {

namespace {

/// SplitMix64 (Steele, Lea, Flood, 2014): one multiply-xorshift chain a number, any seed will do.
class SplitMix {
 public:
  explicit SplitMix(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next() {
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

 private:
  std::uint64_t state_;
};

/// The sum of four 6-bit numbers, centred: -126...126, standard deviation sqrt(4 * (64^2 - 1) / 12) = 37.
constexpr int kWidest = 126;
std::int8_t normal(std::uint64_t bits) {
  const auto six = [bits](int shift) { return static_cast<int>(bits >> shift & 63); };
  return static_cast<std::int8_t>(six(0) + six(6) + six(12) + six(18) - kWidest);
}

std::vector<char> choose_dead(std::int64_t filters, double fraction, SplitMix& random) {
  std::vector<std::size_t> order(static_cast<std::size_t>(filters));
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::vector<char> dead(order.size(), 0);
  const auto count = static_cast<std::size_t>(fraction * static_cast<double>(filters) + 0.5);
  for (std::size_t i = 0; i < count && i < order.size(); ++i) {
    std::swap(order[i], order[i + random.next() % (order.size() - i)]);
    dead[order[i]] = 1;
  }
  return dead;
}

constexpr float kActivationScale = 0.05f, kWeightScale = 0.004f;  // any: only values depend on them, no cost does

}  // namespace

std::int32_t builtin_code(const std::string& name) {
  for (const tflite::BuiltinOperator code : tflite::EnumValuesBuiltinOperator()) {
    if (name == tflite::EnumNameBuiltinOperator(code)) return static_cast<std::int32_t>(code);
  }
  return -1;
}

Builder::Builder(std::string name) {
  graph_.name = std::move(name);
}

Builder::Builder(Graph begun) : graph_(std::move(begun)) {
  for (const Tensor& tensor : graph_.tensors) buffers_ = std::max(buffers_, tensor.buffer + 1);
}

std::string Builder::label(const std::string& what) const {
  return fmt::format("{}_{}", what, graph_.operators.size());
}

Builder::Id Builder::activation_tensor(const std::string& name, const std::vector<std::int64_t>& shape, Type type) {
  Tensor tensor;
  tensor.name = name;
  tensor.type = type;
  tensor.shape = shape;
  if (type == Type::int8) tensor.quantization = {{kActivationScale}, {0}, 0};
  graph_.tensors.push_back(std::move(tensor));
  return static_cast<Id>(graph_.tensors.size()) - 1;
}

Builder::Id Builder::constant(const std::string& name, Type type, const std::vector<std::int64_t>& shape,
                              std::vector<std::uint8_t> data) {
  const Id id = activation_tensor(name, shape, type);
  Tensor& tensor = graph_.tensors.back();
  assert(static_cast<std::int64_t>(data.size()) == tensor.bytes());
  tensor.constant = true;
  tensor.data = std::move(data);
  if (!tensor.data.empty()) tensor.buffer = buffers_++;
  return id;
}

Builder::Id Builder::integers(const std::string& name, const std::vector<std::int32_t>& values) {
  std::vector<std::uint8_t> data(4 * values.size());
  if (!values.empty()) std::memcpy(data.data(), values.data(), data.size());
  return constant(name, Type::int32, {static_cast<std::int64_t>(values.size())}, std::move(data));
}

Operator& Builder::add(const std::string& name, std::vector<Id> inputs, std::vector<Id> outputs) {
  Operator op;
  op.index = static_cast<std::int32_t>(graph_.operators.size());
  op.name = name;
  op.builtin_code = builtin_code(name);
  op.custom = op.builtin_code < 0;
  if (op.custom) op.builtin_code = static_cast<std::int32_t>(tflite::BuiltinOperator::CUSTOM);
  op.op_class = classify(op);
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  graph_.operators.push_back(std::move(op));
  return graph_.operators.back();
}

Builder::Id Builder::input(const std::vector<std::int64_t>& shape, const std::string& name) {
  const Id id = activation_tensor(name, shape);
  graph_.inputs.push_back(id);
  return id;
}

Builder::Id Builder::weights(std::vector<std::int64_t> shape, std::size_t filter_axis, const WeightStyle& style) {
  const std::int64_t filters = shape[filter_axis];
  std::int64_t inner = 1, elements = 1;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    elements *= shape[d];
    if (d > filter_axis) inner *= shape[d];
  }
  SplitMix random(SplitMix(style.seed).next() + graph_.operators.size());  // each operator its own stream
  const std::vector<char> dead = choose_dead(filters, style.dead_filters, random);
  constexpr double kTwo40 = 1099511627776.0;
  const auto threshold = static_cast<std::uint64_t>(style.sparsity * kTwo40);
  std::vector<std::uint8_t> data(static_cast<std::size_t>(elements));
  std::uint8_t* at = data.data();
  for (std::int64_t outer = 0; outer < elements / (filters * inner); ++outer) {
    for (const char is_dead : dead) {
      for (std::int64_t i = 0; i < inner; ++i, ++at) {
        const std::uint64_t r = random.next();  // upper 40 bits: zero or not; lower 24: the value
        *at = is_dead || (r >> 24) < threshold ? 0 : static_cast<std::uint8_t>(normal(r) * style.range / kWidest);
      }
    }
  }
  const Id id = constant(label("weights"), Type::int8, shape, std::move(data));
  graph_.tensors.back().quantization = {std::vector<float>(static_cast<std::size_t>(filters), kWeightScale),
                                        std::vector<std::int64_t>(static_cast<std::size_t>(filters), 0),
                                        static_cast<int>(filter_axis)};
  return id;
}

Builder::Id Builder::bias(std::int64_t filters) {
  return constant(label("bias"), Type::int32, {filters},
                  std::vector<std::uint8_t>(static_cast<std::size_t>(4 * filters), 0));
}

namespace {

void set_window(Options& options, const WindowStyle& style) {
  options.padding = style.padding;
  options.activation = style.activation;
  options.kernel_h = style.kernel.h;
  options.kernel_w = style.kernel.w;
  options.stride_h = style.stride.h;
  options.stride_w = style.stride.w;
  options.dilation_h = style.dilation.h;
  options.dilation_w = style.dilation.w;
}

/// Batch, output height, output width; the caller adds the channels.
std::vector<std::int64_t> window_shape(const std::vector<std::int64_t>& x, const WindowStyle& style) {
  assert(x.size() == 4);
  return {x[0], window(style.padding, x[1], style.kernel.h, style.stride.h, style.dilation.h).output,
          window(style.padding, x[2], style.kernel.w, style.stride.w, style.dilation.w).output};
}

}  // namespace

Builder::Id Builder::convolution(Id x, std::int64_t filters, const WindowStyle& style, const WeightStyle& draw) {
  std::vector<std::int64_t> out = window_shape(shape(x), style);
  out.push_back(filters);
  const Id w = weights({filters, style.kernel.h, style.kernel.w, shape(x)[3]}, 0, draw);
  const Id b = bias(filters);
  const Id y = activation_tensor(label("conv"), out);
  set_window(add("CONV_2D", {x, w, b}, {y}).options, style);
  return y;
}

Builder::Id Builder::depthwise(Id x, int multiplier, const WindowStyle& style, const WeightStyle& draw) {
  std::vector<std::int64_t> out = window_shape(shape(x), style);
  out.push_back(shape(x)[3] * multiplier);
  const Id w = weights({1, style.kernel.h, style.kernel.w, out[3]}, 3, draw);
  const Id b = bias(out[3]);
  const Id y = activation_tensor(label("depthwise"), out);
  set_window(add("DEPTHWISE_CONV_2D", {x, w, b}, {y}).options, style);
  return y;
}

Builder::Id Builder::dense(Id x, std::int64_t units, Activation activation, const WeightStyle& draw) {
  assert(shape(x).size() == 2);
  const std::int64_t batch = shape(x)[0];
  const Id w = weights({units, shape(x)[1]}, 0, draw);
  const Id b = bias(units);
  const Id y = activation_tensor(label("dense"), {batch, units});
  add("FULLY_CONNECTED", {x, w, b}, {y}).options.activation = activation;
  return y;
}

Builder::Id Builder::pool(const std::string& name, Id x, const WindowStyle& style) {
  std::vector<std::int64_t> out = window_shape(shape(x), style);
  out.push_back(shape(x)[3]);
  const Id y = activation_tensor(label("pool"), out);
  set_window(add(name, {x}, {y}).options, style);
  return y;
}

Builder::Id Builder::mean(Id x, bool keep_dims) {
  const std::vector<std::int64_t> in = shape(x);
  assert(in.size() == 4);
  const Id axes = integers(label("axes"), {1, 2});
  const Id y = activation_tensor(label("mean"), keep_dims ? std::vector<std::int64_t>{in[0], 1, 1, in[3]}
                                                          : std::vector<std::int64_t>{in[0], in[3]});
  add("MEAN", {x, axes}, {y}).options.keep_dims = keep_dims;
  return y;
}

Builder::Id Builder::elementwise(const std::string& name, Id a, Id b, Activation activation) {
  std::vector<std::int64_t> out = shape(a);
  const std::vector<std::int64_t>& other = shape(b);
  if (other.size() > out.size()) out.insert(out.begin(), other.size() - out.size(), 1);
  for (std::size_t d = 1; d <= other.size(); ++d) {  // from the last dimension
    std::int64_t& mine = out[out.size() - d];
    assert(mine == other[other.size() - d] || mine == 1 || other[other.size() - d] == 1);
    mine = std::max(mine, other[other.size() - d]);
  }
  const Id y = activation_tensor(label("join"), out);
  add(name, {a, b}, {y}).options.activation = activation;
  return y;
}

Builder::Id Builder::unary(const std::string& name, Id x) {
  const std::vector<std::int64_t> out = shape(x);
  const Id y = activation_tensor(label("unary"), out);
  add(name, {x}, {y});
  return y;
}

Builder::Id Builder::concatenation(const std::vector<Id>& parts, int axis) {
  std::vector<std::int64_t> out = shape(parts.front());
  for (std::size_t i = 1; i < parts.size(); ++i)
    out[static_cast<std::size_t>(axis)] += shape(parts[i])[static_cast<std::size_t>(axis)];
  const Id y = activation_tensor(label("concat"), out);
  add("CONCATENATION", parts, {y}).options.axis = axis;
  return y;
}

Builder::Id Builder::reshape(Id x, const std::vector<std::int64_t>& target) {
  std::vector<std::int32_t> values(target.begin(), target.end());
  const Id s = integers(label("shape"), values);
  const Id y = activation_tensor(label("reshape"), target);
  add("RESHAPE", {x, s}, {y});
  return y;
}

Builder::Id Builder::pad(Id x, int top, int bottom, int left, int right) {
  const Id p = integers(label("pads"), {0, 0, top, bottom, left, right, 0, 0});
  graph_.tensors.back().shape = {4, 2};
  std::vector<std::int64_t> out = shape(x);
  out[1] += top + bottom;
  out[2] += left + right;
  const Id y = activation_tensor(label("pad"), out);
  add("PAD", {x, p}, {y});
  return y;
}

Builder::Id Builder::resize(const std::string& name, Id x, std::int64_t height, std::int64_t width) {
  const Id s = integers(label("size"), {static_cast<std::int32_t>(height), static_cast<std::int32_t>(width)});
  const std::vector<std::int64_t> out = {shape(x)[0], height, width, shape(x)[3]};
  const Id y = activation_tensor(label("resize"), out);
  add(name, {x, s}, {y}).options.half_pixel_centers = true;
  return y;
}

Graph Builder::finish(const std::vector<Id>& outputs, const std::string& file) {
  graph_.outputs = outputs;
  complete(graph_, file);
  return std::move(graph_);
}

}  // namespace presil::graph
