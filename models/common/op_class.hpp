// The classes of operators that cost is described by: what a chip's description and a schedule call an operator.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace presil::common {

enum class OpClass : std::uint8_t {
  convolution,  // k x k, k > 1, or 1x1 with stride > 1
  pointwise,    // 1x1, stride 1
  depthwise,
  transpose_convolution,
  fully_connected,
  matmul,  // batch matmul: both operands are activations
  average_pool,
  max_pool,
  mean,  // MEAN, SUM and the other reductions
  add,
  sub,
  mul,
  div,
  minimum,
  maximum,  // elementwise with two inputs (floor-div is div; squared difference is sub)
  unary,    // SQRT, RSQRT, EXP, LOG, ABS, NEG, SIN, FLOOR, SQUARE, ...
  relu,     // RELU, RELU6, RELU_N1_TO_1 as operators of their own
  leaky_relu,
  prelu,
  logistic,
  tanh,
  hard_swish,
  softmax,
  concatenation,
  split,
  pack,
  unpack,
  slice,
  strided_slice,
  tile,
  pad,
  transpose,
  resize_bilinear,
  resize_nearest,
  gather,
  space_to_depth,
  depth_to_space,
  reshape,  // RESHAPE, SQUEEZE, EXPAND_DIMS: the same bytes under another shape
  quantize,
  dequantize,
  cast,
  lstm,
  svdf,
  arg_max,
  detection_post_process,
  compare,  // LESS, GREATER, EQUAL, SELECT, LOGICAL_*, WHERE
  other     // every further builtin and custom operator: costed at a generic rate and named loudly
};
inline constexpr std::size_t op_class_count = static_cast<std::size_t>(OpClass::other) + 1;

const char* name(OpClass op_class);
std::optional<OpClass> op_class_from_name(const std::string& text);  // the inverse of name()

/// What the output stage applies to each element on its way out.
enum class PostOp : std::uint8_t {
  none,
  relu,
  lut
};  // relu: any clamp; lut: logistic, tanh, hard-swish, leaky ReLU, ...

}  // namespace presil::common
