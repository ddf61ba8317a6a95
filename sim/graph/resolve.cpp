// What follows from shapes: kernel sizes, resolved padding, axes, MACs; and the checks that operands fit together.
#include <fmt/format.h>

#include <algorithm>

#include "sim/graph/complete.hpp"
#include "sim/graph/constants.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/operands.hpp"
#include "sim/graph/window.hpp"

namespace presil::graph {

namespace {

class Resolver : Operands {
 public:
  Resolver(const Graph& graph, Operator& op, const std::string& file)
      : Operands(graph, op, file), op_(op), o_(op.options) {}

  void run() {
    switch (op_.op_class) {
      case OpClass::convolution:
      case OpClass::pointwise:
        return convolution();
      case OpClass::depthwise:
        return depthwise();
      case OpClass::transpose_convolution:
        return transpose_convolution();
      case OpClass::average_pool:
      case OpClass::max_pool:
        return pool();
      case OpClass::fully_connected:
        return fully_connected();
      case OpClass::matmul:
        return matmul();
      case OpClass::lstm:
        return recurrence();
      case OpClass::svdf:
        return svdf();
      case OpClass::mean:
        return reduction();
      case OpClass::add:
      case OpClass::sub:
      case OpClass::mul:
      case OpClass::div:
      case OpClass::minimum:
      case OpClass::maximum:
        return two_inputs();
      case OpClass::concatenation:
        return concatenation();
      case OpClass::softmax:
        o_.axis = std::max<int>(0, rank(input(0)) - 1);
        return one_to_one();
      case OpClass::gather:
        input(1);
        o_.axis = op_.name == "GATHER" ? axis(o_.axis, rank(input(0))) : 0;
        output();
        return;
      case OpClass::pack:
        o_.axis = axis(o_.axis, rank(output()));
        input(0);
        return;
      case OpClass::unpack:
        o_.axis = axis(o_.axis, rank(input(0)));
        output();
        return;
      case OpClass::split:
        return split();
      case OpClass::transpose:
        return transpose();
      case OpClass::pad:
        return pad();
      case OpClass::arg_max:
        if (const auto a = integers(input(1)); a && a->size() == 1) o_.axis = axis(a->at(0), rank(input(0)));
        output();
        return;
      case OpClass::resize_bilinear:
      case OpClass::resize_nearest:
        feature_map(input(0), "input");
        feature_map(output(), "output");
        return;
      case OpClass::space_to_depth:
      case OpClass::depth_to_space:
        if (o_.block_size < 1 || o_.block_size > kMaxWindow)
          problem(fmt::format("has block size {}; 1 or more would do", o_.block_size));
        input(0);
        output();
        return;
      case OpClass::reshape:
        if (op_.name == "SQUEEZE")
          for (int& a : o_.axes) a = axis(a, rank(input(0)));
        same_bytes();
        return;
      case OpClass::slice:
        input(2);
        output();
        return;
      case OpClass::strided_slice:
        input(3);
        output();
        return;
      case OpClass::tile:
        input(1);
        output();
        return;
      case OpClass::prelu:
        input(1);
        return one_to_one();
      case OpClass::unary:
      case OpClass::relu:
      case OpClass::leaky_relu:
      case OpClass::logistic:
      case OpClass::tanh:
      case OpClass::hard_swish:
      case OpClass::quantize:
      case OpClass::dequantize:
      case OpClass::cast:
        return one_to_one();
      case OpClass::compare:
      case OpClass::detection_post_process:
        input(0);
        output();
        return;
      case OpClass::other:
        return;
    }
  }

 private:
  void check_window() const {
    for (const auto& [value, what] : {std::pair(o_.stride_h, "stride"), std::pair(o_.stride_w, "stride"),
                                      std::pair(o_.dilation_h, "dilation"), std::pair(o_.dilation_w, "dilation"),
                                      std::pair(o_.kernel_h, "kernel size"), std::pair(o_.kernel_w, "kernel size")}) {
      if (value < 1 || value > kMaxWindow) problem(fmt::format("has {} {}; 1 to {} would do", what, value, kMaxWindow));
    }
  }

  int window_size(std::int64_t size) const {
    if (size < 1 || size > kMaxWindow) problem(fmt::format("has kernel size {}; 1 to {} would do", size, kMaxWindow));
    return static_cast<int>(size);
  }

  /// Padding in elements from input and output extents (of the forward window), and the check that they fit.
  void pad_window(const Tensor& large, const Tensor& small) {
    const Window h = window(o_.padding, large.shape[1], o_.kernel_h, o_.stride_h, o_.dilation_h);
    const Window w = window(o_.padding, large.shape[2], o_.kernel_w, o_.stride_w, o_.dilation_w);
    if (h.output != small.shape[1] || w.output != small.shape[2]) {
      problem(
          fmt::format("goes from {}x{} to {}x{} where kernel, stride and padding give {}x{}; convert the network again",
                      large.shape[1], large.shape[2], small.shape[1], small.shape[2], h.output, w.output));
    }
    o_.pad_top = h.before;
    o_.pad_bottom = h.after;
    o_.pad_left = w.before;
    o_.pad_right = w.after;
  }

  void convolution() {
    const Tensor &in = input(0), &weights = input(1), &out = output();
    feature_map(in, "input");
    feature_map(weights, "weight tensor");
    feature_map(out, "output");
    o_.kernel_h = window_size(weights.shape[1]);
    o_.kernel_w = window_size(weights.shape[2]);
    check_window();
    pad_window(in, out);
    fit("number of output channels", out.shape[3], weights.shape[0]);
    fit("batch", out.shape[0], in.shape[0]);
    // Grouped convolutions have fewer weight channels than input channels.
    if (weights.shape[3] < 1 || in.shape[3] % weights.shape[3] != 0) {
      problem(
          fmt::format("has {} input channels for weights of {}; a multiple would do", in.shape[3], weights.shape[3]));
    }
    const bool pointwise = o_.kernel_h == 1 && o_.kernel_w == 1 && o_.stride_h == 1 && o_.stride_w == 1;
    op_.op_class = pointwise ? OpClass::pointwise : OpClass::convolution;
    op_.macs = product({out.elements(), weights.shape[3], o_.kernel_h, o_.kernel_w});
  }

  void depthwise() {
    const Tensor &in = input(0), &weights = input(1), &out = output();
    feature_map(in, "input");
    feature_map(weights, "weight tensor");
    feature_map(out, "output");
    o_.kernel_h = window_size(weights.shape[1]);
    o_.kernel_w = window_size(weights.shape[2]);
    check_window();
    pad_window(in, out);
    fit("number of output channels", out.shape[3], weights.shape[3]);
    fit("batch", out.shape[0], in.shape[0]);
    if (in.shape[3] < 1 || out.shape[3] % in.shape[3] != 0) {
      problem(fmt::format("makes {} channels of {}; a multiple would do", out.shape[3], in.shape[3]));
    }
    o_.depth_multiplier = static_cast<int>(out.shape[3] / in.shape[3]);
    op_.macs = product({out.elements(), o_.kernel_h, o_.kernel_w});
  }

  void transpose_convolution() {
    const Tensor &weights = input(1), &in = input(2), &out = output();
    feature_map(in, "input");
    feature_map(weights, "weight tensor");
    feature_map(out, "output");
    o_.kernel_h = window_size(weights.shape[1]);
    o_.kernel_w = window_size(weights.shape[2]);
    check_window();
    pad_window(out, in);  // the forward window goes from the large output to the small input
    fit("number of output channels", out.shape[3], weights.shape[0]);
    fit("number of input channels", in.shape[3], weights.shape[3]);
    op_.macs =
        product({in.elements(), weights.shape[0], o_.kernel_h, o_.kernel_w});  // each input element meets the kernel
  }

  void pool() {
    const Tensor &in = input(0), &out = output();
    feature_map(in, "input");
    feature_map(out, "output");
    check_window();
    pad_window(in, out);
    fit("number of channels", out.shape[3], in.shape[3]);
  }

  void fully_connected() {
    const Tensor &in = input(0), &weights = input(1), &out = output();
    if (rank(weights) != 2)
      problem(fmt::format("has weights of shape {}; units x inputs would do", shape_text(weights.shape)));
    const std::int64_t units = weights.shape[0], depth = weights.shape[1];
    if (depth < 1 || in.elements() % depth != 0) {
      problem(fmt::format("has {} inputs for weights of shape {}; a multiple of {} would do", in.elements(),
                          shape_text(weights.shape), depth));
    }
    fit("number of outputs", out.elements(), product({in.elements() / depth, units}));
    op_.macs = product({out.elements(), depth});
  }

  void matmul() {
    const Tensor &x = input(0), &y = input(1), &out = output();
    if (rank(x) < 2 || rank(y) < 2 || rank(out) < 2)
      problem("has an operand that is no matrix; rank 2 or more would do");
    const auto last = [](const Tensor& t, int from_end) {
      return t.shape[t.shape.size() - static_cast<std::size_t>(from_end)];
    };
    const std::int64_t depth = last(x, o_.adjoint_x ? 2 : 1);
    fit("inner dimension of the second operand", last(y, o_.adjoint_y ? 1 : 2), depth);
    fit("number of output rows", last(out, 2), last(x, o_.adjoint_x ? 1 : 2));
    fit("number of output columns", last(out, 1), last(y, o_.adjoint_y ? 2 : 1));
    op_.macs = product({out.elements(), depth});
  }

  /// Every step of every sequence meets each weight matrix once.
  void recurrence() {
    const Tensor& in = input(0);
    output();
    if (rank(in) < 2)
      problem(fmt::format("its input has shape {}; batch x inputs or batch x time x inputs would do",
                          shape_text(in.shape)));
    std::int64_t weights = 0;
    for (std::size_t i = 1; i < op_.inputs.size(); ++i) {
      if (op_.inputs[i] < 0) continue;
      const Tensor& tensor = input(i);
      if (tensor.constant && rank(tensor) == 2) weights += tensor.elements();
    }
    op_.macs = in.elements() == 0 ? 0 : product({in.elements() / in.shape.back(), weights});
  }

  void svdf() {
    const Tensor &in = input(0), &feature = input(1), &time = input(2);
    output();
    if (rank(in) != 2 || rank(feature) != 2 || rank(time) != 2)
      problem("has an operand that is no matrix; rank 2 would do");
    fit("number of inputs", in.shape[1], feature.shape[1]);
    fit("number of filters in time", time.shape[0], feature.shape[0]);
    op_.macs = product({in.shape[0], feature.elements() + time.elements()});
  }

  void reduction() {
    const Tensor& in = input(0);
    output();
    if (const auto list = integers(input(1))) {
      o_.axes.clear();
      for (const std::int64_t a : *list) o_.axes.push_back(axis(a, rank(in)));
    }
  }

  void two_inputs() {
    const Tensor &a = input(0), &b = input(1), &out = output();
    for (int d = 1; d <= std::max({rank(a), rank(b), rank(out)}); ++d) {  // from the last dimension; missing ones are 1
      const auto at = [d](const Tensor& t) {
        return d > rank(t) ? 1 : t.shape[t.shape.size() - static_cast<std::size_t>(d)];
      };
      const std::int64_t wide = at(a) == 1 ? at(b) : at(a);
      if ((at(a) != wide && at(a) != 1) || (at(b) != wide && at(b) != 1) || at(out) != wide) {
        problem(
            fmt::format("joins {} and {} to {}, which do not fit; equal shapes, or 1 where one is repeated, would do",
                        shape_text(a.shape), shape_text(b.shape), shape_text(out.shape)));
      }
    }
  }

  void concatenation() {
    const Tensor& out = output();
    input(0);
    o_.axis = axis(o_.axis, rank(out));
    std::int64_t sum = 0;
    for (std::size_t i = 0; i < op_.inputs.size(); ++i) {
      const Tensor& in = input(i);
      if (rank(in) != rank(out)) problem("joins tensors of different ranks; equal ranks would do");
      for (int d = 0; d < rank(out); ++d) {
        const auto at = static_cast<std::size_t>(d);
        if (d != o_.axis && in.shape[at] != out.shape[at]) {
          problem(fmt::format("input {} has shape {} where the output has {}; they may differ along axis {} only", i,
                              shape_text(in.shape), shape_text(out.shape), o_.axis));
        }
      }
      sum += in.shape[static_cast<std::size_t>(o_.axis)];
    }
    fit("length along the axis", out.shape[static_cast<std::size_t>(o_.axis)], sum);
  }

  void split() {
    const bool sized = op_.name == "SPLIT_V";
    const Tensor& in = input(sized ? 0 : 1);
    output();
    if (const auto a = integers(input(sized ? 2 : 0)); a && a->size() == 1) o_.axis = axis(a->at(0), rank(in));
  }

  void transpose() {
    const Tensor& in = input(0);
    fit("number of output elements", output().elements(), in.elements());
    if (const auto list = integers(input(1))) {
      fit("length of the permutation", static_cast<std::int64_t>(list->size()), rank(in));
      o_.axes.clear();
      for (const std::int64_t a : *list) o_.axes.push_back(axis(a, rank(in)));
    }
  }

  void pad() {
    const Tensor &in = input(0), &out = output();
    fit("rank of the output", rank(out), rank(in));
    const auto list = integers(input(1));
    if (!list) return;
    if (static_cast<int>(list->size()) != 2 * rank(in))
      problem("has pads that do not fit its input's rank; two a dimension would do");
    for (int d = 0; d < rank(in); ++d) {
      const std::int64_t before = list->at(2 * static_cast<std::size_t>(d)),
                         after = list->at(2 * static_cast<std::size_t>(d) + 1);
      if (before < 0 || after < 0 || before > kMaxElements || after > kMaxElements) {
        problem(fmt::format("pads dimension {} by {} and {}; 0 or more would do", d, before, after));
      }
      const auto at = static_cast<std::size_t>(d);
      fit("a padded dimension", out.shape[at], in.shape[at] + before + after);
      // Height and width stand before the channels, which are last.
      if (d == rank(in) - 3) o_.pad_top = static_cast<int>(before), o_.pad_bottom = static_cast<int>(after);
      if (d == rank(in) - 2) o_.pad_left = static_cast<int>(before), o_.pad_right = static_cast<int>(after);
    }
  }

  void same_bytes() {
    const Tensor &in = input(0), &out = output();
    fit("number of output bytes", out.bytes(), in.bytes());
  }

  void one_to_one() {
    const Tensor &in = input(0), &out = output();
    fit("number of output elements", out.elements(), in.elements());
  }

  Operator& op_;
  Options& o_;
};

}  // namespace

void resolve(const Graph& graph, Operator& op, const std::string& file) {
  Resolver(graph, op, file).run();
}

}  // namespace presil::graph
