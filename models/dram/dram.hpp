// A DRAM with its controller as a TLM-2.0 target: translates payloads into bursts of DramTiming.
#pragma once

#ifndef SC_INCLUDE_DYNAMIC_PROCESSES
#define SC_INCLUDE_DYNAMIC_PROCESSES  // simple_target_socket wants it
#endif
#include <tlm_utils/simple_target_socket.h>
#include <systemc>
#include <tlm>

#include "models/common/memory_timing.hpp"
#include "models/dram/dram_timing.hpp"

namespace presil::dram {

/// Loosely timed and without contents: b_transport adds the access's time to `delay` and leaves the data alone. A
/// fabric takes memory_timing() instead and runs the bursts itself; use one way or the other, not both.
///
/// Accesses are served in the order of the calls, each as bus bursts of at most `max_burst_bytes`; one that was called
/// later but is stamped earlier is moved up to the latest stamp so far. Addresses outside the memory get
/// TLM_ADDRESS_ERROR_RESPONSE, streaming and byte enables TLM_BURST_ERROR_RESPONSE and TLM_BYTE_ENABLE_ERROR_RESPONSE.
class Dram : public sc_core::sc_module, public common::MemoryTimingProvider {
 public:
  tlm_utils::simple_target_socket<Dram> socket;

  /// Throws common::Error where check(spec) does.
  Dram(const sc_core::sc_module_name& name, const DramSpec& spec, std::uint32_t max_burst_bytes = 256);

  common::MemoryTiming& memory_timing() override { return timing_; }
  const DramTiming& timing() const { return timing_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  common::Tick serve(std::uint64_t address, std::uint32_t bytes, bool write, common::Tick arrival);
  void take_decision();

  DramTiming timing_;
  std::uint32_t max_burst_bytes_;
  common::Tick now_ = 0;  // of the latest push or decision
  std::uint32_t next_id_ = 0;
  std::uint32_t first_id_ = 0;    // of the access in service
  std::int32_t open_bursts_ = 0;  // ... and how many of its bursts have not been decided
  common::Tick answer_ = 0;       // ... and when the last of its answers comes
};

}  // namespace presil::dram
