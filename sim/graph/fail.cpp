#include "sim/graph/fail.hpp"

#include <fmt/format.h>

namespace presil::graph {

void fail(const std::string& file, const std::string& place, const std::string& what) {
  if (place.empty()) throw common::Error(file + ": " + what);
  throw common::Error(file + ": " + place + ": " + what);
}

std::string place(const Operator& op) {
  return fmt::format("operator {} ({})", op.index, printable(op.name));
}

std::string place(const Graph& graph, std::int32_t tensor) {
  return fmt::format("tensor {} ('{}')", tensor, printable(graph.tensors[static_cast<std::size_t>(tensor)].name));
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  return shape.empty() ? "scalar" : fmt::format("{}", fmt::join(shape, "x"));
}

std::string printable(const std::string& text) {
  std::string out = text.substr(0, 80);
  for (char& c : out) {
    if (c < ' ' || c > '~') c = '?';
  }
  return out;
}

}  // namespace presil::graph
