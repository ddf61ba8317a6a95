#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "models/common/error.hpp"
#include "sim/cli/inspect.hpp"
#include "sim/cli/live_set.hpp"
#include "sim/cli/places.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/report/text.hpp"

namespace presil::cli {
namespace {

using graph::Graph;
using graph::Operator;
using graph::Tensor;
using report::Style;

std::string kib(std::int64_t bytes) {
  return bytes == 0 ? "" : fmt::format("{:.1f}", static_cast<double>(bytes) / 1024);
}

std::string tensor_text(const Tensor& tensor) {
  return fmt::format("{} {}", report::shape(tensor.shape.data(), tensor.shape.size()), graph::name(tensor.type));
}

/// Of the first output, the type; where the main input's differs, both.
std::string types_of(const Graph& graph, const Operator& op) {
  const auto type = [&](std::int32_t tensor) { return std::string(graph::name(graph.tensors[tensor].type)); };
  const std::string out = op.outputs.empty() ? "" : type(op.outputs[0]);
  const std::string in = op.inputs.empty() || op.inputs[0] < 0 ? out : type(op.inputs[0]);
  return in == out ? out : in + " to " + out;
}

std::int64_t constant_bytes(const Graph& graph, const Operator& op) {
  std::int64_t sum = 0;
  for (std::int32_t tensor : op.inputs)
    if (tensor >= 0 && graph.tensors[tensor].constant) sum += graph.tensors[tensor].bytes();
  return sum;
}

std::string list(const Graph& graph, const std::vector<std::int32_t>& tensors) {
  std::string text;
  for (std::int32_t tensor : tensors) {
    if (!text.empty()) text += ", ";
    text += fmt::format("{} ({})", report::shorten(report::printable(graph.tensors[tensor].name), 40),
                        tensor_text(graph.tensors[tensor]));
  }
  return text;
}

std::string operator_table(const Graph& graph, const Surroundings& around) {
  report::Grid grid(around.width, {{"#", true, 0, 0},
                                   {"operator", false, 12, 0},
                                   {"class", false, 10, 2},
                                   {"output", false, 8, 0},
                                   {"type", false, 8, 3},
                                   {"MACs", true, 0, 0},
                                   {"const KiB", true, 0, 0},
                                   {"", false, 0, 4},
                                   {"name", false, 10, 1}});
  for (const Operator& op : graph.operators) {
    const Tensor* output = op.outputs.empty() ? nullptr : &graph.tensors[op.outputs[0]];
    const char* remark = op.folded                                ? "folded"
                         : op.op_class == graph::OpClass::reshape ? "alias"
                         : op.custom                              ? "custom"
                                                                  : "";
    const Style style = op.folded ? Style::dim : Style::plain;
    grid.add({{std::to_string(op.index), style},
              {report::printable(op.name), style},
              {common::name(op.op_class), style},
              {output ? report::shape(output->shape.data(), output->shape.size()) : "", style},
              {types_of(graph, op), style},
              {op.macs > 0 ? report::grouped(op.macs) : "", style},
              {kib(constant_bytes(graph, op)), style},
              {remark, Style::dim},
              {output ? report::printable(output->name) : "", Style::dim}});
  }
  return grid.draw(report::Paint(around.color));
}

/// Counts over all weights that were analysed: zeros, dead filters, entropy weighted by elements.
std::string weight_text(const Graph& graph) {
  graph::WeightStatistics all;
  double bits = 0;
  std::vector<std::int32_t> seen;  // buffers shared by tensors count once
  for (const Tensor& tensor : graph.tensors) {
    if (!tensor.statistics) continue;
    if (tensor.buffer >= 0) {
      if (std::find(seen.begin(), seen.end(), tensor.buffer) != seen.end()) continue;
      seen.push_back(tensor.buffer);
    }
    all.elements += tensor.statistics->elements;
    all.zeros += tensor.statistics->zeros;
    all.dead_filters += tensor.statistics->dead_filters;
    all.filters += tensor.statistics->filters;
    bits += tensor.statistics->entropy_bits * static_cast<double>(tensor.statistics->elements);
  }
  if (all.elements == 0) return "none";
  return fmt::format("{} weights, {} of them zero, {} of {} filters dead, {:.2f} bits of entropy a weight",
                     report::grouped(all.elements), report::percent(static_cast<double>(all.zeros) / all.elements),
                     report::grouped(all.dead_filters), report::grouped(all.filters), bits / all.elements);
}

std::string type_text(const Graph& graph) {
  std::map<graph::Type, int> counts;
  for (const Tensor& tensor : graph.tensors)
    if (!tensor.constant) ++counts[tensor.type];
  std::string text;
  for (const auto& [type, count] : counts)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, graph::name(type));
  return text;
}

std::string class_text(const Graph& graph) {
  std::map<std::string, int> counts;
  for (const Operator& op : graph.operators) ++counts[report::printable(op.name)];
  std::vector<std::pair<std::string, int>> sorted(counts.begin(), counts.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  std::string text;
  for (const auto& [name, count] : sorted) text += fmt::format("{}{} {}", text.empty() ? "" : ", ", count, name);
  return text;
}

}  // namespace

std::string inspect_network(const Graph& graph, const Surroundings& around) {
  const report::Paint paint(around.color);
  std::string text = paint(Style::bold, report::shorten(report::printable(graph.name), around.width)) + "\n";
  const auto line = [&](const char* what, const std::string& value) {
    constexpr int indent = 15;  // continuation lines stand under the value
    text += "  " + report::pad_right(what, indent - 2);
    for (char c : report::wrap(value, around.width - indent, 0)) {
      text += c;
      if (c == '\n') text.append(indent, ' ');
    }
    text += "\n";
  };
  const LiveSet live = largest_live_set(graph);
  line("inputs", list(graph, graph.inputs));
  line("outputs", list(graph, graph.outputs));
  line("operators", fmt::format("{}: {}", graph.operators.size(), class_text(graph)));
  line("MACs", fmt::format("{} in convolutions and fully connected layers", report::grouped(graph.macs())));
  line("weights", fmt::format("{} KiB; {}", kib(graph.weight_bytes()), weight_text(graph)));
  line("tensors", type_text(graph));
  if (live.op >= 0) {
    std::vector<std::int32_t> most(live.tensors.begin(),
                                   live.tensors.begin() + std::min<std::size_t>(4, live.tensors.size()));
    line(
        "largest set",
        fmt::format("{} of activations alive at #{} {}: {}{}", report::bytes(live.bytes),
                    graph.operators[live.op].index, report::printable(graph.operators[live.op].name), list(graph, most),
                    live.tensors.size() > 4 ? fmt::format(" and {} more", live.tensors.size() - 4) : ""));
  }
  return text + "\n" + operator_table(graph, around);
}

namespace {

/// "alpha, classes, resolution": what a description takes.
std::string parameters(const std::filesystem::path& file) {
  std::string text;
  for (const auto& [name, value] : graph::read_zoo_entry(file).parameters) text += (text.empty() ? "" : ", ") + name;
  return text;
}

}  // namespace

std::string inspect_zoo(const std::filesystem::path& dir, const Surroundings& around) {
  const std::vector<std::string> names = shipped(dir);
  if (names.empty())
    throw common::Error(
        fmt::format("{}: no networks there; set PRESIL_HOME to the folder that holds traces/networks/", dir.string()));
  report::Grid grid(around.width, {{"network", false, 12, 0},
                                   {"input", false, 8, 0},
                                   {"operators", true, 0, 0},
                                   {"M MACs", true, 0, 0},
                                   {"weights KiB", true, 0, 0},
                                   {"largest live set KiB", true, 0, 2},
                                   {"parameters", false, 12, 1}});
  for (const std::string& name : names) {
    const Graph graph = graph::load_network(name, dir);
    grid.add({{name},
              {graph.inputs.empty() ? "" : tensor_text(graph.tensors[graph.inputs[0]])},
              {std::to_string(graph.operators.size())},
              {fmt::format("{:.2f}", static_cast<double>(graph.macs()) / 1e6)},
              {kib(graph.weight_bytes())},
              {kib(largest_live_set(graph).bytes)},
              {parameters(dir / (name + ".yaml")), Style::dim}});
  }
  return grid.draw(report::Paint(around.color)) +
         "\n  Parameters may follow the name: presil run 'mobilenet_v2(alpha=0.5, resolution=128)' --hw edge-npu\n";
}

}  // namespace presil::cli
