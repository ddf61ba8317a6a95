#include "models/cache/cache.hpp"

#include <algorithm>

namespace presil::cache {

Cache::Cache(sc_core::sc_module_name name, const CacheSpec& spec, common::MemoryTiming& memory,
             std::int64_t memory_bytes)
    : sc_module(name),
      socket("socket"),
      memory_socket("memory_socket"),
      timing_(spec, memory, memory_bytes),
      size_(static_cast<std::uint64_t>(memory_bytes)) {
  socket.register_b_transport(this, &Cache::b_transport);
}

void Cache::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  if (payload.get_address() > size_ || payload.get_data_length() > size_ - payload.get_address()) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  const Tick now = static_cast<Tick>(sc_core::sc_time_stamp().value());
  Burst burst;
  burst.address = payload.get_address();
  burst.bytes = payload.get_data_length();
  burst.write = payload.is_write();
  burst.arrival = std::max(now + static_cast<Tick>(delay.value()), last_);
  const Service service = serve(burst);
  delay = sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(service.done - now));
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// A queueing memory decides as far ahead as this burst needs.
Service Cache::serve(Burst burst) {
  for (;;) {
    const Tick accepted = timing_.accepts_from(burst.arrival, burst.write), decision = timing_.next_decision();
    if (decision > std::min(accepted, common::never - 1)) {
      burst.arrival = last_ = accepted;
      break;
    }
    timing_.decide();
    burst.arrival = std::max(burst.arrival, decision);
  }
  const Service service = timing_.push(burst);
  if (!timing_.queued()) return service;
  for (;;) {
    last_ = std::max(last_, timing_.next_decision());
    const common::MemoryTiming::Decision decision = timing_.decide();
    if (decision.decided && decision.service.id == burst.id) return decision.service;
  }
}

}  // namespace presil::cache
