// Turns the layers of a network description into operators, checking shapes where the description can be blamed.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sim/graph/builder.hpp"
#include "sim/graph/expression.hpp"
#include "sim/yaml/value.hpp"

namespace presil::graph {

/// A block the description declares: parameters with defaults, and layers.
struct Block {
  std::map<std::string, yaml::Value> parameters;
  std::vector<yaml::Value> layers;
};

/// Walks layer lists; `current` is the tensor the next layer reads. Throws common::Error with the layer's place.
class LayerReader {
 public:
  using Id = Builder::Id;

  LayerReader(Builder& builder, const yaml::Document& document, WeightStyle weights,
              std::map<std::string, Block> blocks)
      : builder_(builder), document_(document), weights_(weights), blocks_(std::move(blocks)) {}

  /// Functions that stand in the place of others wherever a layer has an activation: a relative's `activations:`.
  void replace_activations(std::map<std::string, std::string> instead) { instead_ = std::move(instead); }

  Id run(const std::vector<yaml::Value>& layers, Id current, const Scope& scope);
  /// The result of the layer that was given this name; throws at `name` when there is none.
  Id named(const yaml::Value& name) const;

 private:
  Id layer(const yaml::Value& item, Id current, const Scope& scope);
  Id apply(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id convolution(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id depthwise(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id inverted_residual(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id dense(yaml::Map& keys, Id x, const Scope& scope);
  Id pool(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id elementwise(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x);
  Id concat(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id pad(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id resize(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id repeat(yaml::Map& keys, Id x, const Scope& scope);
  Id branches(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);

  // Layers on maps (layers_maps.cpp) and on sequences (layers_sequence.cpp).
  std::optional<Id> map_layer(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x,
                              const Scope& scope);
  Id squeeze_excite(Id x, std::int64_t filters, const std::string& activation, const std::string& gate,
                    const WeightStyle& draw);
  Id transpose_conv(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id split(const yaml::Value& at, yaml::Map& keys, Id x);
  Id detect(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  std::optional<Id> sequence_layer(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x,
                                   const Scope& scope);
  Id linear(yaml::Map& keys, Id x, const Scope& scope);
  Id layer_norm(Id x, const WeightStyle& draw);
  Id attention(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id recurrence(const std::string& type, const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id take(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id reshape(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  Id transpose(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);
  void sequence(const yaml::Value& at, Id x) const;
  Id block(const Block& block, const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope);

  Id join(const yaml::Value& at, const std::string& operation, Id a, Id b, Activation activation);
  Id join_along(const yaml::Value& at, const std::vector<Id>& parts, int axis);
  Id activate(Id x, const std::string& function);  // hard_swish and the like, after the layer; nothing for fused ones
  Id activation_layer(Id x, const std::string& function);  // as operators of their own, softmax included
  std::string activation_of(yaml::Map& keys, const std::string& otherwise, bool fused_only = false) const;
  WindowStyle window_style(const yaml::Value& at, yaml::Map& keys, Id x, const Scope& scope, Pair kernel);
  WeightStyle weight_style(yaml::Map& keys, const Scope& scope);
  void feature_map(const yaml::Value& at, Id x) const;
  void window_fits(const yaml::Value& at, Id x, const WindowStyle& style) const;
  void weights_fit(const yaml::Value& at, std::int64_t elements);

  void check_type(const yaml::Value& item, const std::string& type) const;
  void check_size(const yaml::Value& at, Id x) const;

  Builder& builder_;
  const yaml::Document& document_;
  WeightStyle weights_;
  std::map<std::string, Block> blocks_;
  std::map<std::string, Id> names_;
  std::map<std::string, std::string> instead_;
  std::int64_t visited_ = 0, drawn_ = 0;
  int depth_ = 0;
};

}  // namespace presil::graph
