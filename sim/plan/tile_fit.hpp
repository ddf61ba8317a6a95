// Whether a tile's operands fit the tile buffer, once or twice, and which operands can stay in it.
#pragma once

#include <cstdint>

#include "models/npu/npu_spec.hpp"
#include "sim/plan/nest.hpp"

namespace presil::plan {

struct Operands;
struct Tiling;

class TileFit {
 public:
  TileFit(const npu::NpuSpec& npu, const Nest& nest, const Operands& operands);

  /// Largest number of input channels (all, or an even part of them) with which the tile fits double-buffered, else
  /// singly; 0 when not even one channel fits.
  std::int64_t largest_input_slice(std::int64_t rows, std::int64_t columns, std::int64_t channels,
                                   std::int64_t input_rows, std::int64_t input_columns) const;

  /// 2 when the tile fits twice and the buffer is double-buffered, 1 when once, 0 when not at all.
  int slots(const Tiling& tiling, std::int64_t input_rows, std::int64_t input_columns) const;

  /// All weights (the whole input) fit at once beside the other operands.
  bool weights_stay(const Tiling& tiling) const;
  bool input_stays(const Tiling& tiling) const;

 private:
  struct Bytes {
    std::int64_t input = 0, weights = 0, output = 0, accumulators = 0;
    std::int64_t between = 0;  // once, however many tiles are in flight: made and read within one
  };
  Bytes tile_bytes(std::int64_t rows, std::int64_t columns, std::int64_t channels, std::int64_t slice,
                   std::int64_t input_rows, std::int64_t input_columns) const;
  bool fits(const Bytes& b, int times) const;

  const npu::NpuSpec& npu_;
  const Nest& nest_;
  const Operands& operands_;
  std::int64_t capacity_;
};

}  // namespace presil::plan
