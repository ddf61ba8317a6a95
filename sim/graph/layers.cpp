#include "sim/graph/layers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>

#include "sim/graph/complete.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/figures.hpp"
#include "sim/graph/window.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::graph {

namespace {

constexpr std::int64_t kMaxVisits = 100'000;  // layers, repeated ones each time
constexpr std::int64_t kMaxChannels = std::int64_t{1} << 20;
constexpr std::int64_t kMaxWeights = std::int64_t{1} << 30;  // elements of all layers together
constexpr int kMaxDepth = 64;                                // blocks in blocks
const std::vector<std::string> kLayers = {"conv",
                                          "depthwise",
                                          "inverted_residual",
                                          "dense",
                                          "average_pool",
                                          "max_pool",
                                          "global_average_pool",
                                          "add",
                                          "mul",
                                          "sub",
                                          "maximum",
                                          "minimum",
                                          "concat",
                                          "pad",
                                          "resize",
                                          "flatten",
                                          "softmax",
                                          "relu",
                                          "relu6",
                                          "logistic",
                                          "tanh",
                                          "hard_swish",
                                          "repeat",
                                          "branches",
                                          "leaky_relu",
                                          "swish",
                                          "gelu",
                                          "hard_sigmoid",
                                          "squeeze_excite",
                                          "transpose_conv",
                                          "batch_norm",
                                          "prelu",
                                          "space_to_depth",
                                          "split",
                                          "linear",
                                          "layer_norm",
                                          "attention",
                                          "lstm",
                                          "gru",
                                          "take",
                                          "reshape",
                                          "transpose",
                                          "learned_add",
                                          "learned_token",
                                          "detect"};

std::string upper(std::string text) {
  for (char& c : text) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return text;
}

}  // namespace

LayerReader::Id LayerReader::run(const std::vector<yaml::Value>& layers, Id current, const Scope& scope) {
  for (const yaml::Value& item : layers) current = layer(item, current, scope);
  return current;
}

LayerReader::Id LayerReader::layer(const yaml::Value& item, Id current, const Scope& scope) {
  if (++visited_ > kMaxVisits) item.fail(fmt::format("is layer number {}; repeat less", kMaxVisits + 1));
  // `- softmax` is short for `- softmax: {}`: an empty map at the place of the word.
  std::string type;
  yaml::Node empty;
  const yaml::Node* node = &empty;
  yaml::Value at = item;
  if (item.is_scalar()) {
    type = item.text();
  } else {
    const auto entries = item.map().all();
    if (entries.size() != 1) {
      item.fail(fmt::format("has {} keys where a layer has one, its type; write '- conv: {{...}}'", entries.size()));
    }
    type = entries[0].first;
    at = entries[0].second;
    if (!at.is_null()) node = &at.node();
  }
  check_type(item, type);
  if (node != &empty) (void)at.map();  // refuses anything but a map
  empty.kind = yaml::Kind::map;
  empty.source = item.node().source;
  empty.line = item.node().line;
  empty.column = item.node().column;
  yaml::Map keys(document_, *node, at.path(), nullptr);
  if (const auto from = keys.find("from")) current = named(*from);
  const auto name = keys.find("name");
  const Id result = apply(type, at, keys, current, scope);
  keys.finish();
  check_size(at, result);
  if (name) names_[name->text()] = result;  // a later one of the same name (in a repetition) takes its place
  return result;
}

void LayerReader::check_type(const yaml::Value& item, const std::string& type) const {
  std::vector<std::string> known = kLayers;
  for (const auto& [word, declared] : blocks_) known.push_back(word);
  if (std::find(known.begin(), known.end(), type) != known.end()) return;
  item.fail(fmt::format("unknown layer '{}'; {}", printable(type), yaml::suggestion(type, known)));
}

/// Layers grow a tensor by less than 2^20 each, so no product overflows before this sees it.
void LayerReader::check_size(const yaml::Value& at, Id x) const {
  std::int64_t elements = 1;
  for (const std::int64_t dimension : builder_.shape(x)) {
    if (dimension > kMaxElements / elements)
      at.fail(fmt::format("makes a tensor of shape {}; up to 2^36 elements would do", shape_text(builder_.shape(x))));
    elements *= dimension;
  }
}

LayerReader::Id LayerReader::apply(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x,
                                   const Scope& scope) {
  const auto own = blocks_.find(type);
  if (own != blocks_.end()) return block(own->second, at, keys, x, scope);
  if (type == "conv") return convolution(at, keys, x, scope);
  if (type == "depthwise") return depthwise(at, keys, x, scope);
  if (type == "inverted_residual") return inverted_residual(at, keys, x, scope);
  if (type == "dense") return dense(keys, x, scope);
  if (type == "average_pool" || type == "max_pool") return pool(type, at, keys, x, scope);
  if (type == "global_average_pool") return feature_map(at, x), builder_.mean(x, keys.boolean_or("keep_dims", false));
  if (type == "add" || type == "mul" || type == "sub" || type == "maximum" || type == "minimum")
    return elementwise(type, at, keys, x);
  if (type == "concat") return concat(at, keys, x, scope);
  if (type == "pad") return pad(at, keys, x, scope);
  if (type == "resize") return resize(at, keys, x, scope);
  if (type == "repeat") return repeat(keys, x, scope);
  if (type == "branches") return branches(at, keys, x, scope);
  if (type == "flatten") {
    const Tensor& tensor = builder_.graph().tensors[static_cast<std::size_t>(x)];
    return builder_.reshape(x, {tensor.shape[0], tensor.elements() / tensor.shape[0]});
  }
  if (const auto made = map_layer(type, at, keys, x, scope)) return *made;
  if (const auto made = sequence_layer(type, at, keys, x, scope)) return *made;
  return activation_layer(x, type);
}

WindowStyle LayerReader::window_style(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope, Pair kernel) {
  feature_map(at, x);
  WindowStyle style;
  style.kernel = pair_or(keys, "kernel", scope, kernel);
  style.stride = pair_or(keys, "stride", scope, {1, 1});
  style.dilation = pair_or(keys, "dilation", scope, {1, 1});
  if (const auto value = keys.find("padding")) {
    style.padding = value->choice<Padding>({{"same", Padding::same}, {"valid", Padding::valid}});
  }
  window_fits(at, x, style);
  return style;
}

WeightStyle LayerReader::weight_style(yaml::Map& keys, const Scope& scope) {
  WeightStyle style = weights_;
  if (const auto value = keys.find("sparsity")) style.sparsity = real(*value, scope, 0, 1);
  if (const auto value = keys.find("dead_filters")) style.dead_filters = real(*value, scope, 0, 1);
  return style;
}

LayerReader::Id LayerReader::convolution(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  WindowStyle style = window_style(at, keys, x, scope, {1, 1});
  const std::int64_t filters = whole(keys.at("filters", "16"), scope, 1, kMaxChannels);
  const std::string activation = activation_of(keys, "none");
  style.activation = fused_activation(activation);
  weights_fit(at, filters * builder_.shape(x)[3] * style.kernel.h * style.kernel.w);
  return activate(builder_.convolution(x, filters, style, weight_style(keys, scope)), activation);
}

LayerReader::Id LayerReader::depthwise(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  WindowStyle style = window_style(at, keys, x, scope, {3, 3});
  const auto value = keys.find("multiplier");
  const auto multiplier = static_cast<int>(value ? whole(*value, scope, 1, kMaxWindow) : 1);
  const std::string activation = activation_of(keys, "none");
  style.activation = fused_activation(activation);
  weights_fit(at, builder_.shape(x)[3] * multiplier * style.kernel.h * style.kernel.w);
  return activate(builder_.depthwise(x, multiplier, style, weight_style(keys, scope)), activation);
}

LayerReader::Id LayerReader::dense(yaml::Map& keys, Id x, const Scope& scope) {
  const yaml::Value value = keys.at("units", "10");
  const std::int64_t units = whole(value, scope, 1, kMaxChannels);
  const std::string activation = activation_of(keys, "none");
  const Tensor& tensor = builder_.graph().tensors[static_cast<std::size_t>(x)];
  const std::int64_t batch = tensor.shape[0], inputs = tensor.elements() / batch;
  if (inputs > kMaxWeights) value.fail(fmt::format("takes {} inputs; {} would do", inputs, kMaxWeights));
  weights_fit(value, units * inputs);
  if (tensor.shape.size() != 2) x = builder_.reshape(x, {batch, inputs});
  return activate(builder_.dense(x, units, fused_activation(activation), weight_style(keys, scope)), activation);
}

LayerReader::Id LayerReader::pool(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x,
                                  const Scope& scope) {
  feature_map(at, x);
  WindowStyle style;
  style.padding = Padding::valid;
  style.kernel = pair(keys.at("size", "2"), scope, 1);
  style.stride = pair_or(keys, "stride", scope, style.kernel);
  style.dilation = {1, 1};
  if (const auto value = keys.find("padding")) {
    style.padding = value->choice<Padding>({{"same", Padding::same}, {"valid", Padding::valid}});
  }
  window_fits(at, x, style);
  return builder_.pool(type == "max_pool" ? "MAX_POOL_2D" : "AVERAGE_POOL_2D", x, style);
}

LayerReader::Id LayerReader::elementwise(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x) {
  const Id other = named(keys.at("with", "stem"));
  const bool activates = type == "add" || type == "mul" || type == "sub";  // MAXIMUM and MINIMUM have no such option
  return join(at, upper(type), x, other,
              activates ? fused_activation(activation_of(keys, "none", true)) : Activation::none);
}

LayerReader::Id LayerReader::concat(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  std::vector<Id> parts = {x};
  for (const yaml::Value& name : keys.at("with", "stem").one_or_list()) parts.push_back(named(name));
  const auto last = static_cast<std::int64_t>(builder_.shape(x).size()) - 1;
  const auto value = keys.find("axis");
  return join_along(at, parts, static_cast<int>(value ? whole(*value, scope, 0, last) : last));
}

LayerReader::Id LayerReader::pad(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  feature_map(at, x);
  const yaml::Value size = keys.at("size", "1");
  const std::vector<yaml::Value> list = size.one_or_list();
  if (list.size() == 4) {
    int side[4];
    for (std::size_t i = 0; i < 4; ++i) side[i] = static_cast<int>(whole(list[i], scope, 0, kMaxWindow));
    return builder_.pad(x, side[0], side[1], side[2], side[3]);
  }
  const Pair both = pair(size, scope, 0);
  return builder_.pad(x, both.h, both.h, both.w, both.w);
}

LayerReader::Id LayerReader::resize(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  feature_map(at, x);
  const Pair factor = pair(keys.at("factor", "2"), scope, 1);
  bool bilinear = false;
  if (const auto mode = keys.find("mode")) bilinear = mode->choice<bool>({{"nearest", false}, {"bilinear", true}});
  const std::int64_t height = builder_.shape(x)[1] * factor.h, width = builder_.shape(x)[2] * factor.w;
  if (height > kMaxWindow || width > kMaxWindow)
    at.fail(fmt::format("makes {}x{} pixels; up to {} would do", height, width, kMaxWindow));
  return builder_.resize(bilinear ? "RESIZE_BILINEAR" : "RESIZE_NEAREST_NEIGHBOR", x, height, width);
}

LayerReader::Id LayerReader::repeat(yaml::Map& keys, Id x, const Scope& scope) {
  const std::int64_t times = whole(keys.at("times", "3"), scope, 0, 10'000);
  const yaml::Value body = keys.at("layers", "[...]");
  const std::vector<yaml::Value> layers = body.list();
  if (layers.empty()) body.fail("is empty; name the layers to repeat");
  if (++depth_ > kMaxDepth) body.fail("nests deeper than 64 levels; nest less");
  Scope inner = scope;
  for (std::int64_t i = 0; i < times; ++i) {
    inner["index"] = static_cast<double>(i);
    x = run(layers, x, inner);
  }
  --depth_;
  return x;
}

LayerReader::Id LayerReader::branches(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  const yaml::Value paths = keys.at("paths", "[[conv: {filters: 16}], []]");
  const std::vector<yaml::Value> list = paths.list();
  if (list.size() < 2)
    paths.fail(fmt::format("has {} path{}; two or more would do", list.size(), list.size() == 1 ? "" : "s"));
  bool concat = false;
  if (const auto value = keys.find("join")) concat = value->choice<bool>({{"add", false}, {"concat", true}});
  const Activation activation = fused_activation(activation_of(keys, "none", true));
  if (concat && activation != Activation::none)
    at.fail("has an activation on 'join: concat'; put a layer (relu, say) after it");
  if (++depth_ > kMaxDepth) at.fail("nests deeper than 64 levels; nest less");
  std::vector<Id> ends;
  for (const yaml::Value& path : list) ends.push_back(run(path.list(), x, scope));
  --depth_;
  if (concat) return join_along(at, ends, static_cast<int>(builder_.shape(ends[0]).size()) - 1);
  Id sum = ends[0];
  for (std::size_t i = 1; i < ends.size(); ++i) {
    sum = join(at, "ADD", sum, ends[i], i + 1 == ends.size() ? activation : Activation::none);
  }
  return sum;
}

LayerReader::Id LayerReader::block(const Block& block, const yaml::Value& at, yaml::Map& keys, Id x,
                                   const Scope& scope) {
  if (++depth_ > kMaxDepth) at.fail("calls blocks deeper than 64 levels; a block may not call itself");
  Scope inner = scope;
  for (const auto& [name, otherwise] : block.parameters) {
    const auto given = keys.find(name);
    constexpr double kLimit = 1e9;
    if (!given && otherwise.is_null()) at.fail(fmt::format("'{}' is missing; write e.g. '{}: 1'", name, name));
    inner[name] = real(given ? *given : otherwise, scope, -kLimit, kLimit);
  }
  x = run(block.layers, x, inner);
  --depth_;
  return x;
}

LayerReader::Id LayerReader::join(const yaml::Value& at, const std::string& operation, Id a, Id b,
                                  Activation activation) {
  if (builder_.shape(a) != builder_.shape(b)) {
    at.fail(fmt::format("joins {} and {}; {} takes equal shapes: adjust filters or strides",
                        shape_text(builder_.shape(a)), shape_text(builder_.shape(b)), operation));
  }
  return builder_.elementwise(operation, a, b, activation);
}

LayerReader::Id LayerReader::join_along(const yaml::Value& at, const std::vector<Id>& parts, int axis) {
  const std::vector<std::int64_t>& first = builder_.shape(parts[0]);
  const auto along = static_cast<std::size_t>(axis);
  for (const Id part : parts) {
    std::vector<std::int64_t> other = builder_.shape(part);
    if (other.size() == first.size()) other[along] = first[along];
    if (other != first) {
      at.fail(fmt::format("joins {} and {}; all but dimension {} must be equal: adjust strides or filters",
                          shape_text(first), shape_text(builder_.shape(part)), axis));
    }
  }
  return builder_.concatenation(parts, axis);
}

std::string LayerReader::activation_of(yaml::Map& keys, const std::string& otherwise, bool fused_only) const {
  const std::string function = activation_function(keys, otherwise, fused_only);
  const auto found = instead_.find(function);
  if (found == instead_.end()) return function;
  if (fused_only && !is_fused(found->second))
    keys.at("activation", "relu")
        .fail_found(fmt::format("cannot become '{}' here; a fused function would do", found->second));
  return found->second;
}

LayerReader::Id LayerReader::activate(Id x, const std::string& function) {
  return is_fused(function) ? x : activation_layer(x, function);
}

LayerReader::Id LayerReader::activation_layer(Id x, const std::string& function) {
  if (function == "swish") return builder_.elementwise("MUL", x, builder_.unary("LOGISTIC", x), Activation::none);
  if (function == "hard_sigmoid") {  // relu6(x + 3) / 6
    const Id shifted = builder_.elementwise("ADD", x, builder_.number(3), Activation::relu6);
    return builder_.elementwise("MUL", shifted, builder_.number(1.0 / 6), Activation::none);
  }
  if (function == "prelu")  // a slope for each channel
    return builder_.elementwise("PRELU", x, builder_.learned({1, 1, builder_.shape(x).back()}, weights_),
                                Activation::none);
  const Id y = builder_.unary(upper(function), x);
  constexpr float kDarknetSlope = 0.1f;  // of darknet's leaky activation, which the networks here are from
  if (function == "leaky_relu") builder_.graph().operators.back().options.alpha = kDarknetSlope;
  return y;
}

LayerReader::Id LayerReader::named(const yaml::Value& name) const {
  const auto found = names_.find(name.text());
  if (found != names_.end()) return found->second;
  std::vector<std::string> known;
  for (const auto& [word, id] : names_) known.push_back(word);
  name.fail_found("names no layer above; " +
                  (known.empty() ? "give one a 'name:'" : yaml::suggestion(name.text(), known)));
}

void LayerReader::feature_map(const yaml::Value& at, Id x) const {
  if (builder_.shape(x).size() == 4) return;
  at.fail(fmt::format("reads a tensor of shape {}; four dimensions (batch, height, width, channels) would do",
                      shape_text(builder_.shape(x))));
}

void LayerReader::window_fits(const yaml::Value& at, Id x, const WindowStyle& style) const {
  const std::vector<std::int64_t>& in = builder_.shape(x);
  if (window(style.padding, in[1], style.kernel.h, style.stride.h, style.dilation.h).output < 1 ||
      window(style.padding, in[2], style.kernel.w, style.stride.w, style.dilation.w).output < 1) {
    at.fail(fmt::format("its {}x{} window does not fit into {}x{}; a smaller one or 'padding: same' would do",
                        style.kernel.h, style.kernel.w, in[1], in[2]));
  }
}

void LayerReader::weights_fit(const yaml::Value& at, std::int64_t elements) {
  drawn_ += elements;
  if (drawn_ > kMaxWeights) at.fail("brings the network to more than 2^30 weights; fewer filters or units would do");
}

}  // namespace presil::graph
