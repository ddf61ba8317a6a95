// What a DMA engine's command side costs before a transfer's first burst.
#pragma once

#include <cmath>
#include <cstdint>

#include "models/common/area.hpp"
#include "models/common/error.hpp"
#include "models/common/time.hpp"
#include "models/dma/dma_spec.hpp"

namespace presil::dma {

using common::Area;
using common::Tick;

class DmaTiming {
 public:
  /// Throws common::Error for a clock that is not positive or negative cycles.
  explicit DmaTiming(const DmaSpec& spec) : spec_(spec) {
    if (spec.hz <= 0) throw common::Error("dma: clock must be positive");
    if (spec.setup_cycles < 0 || !(spec.cycles_per_row >= 0))
      throw common::Error("dma: setup and cycles_per_row must not be negative");
    clock_ = common::Clock(spec.hz);
  }

  /// Set-up of one transfer: the fixed cycles, and for a strided one those of its rows.
  Tick setup(const Area& area) const { return clock_.duration(setup_cycles(area)); }

  std::int64_t setup_cycles(const Area& area) const {
    const std::int64_t rows = area.bytes() == 0 ? 0 : runs(area);
    const double row_cycles = rows > 1 ? spec_.cycles_per_row * static_cast<double>(rows) : 0;
    return spec_.setup_cycles + static_cast<std::int64_t>(std::ceil(row_cycles));
  }

  /// Contiguous runs of an area: rows that touch are one, and so are planes that touch.
  static std::int64_t runs(const Area& area) {
    const bool rows_touch = area.rows == 1 || area.row_stride == area.row_bytes;
    const std::int64_t plane_runs = rows_touch ? 1 : area.rows;
    const bool planes_touch =
        plane_runs == 1 && area.plane_stride == static_cast<std::int64_t>(area.row_bytes) * area.rows;
    return planes_touch ? 1 : plane_runs * area.planes;
  }

 private:
  DmaSpec spec_;
  common::Clock clock_;
};

}  // namespace presil::dma
