// The tile that a compiler takes which counts fetched elements and not time, as Arm's does for Ethos-U.
#pragma once

#include <cstdint>
#include <optional>

#include "sim/plan/tile_fit.hpp"
#include "sim/plan/tiling.hpp"

namespace presil::plan {

struct Block {
  std::int64_t rows = 1, columns = 1, channels = 1;
};

/// Of all tiles that fit twice, in steps of the granule and, below the whole depth, of 16 channels: the one with the
/// fewest input and weight elements fetched by output element. Input comes again with each tile of channels, weights
/// with each tile of rows and columns; all counts half where two input buffers hold the whole input. Empty for
/// operators without a window, and when nothing fits twice.
std::optional<Block> least_fetch_block(const npu::NpuSpec& npu, const Nest& nest, const Operands& operands,
                                       const TileFit& fit);

}  // namespace presil::plan
