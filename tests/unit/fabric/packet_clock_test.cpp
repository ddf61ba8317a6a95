// When cameras, displays, tasks and random masters want the bus, and until when they must have had it.
#include "models/fabric/packet_clock.hpp"

#include <gtest/gtest.h>

#include <vector>

#include "models/fabric/fabric_timing.hpp"
#include "tests/unit/fabric/fabric_fixture.hpp"

namespace presil::fabric {
namespace {

using namespace testing;

std::vector<Packet> first(const TrafficSpec& spec, int count) {
  PacketClock clock(spec);
  std::vector<Packet> packets;
  for (; count > 0; --count, clock.advance()) packets.push_back(clock.next());
  return packets;
}

/// 1 kHz frames of 4 lines of 256 B, a fifth of each line and of each frame without data: 200 us a line, 160 of them
/// with data in 4 packets of 64 B: one every 40 us.
TrafficSpec camera() {
  TrafficSpec spec;
  spec.name = "camera", spec.bus = "main", spec.memory = "sram";
  spec.pacing = Pacing::frames;
  spec.frame_bytes = 1024, spec.line_bytes = 256, spec.frames_per_second = 1000;
  spec.line_blanking = 0.2, spec.frame_blanking = 0.2;
  spec.region_bytes = 2048;
  return spec;
}

constexpr Tick us = 1'000'000;

TEST(PacketClock, LinesOfAFrameLeaveTheBlankingOut) {
  const auto packets = first(camera(), 34);
  EXPECT_EQ(packets[0].due, 0);
  EXPECT_EQ(packets[1].due, 40 * us);
  EXPECT_EQ(packets[3].due, 120 * us);
  EXPECT_EQ(packets[4].due, 200 * us) << "the second line, 40 us of blanking later";
  EXPECT_EQ(packets[15].due, 720 * us);
  EXPECT_EQ(packets[16].due, 1000 * us) << "the next frame, 200 us of blanking later";
  EXPECT_EQ(packets[16].period, 1);
  EXPECT_EQ(packets[5].offset, 5u * 64);
  EXPECT_EQ(packets[16].offset, 1024u) << "two frames fit the region";
  EXPECT_EQ(packets[32].offset, 0u);
}

TEST(PacketClock, AFifoGivesTimeAndNoneIsOnePacket) {
  EXPECT_EQ(first(camera(), 1)[0].deadline, 40 * us);
  TrafficSpec deep = camera();
  deep.fifo_bytes = 256;
  EXPECT_EQ(first(deep, 1)[0].deadline, 160 * us);
}

TEST(PacketClock, TheLastPacketsOfLineAndFrameAreWhatIsLeft) {
  TrafficSpec odd = camera();
  odd.frame_bytes = 350, odd.line_bytes = 200, odd.region_bytes = 350;  // 64 64 64 8, 64 64 22
  const auto packets = first(odd, 8);
  std::int64_t bytes = 0;
  for (int i = 0; i < 7; ++i) bytes += packets[static_cast<std::size_t>(i)].bytes;
  EXPECT_EQ(bytes, 350);
  EXPECT_EQ(packets[3].bytes, 8);
  EXPECT_EQ(packets[6].bytes, 22);
  EXPECT_EQ(packets[7].period, 1);
}

TEST(PacketClock, ATaskWantsAllAtOnceAndHasUntilItsNextRun) {
  TrafficSpec task = camera();
  task.pacing = Pacing::task;
  task.line_bytes = 0;
  const auto packets = first(task, 17);
  EXPECT_EQ(packets[15].due, 0);
  EXPECT_EQ(packets[15].deadline, 1000 * us);
  EXPECT_EQ(packets[16].due, 1000 * us);
}

TEST(PacketClock, ASteadyMastersNextPacketIsTheOneOfThatNumber) {
  TrafficSpec spec;
  spec.name = "dma", spec.bus = "main", spec.memory = "sram";
  spec.burst_bytes = 48, spec.region_bytes = 48 * 7 + 5;
  for (const double rate : {2e9, 333333333.3, 1e6 / 7, 0.25}) {
    spec.bytes_per_second = rate;
    PacketClock clock(spec);
    for (std::int64_t number = 0; number < 5000; ++number, clock.advance()) {
      const Packet next = clock.next(), same = clock.at(number);
      ASSERT_EQ(next.due, same.due) << rate << " " << number;
      ASSERT_EQ(next.deadline, same.deadline) << rate << " " << number;
      ASSERT_EQ(next.offset, same.offset) << rate << " " << number;
      ASSERT_EQ(next.period, same.period) << rate << " " << number;
    }
  }
}

TEST(PacketClock, RandomLoadKeepsItsRateAndItsSeed) {
  TrafficSpec load = camera();
  load.pacing = Pacing::random;
  load.bytes_per_second = 64e6;  // a packet a microsecond
  const auto packets = first(load, 10'001);
  EXPECT_NEAR(static_cast<double>(packets[10'000].due), 10e9, 0.3e9);  // three sigma
  for (const Packet& packet : packets) {
    ASSERT_EQ(packet.offset % 64, 0u);
    ASSERT_LT(packet.offset, 2048u);
  }
  EXPECT_EQ(first(load, 100)[99].due, packets[99].due);
  load.seed = 2;
  EXPECT_NE(first(load, 100)[99].due, packets[99].due);
}

/// A master that reads without end, and a camera that wants 400 of the bus's 800 MB/s while a line lasts.
struct Beside {
  PlainMemory sram;
  FabricTiming fabric;
  std::int32_t npu;

  Beside(Arbitration policy, int npu_priority, int camera_priority)
      : fabric({bus(policy, npu_priority)}, {"sram"}, {&sram}, {fast_camera(camera_priority)}),
        npu(fabric.add_port({"npu.in", "npu", {"main"}})) {
    fabric.submit(transfer(0, npu, false, 0, 64 * 3000), 0);
    finish(fabric);
  }
  static BusSpec bus(Arbitration policy, int priority) {
    BusSpec bus = slow_bus();
    bus.arbitration = policy;
    bus.duplex = false;
    bus.shares = {{"npu", priority, 1}};
    return bus;
  }
  static TrafficSpec fast_camera(int priority) {
    TrafficSpec spec = camera();
    spec.frame_bytes = 64 * 100, spec.line_bytes = 640, spec.region_bytes = 6400;
    spec.frames_per_second = 40'000;  // 25 us, 20, 2, 1.6: a packet every 160 ns
    spec.priority = priority;
    return spec;
  }
};

TEST(ACameraBesideASaturatingMaster, MeetsItsDeadlinesWithPriorityAndTheCostIsKnown) {
  Beside beside(Arbitration::fixed_priority, 0, 1);
  const auto traffic = beside.fabric.traffic()[0];
  EXPECT_GT(traffic.periods, 9);
  EXPECT_EQ(traffic.late_bursts, 0);
  EXPECT_EQ(traffic.missed_periods, 0);
  EXPECT_LE(traffic.worst_wait, 80'000) << "no more than the slot that has begun";
  const auto lost = beside.fabric.lost_to_others(beside.npu);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].name, "camera");
  // Each packet of the camera takes a slot of 80 ns from a master that would have used it.
  EXPECT_NEAR(static_cast<double>(lost[0].ps), static_cast<double>(traffic.bytes) / 64 * 80'000, 3 * 80'000);
}

TEST(ACameraBesideASaturatingMaster, MissesThemWhenTheOtherHasThePriority) {
  Beside beside(Arbitration::fixed_priority, 1, 0);
  const auto traffic = beside.fabric.traffic()[0];
  EXPECT_GT(traffic.late_bursts, 0);
  EXPECT_EQ(traffic.missed_periods, traffic.periods);
  EXPECT_TRUE(beside.fabric.lost_to_others(beside.npu).empty() ||
              beside.fabric.lost_to_others(beside.npu)[0].ps <= 2 * 80'000);
}

}  // namespace
}  // namespace presil::fabric
