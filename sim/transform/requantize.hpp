// Constants in another element type: values read through their quantisation, written in a new one.
#pragma once

#include "sim/graph/graph.hpp"
#include "sim/transform/bits.hpp"
#include "sim/transform/rework.hpp"

namespace presil::transform {

bool is_quantized(graph::Type type);  // int1...int16, uint8 and the like: values that carry a scale
bool is_float(graph::Type type);
graph::Type type_of(Width width);

/// Weights in `width`: channels along `filter_axis` each by its own range. Does nothing to types that hold no weights
/// (strings, indices) or to tensors without data. Statistics are counted by finish(), save those of 1-bit weights.
void requantize_weights(graph::Tensor& tensor, Width width, int filter_axis, Buffers& buffers);

/// A constant operand of element-wise arithmetic, in the width of the activations beside it.
void requantize_operand(graph::Tensor& tensor, Width width, Buffers& buffers);

}  // namespace presil::transform
