// An NPU's local buffer: who holds how much of it, and what fills and array reads cost each other.
#pragma once

#include <cstdint>

#include "models/tile_buffer/tile_buffer_spec.hpp"

namespace presil::tile_buffer {

class TileBufferTiming {
 public:
  /// Throws common::Error for a size, bank or port count that cannot be.
  explicit TileBufferTiming(const TileBufferSpec& spec);

  /// Bytes that tiles may take: the size without what the machine reserves.
  std::int64_t capacity() const { return spec_.size_bytes - spec_.reserved_bytes; }
  std::int64_t occupied() const { return occupied_; }
  std::int64_t high_water() const { return high_water_; }

  /// Takes `bytes` for a tile. Throws common::Error when they do not fit, saying by how much.
  void fill(std::int64_t bytes);

  /// Gives `bytes` back. Precondition: they are occupied.
  void release(std::int64_t bytes);

  /// Cycles that the array loses in a stretch of `cycles` in which `fill_beats` are written and `array_beats` read, one
  /// beat an access. Each bank serves as many accesses a cycle as there are ports, and both streams are interleaved
  /// evenly over the banks; what does not fit into the stretch is lost. None with two ports or more: one is the
  /// array's.
  std::int64_t conflict_cycles(std::int64_t fill_beats, std::int64_t array_beats, std::int64_t cycles) const;

  const TileBufferSpec& spec() const { return spec_; }
  void reset() { occupied_ = high_water_ = 0; }

 private:
  TileBufferSpec spec_;
  std::int64_t occupied_ = 0, high_water_ = 0;
};

}  // namespace presil::tile_buffer
