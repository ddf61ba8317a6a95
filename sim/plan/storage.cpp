#include "sim/plan/storage.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/plan/arithmetic.hpp"
#include "sim/plan/weight_coding.hpp"

namespace presil::plan {
namespace {

bool is_bias(const Program& program, const Step& step, int tensor) {
  const graph::Operator& op = program.graph->operators[static_cast<std::size_t>(step.op)];
  return step.weights >= 0 && op.inputs.size() > 2 && op.inputs[2] == tensor;
}

/// The layout is blocked when every step that touches the tensor runs on one NPU with that layout, whole maps of
/// rank 4.
int common_block(const Program& program, const std::vector<int>& tensors, const std::vector<std::vector<int>>& users) {
  if (tensors.size() != 1 || program.tensor(tensors[0]).shape.size() != 4) return 0;
  const auto& steps = users[static_cast<std::size_t>(tensors[0])];
  if (steps.size() < 2) return 0;
  int unit = -1;
  for (int s : steps) {
    const Step& step = program.steps[static_cast<std::size_t>(s)];
    if (step.nest.access == Access::proportional) return 0;
    if (unit >= 0 && step.unit != unit) return 0;
    unit = step.unit;
  }
  const hw::Unit& u = program.hardware->units[static_cast<std::size_t>(unit)];
  return u.is_npu() && u.npu().layout == npu::Layout::channel_blocked ? u.npu().layout_block : 0;
}

}  // namespace

std::int64_t stored_weight_bytes(const Program& program, const Step& step) {
  if (step.weights < 0) return 0;
  const graph::Tensor& weights = program.tensor(step.weights);
  double bytes = static_cast<double>(weights.bytes());
  std::int64_t beside = 0;
  for (int t : step.constants)
    if (is_bias(program, step, t)) beside += program.tensor(t).bytes();
  const hw::Unit& unit = program.hardware->units[static_cast<std::size_t>(step.unit)];
  if (unit.is_npu()) {
    const npu::Weights& w = unit.npu().weights;
    const int bits = graph::bits(weights.type);
    double ratio = w.compression;
    if (w.coding != npu::WeightCoding::ratio && weights.statistics && bits > 0) {
      ratio = std::min(1.0, weights.statistics->entropy_bits / bits);
      if (w.coding == npu::WeightCoding::golomb_rice && !weights.statistics->histogram.empty()) {
        const std::int64_t idle = streamed_values(step.nest, unit.npu()) - weights.elements();
        ratio = golomb_rice_bits(weights.statistics->histogram, std::max<std::int64_t>(0, idle)) / (8 * bytes);
      }
    }
    if (w.skip_dead_filters && weights.statistics && weights.statistics->filters > 0)
      ratio *= 1.0 -
               static_cast<double>(weights.statistics->dead_filters) / static_cast<double>(weights.statistics->filters);
    bytes *= ratio;
    const Nest& nest = step.nest;
    if (nest.op_class == OpClass::convolution || nest.op_class == OpClass::pointwise)
      for (const npu::StoredForm& form : w.stored_forms)
        if (nest.kh == form.kernel_h && nest.kw == form.kernel_w &&
            std::max(nest.stride_h, nest.stride_w) == form.stride)
          bytes *= form.factor;
    if (w.bytes_per_output_channel > 0) beside = w.bytes_per_output_channel * step.nest.out.c;
  }
  const std::int64_t alignment = unit.is_npu() ? unit.npu().weights.alignment : 1;
  return round_up(static_cast<std::int64_t>(std::ceil(bytes)), alignment) + round_up(beside, alignment);
}

void let_units_overlap(Program& program) {
  const auto overlaps = [&](const Step& step) {
    const hw::Unit& unit = program.hardware->units[static_cast<std::size_t>(step.unit)];
    return unit.is_npu() && unit.npu().fallback.overlap;
  };
  const auto touched = [&](const std::vector<int>& tensors, auto&& visit) {
    for (int t : tensors)
      if (const int s = program.storage_of[static_cast<std::size_t>(t)]; s >= 0) visit(s);
  };
  for (std::size_t i = 1; i < program.steps.size(); ++i) {
    const Step& before = program.steps[i - 1];
    Step& step = program.steps[i];
    if (before.beside || step.unit == before.unit || !(overlaps(step) || overlaps(before))) continue;
    std::vector<int> made;
    touched(before.outputs, [&](int s) { made.push_back(s); });
    bool needed = false;
    for (const auto* list : {&step.inputs, &step.outputs})
      touched(*list, [&](int s) { needed = needed || std::find(made.begin(), made.end(), s) != made.end(); });
    if (needed) continue;
    step.beside = true;
    for (const auto* list : {&before.inputs, &before.constants, &before.outputs})
      touched(*list, [&](int s) {
        int& last = program.storages[static_cast<std::size_t>(s)].last_step;
        last = std::max(last, static_cast<int>(i));
      });
  }
}

void make_storages(Program& program) {
  const graph::Graph& graph = *program.graph;
  program.storage_of.assign(graph.tensors.size(), -1);
  std::vector<int> root(graph.tensors.size());
  std::map<std::int32_t, int> first_of_buffer;  // constants that share a buffer are stored once
  for (std::size_t t = 0; t < root.size(); ++t) {
    root[t] = static_cast<int>(t);
    const graph::Tensor& tensor = graph.tensors[t];
    if (tensor.constant && tensor.buffer >= 0) root[t] = first_of_buffer.emplace(tensor.buffer, root[t]).first->second;
  }
  for (std::size_t i = 0; i < graph.operators.size(); ++i) {
    const graph::Operator& op = graph.operators[i];
    if (op.op_class != OpClass::reshape || op.folded || op.inputs.empty() || op.outputs.empty()) continue;
    root[static_cast<std::size_t>(op.outputs[0])] = root[static_cast<std::size_t>(op.inputs[0])];
  }

  std::vector<std::vector<int>> users(graph.tensors.size());  // steps by tensor, in order
  const int last = static_cast<int>(program.steps.size()) - 1;
  const auto touch = [&](int tensor, int step) -> Storage& {
    const int r = root[static_cast<std::size_t>(tensor)];
    int& index = program.storage_of[static_cast<std::size_t>(r)];
    if (index < 0) {
      index = static_cast<int>(program.storages.size());
      Storage storage;
      storage.tensors = {r};
      storage.first_step = storage.last_step = step;
      storage.bytes = graph.tensors[static_cast<std::size_t>(r)].bytes();
      storage.constant = graph.tensors[static_cast<std::size_t>(r)].constant;
      program.storages.push_back(storage);
    }
    Storage& storage = program.storages[static_cast<std::size_t>(index)];
    if (tensor != r && std::find(storage.tensors.begin(), storage.tensors.end(), tensor) == storage.tensors.end()) {
      storage.tensors.push_back(tensor);
      program.storage_of[static_cast<std::size_t>(tensor)] = index;
    }
    if (step >= 0) {
      storage.first_step = std::min(storage.first_step, step);
      storage.last_step = std::max(storage.last_step, step);
      storage.traffic += storage.bytes;
      users[static_cast<std::size_t>(tensor)].push_back(step);
    }
    return storage;
  };

  for (int s = 0; s <= last; ++s) {
    Step& step = program.steps[static_cast<std::size_t>(s)];
    const bool on_npu = program.hardware->units[static_cast<std::size_t>(step.unit)].is_npu();
    for (int t : step.inputs) {
      Storage& storage = touch(t, s);
      if (program.tensor(t).variable) {
        storage.first_step = 0;
        storage.last_step = last;
      }
    }
    for (int t : step.constants) {
      if (on_npu && is_bias(program, step, t)) continue;  // lies beside the weights
      Storage& storage = touch(t, s);
      if (t == step.weights) storage.bytes = std::max<std::int64_t>(1, stored_weight_bytes(program, step));
    }
    for (int t : step.outputs) touch(t, s);
  }
  for (std::int32_t t : graph.inputs) touch(t, -1).first_step = 0;
  for (std::int32_t t : graph.outputs) touch(t, -1).last_step = std::max(0, last);

  std::vector<bool> at_border(graph.tensors.size(), false);
  for (std::int32_t t : graph.inputs) at_border[static_cast<std::size_t>(t)] = true;
  for (std::int32_t t : graph.outputs) at_border[static_cast<std::size_t>(t)] = true;
  for (Storage& storage : program.storages) {
    if (storage.constant || at_border[static_cast<std::size_t>(storage.tensors[0])]) continue;
    const int block = common_block(program, storage.tensors, users);
    if (block == 0) continue;
    const graph::Tensor& tensor = program.tensor(storage.tensors[0]);
    const Shape4 s = shape4(tensor);
    storage.blocked = true;
    storage.block = block;
    storage.bytes = s.n * s.h * s.w * round_up(s.c, block) * graph::bits(tensor.type) / 8;
  }
}

}  // namespace presil::plan
