// The tile buffer as a TLM-2.0 target.
#include <gtest/gtest.h>

#include "tests/support/fresh_context.hpp"
// (the context first: it sets SystemC up)
#include <tlm_utils/simple_initiator_socket.h>

#include "models/tile_buffer/tile_buffer.hpp"

namespace presil::tile_buffer {
namespace {

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
  explicit Initiator(sc_core::sc_module_name name) : sc_module(name) {}

  std::uint64_t access(unsigned bytes, bool write) {
    tlm::tlm_generic_payload payload;
    payload.set_command(write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    payload.set_address(0);
    payload.set_data_length(bytes);
    sc_core::sc_time delay = sc_core::SC_ZERO_TIME;
    socket->b_transport(payload, delay);
    return payload.is_response_ok() ? delay.value() : 0;
  }
};

class TileBufferModule : public test::WithFreshContext {};

TEST_F(TileBufferModule, WithOnePortFillsAndReadsTakeTurnsAndWithTwoTheyDoNot) {
  TileBufferSpec spec;
  spec.size_bytes = 1024;
  spec.ports = 1;
  TileBuffer single("single", spec, 1'000'000'000, 64);  // 8 bytes a nanosecond
  spec.ports = 2;
  TileBuffer dual("dual", spec, 1'000'000'000, 64);
  Initiator a("a"), b("b");
  a.socket.bind(single.socket);
  b.socket.bind(dual.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_EQ(a.access(80, true), 10'000u);
  EXPECT_EQ(a.access(81, false), 10'000u + 11'000);
  EXPECT_EQ(b.access(80, true), 10'000u);
  EXPECT_EQ(b.access(81, false), 11'000u);
  EXPECT_EQ(a.access(1025, false), 0u);  // beyond its size
}

TEST_F(TileBufferModule, KeepsAccountOfWhatItHolds) {
  TileBufferSpec spec;
  spec.size_bytes = 1024;
  TileBuffer buffer("buffer", spec, 1'000'000'000, 64);
  buffer.fill(1000);
  buffer.release(400);
  EXPECT_EQ(buffer.timing().occupied(), 600);
  EXPECT_EQ(buffer.timing().high_water(), 1000);
}

}  // namespace
}  // namespace presil::tile_buffer
