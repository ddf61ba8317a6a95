// The serial memory as a TLM-2.0 target in anybody's platform.
#include <gtest/gtest.h>

#include "tests/support/fresh_context.hpp"
// (the context first: it sets SystemC up)
#include <tlm_utils/simple_initiator_socket.h>

#include "models/flash/flash.hpp"

namespace presil::flash {
namespace {

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
  explicit Initiator(sc_core::sc_module_name name) : sc_module(name) {}
};

class FlashModule : public test::WithFreshContext {};

TEST_F(FlashModule, AddsTheTimeOfEachAccessAndRefusesWrites) {
  FlashSpec spec;  // 25 clocks of overhead, then a byte a clock
  spec.size_bytes = 1 << 20;
  spec.hz = 100'000'000;
  Flash flash("flash", spec);
  Initiator initiator("initiator");
  initiator.socket.bind(flash.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_READ_COMMAND);
  payload.set_address(0);
  payload.set_data_length(32);
  sc_core::sc_time delay(0, sc_core::SC_NS);
  initiator.socket->b_transport(payload, delay);
  EXPECT_EQ(payload.get_response_status(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(delay.value(), (25 + 32) * 10'000u);
  payload.set_address(32);
  initiator.socket->b_transport(payload, delay);
  EXPECT_EQ(delay.value(), (25 + 64) * 10'000u);  // continues
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  initiator.socket->b_transport(payload, delay);
  EXPECT_EQ(payload.get_response_status(), tlm::TLM_COMMAND_ERROR_RESPONSE);
  payload.set_command(tlm::TLM_READ_COMMAND);
  payload.set_address(1 << 20);
  initiator.socket->b_transport(payload, delay);
  EXPECT_EQ(payload.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

}  // namespace
}  // namespace presil::flash
