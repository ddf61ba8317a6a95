#include "sim/plan/fuse.hpp"

#include <algorithm>

namespace presil::plan {
namespace {

/// For each tensor: how often operators read it (network outputs count as one more), and the last reader.
struct Uses {
  std::vector<int> count, reader;
};

Uses count_uses(const graph::Graph& graph) {
  Uses uses{std::vector<int>(graph.tensors.size(), 0), std::vector<int>(graph.tensors.size(), -1)};
  for (std::size_t i = 0; i < graph.operators.size(); ++i)
    for (std::int32_t t : graph.operators[i].inputs)
      if (t >= 0) {
        ++uses.count[static_cast<std::size_t>(t)];
        uses.reader[static_cast<std::size_t>(t)] = static_cast<int>(i);
      }
  for (std::int32_t t : graph.outputs) ++uses.count[static_cast<std::size_t>(t)];
  return uses;
}

Step make_step(const Program& program, int index) {
  const graph::Operator& op = program.graph->operators[static_cast<std::size_t>(index)];
  Step step;
  step.op = index;
  step.members = {index};
  step.unit = program.assignments[static_cast<std::size_t>(index)].unit;
  step.nest = make_nest(*program.graph, op);
  const bool second_is_weights = op.op_class == OpClass::convolution || op.op_class == OpClass::pointwise ||
                                 op.op_class == OpClass::depthwise || op.op_class == OpClass::fully_connected ||
                                 op.op_class == OpClass::transpose_convolution;
  for (std::size_t i = 0; i < op.inputs.size(); ++i) {
    const std::int32_t t = op.inputs[i];
    if (t < 0) continue;
    const graph::Tensor& tensor = program.tensor(t);
    if (tensor.constant) {
      step.constants.push_back(t);
      if (i == 1 && second_is_weights) step.weights = t;
    } else {
      step.inputs.push_back(t);
    }
  }
  for (std::int32_t t : op.outputs)
    if (t >= 0) step.outputs.push_back(t);
  return step;
}

bool pattern_begins(const npu::NpuSpec& npu, const std::vector<OpClass>& chain) {
  return std::any_of(npu.fusion.begin(), npu.fusion.end(), [&](const npu::FusionPattern& pattern) {
    return pattern.chain.size() >= chain.size() && std::equal(chain.begin(), chain.end(), pattern.chain.begin());
  });
}

/// True when the unit runs a PAD and an operator of that class behind it as one.
bool folds_pad(const hw::Unit& unit, OpClass op_class) {
  if (unit.is_npu()) return pattern_begins(unit.npu(), {OpClass::pad, op_class});
  return unit.cpu().library.folds_pad &&
         (op_class == OpClass::convolution || op_class == OpClass::pointwise || op_class == OpClass::depthwise);
}

bool is_binary(OpClass c) {
  return c == OpClass::add || c == OpClass::sub || c == OpClass::mul || c == OpClass::div || c == OpClass::minimum ||
         c == OpClass::maximum;
}

/// Takes a PAD whose output is the step's input into the step: the window reads the unpadded tensor.
bool absorb_pad(Program& program, Step& step, std::vector<Step>& by_op, const Uses& uses) {
  if (step.inputs.empty() || step.nest.access == Access::proportional) return false;
  const int padded = step.inputs[0];
  for (Step& candidate : by_op) {
    if (candidate.op < 0 || candidate.outputs.empty() || candidate.outputs[0] != padded) continue;
    const graph::Operator& pad = program.graph->operators[static_cast<std::size_t>(candidate.op)];
    if (pad.op_class != OpClass::pad || candidate.unit != step.unit ||
        uses.count[static_cast<std::size_t>(padded)] != 1)
      return false;
    const Shape4 inner = candidate.nest.in, outer = candidate.nest.out;
    if (inner.n != outer.n || inner.c != outer.c) return false;  // only rows and columns can be padded on the fly
    step.nest.pad_top += pad.options.pad_top;
    step.nest.pad_left += pad.options.pad_left;
    step.nest.in = inner;
    step.inputs[0] = candidate.inputs[0];
    step.members.insert(step.members.begin(), candidate.op);
    program.assignments[static_cast<std::size_t>(candidate.op)].fused_into = step.op;
    candidate.op = -1;
    return true;
  }
  return false;
}

void join(Program& program, Step& step, Step& next) {
  step.members.push_back(next.op);
  program.assignments[static_cast<std::size_t>(next.op)].fused_into = step.op;
  next.op = -1;
}

/// True for pooling and reductions over rows where chains stream from unit to unit: a tile buffer would have to hold
/// what a window reaches into the next tile.
bool streams_through(const npu::NpuSpec& npu, const Step& next) {
  const OpClass c = next.nest.op_class;
  return npu.tile_buffer.size_bytes == 0 && next.nest.access == Access::channelwise &&
         (c == OpClass::average_pool || c == OpClass::max_pool || c == OpClass::mean);
}

/// Can `next` run on a tile of the step's result that never leaves the tile buffer? Depthwise convolutions can: each of
/// their channels reads that channel only, so that no tile needs more than rows and columns around it.
bool continues(const Step& step, const std::vector<OpClass>& chain, const Nest& next, const npu::NpuSpec& npu) {
  const auto simple = [](const Nest& n) {
    return n.op_class == OpClass::depthwise && n.channel_multiplier == 1 && n.dilation_h == 1 && n.dilation_w == 1;
  };
  const bool windows_only = std::all_of(chain.begin(), chain.end(), [](OpClass c) { return c == OpClass::depthwise; });
  return npu.tile_buffer.size_bytes > 0 && windows_only && simple(step.nest) && simple(next);
}

/// Two windows in a row as one: what a tile of the second needs of the first's input.
void chain_windows(Step& step, const Nest& next) {
  Nest& n = step.nest;
  if (step.stages.empty()) step.stages.push_back(n);
  step.stages.push_back(next);
  n.kh += (next.kh - 1) * n.stride_h;
  n.kw += (next.kw - 1) * n.stride_w;
  n.pad_top += next.pad_top * n.stride_h;
  n.pad_left += next.pad_left * n.stride_w;
  n.stride_h *= next.stride_h;
  n.stride_w *= next.stride_w;
  n.macs += next.macs;
  n.out = next.out;
  n.post_op = next.post_op;
}

/// Takes the only reader of the step's output into the step, as long as a pattern allows it.
void extend(Program& program, Step& step, std::vector<Step>& by_op, const npu::NpuSpec& npu, const Uses& uses) {
  std::vector<OpClass> chain = {step.nest.op_class};
  while (step.outputs.size() == 1 && uses.count[static_cast<std::size_t>(step.outputs[0])] == 1) {
    const int reader = uses.reader[static_cast<std::size_t>(step.outputs[0])];
    if (reader < 0) return;
    Step& next = by_op[static_cast<std::size_t>(reader)];
    if (next.op < 0 || next.unit != step.unit || next.outputs.size() != 1) return;
    chain.push_back(next.nest.op_class);
    if (!pattern_begins(npu, chain)) return;
    if (streams_through(npu, next)) {
      step.behind.push_back(next.nest);
      step.outputs = next.outputs;
      join(program, step, next);
      continue;
    }
    if (!step.behind.empty()) return;
    const bool binary = is_binary(next.nest.op_class);
    const bool window = next.nest.op_class == OpClass::depthwise;
    if (window ? !continues(step, chain, next.nest, npu)
               : !binary && post_op(next.nest.op_class) == common::PostOp::none)
      return;
    if (!window && shape4(program.tensor(next.outputs[0])).elements() != step.nest.out.elements()) return;
    for (int t : next.inputs)
      if (t != step.outputs[0]) step.inputs.push_back(t);
    step.constants.insert(step.constants.end(), next.constants.begin(), next.constants.end());
    if (window) {
      chain_windows(step, next.nest);
    } else {
      const common::PostOp op = binary ? next.nest.post_op : post_op(next.nest.op_class);
      step.nest.post_op = std::max(step.nest.post_op, op);
    }
    step.nest.output_bits = next.nest.output_bits;
    if (!step.stages.empty()) {  // what follows the last window is its output stage's work
      step.stages.back().post_op = step.nest.post_op;
      step.stages.back().output_bits = step.nest.output_bits;
    }
    step.outputs = next.outputs;
    join(program, step, next);
  }
}

}  // namespace

void fuse(Program& program) {
  const graph::Graph& graph = *program.graph;
  const Uses uses = count_uses(graph);
  std::vector<Step> by_op(graph.operators.size());
  for (std::size_t i = 0; i < graph.operators.size(); ++i)
    if (program.assignments[i].unit >= 0) by_op[i] = make_step(program, static_cast<int>(i));

  for (Step& step : by_op) {
    if (step.op < 0) continue;
    const hw::Unit& unit = program.hardware->units[static_cast<std::size_t>(step.unit)];
    if (folds_pad(unit, step.nest.op_class)) absorb_pad(program, step, by_op, uses);
    if (unit.is_npu() && !unit.npu().fusion.empty()) extend(program, step, by_op, unit.npu(), uses);
  }
  for (Step& step : by_op)
    if (step.op >= 0) program.steps.push_back(std::move(step));
  // A fused step runs where its last member stood: only there are all its inputs known.
  std::stable_sort(program.steps.begin(), program.steps.end(),
                   [](const Step& a, const Step& b) { return a.members.back() < b.members.back(); });
}

}  // namespace presil::plan
