// Background masters: periodic bursts that take their share and never end.
#include <gtest/gtest.h>

#include "models/common/error.hpp"
#include "models/fabric/fabric_timing.hpp"
#include "tests/unit/fabric/fabric_fixture.hpp"

namespace presil::fabric {
namespace {

using namespace testing;

/// 64 bytes every 320 ns: 200 MB/s, a quarter of the bus's 800 MB/s.
TrafficSpec camera() {
  TrafficSpec traffic;
  traffic.name = "camera";
  traffic.bus = "main";
  traffic.memory = "sram";
  traffic.write = false;
  traffic.bytes_per_second = 200e6;
  traffic.burst_bytes = 64;
  traffic.address = 0x10000;
  traffic.region_bytes = 0x1000;
  return traffic;
}

TEST(FabricTraffic, ACameraSlowsASaturatingMasterByItsShare) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {camera()});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 64 * 3000), 0);
  const auto done = finish(fabric);
  // 3000 slots of 80 ns are three quarters of the time: 320 us (and the first latency).
  EXPECT_NEAR(static_cast<double>(done.at(0).end), 320e6, 0.32e6);
  EXPECT_NEAR(static_cast<double>(done.at(0).causes[Cause::arbitration]), 80e6, 1e6);
  const auto lost = fabric.lost_to_others(port);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].name, "camera");
  EXPECT_EQ(lost[0].ps, done.at(0).causes[Cause::arbitration]);
  const auto traffic = fabric.traffic();
  ASSERT_EQ(traffic.size(), 1u);
  EXPECT_EQ(traffic[0].name, "camera");
  EXPECT_EQ(traffic[0].late_bursts, 0);
  EXPECT_NEAR(static_cast<double>(traffic[0].bytes), 64'000, 128);
  EXPECT_LE(traffic[0].worst_wait, 80'000);  // at most the slot that has begun
}

TEST(FabricTraffic, PacketsThatCrossABurstsBoundaryMoveWholeOnAnIdleBus) {
  TrafficSpec odd = camera();
  odd.burst_bytes = 48;  // every other packet lies across a multiple of 64 and takes two bursts
  odd.bytes_per_second = 48e6;
  odd.region_bytes = 48 * 64;
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {odd});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 64), 100'500'000);
  finish(fabric);
  EXPECT_EQ(fabric.traffic().at(0).bytes, 101 * 48);  // due at 0, 1, ... 100 us
}

TEST(FabricTraffic, ItNeverKeepsAdvanceFromReturning) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {camera()});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  EXPECT_FALSE(fabric.busy());
  EXPECT_EQ(fabric.advance(never), never);
  EXPECT_EQ(fabric.advance(1'000'000), never);
  fabric.submit(transfer(0, port, false, 0, 64), 2'000'000);
  EXPECT_TRUE(fabric.busy());
  EXPECT_EQ(fabric.advance(2'050'000), never);
  EXPECT_LT(fabric.advance(never), 2'400'000);
}

TEST(FabricTraffic, TheMemoryIsBusyWithItWhileNobodyElseComes) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {camera()});
  fabric.add_port({"npu.in", "npu", {"main"}});
  // Due at 0, 320, 640, 960 ns; the data of each move 30 ... 110 ns later. Until 1 us: three whole, and 10 ns of the
  // fourth, each after 30 ns of latency.
  const MemoryActivity activity = fabric.activity(0, 1'000'000);
  EXPECT_EQ(activity.busy, 3 * 80'000 + 10'000);
  EXPECT_EQ(activity.stalls[Cause::latency], 4 * 30'000);
  EXPECT_EQ(activity.idle, 1'000'000 - 250'000 - 120'000);
}

TEST(FabricTraffic, BurstsThatCannotKeepUpAreReportedLate) {
  PlainMemory sram;
  TrafficSpec flood = camera();
  flood.bytes_per_second = 1.6e9;  // twice what the bus carries: due every 40 ns, moved every 80 ns
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {flood});
  const MemoryActivity activity = fabric.activity(0, 8'000'000);
  EXPECT_NEAR(static_cast<double>(activity.busy), 8e6, 0.1e6);
  const auto traffic = fabric.traffic();
  EXPECT_NEAR(static_cast<double>(traffic[0].late_bursts), 199, 2);     // of 200 due, all but the last
  EXPECT_NEAR(static_cast<double>(traffic[0].worst_wait), 4e6, 0.1e6);  // the 100th moves at 8 us, due at 4
}

TEST(FabricTraffic, TrafficThatStarvesATransferIsAnErrorNotARunWithoutEnd) {
  PlainMemory sram;
  TrafficSpec flood = camera();
  flood.bytes_per_second = 1.6e9;
  flood.priority = 1;
  BusSpec bus = slow_bus();
  bus.arbitration = Arbitration::fixed_priority;
  FabricTiming fabric({bus}, {"sram"}, {&sram}, {flood});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 64), 0);
  EXPECT_THROW(fabric.advance(never), common::Error);
}

TEST(FabricTraffic, APacketLongerThanABurstIsCutAndItsRegionIsWalkedOverAndOver) {
  PlainMemory sram;
  Witness witness(sram);
  TrafficSpec display = camera();
  display.burst_bytes = 160;         // 64 + 64 + 32
  display.region_bytes = 400;        // two packets
  display.bytes_per_second = 160e6;  // one packet a microsecond
  FabricTiming fabric({slow_bus()}, {"sram"}, {&witness}, {display});
  fabric.activity(0, 2'900'000);
  ASSERT_EQ(witness.seen.size(), 9u);
  EXPECT_EQ(witness.seen[0].address, 0x10000u);
  EXPECT_EQ(witness.seen[2].bytes, 32u);
  EXPECT_EQ(witness.seen[3].address, 0x10000u + 160);
  EXPECT_EQ(witness.seen[3].arrival, 1'000'000);
  EXPECT_EQ(witness.seen[6].address, 0x10000u);
}

TEST(FabricTraffic, APeriodThatIsNoWholeNumberDoesNotDrift) {
  PlainMemory sram;
  sram.ps_per_byte = 1;
  Witness witness(sram);
  TrafficSpec odd = camera();
  odd.bytes_per_second = 300e6;  // 64 bytes every 213.33 ns
  FabricTiming fabric({slow_bus()}, {"sram"}, {&witness}, {odd});
  fabric.activity(0, 64'000'001);
  ASSERT_EQ(witness.seen.size(), 301u);
  EXPECT_EQ(witness.seen[300].arrival, 64'000'000);  // the 301st is due after 300 periods, 64 us exactly
}

TEST(FabricTraffic, WrongNamesAreErrors) {
  PlainMemory sram;
  TrafficSpec wrong = camera();
  wrong.memory = "dram";
  EXPECT_THROW(FabricTiming({slow_bus()}, {"sram"}, {&sram}, {wrong}), common::Error);
  wrong = camera();
  wrong.bus = "side";
  EXPECT_THROW(FabricTiming({slow_bus()}, {"sram"}, {&sram}, {wrong}), common::Error);
  wrong = camera();
  wrong.bytes_per_second = 0;
  EXPECT_THROW(FabricTiming({slow_bus()}, {"sram"}, {&sram}, {wrong}), common::Error);
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {camera()});
  EXPECT_THROW(fabric.add_port({"camera.in", "camera", {"main"}}), common::Error);
}

}  // namespace
}  // namespace presil::fabric
