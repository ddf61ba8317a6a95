// The SRAM as a SystemC module: a TLM-2.0 target that lends the fabric its timing object.
#pragma once

#define SC_INCLUDE_DYNAMIC_PROCESSES  // the sockets of tlm_utils need it
#include <tlm_utils/simple_target_socket.h>
#include <systemc>
#include <tlm>

#include "models/common/memory_timing.hpp"
#include "models/sram/sram_timing.hpp"

namespace presil::sram {

/// Behind a fabric only the timing object is used. In any other platform b_transport adds the time of the access to
/// `delay`; accesses are served in the order of the calls, never before one another. It models time, not contents: the
/// payload's data are not touched. Accesses beyond the size are answered TLM_ADDRESS_ERROR_RESPONSE.
class Sram : public sc_core::sc_module, public common::MemoryTimingProvider {
 public:
  tlm_utils::simple_target_socket<Sram> socket;

  Sram(sc_core::sc_module_name name, const SramSpec& spec);

  common::MemoryTiming& memory_timing() override { return timing_; }
  const SramTiming& timing() const { return timing_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  SramTiming timing_;
  Tick last_arrival_ = 0;
};

}  // namespace presil::sram
