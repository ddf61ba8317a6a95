// The one-line errors of the network readers: file, place, what was found and what would do.
#pragma once

#include <string>

#include "models/common/error.hpp"
#include "sim/graph/graph.hpp"

namespace presil::graph {

/// Throws common::Error with "file: place: what".
[[noreturn]] void fail(const std::string& file, const std::string& place, const std::string& what);

std::string place(const Operator& op);                           // operator 12 (CONV_2D)
std::string place(const Graph& graph, std::int32_t tensor);      // tensor 4 ('conv/weights')
std::string shape_text(const std::vector<std::int64_t>& shape);  // 1x224x224x3

/// Text from a file as it may stand in a message: printable, at most 80 characters.
std::string printable(const std::string& text);

}  // namespace presil::graph
