#include "sim/transform/variant.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "models/common/error.hpp"
#include "sim/graph/fail.hpp"
#include "sim/transform/resize.hpp"

namespace presil::transform {
namespace {

/// "depthwise=8": pattern and width; without '=' the width of everything.
std::pair<std::string, Width> rule(const std::string& text, const std::string& what) {
  const std::size_t at = text.rfind('=');
  if (at == std::string::npos) return {"*", width(text, what)};
  if (at == 0)
    throw common::Error(fmt::format("{} {}: write PATTERN=N, 'depthwise=8' say", what, graph::printable(text)));
  return {text.substr(0, at), width(text.substr(at + 1), what)};
}

}  // namespace

InputSize input_size(const std::string& text, const std::string& what) {
  InputSize size;
  int end = 0;
  if (std::sscanf(text.c_str(), "%dx%d%n", &size.height, &size.width, &end) != 2 ||
      end != static_cast<int>(text.size()))
    throw common::Error(fmt::format("{} {}: write HEIGHTxWIDTH, '320x320' say", what, graph::printable(text)));
  return size;
}

Replacement replacement(const std::string& text, const std::string& what) {
  const std::size_t at = text.find(':');
  Replacement found{text.substr(0, at), at == std::string::npos ? "*" : text.substr(at + 1)};
  std::vector<std::string> names;
  for (const SubstitutionInfo& info : substitutions()) names.emplace_back(info.name);
  if (std::find(names.begin(), names.end(), found.name) == names.end() || found.pattern.empty())
    throw common::Error(fmt::format("{} {}: write NAME or NAME:PATTERN; names: {}", what, graph::printable(text),
                                    fmt::join(names, ", ")));
  return found;
}

BitRule weight_rule(const std::string& text, const std::string& what) {
  const auto [pattern, bits] = rule(text, what);
  return {pattern, bits, std::nullopt};
}

BitRule activation_rule(const std::string& text, const std::string& what) {
  const auto [pattern, bits] = rule(text, what);
  return {pattern, std::nullopt, bits};
}

graph::Graph vary(const graph::Graph& network, const Variant& variant, std::vector<Done>* done) {
  graph::Graph graph =
      variant.input_size ? resize(network, variant.input_size->height, variant.input_size->width) : network;
  for (const Replacement& r : variant.replacements) {
    Substitution result = substitute(graph, r.name, r.pattern);
    if (result.changed.empty())
      throw common::Error(fmt::format("{}: '{}' applies to no operator that '{}' means; `presil inspect` lists them",
                                      network.name, r.name, graph::printable(r.pattern)));
    graph = std::move(result.network);
    result.network = {};
    if (done) done->push_back({r, std::move(result)});
  }
  return variant.bits.empty() ? graph : with_bits(graph, variant.bits);
}

}  // namespace presil::transform
