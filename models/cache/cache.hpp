// The cache as a SystemC module: a TLM-2.0 target in front of a memory's, that lends the fabric its timing object.
#pragma once

#define SC_INCLUDE_DYNAMIC_PROCESSES  // the sockets of tlm_utils need it
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <systemc>
#include <tlm>

#include "models/cache/cache_timing.hpp"
#include "models/common/memory_timing.hpp"

namespace presil::cache {

/// Stands before a memory module that lends its timing object; `memory_socket` is bound to it as the path of what
/// misses, though only the timing object is asked. Behind a fabric only this module's own timing object is used. In any
/// other platform b_transport adds the time of the access to `delay`; accesses are served in the order of the calls. It
/// models time, not contents: the payload's data are not touched. Accesses beyond the memory's size are answered
/// TLM_ADDRESS_ERROR_RESPONSE.
class Cache : public sc_core::sc_module, public common::MemoryTimingProvider {
 public:
  tlm_utils::simple_target_socket<Cache> socket;
  tlm_utils::simple_initiator_socket<Cache> memory_socket;

  template <class Module>
  Cache(sc_core::sc_module_name name, const CacheSpec& spec, Module& memory, std::int64_t memory_bytes)
      : Cache(name, spec, memory.memory_timing(), memory_bytes) {
    memory_socket.bind(memory.socket);
  }

  common::MemoryTiming& memory_timing() override { return timing_; }
  const CacheTiming& timing() const { return timing_; }

 private:
  Cache(sc_core::sc_module_name name, const CacheSpec& spec, common::MemoryTiming& memory, std::int64_t memory_bytes);
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  common::Service serve(common::Burst burst);

  CacheTiming timing_;
  std::uint64_t size_;
  Tick last_ = 0;  // up to here the timing object has been asked
};

}  // namespace presil::cache
