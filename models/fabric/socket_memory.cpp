#include "models/fabric/socket_memory.hpp"

#include "models/common/error.hpp"

namespace presil::fabric {

using common::Tick;

common::Service SocketMemory::push(const common::Burst& burst) {
  if (scratch_.size() < burst.bytes) scratch_.resize(burst.bytes);
  payload_.set_command(burst.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_address(burst.address);
  payload_.set_data_ptr(scratch_.data());
  payload_.set_data_length(burst.bytes);
  payload_.set_streaming_width(burst.bytes);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  const Tick now = static_cast<Tick>(sc_core::sc_time_stamp().value());
  sc_core::sc_time delay = sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(burst.arrival - now));
  forward_(socket_)->b_transport(payload_, delay);
  if (payload_.is_response_error())
    throw common::Error("memory '" + name_ + "': " + (burst.write ? "write" : "read") + " of " +
                        std::to_string(burst.bytes) + " bytes at address " + std::to_string(burst.address) +
                        " answered " + payload_.get_response_string());
  common::Service service;
  service.id = burst.id;
  service.data_start = burst.arrival;
  service.data_end = service.done = free_at_ = now + static_cast<Tick>(delay.value());
  ++counters_.bursts;
  (burst.write ? counters_.write_bytes : counters_.read_bytes) += burst.bytes;
  return service;
}

void SocketMemory::reset() {
  free_at_ = 0;
  counters_ = {};
}

}  // namespace presil::fabric
