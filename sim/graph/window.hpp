// How a sliding window meets one dimension of a feature map: output extent and padding.
#pragma once

#include <algorithm>
#include <cstdint>

#include "sim/graph/graph.hpp"

namespace presil::graph {

struct Window {
  std::int64_t output = 0;    // elements; 0 when the window does not fit
  int before = 0, after = 0;  // padding in elements
};

/// TensorFlow's formula (tf.nn.convolution): SAME gives ceil(input / stride) and puts the odd element of padding after,
/// VALID gives ceil((input - extent + 1) / stride). Kernel, stride, dilation at most kMaxWindow.
inline Window window(Padding padding, std::int64_t input, int kernel, int stride, int dilation) {
  const std::int64_t extent = std::int64_t{kernel - 1} * dilation + 1;
  Window w;
  if (padding == Padding::valid) {
    w.output = std::max<std::int64_t>(0, (input - extent + stride) / stride);
    return w;
  }
  w.output = (input + stride - 1) / stride;
  const std::int64_t total = std::max<std::int64_t>(0, (w.output - 1) * stride + extent - input);
  w.before = static_cast<int>(total / 2);
  w.after = static_cast<int>(total - total / 2);
  return w;
}

}  // namespace presil::graph
