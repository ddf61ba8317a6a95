// Parameters of an NPU's local tile buffer.
#pragma once

#include <cstdint>

namespace presil::tile_buffer {

/// Shares of the capacity, in per cent; a share of 0 means that the operand does not live here (weights decoded
/// straight into the array, say). All zero: any split that fits (`shared`).
struct PartitionSpec {
  int input = 0, weights = 0, output = 0, accumulators = 0;
  bool shared() const { return input == 0 && weights == 0 && output == 0 && accumulators == 0; }
};

struct TileBufferSpec {
  std::int64_t size_bytes = 0;      // 0: none, the array streams from memory
  std::int64_t reserved_bytes = 0;  // for the machine itself (output FIFO, tables)
  int banks = 1;
  int ports = 2;  // 1: fills and array reads take turns
  // Each buffer takes whole banks (size / banks); all buffers of an operand together, whole granules.
  std::int64_t input_granule_bytes = 1;
  std::int64_t accumulator_granule_bytes = 1;
  bool double_buffered = true;      // the next tile loads while this one computes
  bool holds_weights = true;        // false: weights go straight to the array and are streamed again for each tile
  bool holds_output = true;         // false: results leave through the output stage without a buffer of their own
  bool holds_accumulators = false;  // partial sums live here, `accumulator_bits` each
  int accumulator_bits = 32;
  std::int64_t input_slice_channels =
      0;  // the array takes the input in slices of so many channels, and only slices are held; 0 = all channels
  PartitionSpec partition;
};

}  // namespace presil::tile_buffer
