// What lowering asks of one step before it begins: where its operands lie, and the passes its weights are cut into.
#include <fmt/format.h>

#include <algorithm>

#include "models/common/error.hpp"
#include "sim/plan/arithmetic.hpp"
#include "sim/plan/lower_npu.hpp"

namespace presil::plan {
namespace {

constexpr std::int64_t streamed_piece = 4096;  // bytes

}  // namespace

bool NpuLowering::resident(const Step& step) const {
  if (npu_.weights.delivery != npu::WeightDelivery::resident) return false;
  if (npu_.weights.resident_capacity == 0) return true;
  // In the order of the network until the memory is full; what does not fit is left out, later smaller ones are not.
  std::int64_t filled = 0;
  for (const Step& s : program_.steps) {
    if (s.unit != step.unit || s.weights < 0) continue;
    const std::int64_t bytes = program_.storage(s.weights).bytes;
    const bool fits = filled + bytes <= npu_.weights.resident_capacity;
    if (s.op == step.op) return fits;
    if (fits) filled += bytes;
  }
  return false;
}

Operands NpuLowering::operands_of(const Step& step, const Staging& staging) const {
  Operands o;
  const auto check = [&](int tensor) {
    const Storage& s = program_.storage(tensor);
    if (s.memory >= 0 && !paths_[static_cast<std::size_t>(s.memory)].reachable())
      throw common::Error(fmt::format("{}: {} reaches no bus to {}, where {} lies; attach it to one in units.{}.bus",
                                      program_.hardware->file, unit_.name,
                                      program_.hardware->memories[static_cast<std::size_t>(s.memory)].name,
                                      program_.tensor(tensor).name, unit_.name));
  };
  for (int t : step.inputs) check(t);
  for (int t : step.outputs) check(t);
  if (step.weights >= 0) check(step.weights);
  if (!step.inputs.empty()) {
    o.input_memory = program_.storage(step.inputs[0]).memory;
    o.input_blocked = program_.storage(step.inputs[0]).blocked;
  }
  if (!step.outputs.empty()) {
    o.output_memory = program_.storage(step.outputs[0]).memory;
    o.output_blocked = program_.storage(step.outputs[0]).blocked;
  }
  o.block = npu_.layout_block;
  o.between = step.stages.empty() ? 0 : static_cast<int>(step.stages.size()) - 1;
  for (std::size_t i = 1; i < step.inputs.size(); ++i)
    if (follows_output(program_, step, step.inputs[i])) ++o.extra_inputs;
  for (int t : step.constants)
    if (t != step.weights && step.nest.access == Access::channelwise && step.weights < 0 &&
        follows_output(program_, step, t))
      ++o.extra_inputs;
  if (step.weights >= 0) {
    o.weight_bytes = program_.storage(step.weights).bytes;
    o.weight_memory = staging.memory >= 0 ? staging.memory : program_.storage(step.weights).memory;
    o.weights_outer_only = staging.memory >= 0 && !staging.whole;
    if (o.weights_outer_only) o.channel_limit = std::max<std::int64_t>(1, step.nest.out.c / staging.slices);
    // For a single pixel the array waits for each piece of weights: small ones let it work while the next one comes.
    const bool one_pixel =
        step.nest.access == Access::window && step.nest.out.n * step.nest.out.h * step.nest.out.w == 1;
    if (one_pixel && staging.memory < 0 && !npu_.tile_buffer.holds_weights && npu_.tile_buffer.size_bytes > 0)
      o.channel_limit = round_up(std::max<std::int64_t>(1, streamed_piece * step.nest.out.c / o.weight_bytes), o.block);
    if (resident(step)) o.weight_memory = -1;
  } else if (step.nest.op_class == OpClass::matmul && step.inputs.size() > 1) {
    o.weight_bytes = program_.tensor(step.inputs[1]).bytes();
    o.weight_memory = program_.storage(step.inputs[1]).memory;
  }
  return o;
}

std::vector<Range> NpuLowering::slices_of(int index, const Staging& staging, const Operands& operands,
                                          const Tiling& tiling) {
  const Step& step = program_.steps[static_cast<std::size_t>(index)];
  SliceQuestion q;
  q.channels = step.nest.out.c;
  q.block = tiling.tc;
  q.brick = operands.block;
  q.compute = tiling.estimate_ps;
  if (last_step_ == index - 1) q.before = last_pass_ps_;
  std::vector<Range> slices = {{0, q.channels}};
  if (npu_.weights.sliced_passes && staging.memory >= 0 && staging.whole && tiling.tic == step.nest.ic) {
    const double bytes = static_cast<double>(operands.weight_bytes);
    const int home = program_.storage(step.weights).memory;
    q.copy = npu_.weights.expected_copy_rate > 0 ? bytes * 1e12 / static_cast<double>(npu_.weights.expected_copy_rate)
                                                 : paths_[static_cast<std::size_t>(home)].time(bytes, bytes, 1, false);
    slices = channel_slices(q);
  }
  last_step_ = index;
  last_pass_ps_ = q.compute * static_cast<double>(slices.back().size()) / static_cast<double>(q.channels);
  return slices;
}

}  // namespace presil::plan
