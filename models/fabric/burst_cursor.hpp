// Cuts an area into bus bursts: contiguous rows and planes merge, every run is cut at multiples of the longest burst.
#pragma once

#include <cstdint>

#include "models/common/area.hpp"

namespace presil::fabric {

/// Walks over the bursts of one area. A burst covers whole beats of the bus: its first byte is rounded down and its
/// last byte up to the width, so that a short or unaligned run moves more bytes than it asks for. No burst crosses a
/// multiple of `max_burst` (itself a multiple of the width).
class BurstCursor {
 public:
  /// `width` is a power of two; area.bytes() > 0.
  void start(const common::Area& area, std::uint32_t width, std::uint32_t max_burst) {
    width_mask_ = width - 1;
    max_burst_ = max_burst;
    std::int64_t run = area.row_bytes;
    rows_ = area.rows;
    row_stride_ = area.row_stride;
    planes_ = area.planes;
    plane_stride_ = area.plane_stride;
    if (rows_ > 1 && row_stride_ == run) {  // rows touch: a plane is one run
      run *= rows_;
      rows_ = 1;
    }
    if (rows_ == 1 && planes_ > 1) {  // then planes are the rows
      rows_ = planes_;
      row_stride_ = plane_stride_;
      planes_ = 1;
      if (rows_ > 1 && row_stride_ == run) {
        run *= rows_;
        rows_ = 1;
      }
    }
    run_bytes_ = run;
    plane_start_ = row_start_ = area.address;
    row_ = 0;
    bytes_before_ = 0;
    done_ = false;
    start_run();
  }

  bool done() const { return done_; }

  /// Of the current burst, as moved: whole beats.
  std::uint64_t address() const { return position_ & ~width_mask_; }
  std::uint32_t bytes() const {
    if (end_ - position_ == max_burst_) return static_cast<std::uint32_t>(max_burst_);
    return static_cast<std::uint32_t>(((end_ + width_mask_) & ~width_mask_) - address());
  }

  /// Bytes of the area, in the order in which they move, up to the end of the current burst.
  std::int64_t bytes_through() const { return bytes_before_ + static_cast<std::int64_t>(end_ - position_); }

  /// True when the current burst is the area's last.
  bool last() const { return end_ == run_end_ && row_ + 1 == rows_ && planes_ == 1; }

  void advance() {
    bytes_before_ += static_cast<std::int64_t>(end_ - position_);
    position_ = end_;
    if (position_ < run_end_) {
      boundary_ += max_burst_;
      end_ = boundary_ < run_end_ ? boundary_ : run_end_;
    } else {
      next_run();
    }
  }

 private:
  void start_run() {
    position_ = row_start_;
    run_end_ = position_ + static_cast<std::uint64_t>(run_bytes_);
    // A mask where the longest burst is a power of two, as it nearly always is: a division per row is felt.
    const std::uint64_t offset =
        (max_burst_ & (max_burst_ - 1)) == 0 ? position_ & (max_burst_ - 1) : position_ % max_burst_;
    boundary_ = position_ - offset + max_burst_;
    end_ = boundary_ < run_end_ ? boundary_ : run_end_;
  }

  void next_run() {
    if (++row_ < rows_) {
      row_start_ += static_cast<std::uint64_t>(row_stride_);
    } else if (--planes_ > 0) {
      row_ = 0;
      plane_start_ += static_cast<std::uint64_t>(plane_stride_);
      row_start_ = plane_start_;
    } else {
      done_ = true;
      return;
    }
    start_run();
  }

  std::uint64_t position_ = 0, end_ = 0, boundary_ = 0, run_end_ = 0;  // of the current burst and run
  std::uint64_t width_mask_ = 0, max_burst_ = 1;
  std::uint64_t row_start_ = 0, plane_start_ = 0;
  std::int64_t run_bytes_ = 0, bytes_before_ = 0;
  std::int64_t row_stride_ = 0, plane_stride_ = 0;
  std::int64_t row_ = 0, rows_ = 1, planes_ = 1;
  bool done_ = true;
};

}  // namespace presil::fabric
