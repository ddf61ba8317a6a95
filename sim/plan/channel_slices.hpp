// Passes of one operator over slices of its output channels: the weights of later slices are copied while earlier ones
// compute, for the price of reading the input once more for each.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/plan/tiling.hpp"

namespace presil::plan {

/// What the cut reckons with; times are estimates in ps.
struct SliceQuestion {
  std::int64_t channels = 1;  // output channels of the operator
  std::int64_t block = 1;     // of them in a tile
  std::int64_t brick = 1;     // slices begin at multiples of so many, a brick of the layout
  double copy = 0;            // of all weights
  double compute = 0;         // of the operator
  double before = 0;          // of the step before, or of its last slice: what the first copy can hide behind
};

/// One slice where the step before hides the whole copy. Else a first one that it does hide, if it is a brick at least,
/// and further ones whose copies take as long as the first one computes: whole tiles, or bricks where these are less.
std::vector<Range> channel_slices(const SliceQuestion& question);

/// The tiles of channels in order; none crosses the end of a slice.
struct ChannelTiles {
  ChannelTiles(const std::vector<Range>& slices, std::int64_t tile);
  std::int64_t count() const { return static_cast<std::int64_t>(tiles.size()); }
  std::vector<Range> tiles;
  std::vector<Range> of_slice;  // by slice: its tiles
  std::vector<int> slice;       // by tile
};

}  // namespace presil::plan
