#include "models/dram/dram.hpp"

#include <algorithm>

namespace presil::dram {
namespace {

// One tick is one picosecond whatever the simulation's resolution.
common::Tick to_ticks(const sc_core::sc_time& time) {
  return static_cast<common::Tick>(time / sc_core::sc_time(1, sc_core::SC_PS) + 0.5);
}

}  // namespace

Dram::Dram(const sc_core::sc_module_name& name, const DramSpec& spec, std::uint32_t max_burst_bytes)
    : sc_core::sc_module(name), socket("socket"), timing_(spec), max_burst_bytes_(max_burst_bytes) {
  socket.register_b_transport(this, &Dram::b_transport);
}

void Dram::b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
  payload.set_dmi_allowed(false);
  const std::uint64_t address = payload.get_address();
  const std::uint32_t bytes = payload.get_data_length();
  const std::uint64_t size = static_cast<std::uint64_t>(timing_.spec().size_bytes);
  if (bytes == 0 || address >= size || bytes > size - address) {
    payload.set_response_status(tlm::TLM_ADDRESS_ERROR_RESPONSE);
    return;
  }
  if (payload.get_byte_enable_ptr() != nullptr) {
    payload.set_response_status(tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
    return;
  }
  if (payload.get_streaming_width() < bytes) {
    payload.set_response_status(tlm::TLM_BURST_ERROR_RESPONSE);
    return;
  }
  if (payload.get_command() != tlm::TLM_IGNORE_COMMAND) {
    const common::Tick start = to_ticks(sc_core::sc_time_stamp() + delay);
    const common::Tick done = serve(address, bytes, payload.is_write(), start);
    delay += sc_core::sc_time(static_cast<double>(done - start), sc_core::SC_PS);
  }
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// Returns when the last of the access's bytes are answered.
common::Tick Dram::serve(std::uint64_t address, std::uint32_t bytes, bool write, common::Tick arrival) {
  now_ = std::max(now_, arrival);
  while (timing_.next_decision() < now_) take_decision();
  first_id_ = next_id_;
  open_bursts_ = 0;
  answer_ = now_;
  while (bytes > 0) {
    while (timing_.accepts_from(now_, write) != now_) {
      now_ = std::max(now_, timing_.next_decision());
      take_decision();
    }
    const std::uint32_t to_boundary = max_burst_bytes_ - static_cast<std::uint32_t>(address % max_burst_bytes_);
    common::Burst burst;
    burst.address = address;
    burst.bytes = std::min(bytes, to_boundary);
    burst.write = write;
    burst.id = next_id_++;
    burst.arrival = now_;
    timing_.push(burst);
    address += burst.bytes;
    bytes -= burst.bytes;
    ++open_bursts_;
    answer_ = std::max(answer_, now_);
  }
  if (write && timing_.posts_writes()) {
    open_bursts_ = 0;  // their data move later, beside what comes then
    return answer_;
  }
  while (open_bursts_ > 0) {
    now_ = std::max(now_, timing_.next_decision());
    take_decision();
  }
  return answer_;
}

void Dram::take_decision() {
  const common::MemoryTiming::Decision decision = timing_.decide();
  if (!decision.decided || open_bursts_ == 0) return;
  if (decision.service.id - first_id_ >= next_id_ - first_id_) return;  // a posted write of an earlier access
  --open_bursts_;
  answer_ = std::max(answer_, decision.service.done);
}

}  // namespace presil::dram
