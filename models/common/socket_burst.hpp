// A memory module's TLM payload as a burst, and its answer.
#pragma once

#include <algorithm>
#include <cstdint>
#include <tlm>

#include "models/common/memory_timing.hpp"

namespace presil::common {

inline Tick socket_now() {
  return static_cast<Tick>(sc_core::sc_time_stamp().value());
}  // SystemC counts picoseconds

/// False, and answered with an address error, when the payload leaves the memory of `size` bytes.
inline bool lies_within(tlm::tlm_generic_payload& payload, std::uint64_t size) {
  if (payload.get_address() <= size && payload.get_data_length() <= size - payload.get_address()) return true;
  payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
  return false;
}

/// The burst arrives `delay` from now, but not before `earliest`.
inline Burst burst_of(const tlm::tlm_generic_payload& payload, const sc_core::sc_time& delay, Tick earliest) {
  Burst burst;
  burst.address = payload.get_address();
  burst.bytes = payload.get_data_length();
  burst.write = payload.is_write();
  burst.arrival = std::max(socket_now() + static_cast<Tick>(delay.value()), earliest);
  return burst;
}

/// Answered at `done`: the initiator waits for it.
inline void answer_at(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay, Tick done) {
  delay = sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(done - socket_now()));
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

}  // namespace presil::common
