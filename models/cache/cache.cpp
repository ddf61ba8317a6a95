#include "models/cache/cache.hpp"

#include <algorithm>

#include "models/common/socket_burst.hpp"

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
  if (!common::lies_within(payload, size_)) return;
  Burst burst = common::burst_of(payload, delay, last_);
  common::answer_at(payload, delay, serve(burst).done);
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
