// The SRAM as a TLM-2.0 target in anybody's platform.
#include <gtest/gtest.h>

#include "tests/support/fresh_context.hpp"
// (the context first: it sets SystemC up)
#include <tlm_utils/simple_initiator_socket.h>

#include "models/sram/sram.hpp"

namespace presil::sram {
namespace {

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
  explicit Initiator(sc_core::sc_module_name name) : sc_module(name) {}

  tlm::tlm_response_status access(std::uint64_t address, unsigned bytes, bool write, sc_core::sc_time& delay) {
    tlm::tlm_generic_payload payload;
    payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(address);
    payload.set_data_length(bytes);
    socket->b_transport(payload, delay);
    return payload.get_response_status();
  }
};

class SramModule : public test::WithFreshContext {};

TEST_F(SramModule, AddsTheTimeOfEachAccessToTheDelay) {
  SramSpec spec;
  spec.size_bytes = 4096;
  spec.hz = 400'000'000;  // 2500 ps
  spec.width_bits = 128;
  spec.read_latency_cycles = 2;
  Sram sram("sram", spec);
  Initiator initiator("initiator");
  initiator.socket.bind(sram.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  sc_core::sc_time delay(10, sc_core::SC_NS);
  EXPECT_EQ(initiator.access(0, 128, false, delay), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(delay.value(), 10'000u + 5'000 + 8 * 2'500);  // two cycles, then eight beats
  sc_core::sc_time behind(0, sc_core::SC_NS);             // called later, but for an earlier time: served after
  EXPECT_EQ(initiator.access(0, 16, false, behind), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(behind.value(), delay.value() + 2'500);
  EXPECT_EQ(initiator.access(4096 - 15, 16, true, delay), tlm::TLM_ADDRESS_ERROR_RESPONSE);
  EXPECT_EQ(initiator.access(4096 - 16, 16, true, delay), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(sram.timing().counters().bursts, 3);
}

TEST_F(SramModule, LendsItsTimingObject) {
  SramSpec spec;
  spec.hz = 1'000'000;
  Sram sram("sram", spec);
  sc_core::sc_module& module = sram;
  auto* provider = dynamic_cast<common::MemoryTimingProvider*>(&module);
  ASSERT_NE(provider, nullptr);
  EXPECT_EQ(&provider->memory_timing(), &sram.timing());
}

}  // namespace
}  // namespace presil::sram
