// A DRAM behind its TLM socket and an initiator that goes through a list of requests: one whole simulation a call.
#pragma once

#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <systemc>
#include <vector>

#include "models/dram/dram.hpp"
#include "models/dram/trace_file.hpp"

namespace presil::test {

/// Reads them one by one through its socket: b_transport with the time annotated, as a loosely timed initiator does.
class Reader : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Reader> socket;

  SC_HAS_PROCESS(Reader);
  Reader(const sc_core::sc_module_name& name, const std::vector<dram::TraceRequest>& list)
      : sc_core::sc_module(name), socket("socket"), list_(list) {
    SC_THREAD(run);
  }

 private:
  void run() {
    std::vector<unsigned char> data(4096);
    tlm::tlm_generic_payload payload;
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    for (const dram::TraceRequest& request : list_) {
      payload.set_command(request.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
      payload.set_address(request.address);
      payload.set_data_ptr(data.data());
      payload.set_data_length(request.bytes);
      payload.set_streaming_width(request.bytes);
      payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
      socket->b_transport(payload, delay);
    }
  }
  const std::vector<dram::TraceRequest>& list_;
};

/// Runs a simulation of its own, in which one request follows the other.
inline void read_over_tlm(const dram::DramSpec& spec, const std::vector<dram::TraceRequest>& list) {
  sc_core::sc_simcontext* before = sc_core::sc_curr_simcontext;
  auto context = std::make_unique<sc_core::sc_simcontext>();
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context.get();
  {
    dram::Dram memory("memory", spec);
    Reader reader("reader", list);
    reader.socket.bind(memory.socket);
    sc_core::sc_start();
  }
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = before;
}

}  // namespace presil::test
