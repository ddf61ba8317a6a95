// Which cost class an operator belongs to, and how element types of the file map to ours.
#include <array>

#include "sim/graph/options.hpp"

namespace presil::graph {

namespace {

constexpr std::array<Type, 23> kTypes = {
    Type::float32,  Type::float16,  Type::int32,     Type::uint8,         Type::int64,      Type::string,
    Type::boolean,  Type::int16,    Type::complex64, Type::int8,          Type::float64,    Type::complex128,
    Type::uint64,   Type::resource, Type::variant,   Type::uint32,        Type::uint16,     Type::int4,
    Type::bfloat16, Type::int2,     Type::uint4,     Type::float8_e4m3fn, Type::float8_e5m2};
static_assert(kTypes.size() == static_cast<std::size_t>(tflite::TensorType::MAX) + 1);

}  // namespace

Type type_from_tflite(tflite::TensorType type) {
  return kTypes[static_cast<std::size_t>(type)];
}

tflite::TensorType type_to_tflite(Type type) {
  for (std::size_t i = 0; i < kTypes.size(); ++i) {
    if (kTypes[i] == type) return static_cast<tflite::TensorType>(i);
  }
  throw OptionError(std::string(name(type)) + " has no place in a .tflite file; use int2 or wider");
}

OpClass classify(const Operator& op) {
  using B = tflite::BuiltinOperator;
  switch (static_cast<B>(op.builtin_code)) {
    case B::CUSTOM:
      return op.name == "TFLite_Detection_PostProcess" ? OpClass::detection_post_process : OpClass::other;
    case B::CONV_2D:
      return OpClass::convolution;
    case B::DEPTHWISE_CONV_2D:
      return OpClass::depthwise;
    case B::TRANSPOSE_CONV:
      return OpClass::transpose_convolution;
    case B::FULLY_CONNECTED:
      return OpClass::fully_connected;
    case B::BATCH_MATMUL:
      return OpClass::matmul;
    case B::AVERAGE_POOL_2D:
    case B::L2_POOL_2D:
      return OpClass::average_pool;
    case B::MAX_POOL_2D:
      return OpClass::max_pool;
    case B::MEAN:
    case B::SUM:
    case B::REDUCE_PROD:
    case B::REDUCE_MAX:
    case B::REDUCE_MIN:
    case B::REDUCE_ANY:
    case B::REDUCE_ALL:
      return OpClass::mean;
    case B::ADD:
      return OpClass::add;
    case B::SUB:
    case B::SQUARED_DIFFERENCE:
      return OpClass::sub;
    case B::MUL:
      return OpClass::mul;
    case B::DIV:
    case B::FLOOR_DIV:
    case B::FLOOR_MOD:
      return OpClass::div;
    case B::MINIMUM:
      return OpClass::minimum;
    case B::MAXIMUM:
      return OpClass::maximum;
    case B::SQRT:
    case B::RSQRT:
    case B::EXP:
    case B::LOG:
    case B::ABS:
    case B::NEG:
    case B::SIN:
    case B::COS:
    case B::FLOOR:
    case B::CEIL:
    case B::ROUND:
    case B::SQUARE:
    case B::SIGN:
    case B::ELU:
    case B::GELU:
      return OpClass::unary;
    case B::RELU:
    case B::RELU6:
    case B::RELU_N1_TO_1:
    case B::RELU_0_TO_1:
      return OpClass::relu;
    case B::LEAKY_RELU:
      return OpClass::leaky_relu;
    case B::PRELU:
      return OpClass::prelu;
    case B::LOGISTIC:
      return OpClass::logistic;
    case B::TANH:
      return OpClass::tanh;
    case B::HARD_SWISH:
      return OpClass::hard_swish;
    case B::SOFTMAX:
    case B::LOG_SOFTMAX:
      return OpClass::softmax;
    case B::CONCATENATION:
      return OpClass::concatenation;
    case B::SPLIT:
    case B::SPLIT_V:
      return OpClass::split;
    case B::PACK:
      return OpClass::pack;
    case B::UNPACK:
      return OpClass::unpack;
    case B::SLICE:
      return OpClass::slice;
    case B::STRIDED_SLICE:
      return OpClass::strided_slice;
    case B::TILE:
    case B::BROADCAST_TO:
      return OpClass::tile;
    case B::PAD:
    case B::PADV2:
    case B::MIRROR_PAD:
      return OpClass::pad;
    case B::TRANSPOSE:
      return OpClass::transpose;
    case B::RESIZE_BILINEAR:
      return OpClass::resize_bilinear;
    case B::RESIZE_NEAREST_NEIGHBOR:
      return OpClass::resize_nearest;
    case B::GATHER:
    case B::GATHER_ND:
    case B::EMBEDDING_LOOKUP:
      return OpClass::gather;
    case B::SPACE_TO_DEPTH:
    case B::SPACE_TO_BATCH_ND:
      return OpClass::space_to_depth;
    case B::DEPTH_TO_SPACE:
    case B::BATCH_TO_SPACE_ND:
      return OpClass::depth_to_space;
    case B::RESHAPE:
    case B::SQUEEZE:
    case B::EXPAND_DIMS:
    case B::BITCAST:
      return OpClass::reshape;
    case B::QUANTIZE:
      return OpClass::quantize;
    case B::DEQUANTIZE:
      return OpClass::dequantize;
    case B::CAST:
      return OpClass::cast;
    case B::LSTM:
    case B::UNIDIRECTIONAL_SEQUENCE_LSTM:
    case B::BIDIRECTIONAL_SEQUENCE_LSTM:
    case B::RNN:
    case B::UNIDIRECTIONAL_SEQUENCE_RNN:
    case B::BIDIRECTIONAL_SEQUENCE_RNN:
      return OpClass::lstm;
    case B::SVDF:
      return OpClass::svdf;
    case B::ARG_MAX:
    case B::ARG_MIN:
      return OpClass::arg_max;
    case B::LESS:
    case B::LESS_EQUAL:
    case B::GREATER:
    case B::GREATER_EQUAL:
    case B::EQUAL:
    case B::NOT_EQUAL:
    case B::SELECT:
    case B::SELECT_V2:
    case B::LOGICAL_OR:
    case B::LOGICAL_AND:
    case B::LOGICAL_NOT:
    case B::WHERE:
      return OpClass::compare;
    default:
      return OpClass::other;
  }
}

bool calls_subgraph(tflite::BuiltinOperator code) {
  using B = tflite::BuiltinOperator;
  switch (code) {
    case B::CALL:
    case B::IF:
    case B::WHILE:
    case B::CALL_ONCE:
    case B::STABLEHLO_REDUCE:
    case B::STABLEHLO_SCATTER:
    case B::STABLEHLO_REDUCE_WINDOW:
    case B::STABLEHLO_SORT:
    case B::STABLEHLO_WHILE:
    case B::STABLEHLO_CASE:
    case B::STABLEHLO_COMPOSITE:
      return true;
    default:
      return false;
  }
}

}  // namespace presil::graph
