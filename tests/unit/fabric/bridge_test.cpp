// A bridge to memories at another clock and width: its data path, its latency and its bursts in flight, by hand.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/common/error.hpp"
#include "models/fabric/fabric_timing.hpp"
#include "tests/unit/fabric/fabric_fixture.hpp"

namespace presil::fabric {
namespace {

using namespace testing;

/// The slow bus (a burst of 64 bytes: 80 ns) with a bridge to `far`: 50 MHz, 4 bytes wide: 64 bytes take 320 ns; its
/// synchronisers cost 3 cycles, 60 ns.
BusSpec bridged_bus(int outstanding = 2) {
  BusSpec bus = slow_bus({"near", "far"});
  BridgeSpec bridge;
  bridge.name = "to_far";
  bridge.hz = 50'000'000;
  bridge.width_bits = 32;
  bridge.latency_cycles = 3;
  bridge.outstanding_reads = bridge.outstanding_writes = outstanding;
  bridge.memories = {"far"};
  bus.bridges = {bridge};
  return bus;
}

struct TwoUnits {
  PlainMemory near, far;
  FabricTiming fabric;
  std::int32_t a, b;

  explicit TwoUnits(BusSpec bus)
      : fabric({std::move(bus)}, {"near", "far"}, {&near, &far}, {}),
        a(fabric.add_port({"a.in", "a", {"main"}})),
        b(fabric.add_port({"b.in", "b", {"main"}})) {}
};

constexpr std::int32_t near = 0, far = 1;

TEST(FabricBridge, AReadsDataCrossAfterTheMemoryHasThem) {
  TwoUnits units(bridged_bus());
  units.fabric.submit(transfer(0, units.a, false, 0, 64, far), 0);
  // The memory's data move from 30 to 110 ns; the bridge's from its edge at 40 on, for 16 cycles of 20 ns.
  const auto done = finish(units.fabric);
  EXPECT_EQ(done.at(0).end, 40'000 + 320'000 + 60'000);
  EXPECT_EQ(done.at(0).causes[Cause::latency], 30'000 + 60'000);
  EXPECT_EQ(done.at(0).causes[Cause::transfer], 330'000);
  EXPECT_EQ(done.at(0).causes.total(), 420'000);
}

TEST(FabricBridge, AWritesDataCrossFromItsGrantOn) {
  TwoUnits units(bridged_bus());
  units.fabric.submit(transfer(0, units.a, true, 0, 64, far), 0);
  EXPECT_EQ(finish(units.fabric).at(0).end, 320'000 + 60'000);  // the memory has answered long before, at 90 ns
}

TEST(FabricBridge, BurstsFollowOneAnotherOnItsDataPath) {
  TwoUnits units(bridged_bus());
  units.fabric.submit(transfer(0, units.a, false, 0, 128, far), 0);
  EXPECT_EQ(finish(units.fabric).at(0).end, 40'000 + 2 * 320'000 + 60'000);
}

TEST(FabricBridge, ItsBurstsInFlightAreSharedByAllUnits) {
  TwoUnits units(bridged_bus(1));
  units.fabric.submit(transfer(0, units.a, false, 0, 64, far), 0);
  units.fabric.submit(transfer(1, units.b, false, 4096, 64, far), 0);
  const auto done = finish(units.fabric);
  EXPECT_EQ(done.at(0).end, 420'000);
  // Granted when the first is back at 420: data from 450, crossing from the edge at 460.
  EXPECT_EQ(done.at(1).end, 460'000 + 320'000 + 60'000);
  EXPECT_EQ(done.at(1).causes[Cause::arbitration], 80'000);  // the bus was a's first
  EXPECT_EQ(done.at(1).causes[Cause::outstanding], 340'000);
}

TEST(FabricBridge, LeavesItsPathToOthersUntilALateAnswerComes) {
  BusSpec bus = slow_bus({"near", "late"});
  bus.bridges = {bridged_bus().bridges[0]};
  bus.bridges[0].memories = {"near", "late"};
  PlainMemory near_memory, late_memory;
  late_memory.read_latency = 5'000'000;
  FabricTiming fabric({bus}, {"near", "late"}, {&near_memory, &late_memory}, {});
  const auto a = fabric.add_port({"a.in", "a", {"main"}}), b = fabric.add_port({"b.in", "b", {"main"}});
  fabric.submit(transfer(0, a, false, 0, 64, 1), 0);
  fabric.submit(transfer(1, b, false, 0, 64, 0), 0);
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(0).end, 5'000'000 + 320'000 + 60'000);
  EXPECT_EQ(done.at(1).end, 120'000 + 320'000 + 60'000);  // granted at 80, data from 110, crossing from the edge at 120
}

TEST(FabricBridge, TheBusIsFreeForOthersMeanwhile) {
  TwoUnits units(bridged_bus(1)), alone(bridged_bus(1));
  for (TwoUnits* one : {&units, &alone}) one->fabric.submit(transfer(0, one->b, false, 0, 6400, near), 0);
  units.fabric.submit(transfer(1, units.a, false, 0, 640, far), 0);
  const auto done = finish(units.fabric);
  // The ten bursts to the far memory take ten slots of the bus, no more.
  EXPECT_EQ(done.at(0).end, finish(alone.fabric).at(0).end + 10 * 80'000);
}

TEST(FabricBridge, CarriesBurstsOfAQueueingMemoryLikewise) {
  QueueMemory memory;
  FabricTiming fabric({bridged_bus()}, {"near", "far"}, {&memory, &memory}, {});
  const auto port = fabric.add_port({"a.in", "a", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 64, far), 0);
  EXPECT_EQ(finish(fabric).at(0).end, 420'000);  // decided at once, data from 30 ns on
}

TEST(FabricBridge, RefusesWhatItCannotBe) {
  PlainMemory memory;
  const auto refused = [&](const BusSpec& bus, const char* words) {
    try {
      FabricTiming fabric({bus}, {"near", "far"}, {&memory, &memory}, {});
      FAIL() << "no error where '" << words << "' was expected";
    } catch (const common::Error& error) {
      EXPECT_THAT(error.what(), ::testing::HasSubstr(words));
    }
  };
  BusSpec bus = bridged_bus();
  bus.memories = {"near"};
  refused(bus, "bus 'main': bridge 'to_far': the bus has no memory 'far'");
  bus = bridged_bus();
  bus.bridges.push_back(bus.bridges[0]);
  refused(bus, "memory 'far' lies behind another bridge of the bus already");
  bus = bridged_bus(0);
  refused(bus, "outstanding must be at least 1");
  bus = bridged_bus();
  bus.bridges[0].width_bits = 12;
  refused(bus, "clock and width (whole bytes) must be positive");
}

}  // namespace
}  // namespace presil::fabric
