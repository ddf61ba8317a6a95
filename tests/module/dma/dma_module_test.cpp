// A DMA engine on the fabric: set-up, then bytes.
#include <gtest/gtest.h>

#include "tests/support/fresh_context.hpp"
// (the context first: it sets SystemC up)
#include <tlm_utils/simple_target_socket.h>

#include "models/common/error.hpp"
#include "models/dma/dma.hpp"

namespace presil::dma {
namespace {

/// In the fabric's place: starts when the annotated delay has passed, as TLM asks of every target, and moves a byte a
/// nanosecond; refuses transfer 99.
struct Fabric : sc_core::sc_module {
  tlm_utils::simple_target_socket<Fabric> socket{"socket"};
  explicit Fabric(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &Fabric::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay) {
    auto* extension = payload.get_extension<fabric::TransferExtension>();
    ASSERT_NE(extension, nullptr);
    if (extension->transfer.id == 99) {
      payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
      return;
    }
    wait(delay);
    delay = sc_core::SC_ZERO_TIME;
    extension->completion.id = extension->transfer.id;
    extension->completion.start = static_cast<Tick>(sc_core::sc_time_stamp().value());
    wait(sc_core::sc_time(static_cast<double>(extension->transfer.area.bytes()), sc_core::SC_NS));
    extension->completion.end = static_cast<Tick>(sc_core::sc_time_stamp().value());
    payload.set_response_status(tlm::TLM_OK_RESPONSE);
  }
};

fabric::Transfer transfer(std::uint32_t id, std::uint32_t bytes) {
  fabric::Transfer transfer;
  transfer.id = id;
  transfer.area.row_bytes = bytes;
  return transfer;
}

class DmaModule : public test::WithFreshContext {};

TEST_F(DmaModule, SpendsTheSetUpThenMovesAndServesCallersOneAfterAnother) {
  Dma dma("dma", {200'000'000, 10, 0});  // 50 ns
  Fabric fabric("fabric");
  dma.socket.bind(fabric.socket);
  fabric::Completion first, second;
  sc_core::sc_spawn([&] { first = dma.move(transfer(1, 100)); });
  sc_core::sc_spawn([&] { second = dma.move(transfer(2, 100), 7'000); });  // a set-up costed elsewhere
  sc_core::sc_start();
  EXPECT_EQ(first.start, 50'000);
  EXPECT_EQ(first.end, 150'000);
  EXPECT_EQ(second.start, 157'000);
  EXPECT_EQ(second.end, 257'000);
}

TEST_F(DmaModule, ARefusedTransferIsAnError) {
  Dma dma("dma", {200'000'000, 10, 0});
  Fabric fabric("fabric");
  dma.socket.bind(fabric.socket);
  std::string error;
  sc_core::sc_spawn([&] {
    try {
      dma.move(transfer(99, 100));
    } catch (const common::Error& caught) {
      error = caught.what();
    }
  });
  sc_core::sc_start();
  EXPECT_NE(error.find("dma: transfer 99"), std::string::npos) << error;
}

}  // namespace
}  // namespace presil::dma
