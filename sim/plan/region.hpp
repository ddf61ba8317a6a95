// Part of a tensor as a region of memory: rows, columns and channels to addresses and strides, in the tensor's layout.
#pragma once

#include "models/common/area.hpp"
#include "sim/plan/program.hpp"
#include "sim/plan/tiling.hpp"

namespace presil::plan {

/// A box of a feature map. The leading rows and columns named redundant were moved by an earlier tile (halo).
struct Box {
  std::int64_t image = 0;
  Range rows, columns, channels;
  std::int64_t redundant_rows = 0, redundant_columns = 0;
};

/// `shape` and `bits` are those of the tensor that the box is cut from.
common::Area region(const Storage& storage, const Shape4& shape, int bits, const Box& box);

/// Of an operand of `bytes`, what the step really reads: slices and gathers take only what they give.
std::int64_t bytes_read(const Program& program, const Step& step, std::int64_t bytes);

/// A contiguous part: bytes [begin, end) of the storage.
common::Area span(const Storage& storage, std::int64_t begin, std::int64_t end);

}  // namespace presil::plan
