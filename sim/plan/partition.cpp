#include "sim/plan/partition.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>

#include "models/common/error.hpp"
#include "models/cpu/cpu_timing.hpp"
#include "sim/graph/glob.hpp"

namespace presil::plan {
namespace {

/// Operators that only give the same bytes another shape or name.
bool is_alias(const graph::Operator& op) {
  return op.op_class == OpClass::reshape;
}

const graph::Tensor* first_activation(const graph::Graph& graph, const graph::Operator& op) {
  for (std::int32_t t : op.inputs)
    if (t >= 0 && !graph.tensors[static_cast<std::size_t>(t)].constant)
      return &graph.tensors[static_cast<std::size_t>(t)];
  return nullptr;
}

/// "8 x 8, 8 x 4 and float 16 x 16 bit (activations x weights)"
std::string supported_widths(const npu::NpuSpec& npu) {
  if (npu.precision.empty()) return "8 x 8 bit (activations x weights)";
  std::vector<std::string> pairs;
  for (const npu::Precision& p : npu.precision)
    pairs.push_back(fmt::format("{}{} x {}", p.floating_point ? "float " : "", p.activation_bits, p.weight_bits));
  return fmt::format("{} bit (activations x weights)", fmt::join(pairs, ", "));
}

std::string why_not_type(const graph::Graph& graph, const graph::Operator& op, const npu::NpuTiming& timing,
                         const npu::Support& support, const npu::NpuSpec& npu, const std::string& unit) {
  const graph::Tensor* in = first_activation(graph, op);
  if (in == nullptr) return {};
  const std::string type = graph::name(in->type);
  if (!support.types.empty()) {
    if (std::find(support.types.begin(), support.types.end(), type) == support.types.end())
      return fmt::format("{} activations: {} takes {}", type, unit, fmt::join(support.types, ", "));
    return {};
  }
  const Nest nest = make_nest(graph, op);
  const int weight_bits = nest.weight_elements > 0 ? nest.weight_bits : nest.activation_bits;
  const bool wide_data = nest.weight_elements == 0 && !nest.floating_point && nest.activation_bits <= 16;
  if (timing.precision_rate(nest.activation_bits, weight_bits, nest.floating_point) > 0) return {};
  if (wide_data && timing.precision_rate(nest.activation_bits, 8, false) > 0) return {};
  return fmt::format("{} activations with {}-bit weights are not supported by {}, which takes {}", type, weight_bits,
                     unit, supported_widths(npu));
}

std::string why_not_npu(const graph::Graph& graph, const graph::Operator& op, const hw::Unit& unit,
                        const npu::NpuTiming& timing) {
  const npu::NpuSpec& npu = unit.npu();
  const auto found = npu.supports.find(op.op_class);
  if (found == npu.supports.end())
    return fmt::format("{} is not supported by {}", common::name(op.op_class), unit.name);
  const npu::Support& s = found->second;
  const graph::Options& o = op.options;
  if ((s.max_kernel_h > 0 && o.kernel_h > s.max_kernel_h) || (s.max_kernel_w > 0 && o.kernel_w > s.max_kernel_w))
    return fmt::format("kernel {}x{} is larger than {}x{}", o.kernel_h, o.kernel_w, s.max_kernel_h, s.max_kernel_w);
  // A window with a single output along an axis never takes a step there.
  const Nest nest = make_nest(graph, op);
  const int stride = std::max(nest.out.h > 1 ? o.stride_h : 1, nest.out.w > 1 ? o.stride_w : 1);
  if (s.max_stride > 0 && stride > s.max_stride)
    return fmt::format("stride {} is larger than {}", stride, s.max_stride);
  if (s.max_dilation > 0 && std::max(o.dilation_h, o.dilation_w) > s.max_dilation)
    return fmt::format("dilation {} is larger than {}", std::max(o.dilation_h, o.dilation_w), s.max_dilation);
  const graph::Tensor* in = first_activation(graph, op);
  if (in != nullptr && s.max_rank > 0 && static_cast<int>(in->shape.size()) > s.max_rank)
    return fmt::format("rank {} is higher than {}", in->shape.size(), s.max_rank);
  if (in != nullptr && s.max_batch > 0 && shape4(*in).n > s.max_batch)
    return fmt::format("batch {} is larger than {}", shape4(*in).n, s.max_batch);
  if (in != nullptr && s.max_channels > 0 && shape4(*in).c > s.max_channels)
    return fmt::format("{} channels are more than {}", shape4(*in).c, s.max_channels);

  const graph::Tensor* other = nullptr;
  bool constant_operand = false;
  int activations = 0;
  for (std::int32_t t : op.inputs) {
    if (t < 0) continue;
    const graph::Tensor& tensor = graph.tensors[static_cast<std::size_t>(t)];
    if (tensor.constant)
      constant_operand = true;
    else if (++activations == 2)
      other = &tensor;
  }
  if (!s.constant_operand && constant_operand) return "a constant operand is not supported";
  if (!s.broadcast && in != nullptr && other != nullptr && !(shape4(*in) == shape4(*other)))
    return "operands of different shape (broadcast) are not supported";
  if (!s.per_channel)
    for (std::int32_t t : op.inputs)
      if (t >= 0 && graph.tensors[static_cast<std::size_t>(t)].constant &&
          graph.tensors[static_cast<std::size_t>(t)].quantization.per_channel())
        return "weights quantised by channel are not supported";
  const std::string type = why_not_type(graph, op, timing, s, npu, unit.name);
  if (!type.empty()) return type;
  if (npu.array.count(op.op_class) != 0 && !npu.array.at(op.op_class).empty()) {
    if (timing
            .usable_modes(op.op_class, nest.kh, nest.kw, static_cast<int>(nest.ic),
                          std::max(nest.stride_h, nest.stride_w))
            .empty())
      return fmt::format("no mode of the array runs a {}x{} kernel over {} input channels", nest.kh, nest.kw, nest.ic);
  }
  return {};
}

/// Unit indices by preference: accelerators in the order of the file, then CPUs.
std::vector<int> preference(const hw::Hardware& hardware) {
  std::vector<int> order;
  for (std::size_t i = 0; i < hardware.units.size(); ++i)
    if (hardware.units[i].is_npu()) order.push_back(static_cast<int>(i));
  for (std::size_t i = 0; i < hardware.units.size(); ++i)
    if (!hardware.units[i].is_npu()) order.push_back(static_cast<int>(i));
  return order;
}

int unit_index(const hw::Hardware& hardware, const std::string& name) {
  for (std::size_t i = 0; i < hardware.units.size(); ++i)
    if (hardware.units[i].name == name) return static_cast<int>(i);
  return -1;
}

/// The unit asked for by `--place`, -1 when no pattern matches; the last matching pattern wins.
int placed(const Program& program, const graph::Operator& op, const Options& options, std::vector<int>& hits) {
  int unit = -1;
  for (std::size_t p = 0; p < options.place.size(); ++p) {
    const auto& [pattern, name] = options.place[p];
    if (!graph::means(pattern, *program.graph, op)) continue;
    ++hits[p];
    unit = unit_index(*program.hardware, name);
    if (unit < 0)
      throw common::Error(
          fmt::format("--place {}={}: {} has no unit '{}'", pattern, name, program.hardware->file, name));
  }
  return unit;
}

void note_generic_rate(const Program& program, const graph::Operator& op, Assignment& a) {
  const hw::Unit& unit = program.hardware->units[static_cast<std::size_t>(a.unit)];
  if (unit.is_npu()) return;
  const cpu::CpuTiming timing(unit.cpu());
  if (op.op_class == OpClass::other || !timing.has_rate(op.op_class))
    a.note = fmt::format("{} is costed at the generic rate of {}: no kernel rate is known for {}", op.name, unit.name,
                         common::name(op.op_class));
}

}  // namespace

std::string why_not(const graph::Graph& graph, const graph::Operator& op, const hw::Unit& unit,
                    const npu::NpuTiming* timing) {
  return unit.is_npu() ? why_not_npu(graph, op, unit, *timing) : std::string();
}

void partition(Program& program, const Options& options) {
  const graph::Graph& graph = *program.graph;
  const hw::Hardware& hardware = *program.hardware;
  const std::vector<int> order = preference(hardware);
  program.assignments.assign(graph.operators.size(), {});
  std::vector<int> hits(options.place.size(), 0);
  std::vector<std::unique_ptr<npu::NpuTiming>> timings;
  for (const hw::Unit& unit : hardware.units)
    timings.push_back(unit.is_npu() ? std::make_unique<npu::NpuTiming>(unit.npu()) : nullptr);
  const auto refusal = [&](const graph::Operator& op, int unit) {
    return why_not(graph, op, hardware.units[static_cast<std::size_t>(unit)],
                   timings[static_cast<std::size_t>(unit)].get());
  };
  int whole_rest = -1;  // unit that takes the whole remaining subgraph, after a fallback of that granularity
  std::string rest_reason;

  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const graph::Operator& op = graph.operators[i];
    Assignment& a = program.assignments[i];
    if (op.folded) {
      a.free_reason = "computed at import from static shapes and constants";
      continue;
    }
    if (is_alias(op)) {
      a.free_reason = "the same bytes under another shape";
      continue;
    }
    const int wanted = placed(program, op, options, hits);
    if (wanted >= 0) {
      const std::string reason = refusal(op, wanted);
      if (!reason.empty())
        throw common::Error(fmt::format("--place: operator {} ({}) cannot run on {}: {}", i, op.name,
                                        hardware.units[static_cast<std::size_t>(wanted)].name, reason));
      a.unit = wanted;
      if (wanted != order.front()) a.fallback_reason = "placed there by --place";
    } else if (whole_rest >= 0) {
      a.unit = whole_rest;
      a.fallback_reason = rest_reason;
    } else {
      for (int candidate : order) {
        const hw::Unit& unit = hardware.units[static_cast<std::size_t>(candidate)];
        const std::string reason = refusal(op, candidate);
        if (reason.empty()) {
          a.unit = candidate;
          break;
        }
        if (!a.fallback_reason.empty()) a.fallback_reason += "; ";
        a.fallback_reason += reason;
        if (unit.is_npu() && !unit.npu().fallback.to.empty()) {
          a.unit = unit_index(hardware, unit.npu().fallback.to);
          if (unit.npu().fallback.granularity == npu::FallbackGranularity::subgraph) {
            whole_rest = a.unit;
            rest_reason = fmt::format("follows operator {} ({}), which fell back: {}", i, op.name, reason);
          }
          if (a.unit >= 0 && !refusal(op, a.unit).empty()) {
            a.unit = -1;
            continue;
          }
          break;
        }
      }
      if (a.unit < 0)
        throw common::Error(
            fmt::format("{}: operator {} ({}) runs on no unit of {}: {}; add a CPU or 'fallback: {{to: ...}}'",
                        graph.name, i, op.name, hardware.name, a.fallback_reason));
    }
    note_generic_rate(program, op, a);
  }
  for (std::size_t p = 0; p < hits.size(); ++p)
    if (hits[p] == 0)
      throw common::Error(
          fmt::format("--place {}={}: the pattern matches no operator of {}; `presil inspect` lists them",
                      options.place[p].first, options.place[p].second, graph.name));
}

}  // namespace presil::plan
