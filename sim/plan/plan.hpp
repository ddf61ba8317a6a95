// Plans a network on a chip: which unit runs what, in which tiles and order, where every tensor lies; returns a
// schedule.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "sim/graph/graph.hpp"
#include "sim/hw/hardware.hpp"
#include "traces/schedule.hpp"

namespace presil::plan {

struct Options {
  /// Glob pattern on an operator's name, builtin name or class -> unit that shall run it ("softmax*" -> "cpu").
  std::vector<std::pair<std::string, std::string>> place;
  /// Prepend the loading of constants from `placement.load_from` (or of resident weights from their home).
  bool cold = false;
};

/// Throws common::Error when the network cannot run: an operator that no unit takes, or tensors that do not fit any
/// memory (says by how much, and which).
traces::Schedule plan(const graph::Graph& graph, const hw::Hardware& hardware, const Options& options = {});

}  // namespace presil::plan
