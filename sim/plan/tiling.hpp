// How an operator is cut to the tile buffer: tile shape, loop order and what stays resident, by least estimated time.
#pragma once

#include <cstdint>
#include <optional>
#include <tuple>
#include <vector>

#include "models/npu/npu_timing.hpp"
#include "sim/plan/path.hpp"
#include "sim/plan/program.hpp"

namespace presil::plan {

/// Half-open range of rows, columns or channels.
struct Range {
  std::int64_t begin = 0, end = 0;
  std::int64_t size() const { return end - begin; }
};

/// Where a step's operands lie and how large they are, as tiling needs to know them.
struct Operands {
  int input_memory = -1, output_memory = -1, weight_memory = -1;  // weight_memory: the one streamed from
  std::int64_t weight_bytes = 0;                                  // as stored; 0: no weights
  int extra_inputs = 0;  // further operands of the output's shape (elementwise)
  int between = 0;       // maps between the step's stages, which live in the tile buffer only
  bool input_blocked = false, output_blocked = false;
  std::int64_t block = 16;
  bool weights_outer_only = false;  // staged through slices that are replaced on the way
  std::int64_t channel_limit = 0;   // largest number of output channels a tile may have, 0 = any (a staged slice)

  bool operator==(const Operands& o) const {
    const auto all = [](const Operands& x) {
      return std::tie(x.input_memory, x.output_memory, x.weight_memory, x.weight_bytes, x.extra_inputs, x.between,
                      x.input_blocked, x.output_blocked, x.block, x.weights_outer_only, x.channel_limit);
    };
    return all(*this) == all(o);
  }
};

struct Tiling {
  int mode = 0;
  std::int64_t th = 1, tw = 1, tc = 1, tic = 1;  // largest tile: output rows, columns, channels; input channels
  bool weights_outer = false;                    // loop over output channels outside the loop over space
  bool keep_weights = false;                     // all weights stay in the buffer from their first use
  bool keep_input = false;                       // the whole input stays
  int slots = 2;                                 // 2: double-buffered
  bool whole_edges = false;                      // the array steps through cut tiles as if they were whole
  double estimate_ps = 0;
  double bursts = 0;  // moved in all, an estimate
  std::int64_t tiles = 1;
};

/// Input rows (or columns) that output rows [out.begin, out.end) read, clipped to the input. `dim_in` is its extent.
Range window_range(Range out, int kernel, int stride, int dilation, int pad, int upsample, std::int64_t dim_in);

/// An array that takes the input in slices of channels keeps two of them. Of more, the next tile of output channels
/// finds none that it needs: each one reads the input again.
bool input_again_per_tile(const npu::NpuSpec& npu, const Nest& nest);

/// Work of one tile. `macs` is the whole operator's; the caller books the tile's share.
Work tile_work(const Nest& nest, const Tiling& tiling, std::int64_t rows, std::int64_t columns, std::int64_t channels,
               std::int64_t input_channels, std::int64_t input_rows, std::int64_t input_columns, int extra_inputs,
               std::int64_t weight_bytes);

/// Empty when not even the smallest tile fits the tile buffer.
std::optional<Tiling> choose_tiling(const Program& program, const Step& step, const Operands& operands,
                                    const npu::NpuTiming& timing, const std::vector<Path>& paths);

}  // namespace presil::plan
