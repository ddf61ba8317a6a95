#include "models/tile_buffer/tile_buffer.hpp"

#include <algorithm>

#include "models/common/error.hpp"

namespace presil::tile_buffer {

TileBuffer::TileBuffer(sc_core::sc_module_name name, const TileBufferSpec& spec, std::int64_t hz,
                       std::int64_t width_bits)
    : sc_module(name),
      socket("socket"),
      timing_(spec),
      width_bytes_(width_bits / 8),
      port_free_(static_cast<std::size_t>(spec.ports), 0) {
  if (hz <= 0 || width_bytes_ <= 0) throw common::Error("tile buffer: clock and width must be positive");
  clock_ = common::Clock(hz);
  socket.register_b_transport(this, &TileBuffer::b_transport);
}

void TileBuffer::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t size = static_cast<std::uint64_t>(timing_.spec().size_bytes);
  if (payload.get_address() > size || payload.get_data_length() > size - payload.get_address()) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const Tick now = static_cast<Tick>(sc_core::sc_time_stamp().value());
  const std::int64_t arrival = clock_.cycle_at_or_after(now + static_cast<Tick>(delay.value()));
  std::int64_t& free = *std::min_element(port_free_.begin(), port_free_.end());
  free = std::max(free, arrival) + (payload.get_data_length() + width_bytes_ - 1) / width_bytes_;
  delay = sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(clock_.duration(free) - now));
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace presil::tile_buffer
