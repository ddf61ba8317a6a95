// Field-by-field comparison of two graphs, so that a failing round trip says what changed.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "sim/graph/graph.hpp"

namespace presil::graph {

inline void expect_same(const Quantization& a, const Quantization& b) {
  EXPECT_EQ(a.scale, b.scale);
  EXPECT_EQ(a.zero_point, b.zero_point);
  EXPECT_EQ(a.dimension, b.dimension);
}

inline void expect_same(const Options& a, const Options& b) {
  EXPECT_EQ(a.padding, b.padding);
  EXPECT_EQ(a.activation, b.activation);
  EXPECT_EQ(a.axes, b.axes);
  const auto numbers = [](const Options& o) {
    return std::vector<int>{o.stride_h,
                            o.stride_w,
                            o.dilation_h,
                            o.dilation_w,
                            o.kernel_h,
                            o.kernel_w,
                            o.depth_multiplier,
                            o.pad_top,
                            o.pad_bottom,
                            o.pad_left,
                            o.pad_right,
                            o.axis,
                            o.keep_dims,
                            o.align_corners,
                            o.half_pixel_centers,
                            o.adjoint_x,
                            o.adjoint_y,
                            o.asymmetric_quantize_inputs,
                            o.keep_num_dims,
                            o.time_major,
                            o.symmetric,
                            o.block_size,
                            o.batch_dims,
                            o.begin_mask,
                            o.end_mask,
                            o.ellipsis_mask,
                            o.new_axis_mask,
                            o.shrink_axis_mask,
                            o.max_detections,
                            o.max_classes_per_detection,
                            o.detections_per_class,
                            o.num_classes,
                            o.use_regular_nms};
  };
  EXPECT_EQ(numbers(a), numbers(b));
  EXPECT_EQ(a.beta, b.beta);
  EXPECT_EQ(a.alpha, b.alpha);
}

inline void expect_same(const Graph& a, const Graph& b) {
  EXPECT_EQ(a.digest(), b.digest());
  EXPECT_EQ(a.inputs, b.inputs);
  EXPECT_EQ(a.outputs, b.outputs);
  ASSERT_EQ(a.tensors.size(), b.tensors.size());
  for (std::size_t i = 0; i < a.tensors.size(); ++i) {
    SCOPED_TRACE("tensor " + std::to_string(i));
    const Tensor &x = a.tensors[i], &y = b.tensors[i];
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.type, y.type);
    EXPECT_EQ(x.shape, y.shape);
    expect_same(x.quantization, y.quantization);
    EXPECT_EQ(x.constant, y.constant);
    EXPECT_EQ(x.folded, y.folded);
    EXPECT_EQ(x.variable, y.variable);
    EXPECT_EQ(x.buffer, y.buffer);
    EXPECT_TRUE(x.data == y.data);
    ASSERT_EQ(x.statistics.has_value(), y.statistics.has_value());
    if (x.statistics) {
      EXPECT_EQ(x.statistics->zeros, y.statistics->zeros);
      EXPECT_EQ(x.statistics->entropy_bits, y.statistics->entropy_bits);
    }
  }
  ASSERT_EQ(a.operators.size(), b.operators.size());
  for (std::size_t i = 0; i < a.operators.size(); ++i) {
    SCOPED_TRACE("operator " + std::to_string(i));
    const Operator &x = a.operators[i], &y = b.operators[i];
    EXPECT_EQ(x.index, y.index);
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.builtin_code, y.builtin_code);
    EXPECT_EQ(x.op_class, y.op_class);
    EXPECT_EQ(x.custom, y.custom);
    EXPECT_EQ(x.folded, y.folded);
    EXPECT_EQ(x.inputs, y.inputs);
    EXPECT_EQ(x.outputs, y.outputs);
    EXPECT_EQ(x.intermediates, y.intermediates);
    EXPECT_EQ(x.raw_options, y.raw_options);
    EXPECT_EQ(x.macs, y.macs);
    expect_same(x.options, y.options);
  }
}

}  // namespace presil::graph
