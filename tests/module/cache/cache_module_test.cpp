// The cache as a TLM-2.0 target in anybody's platform.
#include <gtest/gtest.h>

#include "tests/support/fresh_context.hpp"
// (the context first: it sets SystemC up)
#include <tlm_utils/simple_initiator_socket.h>

#include "models/cache/cache.hpp"
#include "models/dram/dram.hpp"
#include "models/flash/flash.hpp"
#include "sim/hw/dram_preset.hpp"

namespace presil::cache {
namespace {

struct Initiator : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Initiator> socket{"socket"};
  explicit Initiator(sc_core::sc_module_name name) : sc_module(name) {}

  /// Returns the picoseconds added to `at`.
  std::uint64_t read(std::uint64_t address, unsigned bytes, std::uint64_t at) {
    payload.set_command(tlm::TLM_READ_COMMAND);
    payload.set_address(address);
    payload.set_data_length(bytes);
    payload.set_streaming_width(bytes);
    sc_core::sc_time delay = sc_core::sc_time::from_value(at);
    socket->b_transport(payload, delay);
    return delay.value() - at;
  }
  tlm::tlm_generic_payload payload;
};

CacheSpec spec_of(std::int64_t line) {
  CacheSpec spec;
  spec.size_bytes = 1024;
  spec.line_bytes = line;
  spec.hz = 200'000'000;
  return spec;
}

class CacheModule : public test::WithFreshContext {};

TEST_F(CacheModule, StandsBeforeAFlashAndAddsTheTimeOfHitsAndMisses) {
  flash::FlashSpec octal;  // 25 clocks of 5 ns, then two bytes a clock
  octal.size_bytes = 1 << 20;
  octal.hz = 200'000'000;
  octal.ddr = true;
  flash::Flash flash("flash", octal);
  Cache cache("cache", spec_of(32), flash, octal.size_bytes);
  Initiator initiator("initiator");
  initiator.socket.bind(cache.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_EQ(initiator.read(0, 4, 0), 205'000u + 5'000);
  EXPECT_EQ(initiator.read(4, 4, 1'000'000), 5'000u + 5'000);
  EXPECT_EQ(initiator.payload.get_response_status(), tlm::TLM_OK_RESPONSE);
  EXPECT_EQ(cache.timing().cache_counters().hits, 1);
  EXPECT_EQ(flash.timing().counters().read_bytes, 32);
  initiator.read((1 << 20) - 3, 4, 2'000'000);
  EXPECT_EQ(initiator.payload.get_response_status(), tlm::TLM_ADDRESS_ERROR_RESPONSE);
}

TEST_F(CacheModule, StandsBeforeADram) {
  dram::DramSpec lpddr4 = hw::dram_preset("lpddr4-3200-x16", 1 << 20);
  lpddr4.refresh = false;
  dram::Dram dram("dram", lpddr4), alone("alone", lpddr4);
  Cache cache("cache", spec_of(64), dram, lpddr4.size_bytes);
  Initiator initiator("initiator"), other("other");
  initiator.socket.bind(cache.socket);
  other.socket.bind(alone.socket);
  sc_core::sc_start(sc_core::SC_ZERO_TIME);
  EXPECT_EQ(initiator.read(0, 8, 0), other.read(0, 64, 0) + 5'000);  // the whole line, and the look-up
  EXPECT_EQ(initiator.read(8, 8, 1'000'000), 5'000u + 5'000);
}

}  // namespace
}  // namespace presil::cache
