// An operator as a loop nest over tensors seen as N x H x W x C: the one form that tiling and costing understand.
#pragma once

#include <array>
#include <cstdint>
#include <tuple>

#include "models/common/work.hpp"
#include "sim/graph/graph.hpp"

namespace presil::plan {

using common::OpClass;
using common::Work;

/// A tensor's shape as N x H x W x C; ranks below four leave the leading extents 1, ranks above fold them into H.
struct Shape4 {
  std::int64_t n = 1, h = 1, w = 1, c = 1;
  std::int64_t elements() const { return n * h * w * c; }
  bool operator==(const Shape4& o) const { return n == o.n && h == o.h && w == o.w && c == o.c; }
};
Shape4 shape4(const graph::Tensor& tensor);

/// How the input of a tile follows from its output.
enum class Access : std::uint8_t {
  window,       // spatial window over all input channels (convolution, fully connected)
  channelwise,  // spatial window over the same channels (depthwise, pooling, elementwise)
  proportional  // any other data movement: inputs are streamed in step with the output
};

struct Nest {
  OpClass op_class = OpClass::other;
  Access access = Access::proportional;
  common::PostOp post_op = common::PostOp::none;
  std::uint8_t activation_bits = 8, weight_bits = 8, output_bits = 8;
  bool floating_point = false, per_channel = false;
  Shape4 out, in;       // of the output, and of the first input
  std::int64_t ic = 1;  // input channels each output sums over (1 for channelwise)
  int kh = 1, kw = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1, pad_top = 0, pad_left = 0;
  int upsample_h = 1, upsample_w = 1;   // transpose convolution: output rows per input row
  std::int64_t channel_multiplier = 1;  // depthwise: output channels per input channel
  std::int64_t weight_elements = 0;     // of the constant (or second matmul) operand that follows the output channels
  std::int64_t macs = 0;

  bool operator==(const Nest& o) const {
    const auto all = [](const Nest& n) {
      return std::tie(n.op_class, n.access, n.post_op, n.activation_bits, n.weight_bits, n.output_bits,
                      n.floating_point, n.per_channel, n.out, n.in, n.ic, n.kh, n.kw, n.stride_h, n.stride_w,
                      n.dilation_h, n.dilation_w, n.pad_top, n.pad_left, n.upsample_h, n.upsample_w,
                      n.channel_multiplier, n.weight_elements, n.macs);
    };
    return all(*this) == all(o);
  }
};

/// The nest of an operator by itself, before fusion.
Nest make_nest(const graph::Graph& graph, const graph::Operator& op);

/// The post-operation that a fused activation or a following unary operator asks of the output stage.
common::PostOp post_op(graph::Activation activation);
common::PostOp post_op(OpClass op_class);

/// The whole operator as one piece of work (for CPU kernels).
Work whole_work(const Nest& nest, std::int64_t input_elements, std::int64_t output_elements, std::int64_t weight_bytes);

}  // namespace presil::plan
