#include "sim/plan/block_choice.hpp"

#include <algorithm>

#include "sim/plan/arithmetic.hpp"

namespace presil::plan {
namespace {

constexpr int kernel_at_once = 8;   // larger kernels run as sub-kernels of at most so many rows and columns
constexpr std::int64_t brick = 16;  // channels

/// Elements fetched by output element.
double fetch(const Nest& n, const Operands& operands, const npu::NpuSpec& npu, const Block& b, std::int64_t input_rows,
             std::int64_t input_columns) {
  const bool window = n.access == Access::window;
  const double tiles_of_space = static_cast<double>(n.out.h) / static_cast<double>(b.rows) *
                                static_cast<double>(n.out.w) / static_cast<double>(b.columns);
  const std::int64_t sub_kernels = ceil_div(n.kh, kernel_at_once) * ceil_div(n.kw, kernel_at_once);
  double input = static_cast<double>(input_rows * input_columns * sub_kernels) * tiles_of_space *
                 static_cast<double>(window ? n.ic * ceil_div(n.out.c, b.channels) : n.out.c);
  const std::int64_t slice = npu.tile_buffer.input_slice_channels;
  const bool whole_depth = window ? slice == 0 || n.ic <= slice : b.channels >= n.out.c;
  if (whole_depth && input_rows >= n.in.h && input_columns >= n.in.w) input /= 2;
  double weights = 0;
  if (operands.weight_bytes > 0)
    weights = static_cast<double>(n.kh * n.kw * (window ? n.ic : 1) * ceil_div(n.out.h, b.rows) *
                                  ceil_div(n.out.w, b.columns) * n.out.c);
  return (input + weights) / static_cast<double>(n.out.h * n.out.w * n.out.c);
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
  for (std::int64_t rows = granule(0); rows <= most(0, n.out.h); rows += granule(0))
    for (std::int64_t columns = granule(1); columns <= most(1, n.out.w); columns += granule(1)) {
      const std::int64_t input_rows = reach(rows, n.kh, n.stride_h, granule(0)),
                         input_columns = reach(columns, n.kw, n.stride_w, granule(1));
      for (std::int64_t channels = granule(2); channels <= deepest; channels += granule(2)) {
        if (channels < n.out.c && channels % brick != 0) continue;
        Tiling t;
        t.th = rows;
        t.tw = columns;
        t.tc = channels;
        t.tic = n.access == Access::window ? n.ic : 1;
        if (fit.slots(t, input_rows, input_columns) < 2) break;  // deeper ones fit no better
        const Block block{rows, columns, channels};
        const double cost = fetch(n, operands, npu, block, input_rows, input_columns);
        if (!best || cost < least * (1 - 1e-9)) {  // the smallest of equals
          best = block;
          least = cost;
        }
      }
    }
  if (best)
    *best = {std::min(best->rows, n.out.h), std::min(best->columns, n.out.w), std::min(best->channels, n.out.c)};
  return best;
}

}  // namespace presil::plan
