// What the operands of an operator are: weights, biases, data; and which operators compute nothing on their data.
#pragma once

#include "sim/graph/graph.hpp"

namespace presil::transform {

/// The axis of output channels when input `position` of `op` holds weights, else -1.
int weight_axis(const graph::Operator& op, std::size_t position, const graph::Tensor& tensor);
bool is_bias(const graph::Operator& op, std::size_t position);

bool is_conversion(const graph::Operator& op);  // QUANTIZE, DEQUANTIZE, CAST
bool moves_data(graph::OpClass op_class);       // values stay what they are, or are pooled
bool takes_operands(graph::OpClass op_class);   // constants beside the data are values of the same kind

}  // namespace presil::transform
