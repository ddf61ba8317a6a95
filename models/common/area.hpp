// A three-dimensional region of one memory: what a transfer moves, in the order in which it moves it.
#pragma once

#include <cstdint>

namespace presil::common {

/// Rows of `row_bytes` contiguous bytes; `rows` of them `row_stride` apart make a plane; `planes` planes `plane_stride`
/// apart. The leading planes, rows and bytes of each row that an earlier tile has moved already (halo) are counted
/// as redundant, and are left out when the cost of tiling is asked for. Unit: bytes.
struct Area {
  std::int32_t memory = 0;    // index in the schedule's list of memories
  std::uint64_t address = 0;  // offset from the start of that memory
  std::uint32_t row_bytes = 0, rows = 1, planes = 1;
  std::int64_t row_stride = 0, plane_stride = 0;
  std::uint32_t redundant_row_bytes = 0, redundant_rows = 0, redundant_planes = 0;

  std::int64_t bytes() const { return static_cast<std::int64_t>(row_bytes) * rows * planes; }
  /// Bytes moved for the first time: without the leading redundant planes, rows and row bytes.
  std::int64_t useful_bytes() const {
    return static_cast<std::int64_t>(row_bytes - redundant_row_bytes) * (rows - redundant_rows) *
           (planes - redundant_planes);
  }
  /// One byte past the highest byte touched.
  std::uint64_t end() const {
    return bytes() == 0 ? address
                        : address + static_cast<std::uint64_t>((rows - 1) * row_stride + (planes - 1) * plane_stride) +
                              row_bytes;
  }
};

}  // namespace presil::common
