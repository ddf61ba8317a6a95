#include "sim/graph/network_yaml.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/graph/complete.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/figures.hpp"
#include "sim/graph/layers.hpp"
#include "sim/yaml/document.hpp"
#include "sim/yaml/suggest.hpp"
#include "sim/yaml/value.hpp"

namespace presil::graph {

namespace {

constexpr double kLimit = 1e9;  // of a parameter

Scope read_parameters(yaml::Map& keys, const std::map<std::string, double>& given, const std::string& file) {
  Scope scope;
  if (const auto value = keys.find("parameters")) {
    for (const auto& [name, figure] : value->map().all()) scope[name] = real(figure, {}, -kLimit, kLimit);
  }
  for (const auto& [name, figure] : given) {
    const auto known = scope.find(name);
    if (known == scope.end()) {
      std::vector<std::string> names;
      for (const auto& [key, otherwise] : scope) names.push_back(key);
      fail(file, "",
           fmt::format("has no parameter '{}'; {}", printable(name),
                       names.empty() ? "it declares none" : yaml::suggestion(name, names)));
    }
    known->second = figure;
  }
  return scope;
}

/// The file's style, and what the caller says instead.
WeightStyle drawn(WeightStyle style, const Drawing& drawing) {
  if (drawing.seed) style.seed = static_cast<std::uint64_t>(*drawing.seed);
  style.sparsity = drawing.sparsity.value_or(style.sparsity);
  style.dead_filters = drawing.dead_filters.value_or(style.dead_filters);
  style.range = drawing.range.value_or(style.range);
  return style;
}

WeightStyle read_weights(yaml::Map& keys, const Scope& scope) {
  WeightStyle style;
  const auto value = keys.find("weights");
  if (!value) return style;
  yaml::Map map = value->map();
  if (const auto seed = map.find("seed"))
    style.seed = static_cast<std::uint64_t>(whole(*seed, scope, 0, std::int64_t{1} << 40));
  if (const auto sparsity = map.find("sparsity")) style.sparsity = real(*sparsity, scope, 0, 1);
  if (const auto dead = map.find("dead_filters")) style.dead_filters = real(*dead, scope, 0, 1);
  if (const auto range = map.find("range")) style.range = static_cast<int>(whole(*range, scope, 1, 126));
  map.finish();
  return style;
}

std::map<std::string, Block> read_blocks(yaml::Map& keys) {
  std::map<std::string, Block> blocks;
  const auto value = keys.find("blocks");
  if (!value) return blocks;
  for (const auto& [name, declared] : value->map().all()) {
    yaml::Map map = declared.map();
    Block block;
    if (const auto parameters = map.find("parameters")) {
      for (const auto& [parameter, otherwise] : parameters->map().all()) block.parameters.emplace(parameter, otherwise);
    }
    block.layers = map.at("layers", "[conv: {filters: 16}]").list();
    map.finish();
    blocks.emplace(name, std::move(block));
  }
  return blocks;
}

std::vector<std::int64_t> read_input(yaml::Map& keys, const Scope& scope) {
  const yaml::Value value = keys.at("input", "[1, 224, 224, 3]");
  const std::vector<yaml::Value> list = value.list();
  if (list.size() < 2 || list.size() > 4) {
    value.fail(
        fmt::format("has {} dimensions; [batch, height, width, channels], [batch, time, features] or [batch, inputs] "
                    "would do",
                    list.size()));
  }
  constexpr std::int64_t kMaxBatch = 1024, kMaxInputs = std::int64_t{1} << 20;
  std::vector<std::int64_t> shape;
  for (std::size_t d = 0; d < list.size(); ++d) {
    const bool pixels = list.size() == 4 && (d == 1 || d == 2);
    shape.push_back(whole(list[d], scope, 1, d == 0 ? kMaxBatch : pixels ? kMaxWindow : kMaxInputs));
  }
  std::int64_t elements = 1;
  for (const std::int64_t dimension : shape) elements *= dimension;  // at most 2^60
  if (elements > kMaxElements) value.fail(fmt::format("has {} elements; up to 2^36 would do", elements));
  return shape;
}

}  // namespace

namespace {

constexpr int kMaxBases = 8;  // descriptions of descriptions

/// The parameters a relative gives to its base: its own defaults, replaced by what the caller gave.
std::map<std::string, double> merged(yaml::Map& keys, const std::map<std::string, double>& given) {
  std::map<std::string, double> result;
  if (const auto value = keys.find("parameters")) {
    for (const auto& [name, figure] : value->map().all()) result[name] = real(figure, {}, -kLimit, kLimit);
  }
  for (const auto& [name, figure] : given) result[name] = figure;
  return result;
}

/// What a relative says of its base's layers.
using Activations = std::map<std::string, std::string>;

void read_activations(yaml::Map& keys, Activations& instead) {
  const auto value = keys.find("activations");
  if (!value) return;
  for (const auto& [function, other] : value->map().all()) {
    const std::vector<std::string>& known = activation_functions();
    if (std::find(known.begin(), known.end(), function) == known.end())
      other.fail(fmt::format("replaces '{}'; {}", printable(function), yaml::suggestion(function, known)));
    if (std::find(known.begin(), known.end(), other.text()) == known.end()) other.fail_choice(known);
    instead.emplace(function, other.text());  // what the nearest relative says, counts
  }
}

std::filesystem::path base_path(const yaml::Value& base, const std::filesystem::path& path, int depth) {
  if (depth >= kMaxBases) base.fail_found("is a base of bases, eight deep; name the last one");
  const std::filesystem::path other = path.parent_path() / (base.text() + ".yaml");
  std::error_code error;
  if (!std::filesystem::exists(other, error)) {
    base.fail_found("names no description in the same folder; the name of one, without .yaml, would do");
  }
  return other;
}

Graph read(const std::filesystem::path& path, const std::map<std::string, double>& parameters, const Drawing& drawing,
           Activations instead, int depth) {
  const yaml::Document document = yaml::read_file(path);
  yaml::Map keys = yaml::root_of_kind(document, {"network"});
  const std::string name = keys.text("name", path.stem().string());
  keys.find("source");
  keys.find("description");
  if (const auto base = keys.find("base")) {
    const auto given = merged(keys, parameters);
    read_activations(keys, instead);
    keys.finish();
    Graph graph = read(base_path(*base, path, depth), given, drawing, std::move(instead), depth + 1);
    graph.name = name;
    return graph;
  }
  const Scope scope = read_parameters(keys, parameters, path.string());
  const WeightStyle weights = drawn(read_weights(keys, scope), drawing);
  Builder builder(name);
  LayerReader layers(builder, document, weights, read_blocks(keys));
  layers.replace_activations(std::move(instead));
  const Builder::Id input = builder.input(read_input(keys, scope));
  const yaml::Value list = keys.at("layers", "[conv: {filters: 16}]");
  const auto named = keys.find("outputs");
  keys.finish();
  const Builder::Id last = layers.run(list.list(), input, scope);
  if (builder.operators() == 0) list.fail("makes no operator; there is nothing to run: write e.g. '- softmax'");
  std::vector<Builder::Id> outputs;
  if (named) {
    for (const yaml::Value& output : named->one_or_list()) outputs.push_back(layers.named(output));
  }
  if (std::find(outputs.begin(), outputs.end(), last) == outputs.end()) outputs.push_back(last);
  return builder.finish(outputs, path.string());
}

}  // namespace

Graph import_network_yaml(const std::filesystem::path& path, const std::map<std::string, double>& parameters,
                          const Drawing& drawing) {
  return read(path, parameters, drawing, {}, 0);
}

ZooEntry read_zoo_entry(const std::filesystem::path& path) {
  ZooEntry entry;
  std::filesystem::path at = path;
  for (int depth = 0;; ++depth) {  // a relative's head first, then what its bases add
    const yaml::Document document = yaml::read_file(at);
    yaml::Map keys = yaml::root_of_kind(document, {"network"});
    if (depth == 0) entry.name = path.stem().string();
    const auto fill = [&](const char* key, std::string& text) {
      const auto value = keys.find(key);
      if (value && text.empty()) text = value->text();
    };
    fill("description", entry.description);
    fill("source", entry.source);
    if (const auto value = keys.find("parameters")) {
      for (const auto& [name, figure] : value->map().all()) {
        entry.parameters.emplace(name, real(figure, {}, -kLimit, kLimit));
      }
    }
    const auto base = keys.find("base");
    if (!base) return entry;
    at = base_path(*base, at, depth);
  }
}

}  // namespace presil::graph
