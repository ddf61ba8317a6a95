#include "sim/plan/staging.hpp"

#include <algorithm>

#include "sim/plan/storage.hpp"

namespace presil::plan {

Staging stage_weights(const Program& program, int index, std::vector<Arena>& arenas) {
  Staging staging;
  const Step& step = program.steps[static_cast<std::size_t>(index)];
  const hw::Unit& unit = program.hardware->units[static_cast<std::size_t>(step.unit)];
  if (!unit.is_npu() || step.weights < 0 || unit.npu().weights.delivery != npu::WeightDelivery::staged) return staging;
  const npu::Weights& weights = unit.npu().weights;
  // On a map of one pixel a 1 x 1 convolution is a matrix times a vector.
  const Nest& n = step.nest;
  const bool product = n.op_class == OpClass::pointwise && n.in.h * n.in.w == 1;
  const OpClass op_class = product ? OpClass::fully_connected : n.op_class;
  if (std::find(weights.never_staged.begin(), weights.never_staged.end(), op_class) != weights.never_staged.end())
    return staging;
  const int memory = program.hardware->memory_index(weights.staging_memory);
  if (memory < 0 || memory == program.storage(step.weights).memory) return staging;
  Arena& arena = arenas[static_cast<std::size_t>(memory)];
  const std::int64_t bytes = program.storage(step.weights).bytes;

  const auto take = [&](std::int64_t size, int first, bool whole, int slices, int buffers) {
    const std::int64_t at = arena.find(size, first, index);
    if (at < 0) return false;
    arena.take(at, size, first, index);
    staging = {memory, static_cast<std::uint64_t>(at), size, whole, slices, buffers, first < index};
    return true;
  };
  // A whole step's weights travel in a few slices, so that compute can begin when the first has arrived.
  const int parts = static_cast<int>(std::clamp<std::int64_t>(bytes / 4096, 1, 8));
  if (index > 0 && take(bytes, index - 1, true, parts, parts)) return staging;
  if (take(bytes, index, true, parts, parts)) return staging;
  // A slice holds the channels of one tile at least: a granule of the array, a brick of the output.
  const Storage& output = program.storage(step.outputs[0]);
  const std::int64_t least = std::max(unit.npu().tile_granule[2], output.blocked ? output.block : 1);
  const std::int64_t most = std::min<std::int64_t>(64, step.nest.out.c / std::max<std::int64_t>(1, least));
  for (int slices = 2; slices <= most; slices *= 2) {
    const std::int64_t slice = (bytes + slices - 1) / slices + Arena::alignment;
    const int buffers = std::max(1, std::min(weights.staging_buffers, slices));
    for (int first = std::max(0, index - 1); first <= index; ++first)
      if (take(slice * buffers, first, false, slices, buffers)) return staging;
  }
  return staging;
}

}  // namespace presil::plan
