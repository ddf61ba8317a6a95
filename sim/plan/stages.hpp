// The work of one tile that runs through several windows, one after the other, without leaving the tile buffer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "sim/plan/nest.hpp"
#include "sim/plan/tiling.hpp"

namespace presil::plan {

/// An operator's MACs dealt out over its tiles so that they add up exactly.
class MacShare {
 public:
  MacShare(std::int64_t macs, std::int64_t volume) : macs_(macs), volume_(std::max<std::int64_t>(1, volume)) {}
  std::int64_t next(std::int64_t volume) {
    const __int128 before = static_cast<__int128>(macs_) * done_ / volume_;
    done_ += volume;
    return static_cast<std::int64_t>(static_cast<__int128>(macs_) * done_ / volume_ - before);
  }

 private:
  std::int64_t macs_, volume_, done_ = 0;
};

class StageWorks {
 public:
  explicit StageWorks(const std::vector<Nest>& stages);

  /// One piece of work a stage, for a tile of the last one's output. A stage makes the rows and columns that the next
  /// one's window reaches; what the neighbouring tiles make as well is booked as recomputed. `weight_bytes` are those
  /// of the first stage; the others' lie in the tile buffer.
  std::vector<Work> works(const Tiling& tiling, Range rows, Range columns, std::int64_t channels, int extra_inputs,
                          std::int64_t weight_bytes);

 private:
  const std::vector<Nest>& stages_;
  std::vector<MacShare> shares_;
};

}  // namespace presil::plan
