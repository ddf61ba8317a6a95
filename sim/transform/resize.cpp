#include "sim/transform/resize.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <map>

#include "sim/graph/constants.hpp"
#include "sim/graph/fail.hpp"
#include "sim/transform/follow.hpp"
#include "sim/transform/rework.hpp"

namespace presil::transform {

using graph::Graph;
using graph::Operator;
using graph::Tensor;

namespace {

std::vector<std::uint8_t> bytes_of(const std::vector<std::int64_t>& values, graph::Type type) {
  const std::size_t width = type == graph::Type::int64 ? 8 : 4;  // little-endian: the low bytes come first
  std::vector<std::uint8_t> bytes(values.size() * width);
  for (std::size_t i = 0; i < values.size(); ++i) std::memcpy(&bytes[i * width], &values[i], width);
  return bytes;
}

/// Gives constants their new values; one that others use with the old values is copied for those that need new ones.
class Rewriter {
 public:
  Rewriter(const Graph& was, Graph& now, Buffers& buffers) : was_(was), now_(now), buffers_(buffers) {
    producer_.assign(was.tensors.size(), -1);
    users_.assign(was.tensors.size(), 0);
    for (const Operator& op : was.operators) {
      for (const std::int32_t t : op.outputs) {
        if (t >= 0) producer_[static_cast<std::size_t>(t)] = op.index;
      }
      for (const std::int32_t t : op.inputs) {
        if (t >= 0) ++users_[static_cast<std::size_t>(t)];
      }
    }
  }

  void add(const Demand& demand) {
    const Operator& op = was_.operators[demand.op];
    if (demand.position >= op.inputs.size() || op.inputs[demand.position] < 0) return;
    const std::int32_t t = op.inputs[demand.position];
    const std::int32_t producer = producer_[static_cast<std::size_t>(t)];
    const Tensor& tensor = was_.tensors[static_cast<std::size_t>(t)];
    if (producer >= 0) {  // a shape put together of numbers: those may have to change
      const Operator& maker = was_.operators[static_cast<std::size_t>(producer)];
      if (maker.name != "PACK" || maker.inputs.size() != demand.values.size()) return;
      for (std::size_t i = 0; i < maker.inputs.size(); ++i) {
        if (producer_[static_cast<std::size_t>(maker.inputs[i])] < 0) {
          add({static_cast<std::size_t>(producer), i, {demand.values[i]}});
        }
      }
      return;
    }
    if (!tensor.constant || !graph::integers(tensor) || graph::integers(tensor)->size() != demand.values.size()) return;
    // The same tensor may be asked for twice by one operator (the parts of a PACK): the last word counts once.
    places_[t][demand.values].push_back({demand.op, demand.position});
  }

  void write() {
    for (auto& [t, wishes] : places_) {
      const auto was = *graph::integers(was_.tensors[static_cast<std::size_t>(t)]);
      std::size_t asked = 0;
      for (auto& [values, places] : wishes) {
        std::sort(places.begin(), places.end());
        places.erase(std::unique(places.begin(), places.end()), places.end());
        asked += places.size();
      }
      for (const auto& [values, places] : wishes) {
        if (values == was) continue;
        const bool alone = wishes.size() == 1 && asked == users_[static_cast<std::size_t>(t)];
        const std::int32_t target = alone ? t : copy(t);
        Tensor& tensor = now_.tensors[static_cast<std::size_t>(target)];
        buffers_.put(tensor, bytes_of(values, tensor.type));
        for (const auto& [op, position] : places) now_.operators[op].inputs[position] = target;
      }
    }
  }

 private:
  std::int32_t copy(std::int32_t t) {
    Tensor tensor = now_.tensors[static_cast<std::size_t>(t)];
    tensor.name += fmt::format("_resized_{}", now_.tensors.size());
    now_.tensors.push_back(std::move(tensor));
    return static_cast<std::int32_t>(now_.tensors.size()) - 1;
  }

  using Places = std::vector<std::pair<std::size_t, std::size_t>>;  // operator, position of the input
  const Graph& was_;
  Graph& now_;
  Buffers& buffers_;
  std::vector<std::int32_t> producer_;
  std::vector<std::size_t> users_;
  std::map<std::int32_t, std::map<std::vector<std::int64_t>, Places>> places_;
};

/// Every element takes the value of the nearest one before: element i of n becomes element floor(i * was / n).
std::vector<std::uint8_t> sample(const Tensor& was, const Tensor& now) {
  const auto width = static_cast<std::size_t>(graph::bits(was.type) / 8);
  std::vector<std::uint8_t> data(static_cast<std::size_t>(now.bytes()));
  std::vector<std::int64_t> at(now.shape.size(), 0);
  for (std::size_t to = 0; to < data.size(); to += width) {
    std::int64_t from = 0;
    for (std::size_t d = 0; d < at.size(); ++d) from = from * was.shape[d] + at[d] * was.shape[d] / now.shape[d];
    std::memcpy(&data[to], &was.data[static_cast<std::size_t>(from) * width], width);
    for (std::size_t d = at.size(); d-- > 0;) {
      if (++at[d] < now.shape[d]) break;
      at[d] = 0;
    }
  }
  return data;
}

}  // namespace

Graph resize(const Graph& network, int height, int width) {
  if (height < 1 || width < 1) {
    graph::fail(network.name, "input size", fmt::format("{}x{} is no picture; 1x1 or more would do", height, width));
  }
  constexpr int kMaxSide = 32767;
  if (height > kMaxSide || width > kMaxSide) {
    graph::fail(network.name, "input size",
                fmt::format("{}x{} is too large; up to {} a side would do", height, width, kMaxSide));
  }
  Graph now = network;
  Follow follow(network, now);
  const Tensor* first = nullptr;
  for (const std::int32_t t : network.inputs) {
    const Tensor& tensor = network.tensors[static_cast<std::size_t>(t)];
    if (tensor.shape.size() != 4) continue;
    if (first && (tensor.shape[1] != first->shape[1] || tensor.shape[2] != first->shape[2])) {
      graph::fail(network.name, graph::place(network, t),
                  fmt::format("is a picture of {}x{} beside one of {}x{}; inputs of one size would do", tensor.shape[1],
                              tensor.shape[2], first->shape[1], first->shape[2]));
    }
    first = &tensor;
    follow.resize_input(t, height, width);
  }
  if (!first) {
    graph::fail(
        network.name, "",
        network.inputs.empty()
            ? "has no input to resize"
            : fmt::format("its input has shape {}, which has no height and width to change; only "
                          "batch x height x width x channels has",
                          graph::shape_text(network.tensors[static_cast<std::size_t>(network.inputs[0])].shape)));
  }
  if (first->shape[1] == height && first->shape[2] == width) return network;
  follow.run();
  Buffers buffers(network);
  Rewriter rewriter(network, now, buffers);
  for (const Demand& demand : follow.demands()) rewriter.add(demand);
  rewriter.write();
  for (const auto& [t, shape] : follow.resampled()) {
    Tensor& tensor = now.tensors[static_cast<std::size_t>(t)];
    buffers.put(tensor, sample(network.tensors[static_cast<std::size_t>(t)], tensor));
    tensor.statistics.reset();
  }
  finish(now);
  return now;
}

}  // namespace presil::transform
