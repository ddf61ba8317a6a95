#include "sim/graph/evaluate.hpp"

#include <algorithm>

#include "sim/graph/constants.hpp"

namespace presil::graph {

namespace {

using Indices = std::vector<std::int64_t>;

std::int64_t product(const Indices& shape, std::size_t begin, std::size_t end) {
  std::int64_t result = 1;
  for (std::size_t d = begin; d < end; ++d) result *= shape[d];
  return result;
}

/// Operands of one operator; all are constants whose data is there, or `usable` is false.
class Movement {
 public:
  Movement(Graph& graph, const Operator& op) : graph_(graph), op_(op), out_(graph.tensors[index(op.outputs[0])]) {}

  void run() {
    const std::string& n = op_.name;
    if (n == "SHAPE") return shape();
    if (n == "RANK") return numbers({static_cast<std::int64_t>(in(0).shape.size())});
    if (!usable()) return;
    width_ = bits(out_.type) / 8;
    if (width_ == 0 || bits(out_.type) % 8 != 0) return;
    if (n == "RESHAPE" || n == "SQUEEZE" || n == "EXPAND_DIMS" || n == "BITCAST") out_.data = in(0).data;
    if (n == "PACK" || n == "CONCATENATION") join(n == "PACK");
    if (n == "UNPACK") unpack();
    if (n == "STRIDED_SLICE" && op_.inputs.size() == 4) strided_slice();
    if (n == "SLICE" && op_.inputs.size() == 3) slice();
    if (n == "GATHER" && op_.inputs.size() == 2) gather();
    if (n == "FILL" && op_.inputs.size() == 2) fill();
    if (n == "TRANSPOSE" && op_.inputs.size() == 2) transpose();
    if (n == "TILE" || n == "BROADCAST_TO") repeat();
  }

 private:
  static std::size_t index(std::int32_t t) { return static_cast<std::size_t>(t); }
  const Tensor& in(std::size_t i) const { return graph_.tensors[index(op_.inputs[i])]; }

  bool usable() const {
    for (const std::int32_t t : op_.inputs) {
      if (t < 0) return false;
      const Tensor& tensor = graph_.tensors[index(t)];
      if (bits(tensor.type) == 0 || static_cast<std::int64_t>(tensor.data.size()) != tensor.bytes()) return false;
    }
    return true;
  }

  void numbers(const Indices& values) {
    if (out_.elements() != static_cast<std::int64_t>(values.size())) return;
    const std::size_t width = out_.type == Type::int64 ? 8 : out_.type == Type::int32 ? 4 : 0;
    out_.data.resize(values.size() * width);
    for (std::size_t i = 0; i < values.size() && width > 0; ++i) std::memcpy(&out_.data[i * width], &values[i], width);
  }

  void shape() { numbers(in(0).shape); }

  /// Element `to` of the output is element `from` of `source`.
  void copy(const Tensor& source, std::int64_t from, std::int64_t to) {
    std::memcpy(out_.data.data() + to * width_, source.data.data() + from * width_, static_cast<std::size_t>(width_));
  }

  /// For each index of `shape` in order: element `base + sum(index * step)` of input 0 becomes the next of the output.
  void gather_steps(const Indices& shape, std::int64_t base, const Indices& step) {
    if (product(shape, 0, shape.size()) != out_.elements()) return;
    out_.data.resize(static_cast<std::size_t>(out_.bytes()));
    Indices at(shape.size(), 0);
    std::int64_t from = base;
    for (std::int64_t to = 0; to < out_.elements(); ++to) {
      copy(in(0), from, to);
      for (std::size_t d = shape.size(); d-- > 0;) {
        from += step[d];
        if (++at[d] < shape[d]) break;
        from -= step[d] * shape[d];
        at[d] = 0;
      }
    }
  }

  Indices strides() const {  // of input 0, in elements
    const Indices& shape = in(0).shape;
    Indices result(shape.size(), 1);
    for (std::size_t d = shape.size(); d-- > 1;) result[d - 1] = result[d] * shape[d];
    return result;
  }

  void join(bool new_axis) {
    const int rank = static_cast<int>(out_.shape.size());
    const int axis = op_.options.axis < 0 ? op_.options.axis + rank : op_.options.axis;
    if (axis < 0 || axis >= rank) return;
    const auto at = static_cast<std::size_t>(axis);
    const std::int64_t outer = product(out_.shape, 0, at);
    std::vector<std::int64_t> block;  // bytes of one input in each outer step
    std::int64_t total = 0;
    for (std::size_t i = 0; i < op_.inputs.size(); ++i) {
      if (outer == 0 || in(i).bytes() % outer != 0 || in(i).type != out_.type) return;
      if (in(i).quantization.scale != out_.quantization.scale) return;  // it would have to be scaled anew
      if (new_axis != (in(i).shape.size() + 1 == out_.shape.size())) return;
      block.push_back(in(i).bytes() / outer);
      total += in(i).bytes();
    }
    if (total != out_.bytes()) return;
    out_.data.reserve(static_cast<std::size_t>(total));
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::size_t i = 0; i < block.size(); ++i) {
        const auto begin = in(i).data.begin() + o * block[i];
        out_.data.insert(out_.data.end(), begin, begin + block[i]);
      }
    }
  }

  void unpack() {
    const Tensor& source = in(0);
    const int rank = static_cast<int>(source.shape.size());
    const int axis = op_.options.axis < 0 ? op_.options.axis + rank : op_.options.axis;
    if (axis < 0 || axis >= rank ||
        source.shape[static_cast<std::size_t>(axis)] != static_cast<std::int64_t>(op_.outputs.size()))
      return;
    const std::int64_t outer = product(source.shape, 0, static_cast<std::size_t>(axis));
    const std::int64_t count = source.shape[static_cast<std::size_t>(axis)];
    if (outer == 0 || source.type != out_.type) return;
    const std::int64_t block = source.bytes() / outer / count;
    for (std::int64_t i = 0; i < count; ++i) {
      if (op_.outputs[static_cast<std::size_t>(i)] < 0) continue;
      Tensor& target = graph_.tensors[index(op_.outputs[static_cast<std::size_t>(i)])];
      for (std::int64_t o = 0; o < outer; ++o) {
        const auto begin = source.data.begin() + (o * count + i) * block;
        target.data.insert(target.data.end(), begin, begin + block);
      }
    }
  }

  void strided_slice() {
    const Options& o = op_.options;
    const auto begin = integers(in(1)), end = integers(in(2)), step = integers(in(3));
    const Indices& shape = in(0).shape;
    if (!begin || !end || !step || o.ellipsis_mask || o.new_axis_mask || in(0).type != out_.type) return;
    if (begin->size() > shape.size() || end->size() != begin->size() || step->size() != begin->size()) return;
    Indices extent = shape, strides = this->strides();
    std::int64_t base = 0;
    for (std::size_t d = 0; d < begin->size(); ++d) {
      const std::int64_t size = shape[d], s = (*step)[d];
      if (s == 0 || s < -kLimit || s > kLimit) return;
      const auto clamp = [&](std::int64_t v) {  // Python's rule
        if (v < 0) v = std::max<std::int64_t>(v, -size - 1) + size;
        return s > 0 ? std::clamp<std::int64_t>(v, 0, size) : std::clamp<std::int64_t>(v, -1, size - 1);
      };
      const bool shrink = o.shrink_axis_mask >> d & 1;
      const bool from_start = (o.begin_mask >> d & 1) && !shrink, to_end = (o.end_mask >> d & 1) && !shrink;
      std::int64_t first = from_start ? (s > 0 ? 0 : size - 1) : clamp((*begin)[d]);
      std::int64_t last = to_end ? (s > 0 ? size : -1) : clamp((*end)[d]);
      if (shrink) last = first + (s > 0 ? 1 : -1);
      if (shrink && first >= size) return;
      extent[d] = std::max<std::int64_t>(0, (last - first + s - (s > 0 ? 1 : -1)) / s);
      if (extent[d] > 0 && (first < 0 || first >= size)) return;
      base += extent[d] > 0 ? first * strides[d] : 0;
      strides[d] *= s;
    }
    gather_steps(extent, base, strides);
  }

  void slice() {
    const auto begin = integers(in(1)), size = integers(in(2));
    const Indices& shape = in(0).shape;
    if (!begin || !size || begin->size() != shape.size() || size->size() != shape.size() || in(0).type != out_.type)
      return;
    Indices extent = shape;
    const Indices step = strides();
    std::int64_t base = 0;
    for (std::size_t d = 0; d < shape.size(); ++d) {
      const std::int64_t first = (*begin)[d];
      if (first < 0 || first > shape[d]) return;
      extent[d] = (*size)[d] == -1 ? shape[d] - first : (*size)[d];
      if (extent[d] < 0 || extent[d] > shape[d] - first) return;
      base += first * step[d];
    }
    gather_steps(extent, base, step);
  }

  void gather() {
    const auto list = integers(in(1));
    const Tensor& source = in(0);
    const int rank = static_cast<int>(source.shape.size());
    const int axis = op_.options.axis < 0 ? op_.options.axis + rank : op_.options.axis;
    if (!list || op_.options.batch_dims != 0 || axis < 0 || axis >= rank || source.type != out_.type) return;
    const auto at = static_cast<std::size_t>(axis);
    const std::int64_t outer = product(source.shape, 0, at), inner = product(source.shape, at + 1, source.shape.size());
    const std::int64_t size = source.shape[at], block = inner * width_;
    if (outer * inner * static_cast<std::int64_t>(list->size()) != out_.elements()) return;
    for (const std::int64_t i : *list) {
      if (i < 0 || i >= size) return;
    }
    for (std::int64_t o = 0; o < outer; ++o) {
      for (const std::int64_t i : *list) {
        const auto begin = source.data.begin() + (o * size + i) * block;
        out_.data.insert(out_.data.end(), begin, begin + block);
      }
    }
  }

  void fill() {
    if (in(1).type != out_.type || in(1).elements() != 1) return;
    out_.data.resize(static_cast<std::size_t>(out_.bytes()));
    for (std::int64_t to = 0; to < out_.elements(); ++to) copy(in(1), 0, to);
  }

  void transpose() {
    const auto order = integers(in(1));
    const Indices& shape = in(0).shape;
    if (!order || order->size() != shape.size() || in(0).type != out_.type) return;
    const Indices from = strides();
    Indices extent, step;
    std::vector<char> seen(shape.size(), 0);
    for (const std::int64_t d : *order) {
      if (d < 0 || d >= static_cast<std::int64_t>(shape.size()) || seen[static_cast<std::size_t>(d)]) return;
      seen[static_cast<std::size_t>(d)] = 1;
      extent.push_back(shape[static_cast<std::size_t>(d)]);
      step.push_back(from[static_cast<std::size_t>(d)]);
    }
    gather_steps(extent, 0, step);
  }

  /// TILE and BROADCAST_TO: every output index taken modulo the input's extent; missing leading dimensions are 1.
  void repeat() {
    const Indices& shape = in(0).shape;
    if (shape.size() > out_.shape.size() || in(0).type != out_.type || in(0).elements() == 0) return;
    const std::size_t lead = out_.shape.size() - shape.size();
    out_.data.resize(static_cast<std::size_t>(out_.bytes()));
    for (std::int64_t to = 0; to < out_.elements(); ++to) {
      std::int64_t rest = to, from = 0, step = 1;
      for (std::size_t d = out_.shape.size(); d-- > lead;) {
        from += rest % out_.shape[d] % shape[d - lead] * step;
        step *= shape[d - lead];
        rest /= out_.shape[d];
      }
      copy(in(0), from, to);
    }
  }

  static constexpr std::int64_t kLimit = std::int64_t{1} << 31;

  Graph& graph_;
  const Operator& op_;
  Tensor& out_;
  int width_ = 0;
};

}  // namespace

bool evaluate_movement(Graph& graph, const Operator& op) {
  Movement(graph, op).run();
  return !graph.tensors[static_cast<std::size_t>(op.outputs[0])].data.empty();
}

void evaluate(Graph& graph, const Operator& op) {
  if (op.outputs[0] < 0 || op.inputs.empty() || op.inputs[0] < 0) return;
  if (!evaluate_movement(graph, op)) evaluate_arithmetic(graph, op);
}

}  // namespace presil::graph
