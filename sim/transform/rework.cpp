#include "sim/transform/rework.hpp"

#include <algorithm>

#include "sim/graph/complete.hpp"

namespace presil::transform {

Buffers::Buffers(const graph::Graph& network) {
  for (const graph::Tensor& tensor : network.tensors) next_ = std::max(next_, tensor.buffer + 1);
}

void Buffers::put(graph::Tensor& tensor, std::vector<std::uint8_t> bytes) {
  const auto [found, is_new] = known_.try_emplace({tensor.buffer, bytes}, next_);
  next_ += is_new;
  tensor.buffer = found->second;
  tensor.data = std::move(bytes);
}

void finish(graph::Graph& network) {
  for (graph::Tensor& tensor : network.tensors) {
    if (!tensor.folded) continue;
    tensor.constant = tensor.folded = false;
    tensor.data.clear();
    tensor.statistics.reset();
  }
  // Who edits may have given one number to two contents: those are two buffers.
  std::map<std::int32_t, std::vector<std::size_t>> known;  // by old number: the first tensor of each content
  std::int32_t next = 0;
  for (std::size_t t = 0; t < network.tensors.size(); ++t) {
    graph::Tensor& tensor = network.tensors[t];
    if (tensor.buffer < 0) continue;
    std::vector<std::size_t>& same = known[tensor.buffer];
    const auto twin = std::find_if(same.begin(), same.end(),
                                   [&](std::size_t other) { return network.tensors[other].data == tensor.data; });
    if (twin != same.end()) {
      tensor.buffer = network.tensors[*twin].buffer;
    } else {
      same.push_back(t);
      tensor.buffer = next++;
    }
  }
  std::int32_t index = 0;
  for (graph::Operator& op : network.operators) {
    op.index = index++;
    op.folded = false;
  }
  graph::complete(network, network.name);
}

void drop_unused_tensors(graph::Graph& network) {
  std::vector<std::int32_t> number(network.tensors.size(), -1);
  const auto each_list = [&](const auto& visit) {
    visit(network.inputs);
    visit(network.outputs);
    for (graph::Operator& op : network.operators) {
      visit(op.inputs);
      visit(op.outputs);
      visit(op.intermediates);
    }
  };
  each_list([&](const std::vector<std::int32_t>& list) {
    for (const std::int32_t t : list) {
      if (t >= 0) number[static_cast<std::size_t>(t)] = 0;
    }
  });
  std::int32_t next = 0;
  for (std::size_t t = 0; t < number.size(); ++t) {
    if (number[t] < 0) continue;
    number[t] = next;
    if (next != static_cast<std::int32_t>(t))
      network.tensors[static_cast<std::size_t>(next)] = std::move(network.tensors[t]);
    ++next;
  }
  network.tensors.resize(static_cast<std::size_t>(next));
  each_list([&](std::vector<std::int32_t>& list) {
    for (std::int32_t& t : list) {
      if (t >= 0) t = number[static_cast<std::size_t>(t)];
    }
  });
}

}  // namespace presil::transform
