// What one compute or kernel job has to do: shapes and counts, never durations.
#pragma once

#include <cstdint>

#include "models/common/op_class.hpp"

namespace presil::common {

/// One tile's share of an operator. Unused extents are 1. Elements, not bytes, unless the name says so.
struct Work {
  OpClass op_class = OpClass::other;
  PostOp post_op = PostOp::none;
  std::uint8_t activation_bits = 8, weight_bits = 8, output_bits = 8;
  bool floating_point = false;
  std::uint8_t mode = 0;                                               // which of the array's modes for this class
  bool per_channel = false;                                            // weights quantised by channel
  bool last = false;                                                   // tile of its operator: nothing follows it
  std::int32_t n = 1, oh = 1, ow = 1, oc = 1, ic = 1, kh = 1, kw = 1;  // of the tile; ic of one group (1 for depthwise)
  std::int64_t input_elements = 0;                                     // streamed in once, all operands (halo included)
  std::int64_t output_elements = 0;
  std::int64_t weight_elements = 0;  // as decoded
  std::int64_t weight_bytes = 0;     // as stored: compressed and packed, biases and scales included
  std::int64_t macs = 0;
  std::int64_t recomputed_macs = 0;  // of them, done before by another tile
  std::int64_t bytes = 0;            // hand-over: bytes to clean or invalidate; kernel: all bytes it touches

  bool operator==(const Work& o) const {
    return op_class == o.op_class && post_op == o.post_op && activation_bits == o.activation_bits &&
           weight_bits == o.weight_bits && output_bits == o.output_bits && floating_point == o.floating_point &&
           mode == o.mode && per_channel == o.per_channel && last == o.last && n == o.n && oh == o.oh && ow == o.ow &&
           oc == o.oc && ic == o.ic && kh == o.kh && kw == o.kw && input_elements == o.input_elements &&
           output_elements == o.output_elements && weight_elements == o.weight_elements &&
           weight_bytes == o.weight_bytes && macs == o.macs && recomputed_macs == o.recomputed_macs && bytes == o.bytes;
  }
};

/// What a compute or kernel job costs: the stages run side by side, the slowest sets the pace; the rest is added.
struct StageCycles {
  std::int64_t array = 0, input = 0, weights = 0, output = 0;  // side by side
  std::int64_t overhead = 0;                                   // added after the slowest stage
  std::int64_t tile_overhead = 0;                              // of `overhead`, the part that each tile pays anew
  std::int64_t total() const {
    std::int64_t most = array;
    if (input > most) most = input;
    if (weights > most) most = weights;
    if (output > most) most = output;
    return most + overhead;
  }
};

}  // namespace presil::common
