#include "models/flash/flash.hpp"

#include "models/common/socket_burst.hpp"

namespace presil::flash {

Flash::Flash(sc_core::sc_module_name name, const FlashSpec& spec) : sc_module(name), socket("socket"), timing_(spec) {
  socket.register_b_transport(this, &Flash::b_transport);
}

void Flash::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (!common::lies_within(payload, static_cast<std::uint64_t>(timing_.spec().size_bytes))) return;
  if (payload.is_write() && !timing_.spec().writable) {
    payload.set_response_status(tlm::TLM_COMMAND_ERROR_RESPONSE);
    return;
  }
  Burst burst = common::burst_of(payload, delay, last_arrival_);
  burst.arrival = last_arrival_ = timing_.accepts_from(burst.arrival, burst.write);
  common::answer_at(payload, delay, timing_.push(burst).done);
}

}  // namespace presil::flash
