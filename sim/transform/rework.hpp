// What every transform ends with: numbers made consistent, and what import computes computed again.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "sim/graph/graph.hpp"

namespace presil::transform {

/// Buffers for constants with new contents: tensors that shared one still do where their new contents agree.
class Buffers {
 public:
  explicit Buffers(const graph::Graph& network);
  /// Gives `tensor` (of the network, or a copy of one of its tensors) these bytes.
  void put(graph::Tensor& tensor, std::vector<std::uint8_t> bytes);

 private:
  std::map<std::pair<std::int32_t, std::vector<std::uint8_t>>, std::int32_t> known_;
  std::int32_t next_ = 0;
};

/// Renumbers operators and buffers as a file would, forgets what was folded, and completes the network (operators on
/// constants, options, MACs, statistics of weights that have none). Throws common::Error where it does not fit
/// together.
void finish(graph::Graph& network);

/// Takes out tensors that nothing reads, writes or names as an end of the network.
void drop_unused_tensors(graph::Graph& network);

}  // namespace presil::transform
