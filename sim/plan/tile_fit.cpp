#include "sim/plan/tile_fit.hpp"

#include <algorithm>

#include "sim/plan/arithmetic.hpp"
#include "sim/plan/tiling.hpp"

namespace presil::plan {
TileFit::TileFit(const npu::NpuSpec& npu, const Nest& nest, const Operands& operands)
    : npu_(npu),
      nest_(nest),
      operands_(operands),
      capacity_(npu.tile_buffer.size_bytes - npu.tile_buffer.reserved_bytes) {}

TileFit::Bytes TileFit::tile_bytes(std::int64_t rows, std::int64_t columns, std::int64_t channels, std::int64_t slice,
                                   std::int64_t input_rows, std::int64_t input_columns) const {
  const tile_buffer::TileBufferSpec& buffer = npu_.tile_buffer;
  const bool window = nest_.access == Access::window;
  std::int64_t depth = window ? slice : ceil_div(channels, nest_.channel_multiplier);
  if (window && buffer.input_slice_channels > 0) depth = std::min(depth, buffer.input_slice_channels);
  Bytes b;
  const std::int64_t bank = buffer.banks > 1 ? buffer.size_bytes / buffer.banks : 1;
  b.input = round_up(ceil_div(input_rows * input_columns * depth * nest_.activation_bits, 8), bank);
  b.input += operands_.extra_inputs * round_up(ceil_div(rows * columns * channels * nest_.activation_bits, 8), bank);
  // At most as many rows and columns as the first of them reads.
  b.between =
      operands_.between * round_up(ceil_div(input_rows * input_columns * depth * nest_.activation_bits, 8), bank);
  if (buffer.holds_weights && operands_.weight_bytes > 0)
    b.weights = ceil_div(operands_.weight_bytes * channels * (window ? slice : 1),
                         std::max<std::int64_t>(1, nest_.out.c * (window ? nest_.ic : 1)));
  if (buffer.holds_output) b.output = ceil_div(rows * columns * channels * nest_.output_bits, 8);
  if (buffer.holds_accumulators && (window || nest_.kh * nest_.kw > 1))
    b.accumulators = round_up(ceil_div(rows * columns * round_up(channels, 8) * buffer.accumulator_bits, 8), bank);
  return b;
}

bool TileFit::fits(const Bytes& b, int times) const {
  if (npu_.tile_buffer.size_bytes == 0) return true;
  const tile_buffer::TileBufferSpec& buffer = npu_.tile_buffer;
  const tile_buffer::PartitionSpec& part = buffer.partition;
  const std::int64_t inputs = round_up(times * b.input, buffer.input_granule_bytes);
  const std::int64_t sums = round_up(times * b.accumulators, buffer.accumulator_granule_bytes);
  if (part.shared()) return inputs + sums + times * (b.weights + b.output) + b.between <= capacity_;
  // Accumulators without a share of their own live where results do.
  const std::int64_t outputs = times * b.output + (part.accumulators > 0 ? 0 : sums);
  const auto within = [&](std::int64_t bytes, int percent) { return bytes <= capacity_ * percent / 100; };
  return within(inputs + b.between, part.input) && within(times * b.weights, part.weights) &&
         within(outputs, part.output) && (part.accumulators == 0 || within(sums, part.accumulators));
}

std::int64_t TileFit::largest_input_slice(std::int64_t rows, std::int64_t columns, std::int64_t channels,
                                          std::int64_t input_rows, std::int64_t input_columns) const {
  for (int times = npu_.tile_buffer.double_buffered ? 2 : 1; times >= 1; --times) {
    if (!fits(tile_bytes(rows, columns, channels, 1, input_rows, input_columns), times)) continue;
    for (std::int64_t parts = 1; parts <= nest_.ic; parts = parts < 8 ? parts + 1 : parts * 2) {
      const std::int64_t slice = ceil_div(nest_.ic, parts);
      if (fits(tile_bytes(rows, columns, channels, slice, input_rows, input_columns), times)) return slice;
    }
    return 1;
  }
  return 0;
}

int TileFit::slots(const Tiling& t, std::int64_t input_rows, std::int64_t input_columns) const {
  const Bytes b = tile_bytes(t.th, t.tw, t.tc, t.tic, input_rows, input_columns);
  if (npu_.tile_buffer.size_bytes == 0) return 2;
  if (npu_.tile_buffer.double_buffered && fits(b, 2)) return 2;
  return fits(b, 1) ? 1 : 0;
}

bool TileFit::weights_stay(const Tiling& t) const {
  const tile_buffer::TileBufferSpec& buffer = npu_.tile_buffer;
  if (!buffer.holds_weights || operands_.weight_bytes == 0 || buffer.size_bytes == 0) return false;
  if (!buffer.partition.shared()) return operands_.weight_bytes <= capacity_ * buffer.partition.weights / 100;
  const Bytes b = tile_bytes(t.th, t.tw, t.tc, t.tic, (t.th - 1) * nest_.stride_h + nest_.kh,
                             (t.tw - 1) * nest_.stride_w + nest_.kw);
  return t.slots * (b.input + b.output + b.accumulators) + b.between + operands_.weight_bytes <= capacity_;
}

bool TileFit::input_stays(const Tiling& t) const {
  const tile_buffer::TileBufferSpec& buffer = npu_.tile_buffer;
  if (buffer.size_bytes == 0 || buffer.input_slice_channels > 0 || nest_.access != Access::window) return false;
  const std::int64_t whole = ceil_div(nest_.in.elements() * nest_.activation_bits, 8);
  if (!buffer.partition.shared()) return whole <= capacity_ * buffer.partition.input / 100;
  const Bytes b = tile_bytes(t.th, t.tw, t.tc, t.tic, (t.th - 1) * nest_.stride_h + nest_.kh,
                             (t.tw - 1) * nest_.stride_w + nest_.kw);
  return whole + t.slots * (b.weights + b.output + b.accumulators) <= capacity_;
}

}  // namespace presil::plan
