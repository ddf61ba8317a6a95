#include "sim/plan/block_choice.hpp"

#include <algorithm>
#include <cmath>

#include "sim/plan/arithmetic.hpp"

namespace presil::plan {
namespace {

constexpr int kernel_at_once = 8;   // larger kernels run as sub-kernels of at most so many rows and columns
constexpr std::int64_t brick = 16;  // channels
constexpr std::int64_t small = 4;   // rows and columns

/// Elements fetched by output element.
double fetch(const Nest& n, const Operands& operands, const npu::NpuSpec& npu, const Block& b, std::int64_t input_rows,
             std::int64_t input_columns) {
  const bool window = n.access == Access::window;
  const double tiles_of_space = static_cast<double>(n.out.h) / static_cast<double>(b.rows) *
                                static_cast<double>(n.out.w) / static_cast<double>(b.columns);
  const std::int64_t sub_kernels = ceil_div(n.kh, kernel_at_once) * ceil_div(n.kw, kernel_at_once);
  const double input = static_cast<double>(input_rows * input_columns * sub_kernels) * tiles_of_space *
                       static_cast<double>(window ? n.ic * ceil_div(n.out.c, b.channels) : n.out.c);
  double weights = 0;
  if (operands.weight_bytes > 0)
    weights = static_cast<double>(n.kh * n.kw * (window ? n.ic : 1) * ceil_div(n.out.h, b.rows) *
                                  ceil_div(n.out.w, b.columns) * n.out.c);
  // Blocks whose two input buffers together hold the whole input are preferred.
  const std::int64_t slice = npu.tile_buffer.input_slice_channels;
  const std::int64_t depth = !window ? b.channels : slice > 0 ? std::min(n.ic, slice) : n.ic;
  const bool holds_input = n.in.h * n.in.w * n.in.c < 2 * input_rows * input_columns * depth;
  return (input + weights) / static_cast<double>(n.out.h * n.out.w * n.out.c) / (holds_input ? 2 : 1);
}

}  // namespace

std::optional<Block> least_fetch_block(const npu::NpuSpec& npu, const Nest& n, const Operands& operands,
                                       const TileFit& fit) {
  const bool has_window = n.access == Access::window || n.kh * n.kw > 1;
  if (!has_window || n.access == Access::proportional) return std::nullopt;
  const auto granule = [&](std::size_t i) { return std::max<std::int64_t>(1, npu.tile_granule[i]); };
  const auto most = [&](std::size_t i, std::int64_t whole) {
    const std::int64_t limit = npu.tile_limit[i];
    return limit > 0 ? std::min(limit, round_up(whole, granule(i))) : round_up(whole, granule(i));
  };
  const auto reach = [&](std::int64_t out, int kernel, int stride, std::int64_t to) {
    return round_up((out - 1) * stride + std::min(kernel, kernel_at_once), to);
  };
  std::int64_t deepest = most(2, n.out.c);
  if (operands.channel_limit > 0) deepest = std::min(deepest, operands.channel_limit);
  std::optional<Block> best;
  double least = 0;
  std::int64_t most_covered = 0;
  // The search goes from thin to deep and keeps the first of equals; of small ones the last that covers most of the
  // input.
  for (std::int64_t channels = granule(2); channels <= deepest; channels += granule(2)) {
    if (channels < n.out.c && channels % brick != 0) continue;
    for (std::int64_t rows = granule(0); rows <= most(0, n.out.h); rows += granule(0))
      for (std::int64_t columns = granule(1); columns <= most(1, n.out.w); columns += granule(1)) {
        const std::int64_t input_rows = reach(rows, n.kh, n.stride_h, granule(0)),
                           input_columns = reach(columns, n.kw, n.stride_w, granule(1));
        Tiling t;
        t.th = rows;
        t.tw = columns;
        t.tc = channels;
        t.tic = n.access == Access::window ? n.ic : 1;
        if (fit.slots(t, input_rows, input_columns) < 2) break;  // wider ones fit no better
        const Block block{rows, columns, channels};
        const double cost = fetch(n, operands, npu, block, input_rows, input_columns);
        const bool equal = best && std::abs(cost - least) <= 1e-9 * least;
        const std::int64_t covered = std::min(n.in.h, input_rows) * std::min(n.in.w, input_columns);
        if (equal ? covered < most_covered || rows > small || columns > small : best && cost > least) continue;
        most_covered = equal ? covered : 0;
        best = block;
        least = cost;
      }
  }
  if (best)
    *best = {std::min(best->rows, n.out.h), std::min(best->columns, n.out.w), std::min(best->channels, n.out.c)};
  return best;
}

}  // namespace presil::plan
