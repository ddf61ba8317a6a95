#include "models/flash/flash.hpp"

#include <algorithm>

namespace presil::flash {

Flash::Flash(sc_core::sc_module_name name, const FlashSpec& spec) : sc_module(name), socket("socket"), timing_(spec) {
  socket.register_b_transport(this, &Flash::b_transport);
}

void Flash::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  const std::uint64_t size = static_cast<std::uint64_t>(timing_.spec().size_bytes);
  if (payload.get_address() > size || payload.get_data_length() > size - payload.get_address()) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.is_write() && !timing_.spec().writable) {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return;
  }
  const Tick now = static_cast<Tick>(sc_core::sc_time_stamp().value());
  Burst burst;
  burst.address = payload.get_address();
  burst.bytes = payload.get_data_length();
  burst.write = payload.is_write();
  burst.arrival = std::max(now + static_cast<Tick>(delay.value()), last_arrival_);
  burst.arrival = last_arrival_ = timing_.accepts_from(burst.arrival, burst.write);
  const Service service = timing_.push(burst);
  delay = sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(service.done - now));
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace presil::flash
