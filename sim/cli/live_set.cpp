#include "sim/cli/live_set.hpp"

#include <algorithm>
#include <numeric>

namespace presil::cli {
namespace {

struct Life {
  std::int32_t first = -1, last = -1;  // positions of operators, both included; -1: never alive
};

}  // namespace

LiveSet largest_live_set(const graph::Graph& graph) {
  const auto count = static_cast<std::int32_t>(graph.operators.size());
  std::vector<std::int32_t> root(graph.tensors.size());  // the tensor whose bytes a tensor shares
  std::iota(root.begin(), root.end(), 0);
  std::vector<Life> lives(graph.tensors.size());

  const auto touch = [&](std::int32_t tensor, std::int32_t at) {
    if (tensor < 0 || graph.tensors[tensor].constant) return;
    Life& life = lives[root[tensor]];
    if (life.first < 0) life.first = at;
    life.last = std::max(life.last, at);
  };
  for (std::int32_t tensor : graph.inputs) touch(tensor, 0);
  for (std::int32_t at = 0; at < count; ++at) {
    const graph::Operator& op = graph.operators[at];
    if (op.folded) continue;
    if (op.op_class == graph::OpClass::reshape && !op.inputs.empty() && op.inputs[0] >= 0 && !op.outputs.empty() &&
        !graph.tensors[op.inputs[0]].constant)
      root[op.outputs[0]] = root[op.inputs[0]];
    for (std::int32_t tensor : op.inputs) touch(tensor, at);
    for (std::int32_t tensor : op.outputs) touch(tensor, at);
  }
  for (std::int32_t tensor : graph.outputs) touch(tensor, count - 1);
  for (std::size_t t = 0; t < graph.tensors.size(); ++t)
    if (graph.tensors[t].variable) lives[t] = {0, count - 1};

  // Sweep: what begins at an operator is alive during it, what ends at it is gone after it.
  std::vector<std::int64_t> change(static_cast<std::size_t>(count) + 1, 0);
  for (std::size_t t = 0; t < lives.size(); ++t) {
    if (lives[t].first < 0) continue;
    change[lives[t].first] += graph.tensors[t].bytes();
    change[lives[t].last + 1] -= graph.tensors[t].bytes();
  }
  LiveSet found;
  std::int64_t now = 0;
  for (std::int32_t at = 0; at < count; ++at) {
    now += change[at];
    if (found.op < 0 || now > found.bytes) found.bytes = now, found.op = at;
  }
  for (std::size_t t = 0; t < lives.size(); ++t)
    if (lives[t].first >= 0 && lives[t].first <= found.op && lives[t].last >= found.op)
      found.tensors.push_back(static_cast<std::int32_t>(t));
  std::stable_sort(found.tensors.begin(), found.tensors.end(),
                   [&](std::int32_t a, std::int32_t b) { return graph.tensors[a].bytes() > graph.tensors[b].bytes(); });
  return found;
}

}  // namespace presil::cli
