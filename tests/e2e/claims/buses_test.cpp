// Banks, bridges and bounds on waiting, through the whole walk.
#include <gtest/gtest.h>

#include "tests/support/hand_chip.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

std::string with(std::string text, const std::string& what, const std::string& instead) {
  text.replace(text.find(what), what.size(), instead);
  return text;
}

using common::Cause;

/// The hand chip with a second bus to a second port of its SRAM of four banks of 256 KiB, over which a camera writes.
test::Run beside_camera(const std::string& address) {
  std::string chip = with(test::hand_chip, "clock: c, latency: 2 cycles}",
                          "clock: c, latency: 2 cycles, ports: 2, banks: 4, interleave: 256 KiB}");
  chip = with(chip, "units:\n", "  side: {clock: c, width: 128 bit, max_burst: 128 B, memories: [sram]}\nunits:\n");
  chip +=
      "traffic: {camera: {bus: side, memory: sram, rate: 12 GB/s, burst: 128 B, region: 64 KiB, address: " + address +
      "}}\n";
  return test::run(test::one_convolution(64, 64, 16, 16, 3), test::chip_from_text(chip));
}

TEST(SramBanks, TwoPortsLoseTimeOnlyWhereTheyMeetInABank) {
  const test::Run apart = beside_camera("768 KiB"), together = beside_camera("0 KiB");  // the network lies from 0 on
  test::expect_consistent(together.result);
  EXPECT_GT(together.result.stack[Cause::bank], 0);
  EXPECT_EQ(apart.result.stack[Cause::bank], 0);
  EXPECT_GT(together.result.latency, apart.result.latency);
}

TEST(ABridge, NarrowsAndDelaysThePathToItsMemories) {
  const graph::Graph graph = test::one_convolution(32, 32, 16, 16, 3);
  const auto run = [&](const std::string& bridge) {
    return test::run(graph,
                     test::chip_from_text(with(test::hand_chip, "outstanding: 16,",
                                               "outstanding: 16, bridges: {b: {memories: sram, " + bridge + "}},")));
  };
  const test::Run none = test::run(graph, test::chip_from_text(test::hand_chip));
  const test::Run alike = run("clock: c, width: 128 bit, outstanding: 16");
  const test::Run late = run("clock: c, width: 128 bit, outstanding: 16, latency: 100 cycles");
  const test::Run narrow = run("clock: 250 MHz, width: 32 bit, outstanding: 16");
  const test::Run single = run("clock: c, width: 128 bit, outstanding: 1, latency: 100 cycles");
  for (const test::Run* r : {&alike, &late, &narrow, &single}) test::expect_consistent(r->result);
  EXPECT_EQ(alike.result.latency, none.result.latency);  // as wide and as fast as the bus
  EXPECT_GT(late.result.latency, none.result.latency);
  EXPECT_GT(single.result.latency, late.result.latency);  // every burst waits for the one before
  EXPECT_GT(single.result.stack[Cause::outstanding], 0);
  // A byte a nanosecond: all that is read crosses it, and the NPU is at work on much less.
  EXPECT_GE(narrow.result.latency, test::memory(narrow.result, "sram").counters.read_bytes * 1000);
}

TEST(ALatencyBound, KeepsAnUrgentDisplayFromStarvingTheNpu) {
  const std::string display =
      "traffic: {display: {bus: main, memory: sram, write: false, rate: 15.9 GB/s, burst: 128 B, region: 64 KiB, "
      "address: 512 KiB, priority: 1}}\n";
  const auto latency = [&](const std::string& bound) {
    const std::string chip = with(test::hand_chip, "outstanding: 16,",
                                  "outstanding: 16, arbitration: fixed_priority, shares: {npu: {" + bound + "}},");
    return test::run(test::one_convolution(16, 16, 16, 16, 3), test::chip_from_text(chip + display)).result.latency;
  };
  const common::Tick without = latency("priority: 0"), bounded = latency("latency_bound: 16 ns");
  EXPECT_LT(bounded, without / 2);
}

}  // namespace
}  // namespace presil
