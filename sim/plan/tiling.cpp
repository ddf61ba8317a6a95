#include "sim/plan/tiling.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "sim/plan/arithmetic.hpp"
#include "sim/plan/block_choice.hpp"
#include "sim/plan/tile_fit.hpp"

namespace presil::plan {
namespace {

/// Tile extents worth trying: the whole, its even cuts, and powers of two of the granule; largest first.
std::vector<std::int64_t> extents_to_try(std::int64_t whole, std::int64_t granule, std::int64_t limit) {
  std::vector<std::int64_t> list;
  const auto add = [&](std::int64_t v) {
    v = std::min(round_up(std::max<std::int64_t>(1, v), granule), round_up(whole, granule));
    if (limit > 0 && v > limit) return;
    list.push_back(std::min(v, whole));
  };
  for (std::int64_t parts = 1; parts <= 8; ++parts) add(ceil_div(whole, parts));
  for (std::int64_t v = granule; v < whole; v *= 2) add(v);
  if (limit > 0) add(limit);
  add(granule);
  std::sort(list.begin(), list.end(), std::greater<>());
  list.erase(std::unique(list.begin(), list.end()), list.end());
  return list;
}

/// Sums over the tiles along one axis: input extent with halo, and the distinct tile sizes with their counts.
struct Axis {
  std::int64_t tiles = 0, input_sum = 0;
  std::int64_t full = 0, full_input = 0, last = 0, last_input = 0;  // extents of the first (full) and the last tile
};

Axis axis(std::int64_t whole, std::int64_t tile, int kernel, int stride, int dilation, int pad, int upsample,
          std::int64_t in) {
  Axis a;
  a.tiles = ceil_div(whole, tile);
  for (std::int64_t t = 0; t < a.tiles; ++t) {
    const Range out{t * tile, std::min(whole, (t + 1) * tile)};
    const Range range = window_range(out, kernel, stride, dilation, pad, upsample, in);
    a.input_sum += range.size();
    if (t == 0 || range.size() > a.full_input) {
      a.full = out.size();
      a.full_input = std::max(a.full_input, range.size());
    }
    if (t + 1 == a.tiles) {
      a.last = out.size();
      a.last_input = range.size();
    }
  }
  a.full = std::min(whole, tile);
  return a;
}

class Chooser {
 public:
  Chooser(const Step& step, const Operands& operands, const npu::NpuSpec& npu, const npu::NpuTiming& timing,
          const std::vector<Path>& paths)
      : nest_(step.nest),
        operands_(operands),
        npu_(npu),
        timing_(timing),
        paths_(paths),
        clock_ps_(1e12 / static_cast<double>(npu.hz)) {}

  void consider(const Tiling& candidate, const Axis& h, const Axis& w) {
    if (found() && candidate.tiles > most_tiles && least_tiles_ <= candidate.tiles) return;
    Tiling t = candidate;
    const double bound = found() ? least_ps_ * tolerance : 1e300;
    t.estimate_ps = estimate(t, h, w, bound);
    if (t.estimate_ps > bound) return;
    least_ps_ = std::min(least_ps_, t.estimate_ps);
    least_tiles_ = std::min(least_tiles_, t.tiles);
    good_.push_back(t);
  }

  bool found() const { return !good_.empty(); }

  /// Of the tilings that no estimate can tell apart, the one that asks least of command front ends and buses: a tile's
  /// jobs count like `bursts_per_tile` bursts.
  const Tiling& best() const {
    const Tiling* best = nullptr;
    for (const Tiling& t : good_) {
      if (t.estimate_ps > least_ps_ * tolerance) continue;
      if (best == nullptr || demand(t) < demand(*best)) best = &t;
    }
    return *best;
  }

 private:
  /// Tiles of one size: an operator has up to two sizes along each axis, the full one and the last.
  struct Kind {
    std::int64_t count = 0;
    double input = 0, weights = 0, output = 0;  // relative size of each operand
    Work work;
  };

  int kinds(const Tiling& t, const Axis& h, const Axis& w, std::array<Kind, 16>& list) const {
    const bool window = nest_.access == Access::window;
    const std::int64_t nc = ceil_div(nest_.out.c, t.tc), ni = window ? ceil_div(nest_.ic, t.tic) : 1;
    const std::int64_t last_c = nest_.out.c - (nc - 1) * t.tc, last_i = nest_.ic - (ni - 1) * t.tic;
    int n = 0;
    for (int hi = 0; hi < 2; ++hi)
      for (int wi = 0; wi < 2; ++wi)
        for (int ci = 0; ci < 2; ++ci)
          for (int ii = 0; ii < 2; ++ii) {
            const std::int64_t count =
                (hi ? 1 : h.tiles - 1) * (wi ? 1 : w.tiles - 1) * (ci ? 1 : nc - 1) * (ii ? 1 : ni - 1);
            if (count == 0) continue;
            Kind& kind = list[static_cast<std::size_t>(n++)];
            kind.count = count * nest_.out.n;
            const std::int64_t rows = hi ? h.last : t.th, columns = wi ? w.last : t.tw;
            const std::int64_t channels = ci ? last_c : t.tc, slice = ii ? last_i : t.tic;
            const std::int64_t in_rows = hi ? h.last_input : h.full_input,
                               in_columns = wi ? w.last_input : w.full_input;
            const std::int64_t weight_bytes =
                operands_.weight_bytes * channels * slice / std::max<std::int64_t>(1, nest_.out.c * nest_.ic);
            kind.work = tile_work(nest_, t, rows, columns, channels, slice, in_rows, in_columns, operands_.extra_inputs,
                                  weight_bytes);
            if (ni > 1 && !ii) kind.work.output_elements = 0;
            kind.input = static_cast<double>(in_rows * in_columns * (window ? slice : channels));
            kind.weights = static_cast<double>(channels * slice);
            kind.output = static_cast<double>(rows * columns * channels);
          }
    return n;
  }

  /// Stops early, with what it knows by then, once the estimate is sure to exceed `bound`.
  double estimate(Tiling& t, const Axis& h, const Axis& w, double bound) const {
    const std::int64_t nc = ceil_div(nest_.out.c, t.tc),
                       ni = nest_.access == Access::window ? ceil_div(nest_.ic, t.tic) : 1;
    const std::int64_t spatial = nest_.out.n * h.tiles * w.tiles;
    const double bytes_per_pixel = static_cast<double>(nest_.in.c) * nest_.activation_bits / 8;
    const double sweep = static_cast<double>(nest_.in.n * h.input_sum * w.input_sum) * bytes_per_pixel;
    double sweeps = 1;
    if (nest_.access == Access::window && nc > 1 && !t.keep_input &&
        (t.weights_outer || ni > 1 || input_again_per_tile(npu_, nest_)))
      sweeps = static_cast<double>(nc);
    const double input_bytes = sweep * sweeps * (1 + operands_.extra_inputs);
    const double input_transfers =
        static_cast<double>(spatial * ni) * (nest_.access == Access::channelwise ? static_cast<double>(nc) : sweeps);
    const bool whole_width = w.tiles == 1, whole_channels = nest_.access == Access::window ? ni == 1 : nc == 1;
    const double row = operands_.input_blocked
                           ? static_cast<double>(std::min<std::int64_t>(w.full_input * operands_.block, 1 << 20))
                       : !whole_channels ? static_cast<double>(nest_.access == Access::window ? t.tic : t.tc)
                                         : static_cast<double>(w.full_input) * bytes_per_pixel *
                                               (whole_width ? static_cast<double>(h.full_input) : 1.0);
    double weight_sweeps = 0, weight_transfers = 0;
    if (operands_.weight_bytes > 0) {
      const bool again =
          !npu_.tile_buffer.holds_weights || (!t.keep_weights && (t.weights_outer ? ni > 1 : nc * ni > 1));
      weight_sweeps = again ? static_cast<double>(spatial) : 1;
      weight_transfers = weight_sweeps * static_cast<double>(nc * ni);
    }
    const double output_bytes = static_cast<double>(nest_.out.elements()) * nest_.output_bits / 8;
    const double out_row =
        operands_.output_blocked ? static_cast<double>(t.tw * operands_.block)
        : nc > 1                 ? static_cast<double>(t.tc)
                 : static_cast<double>(t.tw * nest_.out.c) * (whole_width ? static_cast<double>(t.th) : 1.0);

    // Engines run side by side, but those that use the same memory, or the same data channel of a bus, share it.
    struct Engine {
      int memory;
      double bytes, run, transfers;
      bool write;
    };
    const std::array<Engine, 3> engines = {{
        {operands_.input_memory, input_bytes, row, input_transfers, false},
        {operands_.weight_memory, static_cast<double>(operands_.weight_bytes) * weight_sweeps, 1 << 20,
         weight_transfers, false},
        {operands_.output_memory, output_bytes, out_row, static_cast<double>(spatial * nc), true},
    }};
    std::array<double, 3> by{}, on_bus{};
    for (std::size_t e = 0; e < 3; ++e) {
      if (engines[e].memory < 0) continue;
      const Path& path = paths_[static_cast<std::size_t>(engines[e].memory)];
      by[e] = path.time(engines[e].bytes, engines[e].run, engines[e].transfers, engines[e].write);
      on_bus[e] = path.bus_time(engines[e].bytes, engines[e].run);
      t.bursts += path.bursts(engines[e].bytes, engines[e].run);
    }
    // What shares one memory or one channel adds up; the sums bound the whole from below.
    std::array<std::array<double, 3>, 6> shared{};
    double transfer = 0;
    for (std::size_t e = 0; e < 3; ++e) {
      if (engines[e].memory < 0) continue;
      const Path& path = paths_[static_cast<std::size_t>(engines[e].memory)];
      for (std::size_t o = 0; o < 3; ++o) {
        if (engines[o].memory < 0) continue;
        if (engines[o].memory == engines[e].memory) shared[e][o] = by[o];
        const bool same_bus = paths_[static_cast<std::size_t>(engines[o].memory)].bus() == path.bus();
        if (same_bus && (!path.duplex() || engines[o].write == engines[e].write)) shared[e + 3][o] = on_bus[o];
      }
    }
    for (const auto& s : shared) transfer = std::max(transfer, s[0] + s[1] + s[2]);
    const double tiles = static_cast<double>(t.tiles);
    const double moved = by[0] + by[1] + by[2];
    const bool overlap = t.slots >= 2;
    if ((overlap ? transfer + moved / tiles : moved) > bound) return overlap ? transfer + moved / tiles : moved;

    // Tile by tile the slower of compute and transfers sets the pace: a small last tile may wait for its weights.
    std::array<Kind, 16> list;
    const int n = kinds(t, h, w, list);
    std::array<double, 3> whole{};
    for (int k = 0; k < n; ++k) {
      const Kind& kind = list[static_cast<std::size_t>(k)];
      const double count = static_cast<double>(kind.count);
      whole[0] += count * kind.input;
      whole[1] += count * kind.weights;
      whole[2] += count * kind.output;
    }
    double total = overlap ? moved / tiles : moved, compute = 0;
    for (int k = 0; k < n; ++k) {
      const Kind& kind = list[static_cast<std::size_t>(k)];
      const double cycles = static_cast<double>(timing_.cost(kind.work).total());
      double pace = cycles * clock_ps_ / std::max(1, npu_.cores);
      compute += static_cast<double>(kind.count) * pace;
      if (overlap)
        for (const auto& s : shared)
          pace = std::max(
              pace, s[0] * kind.input / whole[0] + s[1] * kind.weights / whole[1] + s[2] * kind.output / whole[2]);
      total += static_cast<double>(kind.count) * pace;
      if (total > bound) return total;
    }
    return overlap ? total + compute / tiles : total;
  }

  const Nest& nest_;
  const Operands& operands_;
  const npu::NpuSpec& npu_;
  const npu::NpuTiming& timing_;
  const std::vector<Path>& paths_;
  double clock_ps_;
  static constexpr double tolerance = 1.04;  // replays differ from estimates by more than this
  static constexpr std::int64_t most_tiles = 4096;
  static constexpr double bursts_per_tile = 8;
  static double demand(const Tiling& t) { return t.bursts + bursts_per_tile * static_cast<double>(t.tiles); }
  double least_ps_ = 1e300;
  std::int64_t least_tiles_ = INT64_MAX;
  std::vector<Tiling> good_;  // within the tolerance of the least estimate when they were considered
};

/// Lanes of the mode that the dimension has to itself or shares; `whole` when the array has no modes for the class.
std::int64_t lanes_over(npu::Dim dim, const npu::NpuSpec& npu, OpClass op_class, int mode, std::int64_t whole) {
  const auto found = npu.array.find(op_class);
  if (found == npu.array.end() || found->second.empty()) return whole;
  for (const npu::UnrollGroup& group : found->second[static_cast<std::size_t>(mode)].unroll)
    if (std::find(group.dims.begin(), group.dims.end(), dim) != group.dims.end()) return group.factor;
  return 1;
}

}  // namespace

Range window_range(Range out, int kernel, int stride, int dilation, int pad, int upsample, std::int64_t dim_in) {
  if (upsample > 1) {
    const std::int64_t begin = std::max<std::int64_t>(0, (out.begin + pad - kernel + 1 + (upsample - 1)) / upsample);
    const std::int64_t end = std::min(dim_in, (out.end - 1 + pad) / upsample + 1);
    return {std::min(begin, end), end};
  }
  const std::int64_t begin = std::clamp<std::int64_t>(out.begin * stride - pad, 0, dim_in);
  const std::int64_t end = std::clamp<std::int64_t>(
      (out.end - 1) * stride + static_cast<std::int64_t>(kernel - 1) * dilation + 1 - pad, begin, dim_in);
  return {begin, end};
}

bool input_again_per_tile(const npu::NpuSpec& npu, const Nest& nest) {
  const std::int64_t slice = npu.tile_buffer.input_slice_channels;
  return nest.access == Access::window && slice > 0 && nest.ic > 2 * slice;
}

Work tile_work(const Nest& nest, const Tiling& tiling, std::int64_t rows, std::int64_t columns, std::int64_t channels,
               std::int64_t input_channels, std::int64_t input_rows, std::int64_t input_columns, int extra_inputs,
               std::int64_t weight_bytes) {
  Work work;
  work.op_class = nest.op_class;
  work.post_op = nest.post_op;
  work.activation_bits = nest.activation_bits;
  work.weight_bits = nest.weight_bits;
  work.output_bits = nest.output_bits;
  work.floating_point = nest.floating_point;
  work.per_channel = nest.per_channel;
  work.mode = static_cast<std::uint8_t>(tiling.mode);
  // A transpose convolution steps over its input pixels: every one meets the whole kernel.
  work.oh = static_cast<std::int32_t>(ceil_div(tiling.whole_edges ? tiling.th : rows, nest.upsample_h));
  work.ow = static_cast<std::int32_t>(ceil_div(tiling.whole_edges ? tiling.tw : columns, nest.upsample_w));
  work.oc = static_cast<std::int32_t>(tiling.whole_edges ? tiling.tc : channels);
  work.ic = static_cast<std::int32_t>(nest.access == Access::window ? input_channels : 1);
  work.kh = nest.kh;
  work.kw = nest.kw;
  const std::int64_t depth =
      nest.access == Access::window ? input_channels : ceil_div(channels, nest.channel_multiplier);
  work.input_elements = input_rows * input_columns * depth + extra_inputs * rows * columns * channels;
  work.output_elements = rows * columns * channels;
  if (nest.weight_elements > 0)
    work.weight_elements = nest.weight_elements * channels * work.ic /
                           std::max<std::int64_t>(1, nest.out.c * (nest.access == Access::window ? nest.ic : 1));
  work.weight_bytes = weight_bytes;
  return work;
}

std::optional<Tiling> choose_tiling(const Program& program, const Step& step, const Operands& operands,
                                    const npu::NpuTiming& timing, const std::vector<Path>& paths) {
  const hw::Unit& unit = program.hardware->units[static_cast<std::size_t>(step.unit)];
  const npu::NpuSpec& npu = unit.npu();
  const Nest& nest = step.nest;
  const bool streaming = npu.tile_buffer.size_bytes == 0;
  const Nest& kernel = step.stages.empty() ? nest : step.stages.front();  // what the array sees at once
  std::vector<int> modes = timing.usable_modes(nest.op_class, kernel.kh, kernel.kw, static_cast<int>(nest.ic),
                                               std::max(kernel.stride_h, kernel.stride_w));
  if (modes.empty()) modes = {0};
  const auto granule = [&](int i, std::int64_t whole) {
    return std::min<std::int64_t>(std::max(1, npu.tile_granule[static_cast<std::size_t>(i)]), whole);
  };
  const auto limit = [&](int i) { return static_cast<std::int64_t>(npu.tile_limit[static_cast<std::size_t>(i)]); };

  const TileFit fit(npu, nest, operands);
  std::optional<Block> block;
  if (npu.tile_choice == npu::TileChoice::least_fetch) block = least_fetch_block(npu, nest, operands, fit);
  std::vector<std::int64_t> heights, widths;
  if (block) {
    heights = {block->rows};
    widths = {block->columns};
  } else if (streaming) {
    heights = {ceil_div(nest.out.h, std::max(1, npu.streaming_stripes))};
    widths = {nest.out.w};
  } else {
    heights = extents_to_try(nest.out.h, granule(0, nest.out.h), limit(0));
    widths = extents_to_try(nest.out.w, granule(1, nest.out.w), limit(1));
  }
  std::vector<Axis> h_axes, w_axes;
  for (std::int64_t th : heights)
    h_axes.push_back(
        axis(nest.out.h, th, nest.kh, nest.stride_h, nest.dilation_h, nest.pad_top, nest.upsample_h, nest.in.h));
  for (std::int64_t tw : widths)
    w_axes.push_back(
        axis(nest.out.w, tw, nest.kw, nest.stride_w, nest.dilation_w, nest.pad_left, nest.upsample_w, nest.in.w));
  const bool window = nest.access == Access::window, again_per_tile = input_again_per_tile(npu, nest);
  Chooser chooser(step, operands, npu, timing, paths);
  for (int mode : modes) {
    std::vector<std::int64_t> channels;
    const std::int64_t most = operands.channel_limit > 0
                                  ? (limit(2) > 0 ? std::min(limit(2), operands.channel_limit) : operands.channel_limit)
                                  : limit(2);
    if (block)
      channels = {block->channels};
    else if (!streaming)
      channels = extents_to_try(nest.out.c, granule(2, nest.out.c), most);
    else if (npu.streams.input_again_per_pass)
      channels = {std::min(nest.out.c, lanes_over(npu::Dim::oc, npu, nest.op_class, mode, nest.out.c))};
    else
      channels = {nest.out.c};
    for (std::int64_t tc : channels) {
      if (operands.channel_limit > 0 && tc > operands.channel_limit) continue;
      // A part of a brick would move the whole brick, and its neighbour's tile would move it again.
      const bool bricks = operands.output_blocked || (operands.input_blocked && nest.access == Access::channelwise);
      if (bricks && tc < nest.out.c && tc % operands.block != 0) continue;
      for (std::size_t hi = 0; hi < heights.size(); ++hi) {
        const std::int64_t th = heights[hi];
        const Axis& h = h_axes[hi];
        for (std::size_t wi = 0; wi < widths.size(); ++wi) {
          const std::int64_t tw = widths[wi];
          const Axis& w = w_axes[wi];
          Tiling t;
          t.mode = mode;
          t.whole_edges = npu.whole_edges;
          t.th = th;
          t.tw = tw;
          t.tc = tc;
          t.tic = window ? fit.largest_input_slice(th, tw, tc, h.full_input, w.full_input) : 1;
          if (t.tic == 0) continue;
          // Slices of whole lanes: a slice of 18 channels on 16 lanes would take the array twice.
          const std::int64_t lanes = window ? lanes_over(npu::Dim::ic, npu, nest.op_class, mode, nest.ic) : 1;
          if (t.tic < nest.ic && t.tic > lanes) t.tic = t.tic / lanes * lanes;
          const std::int64_t nc = ceil_div(nest.out.c, tc), ni = window ? ceil_div(nest.ic, t.tic) : 1;
          t.tiles = nest.out.n * h.tiles * w.tiles * nc * ni;
          t.slots = fit.slots(t, h.full_input, w.full_input);
          if (t.slots == 0) continue;
          const std::int64_t spatial = nest.out.n * h.tiles * w.tiles;
          // Of two orders that move as much the first one stays; with the channels inside, whole rows are done early.
          for (bool weights_outer : {!again_per_tile, again_per_tile}) {
            if (!weights_outer && (operands.weights_outer_only || streaming || nc == 1 || spatial == 1)) continue;
            t.weights_outer = weights_outer;
            t.keep_weights = (!weights_outer || ni > 1) && fit.weights_stay(t);
            t.keep_input = weights_outer && nc > 1 && ni == 1 && fit.input_stays(t);
            chooser.consider(t, h, w);
          }
        }
      }
    }
  }
  if (!chooser.found()) return std::nullopt;
  return chooser.best();
}

}  // namespace presil::plan
