#include "sim/plan/nest.hpp"

#include <algorithm>

namespace presil::plan {
namespace {

bool is_elementwise(OpClass c) {
  switch (c) {
    case OpClass::add:
    case OpClass::sub:
    case OpClass::mul:
    case OpClass::div:
    case OpClass::minimum:
    case OpClass::maximum:
    case OpClass::unary:
    case OpClass::relu:
    case OpClass::leaky_relu:
    case OpClass::prelu:
    case OpClass::logistic:
    case OpClass::tanh:
    case OpClass::hard_swish:
    case OpClass::quantize:
    case OpClass::dequantize:
    case OpClass::cast:
    case OpClass::compare:
      return true;
    default:
      return false;
  }
}

std::int32_t clamp32(std::int64_t value) {
  return static_cast<std::int32_t>(std::min<std::int64_t>(value, INT32_MAX));
}

}  // namespace

Shape4 shape4(const graph::Tensor& tensor) {
  Shape4 s;
  const auto& d = tensor.shape;
  switch (d.size()) {
    case 0:
      break;
    case 1:
      s.c = d[0];
      break;
    case 2:
      s.h = d[0];
      s.c = d[1];
      break;
    case 3:
      s.h = d[0];
      s.w = d[1];
      s.c = d[2];
      break;
    case 4:
      s.n = d[0];
      s.h = d[1];
      s.w = d[2];
      s.c = d[3];
      break;
    default:
      for (std::size_t i = 0; i + 2 < d.size(); ++i) s.h *= d[i];
      s.w = d[d.size() - 2];
      s.c = d.back();
  }
  return s;
}

common::PostOp post_op(graph::Activation activation) {
  switch (activation) {
    case graph::Activation::none:
      return common::PostOp::none;
    case graph::Activation::tanh:
    case graph::Activation::sign_bit:
      return common::PostOp::lut;
    default:
      return common::PostOp::relu;
  }
}

common::PostOp post_op(OpClass op_class) {
  switch (op_class) {
    case OpClass::relu:
    case OpClass::quantize:
    case OpClass::dequantize:
    case OpClass::cast:
      return common::PostOp::relu;
    case OpClass::leaky_relu:
    case OpClass::logistic:
    case OpClass::tanh:
    case OpClass::hard_swish:
    case OpClass::unary:
      return common::PostOp::lut;
    default:
      return common::PostOp::none;
  }
}

Nest make_nest(const graph::Graph& graph, const graph::Operator& op) {
  Nest nest;
  nest.op_class = op.op_class;
  nest.macs = op.macs;
  nest.post_op = post_op(op.options.activation);
  if (op.outputs.empty()) return nest;
  const graph::Tensor& out = graph.tensors[static_cast<std::size_t>(op.outputs[0])];
  nest.out = shape4(out);
  nest.output_bits = static_cast<std::uint8_t>(graph::bits(out.type));

  const graph::Tensor* in = nullptr;
  const graph::Tensor* second = nullptr;
  for (std::int32_t t : op.inputs) {
    if (t < 0) continue;
    const graph::Tensor& tensor = graph.tensors[static_cast<std::size_t>(t)];
    if (in == nullptr && !tensor.constant)
      in = &tensor;
    else if (second == nullptr && tensor.constant)
      second = &tensor;
  }
  if (in == nullptr) in = &out;
  nest.in = shape4(*in);
  nest.activation_bits = static_cast<std::uint8_t>(graph::bits(in->type));
  nest.floating_point =
      in->type == graph::Type::float32 || in->type == graph::Type::float16 || in->type == graph::Type::float64;
  nest.weight_bits = second != nullptr ? static_cast<std::uint8_t>(graph::bits(second->type)) : nest.activation_bits;

  const graph::Options& o = op.options;
  const auto weights = [&](std::size_t position) -> const graph::Tensor* {
    if (op.inputs.size() <= position || op.inputs[position] < 0) return nullptr;
    return &graph.tensors[static_cast<std::size_t>(op.inputs[position])];
  };
  const auto take_weights = [&](const graph::Tensor* w) {
    if (w == nullptr) return;
    nest.weight_elements = w->elements();
    nest.weight_bits = static_cast<std::uint8_t>(graph::bits(w->type));
    nest.per_channel = w->quantization.per_channel();
  };
  const auto take_window = [&] {
    nest.kh = o.kernel_h;
    nest.kw = o.kernel_w;
    nest.stride_h = o.stride_h;
    nest.stride_w = o.stride_w;
    nest.dilation_h = o.dilation_h;
    nest.dilation_w = o.dilation_w;
    nest.pad_top = o.pad_top;
    nest.pad_left = o.pad_left;
  };

  switch (op.op_class) {
    case OpClass::convolution:
    case OpClass::pointwise:
      nest.access = Access::window;
      take_window();
      take_weights(weights(1));
      nest.ic = nest.weight_elements / std::max<std::int64_t>(1, nest.out.c * nest.kh * nest.kw);
      break;
    case OpClass::transpose_convolution:
      nest.access = Access::window;
      take_window();
      take_weights(weights(1));
      if (const graph::Tensor* data = weights(2)) nest.in = shape4(*data);
      nest.ic = nest.in.c;
      nest.upsample_h = nest.stride_h;
      nest.upsample_w = nest.stride_w;
      nest.stride_h = nest.stride_w = 1;
      break;
    case OpClass::depthwise:
      nest.access = Access::channelwise;
      take_window();
      take_weights(weights(1));
      nest.channel_multiplier = std::max<std::int64_t>(1, nest.out.c / std::max<std::int64_t>(1, nest.in.c));
      break;
    case OpClass::average_pool:
    case OpClass::max_pool:
      nest.access = Access::channelwise;
      take_window();
      break;
    case OpClass::fully_connected: {
      nest.access = Access::window;
      take_weights(weights(1));
      const std::int64_t outputs = nest.out.c;
      nest.ic = nest.weight_elements / std::max<std::int64_t>(1, outputs);
      const std::int64_t rows = std::max<std::int64_t>(1, out.elements() / std::max<std::int64_t>(1, outputs));
      nest.out = {1, rows, 1, outputs};
      nest.in = {1, rows, 1, std::max<std::int64_t>(1, nest.ic)};
      break;
    }
    case OpClass::matmul: {
      nest.access = Access::window;
      const graph::Tensor* right = weights(1);
      nest.ic = o.adjoint_x ? in->shape[in->shape.size() - 2] : in->shape.back();
      nest.out = {1, std::max<std::int64_t>(1, out.elements() / std::max<std::int64_t>(1, out.shape.back())), 1,
                  out.shape.back()};
      nest.in = {1, nest.out.h, 1, std::max<std::int64_t>(1, nest.ic)};
      take_weights(right);
      break;
    }
    case OpClass::mean: {
      // A reduction over H and W is a window as large as the map; other reductions stream.
      const bool spatial = in->shape.size() == 4 && o.axes.size() == 2 && std::min(o.axes[0], o.axes[1]) == 1 &&
                           std::max(o.axes[0], o.axes[1]) == 2;
      if (spatial) {
        nest.access = Access::channelwise;
        nest.out = {nest.in.n, 1, 1, nest.in.c};
        nest.kh = static_cast<int>(nest.in.h);
        nest.kw = static_cast<int>(nest.in.w);
        nest.stride_h = nest.kh;
        nest.stride_w = nest.kw;
      }
      break;
    }
    case OpClass::lstm:
    case OpClass::svdf:
      for (std::int32_t t : op.inputs)
        if (t >= 0) {
          const graph::Tensor& tensor = graph.tensors[static_cast<std::size_t>(t)];
          if (tensor.constant) nest.weight_elements += tensor.elements();
        }
      break;
    default:
      if (is_elementwise(op.op_class)) {
        nest.access = nest.in == nest.out ? Access::channelwise : Access::proportional;
        if (nest.post_op == common::PostOp::none) nest.post_op = post_op(op.op_class);
      }
      break;
  }
  return nest;
}

Work whole_work(const Nest& nest, std::int64_t input_elements, std::int64_t output_elements,
                std::int64_t weight_bytes) {
  Work work;
  work.op_class = nest.op_class;
  work.post_op = nest.post_op;
  work.activation_bits = nest.activation_bits;
  work.weight_bits = nest.weight_bits;
  work.output_bits = nest.output_bits;
  work.floating_point = nest.floating_point;
  work.per_channel = nest.per_channel;
  work.n = clamp32(nest.out.n);
  work.oh = clamp32(nest.out.h);
  work.ow = clamp32(nest.out.w);
  work.oc = clamp32(nest.out.c);
  work.ic = clamp32(nest.ic);
  work.kh = nest.kh;
  work.kw = nest.kw;
  work.input_elements = input_elements;
  work.output_elements = output_elements;
  work.weight_elements = nest.weight_elements;
  work.weight_bytes = weight_bytes;
  work.macs = nest.macs;
  return work;
}

}  // namespace presil::plan
