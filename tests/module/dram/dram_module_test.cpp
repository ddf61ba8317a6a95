// The DRAM behind its TLM-2.0 socket: b_transport adds the time that DramTiming gives.
#include "models/dram/dram.hpp"

#include <gtest/gtest.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <functional>
#include <memory>
#include <vector>

#include "models/common/error.hpp"
#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using sc_core::SC_NS;
using sc_core::SC_PS;
using sc_core::sc_time;

/// An initiator that runs a script in a thread.
class Initiator : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Initiator> socket;
  std::function<void(Initiator&)> script;

  SC_HAS_PROCESS(Initiator);
  explicit Initiator(const sc_core::sc_module_name& name) : sc_core::sc_module(name), socket("socket") {
    SC_THREAD(run);
  }

  sc_time access(tlm::tlm_command command, std::uint64_t address, unsigned bytes,
                 sc_time delay = sc_core::SC_ZERO_TIME) {
    std::vector<unsigned char> data(bytes == 0 ? 1 : bytes);
    tlm::tlm_generic_payload payload;
    payload.set_command(command);
    payload.set_address(address);
    payload.set_data_ptr(data.data());
    payload.set_data_length(bytes);
    payload.set_streaming_width(bytes);
    payload.set_byte_enable_ptr(enables);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(payload, delay);
    response = payload.get_response_status();
    return delay;
  }

  unsigned char* enables = nullptr;
  tlm::tlm_response_status response = tlm::TLM_INCOMPLETE_RESPONSE;

 private:
  void run() { script(*this); }
};

/// Each test is one simulation with a context of its own.
void simulate(const DramSpec& spec, const std::function<void(Initiator&)>& script) {
  sc_core::sc_simcontext* before = sc_core::sc_curr_simcontext;
  auto context = std::make_unique<sc_core::sc_simcontext>();
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context.get();
  {
    Dram dram("dram", spec);
    Initiator initiator("initiator");
    initiator.script = script;
    initiator.socket.bind(dram.socket);
    sc_core::sc_start();
  }
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = before;
}

TEST(DramModule, ReadsTakeWhatTheTimingObjectSays) {
  simulate(tests::example_dram(), [](Initiator& cpu) {
    // front end 2, ACT 2, RD 14, data 24..28
    EXPECT_EQ(cpu.access(tlm::TLM_READ_COMMAND, 0, 16), sc_time(28, SC_NS));
    EXPECT_EQ(cpu.response, tlm::TLM_OK_RESPONSE);
    sc_core::wait(100, SC_NS);
    EXPECT_EQ(cpu.access(tlm::TLM_READ_COMMAND, 16, 16), sc_time(16, SC_NS)) << "2 + tRL 10 + 4";
    // the same row, annotated 50 ns ahead: the delay comes on top
    EXPECT_EQ(cpu.access(tlm::TLM_READ_COMMAND, 32, 16, sc_time(50, SC_NS)), sc_time(66, SC_NS));
  });
}

TEST(DramModule, LongAccessesMoveAsBurstsOneBehindTheOther) {
  simulate(tests::example_dram(), [](Initiator& cpu) {
    // 1 KiB in four bursts of 256 B: 64 device bursts of 4 ns, the first data at 24
    EXPECT_EQ(cpu.access(tlm::TLM_READ_COMMAND, 0, 1024), sc_time(24 + 256, SC_NS));
  });
}

TEST(DramModule, PostedWritesReturnAtOnceAndDelayWhatFollows) {
  simulate(tests::example_dram(), [](Initiator& cpu) {
    EXPECT_EQ(cpu.access(tlm::TLM_WRITE_COMMAND, 0, 16), sc_core::SC_ZERO_TIME);
    sc_core::wait(16, SC_NS);
    // WR at 14, so RD not before 14 + tWL 8 + 4 + tWTR 6 = 32, data 42..46
    EXPECT_EQ(cpu.access(tlm::TLM_READ_COMMAND, 16, 16), sc_time(46 - 16, SC_NS));
  });
}

TEST(DramModule, UnpostedWritesTakeTheirTime) {
  DramSpec spec = tests::example_dram();
  spec.posted_writes = false;
  simulate(spec, [](Initiator& cpu) {
    EXPECT_EQ(cpu.access(tlm::TLM_WRITE_COMMAND, 0, 16), sc_time(26, SC_NS));  // WR 14 + tWL 8 + 4
  });
}

TEST(DramModule, LastByteOfTheMemoryIsInsideAndTheNextOneIsNot) {
  simulate(tests::example_dram(), [](Initiator& cpu) {
    const std::uint64_t size = 1 << 20;
    cpu.access(tlm::TLM_READ_COMMAND, size - 16, 16);
    EXPECT_EQ(cpu.response, tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(cpu.access(tlm::TLM_READ_COMMAND, size - 16, 17), sc_core::SC_ZERO_TIME);
    EXPECT_EQ(cpu.response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
    cpu.access(tlm::TLM_READ_COMMAND, ~std::uint64_t{0}, 16);
    EXPECT_EQ(cpu.response, tlm::TLM_ADDRESS_ERROR_RESPONSE);
  });
}

TEST(DramModule, ByteEnablesAreRefused) {
  simulate(tests::example_dram(), [](Initiator& cpu) {
    unsigned char mask[16] = {};
    cpu.enables = mask;
    cpu.access(tlm::TLM_READ_COMMAND, 0, 16);
    EXPECT_EQ(cpu.response, tlm::TLM_BYTE_ENABLE_ERROR_RESPONSE);
  });
}

TEST(DramModule, OffersItsTimingObjectToAFabric) {
  simulate(tests::example_dram(), [](Initiator& cpu) { static_cast<void>(cpu); });
  sc_core::sc_simcontext* before = sc_core::sc_curr_simcontext;
  auto context = std::make_unique<sc_core::sc_simcontext>();
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context.get();
  {
    Dram dram("dram", tests::example_dram());
    auto* provider = dynamic_cast<common::MemoryTimingProvider*>(static_cast<sc_core::sc_object*>(&dram));
    ASSERT_NE(provider, nullptr);
    EXPECT_EQ(&provider->memory_timing(), &dram.timing());
    EXPECT_TRUE(provider->memory_timing().queued());
    EXPECT_THROW(Dram("bad", DramSpec{}), common::Error);
  }
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = before;
}

}  // namespace
}  // namespace presil::dram
