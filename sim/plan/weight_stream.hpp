// The weights of one step on their way: copied ahead in slices where they are staged, then loaded tile by tile.
#pragma once

#include <vector>

#include "models/npu/npu_spec.hpp"
#include "sim/plan/builder.hpp"
#include "sim/plan/channel_slices.hpp"
#include "sim/plan/slots.hpp"
#include "sim/plan/staging.hpp"
#include "sim/plan/tiling.hpp"

namespace presil::plan {

class WeightStream {
 public:
  struct Piece {
    JobId load = -1;  // -1: no transfer to wait for (no weights, or resident ones)
    std::int64_t key = -1;
    std::int64_t bytes = 0;
    int slice = -1;
  };

  /// Emits the copies that have room at once (all of a wholly staged step); the first one waits for `room`. `slices` of
  /// output channels, when there is more than one, are copied one by one.
  WeightStream(const Program& program, const Step& step, const Staging& staging, const Operands& operands,
               const Tiling& tiling, const std::vector<Range>& slices, const ChannelTiles& channels,
               const npu::NpuSpec& npu, Builder& builder, std::uint16_t copy_queue, std::int64_t step_key,
               const std::vector<JobId>& room);

  /// Makes sure that the weights of (channel tile c, input slice i) are in the buffer; returns what compute waits for.
  Piece load(Slots& slots, std::uint16_t queue, std::int64_t spatial, std::int64_t c, std::int64_t i, Range channels,
             Range input_channels, JobId launched, std::int32_t tile);

  /// `computed` reads the piece.
  void used(Slots& slots, const Piece& piece, JobId computed);

 private:
  JobId copy_slice(int slice);
  Range slice_bytes(int slice) const;

  const Program& program_;
  const Step& step_;
  const Staging& staging_;
  const Operands& operands_;
  const npu::NpuSpec& npu_;
  Builder& builder_;
  std::uint16_t copy_queue_;
  std::int64_t step_key_;
  std::int64_t channel_tiles_, input_slices_, channels_per_slice_ = 0;
  std::vector<Range> passes_;  // channels that are copied as one; empty: slices are equal parts
  double share_ = 1.0;
  bool keep_ = false;
  std::vector<JobId> copies_;      // by slice, -1: not yet copied
  std::vector<JobId> slice_user_;  // last compute that used the slice
  std::vector<bool> seen_;         // by (c, i): has been loaded before
};

}  // namespace presil::plan
