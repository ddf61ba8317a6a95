#include "models/common/op_class.hpp"

#include <array>

namespace presil::common {
namespace {

constexpr std::array<const char*, op_class_count> names = {"convolution",
                                                           "pointwise",
                                                           "depthwise",
                                                           "transpose_convolution",
                                                           "fully_connected",
                                                           "matmul",
                                                           "average_pool",
                                                           "max_pool",
                                                           "mean",
                                                           "add",
                                                           "sub",
                                                           "mul",
                                                           "div",
                                                           "minimum",
                                                           "maximum",
                                                           "unary",
                                                           "relu",
                                                           "leaky_relu",
                                                           "prelu",
                                                           "logistic",
                                                           "tanh",
                                                           "hard_swish",
                                                           "softmax",
                                                           "concatenation",
                                                           "split",
                                                           "pack",
                                                           "unpack",
                                                           "slice",
                                                           "strided_slice",
                                                           "tile",
                                                           "pad",
                                                           "transpose",
                                                           "resize_bilinear",
                                                           "resize_nearest",
                                                           "gather",
                                                           "space_to_depth",
                                                           "depth_to_space",
                                                           "reshape",
                                                           "quantize",
                                                           "dequantize",
                                                           "cast",
                                                           "lstm",
                                                           "svdf",
                                                           "arg_max",
                                                           "detection_post_process",
                                                           "compare",
                                                           "other"};

}  // namespace

const char* name(OpClass op_class) {
  return names[static_cast<std::size_t>(op_class)];
}

std::optional<OpClass> op_class_from_name(const std::string& text) {
  for (std::size_t i = 0; i < names.size(); ++i)
    if (text == names[i]) return static_cast<OpClass>(i);
  return std::nullopt;
}

}  // namespace presil::common
