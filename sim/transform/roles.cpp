#include "sim/transform/roles.hpp"

namespace presil::transform {

using graph::OpClass;

int weight_axis(const graph::Operator& op, std::size_t position, const graph::Tensor& tensor) {
  const int rank = static_cast<int>(tensor.shape.size());
  if (rank < 2) return -1;
  switch (op.op_class) {
    case OpClass::convolution:
    case OpClass::pointwise:
    case OpClass::fully_connected:
    case OpClass::transpose_convolution:
      return position == 1 ? 0 : -1;  // O,H,W,I and O,I
    case OpClass::depthwise:
      return position == 1 ? rank - 1 : -1;  // 1,H,W,O
    case OpClass::lstm:
    case OpClass::svdf:
      return position > 0 && rank == 2 && tensor.constant ? 0 : -1;  // matrices of units x inputs
    case OpClass::matmul:
      if (position != 1 || !tensor.constant) return -1;
      return op.options.adjoint_y ? rank - 2 : rank - 1;
    default:
      return -1;
  }
}

bool is_bias(const graph::Operator& op, std::size_t position) {
  switch (op.op_class) {
    case OpClass::convolution:
    case OpClass::pointwise:
    case OpClass::depthwise:
    case OpClass::fully_connected:
      return position == 2;
    case OpClass::transpose_convolution:
    case OpClass::svdf:
      return position == 3;
    case OpClass::lstm:
      return position >= 12 && position <= 15;  // of the four gates
    default:
      return false;
  }
}

bool is_conversion(const graph::Operator& op) {
  return op.op_class == OpClass::quantize || op.op_class == OpClass::dequantize || op.op_class == OpClass::cast;
}

bool moves_data(OpClass op_class) {
  switch (op_class) {
    case OpClass::average_pool:
    case OpClass::max_pool:
    case OpClass::mean:
    case OpClass::relu:
    case OpClass::concatenation:
    case OpClass::split:
    case OpClass::pack:
    case OpClass::unpack:
    case OpClass::slice:
    case OpClass::strided_slice:
    case OpClass::tile:
    case OpClass::pad:
    case OpClass::transpose:
    case OpClass::resize_bilinear:
    case OpClass::resize_nearest:
    case OpClass::gather:
    case OpClass::space_to_depth:
    case OpClass::depth_to_space:
    case OpClass::reshape:
      return true;
    default:
      return false;
  }
}

bool takes_operands(OpClass op_class) {
  switch (op_class) {
    case OpClass::add:
    case OpClass::sub:
    case OpClass::mul:
    case OpClass::div:
    case OpClass::minimum:
    case OpClass::maximum:
    case OpClass::prelu:
    case OpClass::concatenation:
    case OpClass::pack:
    case OpClass::compare:
      return true;
    default:
      return false;
  }
}

}  // namespace presil::transform
