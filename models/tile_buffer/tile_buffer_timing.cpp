#include "models/tile_buffer/tile_buffer_timing.hpp"

#include <algorithm>
#include <cassert>
#include <string>

#include "models/common/error.hpp"

namespace presil::tile_buffer {

using common::Error;

TileBufferTiming::TileBufferTiming(const TileBufferSpec& spec) : spec_(spec) {
  if (spec.size_bytes < 0 || spec.reserved_bytes < 0 || spec.reserved_bytes > spec.size_bytes)
    throw Error("tile buffer: " + std::to_string(spec.reserved_bytes) + " reserved of " +
                std::to_string(spec.size_bytes) + " bytes");
  if (spec.banks < 1 || spec.ports < 1) throw Error("tile buffer: banks and ports must be at least 1");
}

void TileBufferTiming::fill(std::int64_t bytes) {
  assert(bytes >= 0);
  if (bytes > capacity() - occupied_)
    throw Error("tile buffer: a tile of " + std::to_string(bytes) + " bytes does not fit, " +
                std::to_string(bytes - (capacity() - occupied_)) + " too many beside " + std::to_string(occupied_) +
                " occupied of " + std::to_string(capacity()) + "; make the tile smaller or the buffer larger");
  occupied_ += bytes;
  high_water_ = std::max(high_water_, occupied_);
}

void TileBufferTiming::release(std::int64_t bytes) {
  assert(bytes >= 0 && bytes <= occupied_);
  occupied_ -= bytes;
}

std::int64_t TileBufferTiming::conflict_cycles(std::int64_t fill_beats, std::int64_t array_beats,
                                               std::int64_t cycles) const {
  if (spec_.ports >= 2) return 0;
  const std::int64_t banks = spec_.banks;
  const std::int64_t per_bank = (fill_beats + banks - 1) / banks + (array_beats + banks - 1) / banks;
  return std::max<std::int64_t>(0, per_bank - cycles);
}

}  // namespace presil::tile_buffer
