#include "sim/plan/weight_stream.hpp"

#include <algorithm>

#include "sim/plan/arithmetic.hpp"
#include "sim/plan/region.hpp"

namespace presil::plan {
namespace {

using traces::DataKind;

/// Share of a piece that the buffer does not hold: it streams into the array while its tile computes, so its load may
/// run one tile further ahead than that of a piece which is there as a whole before.
constexpr double streamed = 1.0 / 3;

}  // namespace

WeightStream::WeightStream(const Program& program, const Step& step, const Staging& staging, const Operands& operands,
                           const Tiling& tiling, const std::vector<Range>& slices, const ChannelTiles& channels,
                           const npu::NpuSpec& npu, Builder& builder, std::uint16_t copy_queue, std::int64_t step_key,
                           const std::vector<JobId>& room)
    : program_(program),
      step_(step),
      staging_(staging),
      operands_(operands),
      npu_(npu),
      builder_(builder),
      copy_queue_(copy_queue),
      step_key_(step_key) {
  channel_tiles_ = channels.count();
  input_slices_ = step.nest.access == Access::window ? ceil_div(step.nest.ic, tiling.tic) : 1;
  keep_ = tiling.keep_weights;
  share_ = keep_ ? 1.0 / static_cast<double>(channel_tiles_ * input_slices_) : tiling.slots == 2 ? 0.5 : 1.0;
  seen_.assign(static_cast<std::size_t>(channel_tiles_ * input_slices_), false);
  if (staging.memory < 0) return;
  int parts = staging.slices;
  if (slices.size() > 1) {
    passes_ = slices;
    parts = static_cast<int>(slices.size());
  } else if (!staging.whole) {
    channels_per_slice_ = std::max<std::int64_t>(1, operands.channel_limit / tiling.tc) * tiling.tc;
    parts = static_cast<int>(ceil_div(step.nest.out.c, channels_per_slice_));
  }
  copies_.assign(static_cast<std::size_t>(parts), -1);
  slice_user_.assign(copies_.size(), -1);
  for (JobId job : room) builder_.after(job);
  for (int s = 0; s < (staging.whole ? parts : std::min(parts, staging.buffers)); ++s) copy_slice(s);
}

Range WeightStream::slice_bytes(int slice) const {
  const std::int64_t bytes = operands_.weight_bytes;
  if (!passes_.empty()) {
    const Range& pass = passes_[static_cast<std::size_t>(slice)];
    return {bytes * pass.begin / step_.nest.out.c, bytes * pass.end / step_.nest.out.c};
  }
  if (staging_.whole) return {bytes * slice / staging_.slices, bytes * (slice + 1) / staging_.slices};
  const std::int64_t oc = step_.nest.out.c;
  return {bytes * (slice * channels_per_slice_) / oc, bytes * std::min(oc, (slice + 1) * channels_per_slice_) / oc};
}

JobId WeightStream::copy_slice(int slice) {
  const Range range = slice_bytes(slice);
  const Storage& home = program_.storage(step_.weights);
  common::Area to = span(home, range.begin, range.end);
  to.memory = staging_.memory;
  const std::int64_t slot =
      staging_.whole ? range.begin : staging_.bytes / staging_.buffers * (slice % staging_.buffers);
  to.address = staging_.address + static_cast<std::uint64_t>(slot);
  return copies_[static_cast<std::size_t>(slice)] =
             builder_.copy(copy_queue_, DataKind::weights, span(home, range.begin, range.end), to, false, slice);
}

WeightStream::Piece WeightStream::load(Slots& slots, std::uint16_t queue, std::int64_t spatial, std::int64_t c,
                                       std::int64_t i, Range channels, Range input_channels, JobId launched,
                                       std::int32_t tile) {
  Piece piece;
  if (operands_.weight_bytes == 0) return piece;
  const Nest& nest = step_.nest;
  const std::int64_t oc = nest.out.c, ic = nest.access == Access::window ? nest.ic : 1;
  const std::int64_t begin_c = operands_.weight_bytes * channels.begin / oc,
                     end_c = operands_.weight_bytes * channels.end / oc;
  Range bytes{begin_c, end_c};
  if (input_slices_ > 1)
    bytes = {begin_c + (end_c - begin_c) * input_channels.begin / ic,
             begin_c + (end_c - begin_c) * input_channels.end / ic};
  piece.bytes = bytes.size();
  if (operands_.weight_memory < 0) return piece;  // resident: the array's own memory feeds it

  // A piece belongs to its channel tile; without room for weights each use is a load of its own.
  const bool holds = npu_.tile_buffer.holds_weights || npu_.tile_buffer.size_bytes == 0;
  const std::int64_t index = c * input_slices_ + i;
  piece.key = step_key_ | (holds ? index : (spatial * channel_tiles_ * input_slices_ + index));
  if (staging_.memory >= 0) {
    piece.slice = staging_.whole ? static_cast<int>(std::min<std::int64_t>(
                                       staging_.slices - 1, std::max<std::int64_t>(0, bytes.end - 1) * staging_.slices /
                                                                operands_.weight_bytes))
                                 : static_cast<int>(channels.begin / channels_per_slice_);
    if (!passes_.empty())
      piece.slice = static_cast<int>(
          std::find_if(passes_.begin(), passes_.end(), [&](const Range& p) { return channels.begin < p.end; }) -
          passes_.begin());
    else if (staging_.whole)  // rounding of the slices' ends: take the slice that holds the last byte
      while (piece.slice + 1 < staging_.slices && slice_bytes(piece.slice).end < bytes.end) ++piece.slice;
    // Slices that take turns: each copy waits for the last use of the slice whose room it takes, one ahead of its use.
    const int ahead = std::min(static_cast<int>(copies_.size()) - 1, piece.slice + staging_.buffers - 1);
    for (int s = staging_.buffers; s <= ahead; ++s) {
      if (copies_[static_cast<std::size_t>(s)] >= 0) continue;
      const JobId user = slice_user_[static_cast<std::size_t>(s - staging_.buffers)];
      if (user < 0) break;
      builder_.after(user);
      copy_slice(s);
    }
  }
  if (slots.holds(piece.key)) {
    piece.load = slots.load_of(piece.key);
    return piece;
  }
  const JobId room = slots.make_room(holds ? share_ : streamed);
  builder_.after(room);
  if (piece.slice >= 0) builder_.after(copies_[static_cast<std::size_t>(piece.slice)]);
  if (npu_.launch.gates_transfers) builder_.after(launched);
  common::Area area;
  if (nest.op_class == OpClass::matmul && step_.weights < 0) {
    area = span(program_.storage(step_.inputs[1]), bytes.begin, bytes.end);
  } else {
    area = span(program_.storage(step_.weights), bytes.begin, bytes.end);
    if (piece.slice >= 0) {
      area.memory = staging_.memory;
      const std::int64_t offset = staging_.whole
                                      ? bytes.begin
                                      : staging_.bytes / staging_.buffers * (piece.slice % staging_.buffers) +
                                            bytes.begin - slice_bytes(piece.slice).begin;
      area.address = staging_.address + static_cast<std::uint64_t>(offset);
    }
  }
  const bool again = seen_[static_cast<std::size_t>(index)];
  seen_[static_cast<std::size_t>(index)] = true;
  piece.load = builder_.transfer(queue, DataKind::weights, false, area, again, tile);
  slots.put(piece.key, holds ? share_ : streamed, piece.load);
  return piece;
}

void WeightStream::used(Slots& slots, const Piece& piece, JobId computed) {
  if (piece.key >= 0) slots.use(piece.key, computed);
  if (piece.slice >= 0) slice_user_[static_cast<std::size_t>(piece.slice)] = computed;
}

}  // namespace presil::plan
