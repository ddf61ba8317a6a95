#include "sim/graph/options.hpp"

#include <flatbuffers/flexbuffers.h>
#include <fmt/format.h>

namespace presil::graph {

namespace {

Activation activation(tflite::ActivationFunctionType value) {
  if (value < tflite::ActivationFunctionType::MIN || value > tflite::ActivationFunctionType::MAX) {
    throw OptionError(fmt::format("has unknown activation function {}; 0 to 5 are known", static_cast<int>(value)));
  }
  return static_cast<Activation>(value);  // same order
}

/// Padding, strides and activation stand in every table of a sliding window.
template <typename Table>
void read_window(const Table& table, Options& options) {
  if (table.padding() != tflite::Padding::SAME && table.padding() != tflite::Padding::VALID) {
    throw OptionError(
        fmt::format("has unknown padding {}; 0 (SAME) and 1 (VALID) are known", static_cast<int>(table.padding())));
  }
  options.padding = table.padding() == tflite::Padding::SAME ? Padding::same : Padding::valid;
  options.stride_h = table.stride_h();
  options.stride_w = table.stride_w();
  options.activation = activation(table.fused_activation_function());
}

template <typename Table>
void read_dilation(const Table& table, Options& options) {
  options.dilation_h = table.dilation_h_factor();
  options.dilation_w = table.dilation_w_factor();
}

template <typename Table>
void read_resize(const Table& table, Options& options) {
  options.align_corners = table.align_corners();
  options.half_pixel_centers = table.half_pixel_centers();
}

/// An operator whose cost hangs on its options must have them.
template <typename Table>
const Table& required(const Table* table) {
  if (!table) throw OptionError("has no options of its kind; convert the network again");
  return *table;
}

/// The detector's tail keeps its options in a FlexBuffers map.
void read_detection(const std::vector<std::uint8_t>& bytes, Options& options) {
  if (bytes.size() < 3 || !flexbuffers::VerifyBuffer(bytes.data(), bytes.size())) return;
  const flexbuffers::Reference root = flexbuffers::GetRoot(bytes.data(), bytes.size());
  if (!root.IsMap()) return;
  const flexbuffers::Map map = root.AsMap();
  options.max_detections = map["max_detections"].AsInt32();
  options.max_classes_per_detection = map["max_classes_per_detection"].AsInt32();
  options.detections_per_class = map["detections_per_class"].AsInt32();
  options.num_classes = map["num_classes"].AsInt32();
  options.use_regular_nms = map["use_regular_nms"].AsBool();
}

}  // namespace

Options read_options(const tflite::Operator& source, const Operator& op) {
  using B = tflite::BuiltinOperator;
  Options o;
  switch (static_cast<B>(op.builtin_code)) {
    case B::CONV_2D: {
      const auto& t = required(source.builtin_options_as_Conv2DOptions());
      read_window(t, o);
      read_dilation(t, o);
      break;
    }
    case B::DEPTHWISE_CONV_2D: {
      const auto& t = required(source.builtin_options_as_DepthwiseConv2DOptions());
      read_window(t, o);
      read_dilation(t, o);
      break;
    }
    case B::TRANSPOSE_CONV:
      read_window(required(source.builtin_options_as_TransposeConvOptions()), o);
      break;
    case B::AVERAGE_POOL_2D:
    case B::MAX_POOL_2D:
    case B::L2_POOL_2D: {
      const auto& t = required(source.builtin_options_as_Pool2DOptions());
      read_window(t, o);
      o.kernel_h = t.filter_height();
      o.kernel_w = t.filter_width();
      break;
    }
    case B::FULLY_CONNECTED:
      if (const auto* t = source.builtin_options_as_FullyConnectedOptions()) {
        o.activation = activation(t->fused_activation_function());
        o.keep_num_dims = t->keep_num_dims();
        o.asymmetric_quantize_inputs = t->asymmetric_quantize_inputs();
      }
      break;
    case B::BATCH_MATMUL:
      if (const auto* t = source.builtin_options_as_BatchMatMulOptions()) {
        o.adjoint_x = t->adj_x();
        o.adjoint_y = t->adj_y();
        o.asymmetric_quantize_inputs = t->asymmetric_quantize_inputs();
      }
      break;
    case B::SVDF:
      if (const auto* t = source.builtin_options_as_SVDFOptions()) {
        o.activation = activation(t->fused_activation_function());
        o.asymmetric_quantize_inputs = t->asymmetric_quantize_inputs();
      }
      break;
    case B::LSTM:
      if (const auto* t = source.builtin_options_as_LSTMOptions()) {
        o.activation = activation(t->fused_activation_function());
        o.asymmetric_quantize_inputs = t->asymmetric_quantize_inputs();
      }
      break;
    case B::UNIDIRECTIONAL_SEQUENCE_LSTM:
      if (const auto* t = source.builtin_options_as_UnidirectionalSequenceLSTMOptions()) {
        o.activation = activation(t->fused_activation_function());
        o.time_major = t->time_major();
        o.asymmetric_quantize_inputs = t->asymmetric_quantize_inputs();
      }
      break;
    case B::BIDIRECTIONAL_SEQUENCE_LSTM:
      if (const auto* t = source.builtin_options_as_BidirectionalSequenceLSTMOptions()) {
        o.activation = activation(t->fused_activation_function());
        o.time_major = t->time_major();
        o.asymmetric_quantize_inputs = t->asymmetric_quantize_inputs();
      }
      break;
    case B::ADD:
      if (const auto* t = source.builtin_options_as_AddOptions())
        o.activation = activation(t->fused_activation_function());
      break;
    case B::SUB:
      if (const auto* t = source.builtin_options_as_SubOptions())
        o.activation = activation(t->fused_activation_function());
      break;
    case B::MUL:
      if (const auto* t = source.builtin_options_as_MulOptions())
        o.activation = activation(t->fused_activation_function());
      break;
    case B::DIV:
      if (const auto* t = source.builtin_options_as_DivOptions())
        o.activation = activation(t->fused_activation_function());
      break;
    case B::CONCATENATION: {
      const auto& t = required(source.builtin_options_as_ConcatenationOptions());
      o.axis = t.axis();
      o.activation = activation(t.fused_activation_function());
      break;
    }
    case B::SOFTMAX:
      if (const auto* t = source.builtin_options_as_SoftmaxOptions()) o.beta = t->beta();
      break;
    case B::LEAKY_RELU:
      if (const auto* t = source.builtin_options_as_LeakyReluOptions()) o.alpha = t->alpha();
      break;
    case B::PACK:
      if (const auto* t = source.builtin_options_as_PackOptions()) o.axis = t->axis();
      break;
    case B::UNPACK:
      if (const auto* t = source.builtin_options_as_UnpackOptions()) o.axis = t->axis();
      break;
    case B::GATHER:
      if (const auto* t = source.builtin_options_as_GatherOptions()) {
        o.axis = t->axis();
        o.batch_dims = t->batch_dims();
      }
      break;
    case B::STRIDED_SLICE:
      if (const auto* t = source.builtin_options_as_StridedSliceOptions()) {
        o.begin_mask = t->begin_mask();
        o.end_mask = t->end_mask();
        o.ellipsis_mask = t->ellipsis_mask();
        o.new_axis_mask = t->new_axis_mask();
        o.shrink_axis_mask = t->shrink_axis_mask();
      }
      break;
    case B::SQUEEZE:
      if (const auto* t = source.builtin_options_as_SqueezeOptions(); t && t->squeeze_dims()) {
        o.axes.assign(t->squeeze_dims()->begin(), t->squeeze_dims()->end());
      }
      break;
    case B::MEAN:
    case B::SUM:
    case B::REDUCE_PROD:
    case B::REDUCE_MAX:
    case B::REDUCE_MIN:
    case B::REDUCE_ANY:
    case B::REDUCE_ALL:
      if (const auto* t = source.builtin_options_as_ReducerOptions()) o.keep_dims = t->keep_dims();
      break;
    case B::RESIZE_BILINEAR:
      if (const auto* t = source.builtin_options_as_ResizeBilinearOptions()) read_resize(*t, o);
      break;
    case B::RESIZE_NEAREST_NEIGHBOR:
      if (const auto* t = source.builtin_options_as_ResizeNearestNeighborOptions()) read_resize(*t, o);
      break;
    case B::SPACE_TO_DEPTH:
      o.block_size = required(source.builtin_options_as_SpaceToDepthOptions()).block_size();
      break;
    case B::DEPTH_TO_SPACE:
      o.block_size = required(source.builtin_options_as_DepthToSpaceOptions()).block_size();
      break;
    case B::MIRROR_PAD:
      if (const auto* t = source.builtin_options_as_MirrorPadOptions()) {
        o.symmetric = t->mode() == tflite::MirrorPadMode::SYMMETRIC;
      }
      break;
    case B::CUSTOM:
      if (op.op_class == OpClass::detection_post_process) read_detection(op.raw_options, o);
      break;
    default:
      break;
  }
  return o;
}

}  // namespace presil::graph
