// The tile buffer as a SystemC module: a TLM-2.0 target that the DMA fills and the array reads.
#pragma once

#define SC_INCLUDE_DYNAMIC_PROCESSES  // the sockets of tlm_utils need it
#include <tlm_utils/simple_target_socket.h>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/time.hpp"
#include "models/tile_buffer/tile_buffer_timing.hpp"

namespace presil::tile_buffer {

using common::Tick;

/// Writes and reads take ceil(bytes / width) cycles on the port that is free first, which b_transport adds to `delay`;
/// with one port fills and reads take turns. It models time, not contents. Who occupies what is said with fill() and
/// release(): a tile is taken whole before its first byte arrives.
class TileBuffer : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<TileBuffer> socket;

  /// `hz` and `width_bits`: of each port.
  TileBuffer(sc_core::sc_module_name name, const TileBufferSpec& spec, std::int64_t hz, std::int64_t width_bits);

  void fill(std::int64_t bytes) { timing_.fill(bytes); }
  void release(std::int64_t bytes) { timing_.release(bytes); }
  const TileBufferTiming& timing() const { return timing_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  TileBufferTiming timing_;
  common::Clock clock_;
  std::int64_t width_bytes_;
  std::vector<std::int64_t> port_free_;  // edge
};

}  // namespace presil::tile_buffer
