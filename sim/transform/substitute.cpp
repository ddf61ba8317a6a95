#include "sim/transform/substitute.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/graph/fail.hpp"
#include "sim/graph/glob.hpp"
#include "sim/transform/dead_filters.hpp"
#include "sim/transform/edit.hpp"
#include "sim/transform/fold.hpp"
#include "sim/transform/split.hpp"

namespace presil::transform {

using graph::Activation;
using graph::Graph;
using graph::OpClass;
using graph::Operator;
using graph::Tensor;

namespace {

graph::WindowStyle window_of(const Operator& op) {
  graph::WindowStyle style;
  style.kernel = {op.options.kernel_h, op.options.kernel_w};
  style.stride = {op.options.stride_h, op.options.stride_w};
  style.dilation = {op.options.dilation_h, op.options.dilation_w};
  style.padding = op.options.padding;
  style.activation = op.options.activation;
  return style;
}

/// With padding the stride goes first, which costs 18/25; without, it must come last for the sizes to agree.
bool two_depthwise(Edit& edit, const Graph&, const Operator& op) {
  const graph::Options& o = op.options;
  if (op.op_class != OpClass::depthwise || o.kernel_h != 5 || o.kernel_w != 5) return false;
  if (o.dilation_h != 1 || o.dilation_w != 1) return false;
  edit.begin(op);
  graph::WindowStyle first = window_of(op), second = first;
  first.kernel = second.kernel = {3, 3};
  (o.padding == graph::Padding::same ? second : first).stride = {1, 1};
  const Edit::Id middle = edit.builder().depthwise(op.inputs[0], o.depth_multiplier, first, {});
  edit.end(op, edit.builder().depthwise(middle, 1, second, {}));
  return true;
}

bool separable(Edit& edit, const Graph&, const Operator& op) {
  if (op.op_class != OpClass::convolution || (op.options.kernel_h == 1 && op.options.kernel_w == 1)) return false;
  const std::int64_t channels = edit.tensor(op.inputs[0]).shape[3];
  if (edit.tensor(op.inputs[1]).shape[3] != channels || channels < 4) return false;  // grouped; or a picture's colours
  edit.begin(op);
  const Edit::Id middle = edit.builder().depthwise(op.inputs[0], 1, window_of(op), {});
  graph::WindowStyle pointwise;
  pointwise.activation = op.options.activation;
  edit.end(op, edit.builder().convolution(middle, edit.tensor(op.outputs[0]).shape[3], pointwise, {}));
  return true;
}

const char* operator_of(Activation activation) {
  switch (activation) {
    case Activation::relu:
      return "RELU";
    case Activation::relu6:
      return "RELU6";
    case Activation::relu_n1_to_1:
      return "RELU_N1_TO_1";
    case Activation::tanh:
      return "TANH";
    default:
      return nullptr;
  }
}

bool computes(const Operator& op) {
  return op.op_class == OpClass::convolution || op.op_class == OpClass::pointwise ||
         op.op_class == OpClass::depthwise || op.op_class == OpClass::fully_connected ||
         op.op_class == OpClass::transpose_convolution;
}

/// The operator as it is, its result under a new name, for something to come behind it.
Edit::Id bare(Edit& edit, const Operator& op) {
  const Tensor out = edit.tensor(op.outputs[0]);
  const Edit::Id id = edit.builder().activation_tensor(out.name + "_bare", out.shape);
  Operator& kept = edit.keep(op);
  kept.outputs[0] = id;
  kept.options.activation = Activation::none;
  return id;
}

bool unfuse_activation(Edit& edit, const Graph&, const Operator& op) {
  const char* name = operator_of(op.options.activation);
  if (!name || op.op_class == OpClass::lstm || op.op_class == OpClass::svdf) return false;
  edit.begin(op);
  edit.end(op, edit.builder().unary(name, bare(edit, op)));
  return true;
}

bool unfuse_batch_norm(Edit& edit, const Graph&, const Operator& op) {
  if (!computes(op) || op.op_class == OpClass::fully_connected) return false;
  edit.begin(op);
  const std::vector<std::int64_t> channels = {edit.tensor(op.outputs[0]).shape.back()};
  const Edit::Id x = bare(edit, op);
  const Edit::Id scaled = edit.builder().elementwise("MUL", x, edit.builder().learned(channels, {}), Activation::none);
  edit.end(op, edit.builder().elementwise("ADD", scaled, edit.builder().learned(channels, {}), op.options.activation));
  return true;
}

bool dense_as_convolution(Edit& edit, const Graph&, const Operator& op) {
  if (op.op_class != OpClass::fully_connected || !edit.tensor(op.inputs[1]).constant) return false;
  const std::vector<std::int64_t> weights = edit.tensor(op.inputs[1]).shape, out = edit.tensor(op.outputs[0]).shape;
  if (edit.tensor(op.inputs[1]).folded) return false;
  const std::int64_t rows = edit.tensor(op.inputs[0]).elements() / weights[1];
  edit.begin(op);
  const Edit::Id x = edit.builder().reshape(op.inputs[0], {1, rows, 1, weights[1]});
  std::vector<std::int32_t> inputs = {x, edit.reshaped(op.inputs[1], {weights[0], 1, 1, weights[1]})};
  if (op.inputs.size() > 2 && op.inputs[2] >= 0) inputs.push_back(op.inputs[2]);
  const Edit::Id y = edit.builder().activation_tensor("dense_map", {1, rows, 1, weights[0]});
  edit.builder().add("CONV_2D", inputs, {y}).options.activation = op.options.activation;
  edit.end(op, edit.builder().reshape(y, out));
  return true;
}

bool is_global_pool(const Edit& edit, const Operator& op) {
  const Tensor& x = edit.tensor(op.inputs[0]);
  if (x.shape.size() != 4 || x.shape[1] * x.shape[2] == 1) return false;
  if (op.name == "MEAN") return op.options.axes == std::vector<int>{1, 2} || op.options.axes == std::vector<int>{2, 1};
  return op.op_class == OpClass::average_pool && op.options.kernel_h == x.shape[1] &&
         op.options.kernel_w == x.shape[2] && edit.tensor(op.outputs[0]).elements() == x.shape[0] * x.shape[3];
}

/// Depthwise 3x3 convolutions of stride 3, each a mean over its window, until one pixel is left.
bool pool_as_convolutions(Edit& edit, const Graph&, const Operator& op) {
  if (!is_global_pool(edit, op)) return false;
  edit.begin(op);
  Edit::Id x = op.inputs[0];
  while (edit.tensor(x).shape[1] > 1 || edit.tensor(x).shape[2] > 1) {
    const auto side = [&](std::size_t d) {
      return static_cast<int>(std::min<std::int64_t>(3, edit.tensor(x).shape[d]));
    };
    graph::WindowStyle style;
    style.kernel = style.stride = {side(1), side(2)};
    x = edit.builder().depthwise(x, 1, style, {});
  }
  if (edit.tensor(op.outputs[0]).shape.size() != 4) x = edit.builder().reshape(x, edit.tensor(op.outputs[0]).shape);
  edit.end(op, x);
  return true;
}

struct Rule {
  SubstitutionInfo info;
  bool (*apply)(Edit&, const Graph&, const Operator&);  // null: the whole network at once
};

const std::vector<Rule>& rules() {
  static const std::vector<Rule> kRules = {
      {{"depthwise-5x5-as-3x3", "a 5x5 depthwise convolution as two of 3x3"}, two_depthwise},
      {{"separable", "a convolution as a depthwise and a pointwise one"}, separable},
      {{"unfuse-activation", "activations as operators of their own"}, unfuse_activation},
      {{"unfuse-batch-norm", "a multiplication and an addition per channel behind every convolution"},
       unfuse_batch_norm},
      {{"fuse-activation", "activations that stand alone taken into the operator before them"}, fuse_activation},
      {{"fuse-batch-norm", "multiplications and additions per channel taken into the convolution before them"},
       fuse_batch_norm},
      {{"dense-as-convolution", "a fully connected layer as a 1x1 convolution"}, dense_as_convolution},
      {{"pool-as-convolutions", "a global average pool as depthwise convolutions of stride 3"}, pool_as_convolutions},
      {{"split", "an operator as two halves of its output channels, NAME_first and NAME_rest, to be placed apart"},
       split_channels},
      {{"drop-dead-filters", "filters without weights left out, and what reads them"}, nullptr},
  };
  return kRules;
}

}  // namespace

const std::vector<SubstitutionInfo>& substitutions() {
  static const std::vector<SubstitutionInfo> kInfos = [] {
    std::vector<SubstitutionInfo> infos;
    for (const Rule& rule : rules()) infos.push_back(rule.info);
    return infos;
  }();
  return kInfos;
}

Substitution substitute(const graph::Graph& network, const std::string& name, const std::string& pattern) {
  const auto rule = std::find_if(rules().begin(), rules().end(), [&](const Rule& r) { return name == r.info.name; });
  if (rule == rules().end()) {
    std::vector<std::string> names;
    for (const Rule& r : rules()) names.emplace_back(r.info.name);
    throw common::Error(fmt::format("substitution '{}': there is none of this name; there are: {}",
                                    graph::printable(name), fmt::join(names, ", ")));
  }
  Substitution result;
  result.before = footprint(network);
  if (!rule->apply) {
    result.network = drop_dead_filters(network, pattern, result.changed);
  } else {
    Edit edit(network);
    for (const Operator& op : network.operators) {
      const bool done = !op.folded && !op.outputs.empty() && !op.inputs.empty() && op.inputs[0] >= 0 &&
                        means(pattern, network, op) && rule->apply(edit, network, op);
      if (done) {
        result.changed.push_back(graph::place(op));
      } else {
        edit.keep(op);
      }
    }
    result.network = result.changed.empty() ? network : edit.finish();
  }
  result.after = footprint(result.network);
  return result;
}

}  // namespace presil::transform
