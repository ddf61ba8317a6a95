#include "models/sram/sram.hpp"

#include "models/common/socket_burst.hpp"

namespace presil::sram {

Sram::Sram(sc_core::sc_module_name name, const SramSpec& spec) : sc_module(name), socket("socket"), timing_(spec) {
  socket.register_b_transport(this, &Sram::b_transport);
}

void Sram::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (!common::lies_within(payload, static_cast<std::uint64_t>(timing_.spec().size_bytes))) return;
  Burst burst = common::burst_of(payload, delay, last_arrival_);
  burst.arrival = last_arrival_ = timing_.accepts_from(burst.arrival, burst.write);
  common::answer_at(payload, delay, timing_.push(burst).done);
}

}  // namespace presil::sram
