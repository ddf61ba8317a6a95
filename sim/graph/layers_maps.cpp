// Layers of a network description that work on maps and are not in every network.
#include <fmt/format.h>

#include "sim/graph/complete.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/figures.hpp"
#include "sim/graph/layers.hpp"

namespace presil::graph {

namespace {

constexpr std::int64_t kMaxChannels = std::int64_t{1} << 20;

}  // namespace

std::optional<LayerReader::Id> LayerReader::map_layer(const std::string& type, const yaml::Value& at, yaml::Map& keys,
                                                      Id x, const Scope& scope) {
  if (type == "squeeze_excite") {
    feature_map(at, x);
    const std::int64_t filters = whole(keys.at("filters", "16"), scope, 1, kMaxChannels);
    const std::string activation = activation_of(keys, "relu");
    weights_fit(at, 2 * filters * builder_.shape(x)[3]);
    return squeeze_excite(x, filters, activation, gate_function(keys), weight_style(keys, scope));
  }
  if (type == "batch_norm") {  // one that no convolution before it can take over
    const std::string activation = activation_of(keys, "none");
    const WeightStyle draw = weight_style(keys, scope);
    const std::vector<std::int64_t> channels = {builder_.shape(x).back()};
    x = builder_.elementwise("MUL", x, builder_.learned(channels, draw), Activation::none);
    return activate(builder_.elementwise("ADD", x, builder_.learned(channels, draw), fused_activation(activation)),
                    activation);
  }
  if (type == "transpose_conv") return transpose_conv(at, keys, x, scope);
  if (type == "split") return split(at, keys, x);
  if (type == "detect") return detect(at, keys, x, scope);
  if (type == "space_to_depth") {
    feature_map(at, x);
    const auto block = static_cast<int>(whole(keys.at("block", "2"), scope, 1, kMaxWindow));
    const std::vector<std::int64_t>& in = builder_.shape(x);
    if (in[1] % block != 0 || in[2] % block != 0) {
      at.fail(fmt::format("takes blocks of {0}x{0} out of {1}x{2}; a size that divides by {0} would do", block, in[1],
                          in[2]));
    }
    return builder_.space_to_depth(x, block);
  }
  return std::nullopt;
}

LayerReader::Id LayerReader::squeeze_excite(Id x, std::int64_t filters, const std::string& activation,
                                            const std::string& gate, const WeightStyle& draw) {
  WindowStyle reduce, expand;
  reduce.activation = fused_activation(activation);
  Id g = builder_.mean(x, true);
  g = activate(builder_.convolution(g, filters, reduce, draw), activation);
  g = activation_layer(builder_.convolution(g, builder_.shape(x)[3], expand, draw), gate);
  return builder_.elementwise("MUL", x, g, Activation::none);
}

LayerReader::Id LayerReader::transpose_conv(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  feature_map(at, x);
  WindowStyle style;
  style.kernel = pair_or(keys, "kernel", scope, {2, 2});
  style.stride = pair_or(keys, "stride", scope, {2, 2});
  if (const auto value = keys.find("padding")) {
    style.padding = value->choice<Padding>({{"same", Padding::same}, {"valid", Padding::valid}});
  }
  const std::int64_t filters = whole(keys.at("filters", "16"), scope, 1, kMaxChannels);
  const std::string activation = activation_of(keys, "none");
  style.activation = fused_activation(activation);
  const std::vector<std::int64_t>& in = builder_.shape(x);
  if (in[1] * style.stride.h > kMaxWindow || in[2] * style.stride.w > kMaxWindow) {
    at.fail(fmt::format("makes more than {} rows or columns; a smaller stride would do", kMaxWindow));
  }
  weights_fit(at, filters * in[3] * style.kernel.h * style.kernel.w);
  return activate(builder_.transpose_convolution(x, filters, style, weight_style(keys, scope)), activation);
}

LayerReader::Id LayerReader::split(const yaml::Value& at, yaml::Map& keys, Id x) {
  const yaml::Value into = keys.at("into", "[left, right]");
  const std::vector<yaml::Value> names = into.list();
  const auto parts = static_cast<std::int64_t>(names.size());
  const int axis = static_cast<int>(builder_.shape(x).size()) - 1;
  const std::int64_t channels = builder_.shape(x).back();
  if (parts < 2) into.fail("names fewer than two parts; two or more would do");
  if (channels % parts != 0) {
    at.fail(fmt::format("splits {} channels into {} parts; a multiple would do", channels, parts));
  }
  const std::vector<Id> made = builder_.split(x, static_cast<int>(parts), axis);
  for (std::size_t i = 0; i < made.size(); ++i) names_[names[i].text()] = made[i];
  return made.back();
}

LayerReader::Id LayerReader::inverted_residual(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  WindowStyle spatial = window_style(at, keys, x, scope, {3, 3});
  const std::int64_t filters = whole(keys.at("filters", "24"), scope, 1, kMaxChannels);
  const auto absolute = keys.find("expanded");
  const auto factor = keys.find("expansion");
  const std::int64_t expansion = factor ? whole(*factor, scope, 1, 1024) : 6;
  if (absolute && factor) at.fail("has both 'expanded' and 'expansion'; one of them would do");
  const auto squeeze = keys.find("squeeze");
  const std::int64_t squeezed = squeeze ? whole(*squeeze, scope, 1, kMaxChannels) : 0;
  const std::string gate = squeeze ? gate_function(keys) : "";
  const auto times = keys.find("repeat");
  const std::int64_t count = times ? whole(*times, scope, 1, 1000) : 1;
  const std::string activation = activation_of(keys, "relu6");
  spatial.activation = fused_activation(activation);
  WindowStyle expand, project;
  expand.activation = spatial.activation;
  const WeightStyle draw = weight_style(keys, scope);
  for (std::int64_t i = 0; i < count; ++i) {
    const Id entry = x;
    const std::int64_t channels = builder_.shape(x)[3];
    const std::int64_t wide = absolute ? whole(*absolute, scope, 1, kMaxChannels) : channels * expansion;
    if (wide > kMaxChannels) at.fail(fmt::format("expands to {} channels; up to {} would do", wide, kMaxChannels));
    weights_fit(at, wide * (channels + filters + 2 * squeezed + spatial.kernel.h * spatial.kernel.w));
    if (wide != channels) x = activate(builder_.convolution(x, wide, expand, draw), activation);
    x = builder_.depthwise(x, 1, spatial, draw);
    // MobileNetV3 gates before the activation; the order costs the same either way.
    if (squeeze) x = squeeze_excite(x, squeezed, "relu", gate, draw);
    x = builder_.convolution(activate(x, activation), filters, project, draw);
    if (builder_.shape(x) == builder_.shape(entry)) x = builder_.elementwise("ADD", entry, x, Activation::none);
    spatial.stride = {1, 1};
  }
  return x;
}

LayerReader::Id LayerReader::detect(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope) {
  const Id offsets = named(keys.at("boxes", "boxes"));
  const auto kept = keys.find("detections");
  const std::vector<std::int64_t> scores = builder_.shape(x);
  if (scores.size() != 3 || scores[0] != 1 || scores[2] < 2) {
    at.fail(fmt::format("reads scores of shape {}; 1 x anchors x classes (the first the background) would do",
                        shape_text(scores)));
  }
  const std::vector<std::int64_t> wanted = {1, scores[1], 4};
  if (builder_.shape(offsets) != wanted) {
    at.fail(
        fmt::format("reads boxes of shape {}; {} would do", shape_text(builder_.shape(offsets)), shape_text(wanted)));
  }
  const auto most = static_cast<int>(kept ? whole(*kept, scope, 1, kMaxWindow) : 10);
  return builder_.detection(offsets, x, most)[0];
}

}  // namespace presil::graph
