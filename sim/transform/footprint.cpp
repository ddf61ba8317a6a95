#include "sim/transform/footprint.hpp"

#include <algorithm>
#include <vector>

namespace presil::transform {

Footprint footprint(const graph::Graph& network) {
  Footprint result;
  result.weight_bytes = network.weight_bytes();
  const std::size_t count = network.tensors.size();
  std::vector<std::int32_t> owner(count), first(count, -1),
      last(count, -1);  // operators between which bytes are needed
  for (std::size_t t = 0; t < count; ++t) owner[t] = static_cast<std::int32_t>(t);
  const auto touch = [&](std::int32_t t, std::int32_t when) {
    if (t < 0 || network.tensors[static_cast<std::size_t>(t)].constant) return;
    const auto at = static_cast<std::size_t>(owner[static_cast<std::size_t>(t)]);
    if (first[at] < 0) first[at] = when;
    last[at] = std::max(last[at], when);
  };
  for (const std::int32_t t : network.inputs) touch(t, 0);
  for (const graph::Operator& op : network.operators) {
    if (op.folded) continue;
    ++result.operators;
    result.macs += op.macs;
    if (op.op_class == graph::OpClass::reshape && !op.inputs.empty() && op.inputs[0] >= 0 && !op.outputs.empty()) {
      owner[static_cast<std::size_t>(op.outputs[0])] = owner[static_cast<std::size_t>(op.inputs[0])];
    }
    for (const std::int32_t t : op.inputs) touch(t, op.index);
    for (const std::int32_t t : op.outputs) touch(t, op.index);
  }
  const auto end = static_cast<std::int32_t>(network.operators.size());
  for (const std::int32_t t : network.outputs) touch(t, end);
  std::vector<std::int64_t> change(static_cast<std::size_t>(end) + 2, 0);
  for (std::size_t t = 0; t < count; ++t) {
    if (first[t] < 0) continue;
    change[static_cast<std::size_t>(first[t])] += network.tensors[t].bytes();
    change[static_cast<std::size_t>(last[t]) + 1] -= network.tensors[t].bytes();
  }
  std::int64_t live = 0;
  for (const std::int64_t step : change) {
    live += step;
    result.peak_activation_bytes = std::max(result.peak_activation_bytes, live);
  }
  return result;
}

}  // namespace presil::transform
