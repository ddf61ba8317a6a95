#include "sim/transform/dead_filters.hpp"

#include <algorithm>

#include "sim/graph/fail.hpp"
#include "sim/graph/glob.hpp"
#include "sim/transform/rework.hpp"
#include "sim/transform/roles.hpp"

namespace presil::transform {

using graph::Graph;
using graph::OpClass;
using graph::Operator;
using graph::Tensor;

namespace {

class Pruner {
 public:
  Pruner(const Graph& network, const std::string& pattern) : now_(network), pattern_(pattern), buffers_(network) {
    readers_.resize(network.tensors.size());
    for (const Operator& op : network.operators) {
      for (const std::int32_t t : op.inputs) {
        if (t >= 0) readers_[index(t)].push_back(op.index);
      }
    }
    for (const std::int32_t t : network.outputs) readers_[index(t)].push_back(-1);
  }

  Graph run(std::vector<std::string>& changed) {
    for (std::size_t i = 0; i < now_.operators.size(); ++i) {
      const Operator& op = now_.operators[i];
      if ((op.op_class == OpClass::convolution || op.op_class == OpClass::pointwise) && !op.folded &&
          means(pattern_, now_, op) && prune(op)) {
        changed.push_back(graph::place(op));
      }
    }
    if (!changed.empty()) finish(now_);
    return std::move(now_);
  }

 private:
  static std::size_t index(std::int32_t t) { return static_cast<std::size_t>(t); }
  Tensor& tensor(std::int32_t t) { return now_.tensors[index(t)]; }

  /// Weights that only this operator reads, whose elements are whole bytes.
  bool own(const Operator& op, std::size_t i) {
    if (i >= op.inputs.size() || op.inputs[i] < 0) return false;
    const Tensor& t = tensor(op.inputs[i]);
    return t.constant && !t.folded && !t.sparse && graph::bits(t.type) % 8 == 0 &&
           readers_[index(op.inputs[i])].size() == 1;
  }

  /// The elements of each filter that are not its zero point.
  std::vector<std::size_t> alive(const Tensor& weights) const {
    const std::size_t filters = static_cast<std::size_t>(weights.shape[0]), size = weights.data.size() / filters;
    const auto width = static_cast<std::size_t>(graph::bits(weights.type) / 8);
    std::vector<std::size_t> kept;
    for (std::size_t f = 0; f < filters; ++f) {
      const auto& points = weights.quantization.zero_point;
      const std::int64_t zero = points.empty() ? 0 : points[points.size() == filters ? f : 0];
      bool dead = true;
      for (std::size_t b = 0; b < size && dead; ++b) {
        const auto want = static_cast<std::uint8_t>(zero >> (b % width * 8));
        dead = weights.data[f * size + b] == want;
      }
      if (!dead) kept.push_back(f);
    }
    if (kept.empty()) kept.push_back(0);  // a layer needs a channel
    return kept;
  }

  /// Keeps the given slices along `axis`.
  void take(std::int32_t t, std::size_t axis, const std::vector<std::size_t>& kept) {
    Tensor& target = tensor(t);
    std::size_t outer = 1, inner = static_cast<std::size_t>(graph::bits(target.type) / 8);
    for (std::size_t d = 0; d < target.shape.size(); ++d) {
      if (d < axis) outer *= static_cast<std::size_t>(target.shape[d]);
      if (d > axis) inner *= static_cast<std::size_t>(target.shape[d]);
    }
    const auto count = static_cast<std::size_t>(target.shape[axis]);
    std::vector<std::uint8_t> data;
    for (std::size_t o = 0; o < outer; ++o) {
      for (const std::size_t k : kept) {
        const auto from = target.data.begin() + static_cast<std::ptrdiff_t>((o * count + k) * inner);
        data.insert(data.end(), from, from + static_cast<std::ptrdiff_t>(inner));
      }
    }
    graph::Quantization& q = target.quantization;
    if (q.per_channel() && q.dimension == static_cast<int>(axis)) {
      graph::Quantization less = q;
      less.scale.clear();
      less.zero_point.clear();
      for (const std::size_t k : kept) {
        less.scale.push_back(q.scale[k]);
        less.zero_point.push_back(q.zero_point[k]);
      }
      q = less;
    }
    target.shape[axis] = static_cast<std::int64_t>(kept.size());
    target.statistics.reset();
    buffers_.put(target, std::move(data));
  }

  bool passes(const Operator& op, std::int32_t channels) {
    switch (op.op_class) {
      case OpClass::depthwise:
        return op.options.depth_multiplier == 1 && own(op, 1) &&
               (op.inputs.size() < 3 || op.inputs[2] < 0 || own(op, 2));
      case OpClass::average_pool:
      case OpClass::max_pool:
      case OpClass::relu:
      case OpClass::leaky_relu:
      case OpClass::logistic:
      case OpClass::tanh:
      case OpClass::hard_swish:
      case OpClass::quantize:
        return true;
      case OpClass::pad:
        return tensor(op.outputs[0]).shape.back() == channels;
      case OpClass::mean:
        return op.name == "MEAN" && tensor(op.inputs[0]).shape.size() == 4 &&
               tensor(op.outputs[0]).shape.back() == channels;
      default:
        return false;
    }
  }

  bool prune(const Operator& op) {
    if (!own(op, 1) || (op.inputs.size() > 2 && op.inputs[2] >= 0 && !own(op, 2))) return false;
    const std::vector<std::size_t> kept = alive(tensor(op.inputs[1]));
    const std::int64_t channels = tensor(op.outputs[0]).shape[3];
    if (static_cast<std::int64_t>(kept.size()) == channels) return false;
    std::vector<const Operator*> way;  // from this operator to the one that mixes the channels
    const Operator* at = &op;
    for (;;) {
      const auto& readers = readers_[index(at->outputs[0])];
      if (readers.size() != 1 || readers[0] < 0) return false;
      at = &now_.operators[index(readers[0])];
      if (at->folded || at->inputs[0] < 0) return false;
      if (ends(*at, channels)) break;
      if (!passes(*at, static_cast<std::int32_t>(channels))) return false;
      way.push_back(at);
    }
    take(op.inputs[1], 0, kept);
    if (op.inputs.size() > 2 && op.inputs[2] >= 0) take(op.inputs[2], 0, kept);
    tensor(op.outputs[0]).shape[3] = static_cast<std::int64_t>(kept.size());
    for (const Operator* step : way) {
      if (step->op_class == OpClass::depthwise) {
        take(step->inputs[1], 3, kept);
        if (step->inputs.size() > 2 && step->inputs[2] >= 0) take(step->inputs[2], 0, kept);
      }
      tensor(step->outputs[0]).shape.back() = static_cast<std::int64_t>(kept.size());
    }
    take(at->inputs[1], at->op_class == OpClass::fully_connected ? 1 : 3, kept);
    return true;
  }

  bool ends(const Operator& op, std::int64_t channels) {
    if (op.op_class == OpClass::convolution || op.op_class == OpClass::pointwise) {
      return own(op, 1) && tensor(op.inputs[1]).shape[3] == channels;
    }
    return op.op_class == OpClass::fully_connected && own(op, 1) && tensor(op.inputs[1]).shape[1] == channels &&
           tensor(op.inputs[0]).shape.back() == channels;
  }

  Graph now_;
  const std::string& pattern_;
  Buffers buffers_;
  std::vector<std::vector<std::int32_t>> readers_;  // by tensor; -1 = the network's output
};

}  // namespace

Graph drop_dead_filters(const Graph& network, const std::string& pattern, std::vector<std::string>& changed) {
  return Pruner(network, pattern).run(changed);
}

}  // namespace presil::transform
