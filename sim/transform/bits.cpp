#include "sim/transform/bits.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "sim/graph/builder.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/glob.hpp"
#include "sim/transform/requantize.hpp"
#include "sim/transform/roles.hpp"

namespace presil::transform {

using graph::Graph;
using graph::OpClass;
using graph::Operator;
using graph::Tensor;
using graph::Type;

namespace {

constexpr const char* kSupported =
    "integer weights (1, 2, 4, 8, 16 bits) go with activations of 1, 2, 4, 8, 16 bits or float, float weights with "
    "float activations";

std::string text(Width width) {
  return width.floating ? "float" : fmt::format("{}-bit", width.bits);
}

Width width_of(Type type) {
  return is_float(type) ? Width{32, true} : Width{graph::bits(type), false};
}

bool holds(Type type, Width width) {
  return width_of(type) == width && (is_float(type) || is_quantized(type));
}

class Narrowing {
 public:
  Narrowing(const Graph& network, const std::vector<BitRule>& rules)
      : was_(network), now_(network), rules_(rules), buffers_(network) {
    quantized_ = std::any_of(network.tensors.begin(), network.tensors.end(),
                             [](const Tensor& t) { return !t.constant && is_quantized(t.type); });
  }

  Graph run() {
    check_patterns();
    versions_.assign(was_.tensors.size(), {});
    now_.operators.clear();
    set_inputs();
    for (const Operator& op : was_.operators) visit(op);
    for (std::int32_t& t : now_.outputs) t = current(t);
    if (!dropped_.empty()) drop_unused_tensors(now_);
    finish(now_);
    return std::move(now_);
  }

 private:
  static std::size_t index(std::int32_t t) { return static_cast<std::size_t>(t); }

  void check_patterns() const {
    for (const BitRule& rule : rules_) {
      for (const auto& width : {rule.weights, rule.activations}) {
        if (!width || width->floating) continue;
        const int b = width->bits;
        if (b != 1 && b != 2 && b != 4 && b != 8 && b != 16) {
          graph::fail(was_.name, "bit width", fmt::format("{} bits is not supported; {}", b, kSupported));
        }
      }
      const bool any = std::any_of(was_.operators.begin(), was_.operators.end(),
                                   [&](const Operator& op) { return means(rule.pattern, was_, op); });
      if (!any) {
        graph::fail(
            was_.name, fmt::format("bit width of '{}'", graph::printable(rule.pattern)),
            "matches no operator; names of outputs, of operators (CONV_2D) and of classes (pointwise) would do");
      }
    }
  }

  /// Activations are what the network computes with: integers, or, in a network without any, floats.
  bool is_activation(std::int32_t t) const {
    const Tensor& tensor = was_.tensors[index(t)];
    return !tensor.constant && (quantized_ ? is_quantized(tensor.type) : is_float(tensor.type));
  }

  std::optional<Width> asked(const Operator& op, std::optional<Width> BitRule::*what, bool by_name) const {
    std::optional<Width> result;
    for (const BitRule& rule : rules_) {
      if (rule.*what && (!by_name || rule.pattern != "*") && means(rule.pattern, was_, op)) result = rule.*what;
    }
    return result;
  }

  /// What stands for a tensor now that conversions of nothing were left out.
  std::int32_t current(std::int32_t t) const {
    const auto found = dropped_.find(t);
    return found == dropped_.end() ? t : found->second;
  }

  void set_type(std::int32_t t, Width width) {
    Tensor& tensor = now_.tensors[index(t)];
    if (holds(tensor.type, width)) return;
    if (width.floating) {
      tensor.quantization = {};
    } else {
      graph::Quantization& q = tensor.quantization;
      if (q.scale.empty()) q.scale = {1.0f / 256};  // of a float network: any, no cost depends on it
      const int change = graph::bits(tensor.type) - width.bits;
      for (float& scale : q.scale)
        scale *= is_float(tensor.type) ? 1.0f : change > 0 ? 1 << change : 1.0f / (1 << -change);
      q.zero_point.assign(q.scale.size(), 0);
    }
    tensor.type = type_of(width);
  }

  void set_inputs() {
    for (const std::int32_t t : was_.inputs) {
      if (!is_activation(t)) continue;
      for (const Operator& op : was_.operators) {
        if (std::find(op.inputs.begin(), op.inputs.end(), t) == op.inputs.end()) continue;
        if (is_conversion(op)) continue;
        if (const auto width = asked(op, &BitRule::activations, false)) set_type(t, *width);
        break;
      }
    }
  }

  /// The width an operator computes in.
  std::optional<Width> activations(const Operator& op) const {
    if (is_conversion(op)) {
      const bool makes = !op.outputs.empty() && op.outputs[0] >= 0 && is_activation(op.outputs[0]);
      return makes ? asked(op, &BitRule::activations, false) : std::nullopt;
    }
    if (const auto named = asked(op, &BitRule::activations, true)) return named;
    if (moves_data(op.op_class)) {
      for (const std::int32_t t : op.inputs) {
        if (t >= 0 && is_activation(t)) return width_of(now_.tensors[index(current(t))].type);
      }
    }
    if (const auto all = asked(op, &BitRule::activations, false)) return all;
    for (const std::int32_t t : op.inputs) {  // as it was, whatever stands before it now
      if (t >= 0 && is_activation(t)) return width_of(was_.tensors[index(t)].type);
    }
    return std::nullopt;
  }

  void visit(const Operator& source) {
    Operator op = source;
    if (op.folded) return now_.operators.push_back(std::move(op));
    for (std::int32_t& t : op.inputs) t = t < 0 ? t : current(t);
    const auto width = activations(source);
    if (width) {
      for (const std::int32_t t : source.outputs) {
        if (t >= 0 && is_activation(t)) set_type(t, *width);
      }
    }
    if (is_conversion(source)) return convert(source, std::move(op));
    for (std::size_t i = 0; i < op.inputs.size(); ++i) operand(source, op, i, width);
    check(source, op);
    now_.operators.push_back(std::move(op));
  }

  void operand(const Operator& source, Operator& op, std::size_t i, std::optional<Width> width) {
    const std::int32_t t = op.inputs[i];
    if (t < 0) return;
    const Tensor& before = was_.tensors[index(source.inputs[i])];
    const int axis = weight_axis(source, i, before);
    if (axis >= 0 && before.constant && !before.folded) {
      const auto weights = asked(source, &BitRule::weights, false);
      if (weights) constant(op, i, *weights, axis);
      return;
    }
    if (!width) return;
    if (before.constant) {
      if (is_bias(source, i)) return bias(op, i, *width);
      if (!before.folded && takes_operands(source.op_class)) constant(op, i, *width, -1);
      return;
    }
    if (!is_activation(source.inputs[i])) return;
    if (before.variable) {  // state in the width of the data follows it; wider cell states stay
      if (before.type == was_.tensors[index(source.inputs[0])].type) set_type(t, *width);
      return;
    }
    if (!holds(now_.tensors[index(t)].type, *width)) op.inputs[i] = converted(t, *width);
  }

  /// Input `i` of `op`, a constant, in `width`: in place the first time, in a copy where another width was asked for.
  void constant(Operator& op, std::size_t i, Width width, int axis) {
    const std::int32_t t = op.inputs[i];
    auto& versions = versions_[index(t)];
    for (const auto& [other, id] : versions) {
      if (other == width) {
        op.inputs[i] = id;
        return;
      }
    }
    std::int32_t id = t;
    Tensor fresh = was_.tensors[index(t)];
    if (axis >= 0) {
      requantize_weights(fresh, width, axis, buffers_);
    } else {
      requantize_operand(fresh, width, buffers_);
    }
    if (!versions.empty() || read_elsewhere(t, op)) {
      id = static_cast<std::int32_t>(now_.tensors.size());
      fresh.name += fmt::format("_{}", width.floating ? "float" : std::to_string(width.bits));
      now_.tensors.push_back(std::move(fresh));
    } else {
      now_.tensors[index(t)] = std::move(fresh);
    }
    versions.push_back({width, id});
    op.inputs[i] = id;
  }

  /// Is a constant used by an operator to which other rules may apply?
  bool read_elsewhere(std::int32_t t, const Operator& self) const {
    return std::any_of(was_.operators.begin(), was_.operators.end(), [&](const Operator& op) {
      if (op.index == self.index || std::find(op.inputs.begin(), op.inputs.end(), t) == op.inputs.end()) return false;
      return op.folded || asked(op, &BitRule::weights, false) != asked(self, &BitRule::weights, false) ||
             asked(op, &BitRule::activations, false) != asked(self, &BitRule::activations, false);
    });
  }

  /// 32 bits either way: integers beside integer activations, floats beside floats.
  void bias(Operator& op, std::size_t i, Width width) {
    Tensor& tensor = now_.tensors[index(op.inputs[i])];
    if (width.floating ? tensor.type != Type::int32 : !is_float(tensor.type)) return;
    tensor.type = width.floating ? Type::float32 : Type::int32;
    tensor.quantization = {};
    buffers_.put(tensor, std::vector<std::uint8_t>(static_cast<std::size_t>(tensor.elements()) * 4, 0));
  }

  std::int32_t converted(std::int32_t t, Width width) {
    const auto key = std::pair(t, type_of(width));
    const auto known = conversions_.find(key);
    if (known != conversions_.end()) return known->second;
    Tensor tensor = now_.tensors[index(t)];
    tensor.name += width.floating ? "_float" : fmt::format("_{}_bit", width.bits);
    tensor.variable = false;
    const auto id = static_cast<std::int32_t>(now_.tensors.size());
    now_.tensors.push_back(std::move(tensor));
    set_type(id, width);
    add_conversion(t, id);
    conversions_[key] = id;
    return id;
  }

  void add_conversion(std::int32_t from, std::int32_t to) {
    const bool widens = is_float(now_.tensors[index(to)].type);
    Operator op;
    op.name = widens ? "DEQUANTIZE" : "QUANTIZE";
    op.builtin_code = graph::builtin_code(op.name);
    op.op_class = widens ? OpClass::dequantize : OpClass::quantize;
    op.inputs = {from};
    op.outputs = {to};
    now_.operators.push_back(std::move(op));
  }

  void convert(const Operator& source, Operator op) {
    if (op.inputs.empty() || op.outputs.empty() || op.inputs[0] < 0 || op.outputs[0] < 0) {
      return now_.operators.push_back(std::move(op));
    }
    const Type from = now_.tensors[index(op.inputs[0])].type, to = now_.tensors[index(op.outputs[0])].type;
    const Type from_was = was_.tensors[index(source.inputs[0])].type, to_was = was_.tensors[index(op.outputs[0])].type;
    if (from == from_was && to == to_was) return now_.operators.push_back(std::move(op));
    if (from == to && (from_was != to_was || is_float(to))) {
      dropped_[op.outputs[0]] = op.inputs[0];
      return;
    }
    if (is_quantized(from) || is_quantized(to)) return add_conversion(op.inputs[0], op.outputs[0]);
    now_.operators.push_back(std::move(op));
  }

  void check(const Operator& source, const Operator& op) const {
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      if (op.inputs[i] < 0 || weight_axis(source, i, was_.tensors[index(source.inputs[i])]) < 0) continue;
      const Tensor& weights = now_.tensors[index(op.inputs[i])];
      const std::size_t data = source.op_class == OpClass::transpose_convolution ? 2 : 0;
      if (!weights.constant || data >= op.inputs.size() || op.inputs[data] < 0) continue;
      const Type activations = now_.tensors[index(op.inputs[data])].type;
      if (is_float(weights.type) && is_quantized(activations)) {
        graph::fail(was_.name, graph::place(source),
                    fmt::format("float weights with {} activations are not supported; {}", text(width_of(activations)),
                                kSupported));
      }
    }
  }

  const Graph& was_;
  Graph now_;
  const std::vector<BitRule>& rules_;
  Buffers buffers_;
  bool quantized_ = false;
  std::map<std::int32_t, std::int32_t> dropped_;                       // output of a left-out conversion -> its input
  std::map<std::pair<std::int32_t, Type>, std::int32_t> conversions_;  // tensor and type -> its copy in that type
  std::vector<std::vector<std::pair<Width, std::int32_t>>> versions_;  // by constant: its versions
};

}  // namespace

Width width(const std::string& text, const std::string& what) {
  if (text == "float") return {32, true};
  for (const int bits : {1, 2, 4, 8, 16}) {
    if (text == std::to_string(bits)) return {bits, false};
  }
  throw common::Error(
      fmt::format("{}: '{}' is no element width; 1, 2, 4, 8, 16 and float are", what, graph::printable(text)));
}

Graph with_bits(const Graph& network, const std::vector<BitRule>& rules) {
  return Narrowing(network, rules).run();
}

Graph with_bits(const Graph& network, std::optional<Width> weights, std::optional<Width> activations) {
  return with_bits(network, {{"*", weights, activations}});
}

}  // namespace presil::transform
