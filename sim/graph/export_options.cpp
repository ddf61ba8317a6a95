// Operator options on their way into a .tflite file.
#include "sim/graph/options.hpp"

namespace presil::graph {

namespace {

tflite::ActivationFunctionType activation(Activation value) {
  return static_cast<tflite::ActivationFunctionType>(value);  // same order
}

template <typename Table>
Table window(const Options& o) {
  Table t;
  t.padding = o.padding == Padding::same ? tflite::Padding::SAME : tflite::Padding::VALID;
  t.stride_h = o.stride_h;
  t.stride_w = o.stride_w;
  t.fused_activation_function = activation(o.activation);
  return t;
}

template <typename Table>
Table activated(const Options& o) {
  Table t;
  t.fused_activation_function = activation(o.activation);
  return t;
}

template <typename Table>
Table resize(const Options& o) {
  Table t;
  t.align_corners = o.align_corners;
  t.half_pixel_centers = o.half_pixel_centers;
  return t;
}

template <typename Table>
Table recurrence(const Options& o) {
  Table t = activated<Table>(o);
  t.asymmetric_quantize_inputs = o.asymmetric_quantize_inputs;
  return t;
}

const Tensor* first(const Graph& graph, const std::vector<std::int32_t>& list) {
  return list.empty() || list[0] < 0 ? nullptr : &graph.tensors[static_cast<std::size_t>(list[0])];
}

tflite::TensorType type_of(const Tensor* tensor) {
  return tensor ? type_to_tflite(tensor->type) : tflite::TensorType::FLOAT32;
}

}  // namespace

void write_options(const Graph& graph, const Operator& source, tflite::OperatorT& target) {
  using B = tflite::BuiltinOperator;
  const Options& o = source.options;
  const Tensor *in = first(graph, source.inputs), *out = first(graph, source.outputs);
  const auto set = [&](auto table) { target.builtin_options.Set(std::move(table)); };
  switch (static_cast<B>(source.builtin_code)) {
    case B::CONV_2D: {
      auto t = window<tflite::Conv2DOptionsT>(o);
      t.dilation_h_factor = o.dilation_h;
      t.dilation_w_factor = o.dilation_w;
      return set(std::move(t));
    }
    case B::DEPTHWISE_CONV_2D: {
      auto t = window<tflite::DepthwiseConv2DOptionsT>(o);
      t.dilation_h_factor = o.dilation_h;
      t.dilation_w_factor = o.dilation_w;
      t.depth_multiplier = o.depth_multiplier;
      return set(std::move(t));
    }
    case B::TRANSPOSE_CONV:
      return set(window<tflite::TransposeConvOptionsT>(o));
    case B::AVERAGE_POOL_2D:
    case B::MAX_POOL_2D:
    case B::L2_POOL_2D: {
      auto t = window<tflite::Pool2DOptionsT>(o);
      t.filter_height = o.kernel_h;
      t.filter_width = o.kernel_w;
      return set(std::move(t));
    }
    case B::FULLY_CONNECTED: {
      auto t = recurrence<tflite::FullyConnectedOptionsT>(o);
      t.keep_num_dims = o.keep_num_dims;
      return set(std::move(t));
    }
    case B::BATCH_MATMUL: {
      tflite::BatchMatMulOptionsT t;
      t.adj_x = o.adjoint_x;
      t.adj_y = o.adjoint_y;
      t.asymmetric_quantize_inputs = o.asymmetric_quantize_inputs;
      return set(std::move(t));
    }
    case B::SVDF: {
      auto t = recurrence<tflite::SVDFOptionsT>(o);
      t.rank = 1;
      return set(std::move(t));
    }
    case B::LSTM: {
      auto t = recurrence<tflite::LSTMOptionsT>(o);
      if (source.inputs.size() == 5) t.kernel_type = tflite::LSTMKernelType::BASIC;  // the kernel with joined weights
      return set(std::move(t));
    }
    case B::UNIDIRECTIONAL_SEQUENCE_LSTM: {
      auto t = recurrence<tflite::UnidirectionalSequenceLSTMOptionsT>(o);
      t.time_major = o.time_major;
      return set(std::move(t));
    }
    case B::BIDIRECTIONAL_SEQUENCE_LSTM: {
      auto t = recurrence<tflite::BidirectionalSequenceLSTMOptionsT>(o);
      t.time_major = o.time_major;
      t.merge_outputs = source.outputs.size() == 1;
      return set(std::move(t));
    }
    case B::ADD:
      return set(activated<tflite::AddOptionsT>(o));
    case B::SUB:
      return set(activated<tflite::SubOptionsT>(o));
    case B::MUL:
      return set(activated<tflite::MulOptionsT>(o));
    case B::DIV:
      return set(activated<tflite::DivOptionsT>(o));
    case B::MINIMUM:
    case B::MAXIMUM:
      return set(tflite::MaximumMinimumOptionsT());
    case B::CONCATENATION: {
      auto t = activated<tflite::ConcatenationOptionsT>(o);
      t.axis = o.axis;
      return set(std::move(t));
    }
    case B::SOFTMAX: {
      tflite::SoftmaxOptionsT t;
      t.beta = o.beta;
      return set(std::move(t));
    }
    case B::LEAKY_RELU: {
      tflite::LeakyReluOptionsT t;
      t.alpha = o.alpha;
      return set(std::move(t));
    }
    case B::PACK: {
      tflite::PackOptionsT t;
      t.values_count = static_cast<std::int32_t>(source.inputs.size());
      t.axis = o.axis;
      return set(std::move(t));
    }
    case B::UNPACK: {
      tflite::UnpackOptionsT t;
      t.num = static_cast<std::int32_t>(source.outputs.size());
      t.axis = o.axis;
      return set(std::move(t));
    }
    case B::SPLIT: {
      tflite::SplitOptionsT t;
      t.num_splits = static_cast<std::int32_t>(source.outputs.size());
      return set(std::move(t));
    }
    case B::SPLIT_V: {
      tflite::SplitVOptionsT t;
      t.num_splits = static_cast<std::int32_t>(source.outputs.size());
      return set(std::move(t));
    }
    case B::GATHER: {
      tflite::GatherOptionsT t;
      t.axis = o.axis;
      t.batch_dims = o.batch_dims;
      return set(std::move(t));
    }
    case B::STRIDED_SLICE: {
      tflite::StridedSliceOptionsT t;
      t.begin_mask = o.begin_mask;
      t.end_mask = o.end_mask;
      t.ellipsis_mask = o.ellipsis_mask;
      t.new_axis_mask = o.new_axis_mask;
      t.shrink_axis_mask = o.shrink_axis_mask;
      return set(std::move(t));
    }
    case B::RESHAPE: {
      tflite::ReshapeOptionsT t;
      if (out) t.new_shape.assign(out->shape.begin(), out->shape.end());
      return set(std::move(t));
    }
    case B::SQUEEZE: {
      tflite::SqueezeOptionsT t;
      t.squeeze_dims.assign(o.axes.begin(), o.axes.end());
      return set(std::move(t));
    }
    case B::MEAN:
    case B::SUM:
    case B::REDUCE_PROD:
    case B::REDUCE_MAX:
    case B::REDUCE_MIN:
    case B::REDUCE_ANY:
    case B::REDUCE_ALL: {
      tflite::ReducerOptionsT t;
      t.keep_dims = o.keep_dims;
      return set(std::move(t));
    }
    case B::RESIZE_BILINEAR:
      return set(resize<tflite::ResizeBilinearOptionsT>(o));
    case B::RESIZE_NEAREST_NEIGHBOR:
      return set(resize<tflite::ResizeNearestNeighborOptionsT>(o));
    case B::SPACE_TO_DEPTH: {
      tflite::SpaceToDepthOptionsT t;
      t.block_size = o.block_size;
      return set(std::move(t));
    }
    case B::DEPTH_TO_SPACE: {
      tflite::DepthToSpaceOptionsT t;
      t.block_size = o.block_size;
      return set(std::move(t));
    }
    case B::MIRROR_PAD: {
      tflite::MirrorPadOptionsT t;
      t.mode = o.symmetric ? tflite::MirrorPadMode::SYMMETRIC : tflite::MirrorPadMode::REFLECT;
      return set(std::move(t));
    }
    case B::CAST: {
      tflite::CastOptionsT t;
      t.in_data_type = type_of(in);
      t.out_data_type = type_of(out);
      return set(std::move(t));
    }
    case B::SHAPE: {
      tflite::ShapeOptionsT t;
      t.out_type = type_of(out);
      return set(std::move(t));
    }
    case B::ARG_MAX: {
      tflite::ArgMaxOptionsT t;
      t.output_type = type_of(out);
      return set(std::move(t));
    }
    case B::ARG_MIN: {
      tflite::ArgMinOptionsT t;
      t.output_type = type_of(out);
      return set(std::move(t));
    }
    default:
      return;  // no options, or none that a cost depends on
  }
}

}  // namespace presil::graph
