// Several masters on one bus: who is served, who is said to have waited for whom, and what blocks nobody else.
#include <gtest/gtest.h>

#include "models/common/error.hpp"
#include "models/fabric/arbiter.hpp"
#include "models/fabric/fabric_timing.hpp"
#include "tests/unit/fabric/fabric_fixture.hpp"

namespace presil::fabric {
namespace {

using namespace testing;

/// Two units, each reading `bytes` of its own memory region over one bus; memory as fast as the bus.
struct TwoMasters {
  PlainMemory sram;
  FabricTiming fabric;
  std::int32_t a, b;

  explicit TwoMasters(BusSpec bus)
      : fabric({std::move(bus)}, {"sram"}, {&sram}, {}),
        a(fabric.add_port({"a.in", "a", {"main"}})),
        b(fabric.add_port({"b.in", "b", {"main"}})) {}
};

TEST(FabricArbitration, RoundRobinSharesTheBusInTurns) {
  TwoMasters masters(slow_bus());
  masters.fabric.submit(transfer(0, masters.a, false, 0, 128), 0);
  masters.fabric.submit(transfer(1, masters.b, false, 4096, 128), 0);
  const auto done = finish(masters.fabric);
  // Slots of 80 ns: a, b, a, b. Data 30 ... 350 ns in the same order.
  EXPECT_EQ(done.at(0).end, 270'000);
  EXPECT_EQ(done.at(1).end, 350'000);
  // a: first burst 30 of latency and 80 of data, until 110; then b's slot of 80 delays its second burst's 80 to 270.
  EXPECT_EQ(done.at(0).causes[Cause::arbitration], 80'000);
  EXPECT_EQ(done.at(0).causes[Cause::latency], 30'000);
  EXPECT_EQ(done.at(0).causes[Cause::transfer], 160'000);
  EXPECT_EQ(done.at(0).causes.total(), 270'000);
  const auto lost = masters.fabric.lost_to_others(masters.a);
  ASSERT_EQ(lost.size(), 1u);
  EXPECT_EQ(lost[0].name, "b");
  EXPECT_EQ(lost[0].ps, 80'000);
}

TEST(FabricArbitration, PortsOfOneUnitTakeOneTurnTogether) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {});
  const auto in = fabric.add_port({"npu.in", "npu", {"main"}});
  const auto weights = fabric.add_port({"npu.weights", "npu", {"main"}});
  const auto cpu = fabric.add_port({"cpu", "cpu", {"main"}});
  fabric.submit(transfer(0, in, false, 0, 64 * 20), 0);
  fabric.submit(transfer(1, weights, false, 4096, 64 * 20), 0);
  fabric.submit(transfer(2, cpu, false, 8192, 64 * 20), 0);
  const auto done = finish(fabric);
  // npu and cpu alternate: the cpu's 20 bursts have gone after 40 slots, while the npu's two ports had 10 each.
  EXPECT_NEAR(static_cast<double>(done.at(2).end), 40 * 80'000, 2 * 80'000);
  EXPECT_EQ(std::max(done.at(0).end, done.at(1).end), 60 * 80'000 + 30'000);
  // Waiting for the own unit's other port is arbitration, but nobody else's doing.
  for (const auto port : {in, weights})
    for (const auto& lost : fabric.lost_to_others(port)) EXPECT_EQ(lost.name, "cpu");
  EXPECT_GT(done.at(0).causes[Cause::arbitration], fabric.lost_to_others(in)[0].ps);
}

TEST(FabricArbitration, WeightsDivideASaturatedBusWithinFivePercent) {
  for (const auto& [weight_a, weight_b] : {std::pair{1, 1}, {3, 1}, {1, 4}, {5, 2}, {7, 3}}) {
    BusSpec bus = slow_bus();
    bus.arbitration = Arbitration::weighted;
    bus.shares = {{"a", 0, weight_a}, {"b", 0, weight_b}};
    TwoMasters masters(bus);
    masters.fabric.submit(transfer(0, masters.a, false, 0, 1'000'000), 0);
    masters.fabric.submit(transfer(1, masters.b, false, 4096, 16), 0);
    // b moves short bursts of 16 bytes, a whole ones of 64: beats are shared, not bursts.
    std::uint32_t id = 2;
    std::int64_t bytes_b = 0;
    Tick time = 0;
    Completion completion;
    Transfer small = transfer(0, masters.b, false, 8192, 16);
    small.area.rows = 1000;
    small.area.row_stride = 32;
    while (time < 30'000'000'000) {
      time = masters.fabric.advance(30'000'000'000);
      if (time == never) break;
      while (masters.fabric.pop_completion(time, completion)) {
        if (completion.id == 0) time = 30'000'000'000;
        if (completion.id == 0) continue;
        bytes_b += completion.id == 1 ? 16 : 16'000;
        small.id = id++;
        masters.fabric.submit(small, time);
      }
    }
    ASSERT_EQ(completion.id, 0u);
    const double share = static_cast<double>(bytes_b) / 1'000'000.0;
    const double wanted = static_cast<double>(weight_b) / weight_a;
    EXPECT_NEAR(share, wanted, 0.05 * wanted) << weight_a << ":" << weight_b;
  }
}

TEST(FabricArbitration, AMasterWithNothingReadySavesNoCreditUp) {
  Arbiter arbiter(Arbitration::weighted);
  arbiter.add_master(0, 1);
  arbiter.add_master(0, 1);
  for (int i = 0; i < 100; ++i) arbiter.served({0, 0}, 8);  // master 1 sleeps
  int turns_of_1 = 0;
  for (int i = 0; i < 10; ++i) {
    const bool first = arbiter.before({0, 0}, {1, 1});
    turns_of_1 += first ? 0 : 1;
    arbiter.served(first ? Arbiter::Candidate{0, 0} : Arbiter::Candidate{1, 1}, 8);
  }
  EXPECT_LE(turns_of_1, 6);  // half of them, not all ten
  EXPECT_GE(turns_of_1, 5);
}

TEST(FabricArbitration, FixedPriorityServesTheHigherFirstAndNeverSlower) {
  BusSpec fair = slow_bus(), strict = slow_bus();
  strict.arbitration = Arbitration::fixed_priority;
  strict.shares = {{"b", 2, 1}, {"a", 1, 1}};
  for (int bursts = 1; bursts < 20; ++bursts) {
    Tick ends[2];
    int i = 0;
    for (const BusSpec& bus : {fair, strict}) {
      TwoMasters masters(bus);
      masters.fabric.submit(transfer(0, masters.a, false, 0, 1280), 0);
      masters.fabric.submit(transfer(1, masters.b, false, 4096, static_cast<std::uint32_t>(64 * bursts)), 0);
      ends[i++] = finish(masters.fabric).at(1).end;
    }
    EXPECT_LE(ends[1], ends[0]);
    // Alone it would take 30 + 80 a burst; nothing of a's is in front of it.
    EXPECT_EQ(ends[1], 30'000 + bursts * 80'000);
  }
}

TEST(FabricArbitration, AMasterThatIsLateWaitsForTheSlotThatHasBegun) {
  BusSpec bus = slow_bus();
  bus.arbitration = Arbitration::fixed_priority;
  bus.shares = {{"b", 1, 1}};
  TwoMasters masters(bus);
  masters.fabric.submit(transfer(0, masters.a, false, 0, 640), 0);
  masters.fabric.submit(transfer(1, masters.b, false, 4096, 64), 90'000);
  const auto done = finish(masters.fabric);
  // a's slots end at 80 and 160; b is granted at 160 and has its data 190 ... 270.
  EXPECT_EQ(done.at(1).end, 270'000);
  EXPECT_EQ(done.at(1).causes[Cause::arbitration], 70'000);
  EXPECT_EQ(done.at(1).causes[Cause::latency], 30'000);
  EXPECT_EQ(done.at(1).causes[Cause::transfer], 80'000);
}

TEST(FabricArbitration, ABlockedMemoryDoesNotBlockTheOther) {
  PlainMemory sram, flash;
  flash.overhead = 1'000'000;
  FabricTiming fabric({slow_bus({"sram", "flash"})}, {"sram", "flash"}, {&sram, &flash}, {});
  const auto a = fabric.add_port({"a.in", "a", {"main"}});
  const auto b = fabric.add_port({"b.in", "b", {"main"}});
  fabric.submit(transfer(0, a, false, 0, 640, 1), 0);  // ten bursts, each 1 us of overhead
  fabric.submit(transfer(1, b, false, 0, 6400, 0), 0);
  const auto done = finish(fabric);
  // b loses the slots of the few flash bursts accepted meanwhile (one at 0, one ahead, then one a microsecond or so).
  EXPECT_LE(done.at(1).end, 100 * 80'000 + 30'000 + 10 * 80'000);
  EXPECT_EQ(done.at(0).end, 30'000 + 10 * 1'080'000);
}

TEST(FabricArbitration, AUnitsPortsShareItsOutstandingBursts) {
  PlainMemory sram;
  BusSpec bus = slow_bus();
  bus.outstanding_reads = 1;
  FabricTiming fabric({bus}, {"sram"}, {&sram}, {});
  const auto in = fabric.add_port({"npu.in", "npu", {"main"}});
  const auto weights = fabric.add_port({"npu.weights", "npu", {"main"}});
  const auto other = fabric.add_port({"cpu", "cpu", {"main"}});
  fabric.submit(transfer(0, in, false, 0, 64), 0);
  fabric.submit(transfer(1, weights, false, 4096, 64), 0);
  fabric.submit(transfer(2, other, false, 8192, 64), 0);
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(0).end, 110'000);  // granted at 0
  EXPECT_EQ(done.at(2).end, 190'000);  // another unit has slots of its own: granted at 80
  // The second port gets the unit's slot at 110, the channel at 160: data 190 ... 270.
  EXPECT_EQ(done.at(1).end, 270'000);
  EXPECT_EQ(done.at(1).causes[Cause::arbitration], 80'000 + 50'000);  // slots 0 ... 80 and 110 ... 160
  EXPECT_EQ(done.at(1).causes[Cause::outstanding], 30'000);           // 80 ... 110
  EXPECT_EQ(done.at(1).causes[Cause::latency], 30'000);
  EXPECT_EQ(done.at(1).causes[Cause::transfer], 80'000);
}

TEST(FabricArbitration, ReadsAndWritesOfADuplexBusDoNotShareAChannel) {
  for (const bool duplex : {true, false}) {
    PlainMemory one, other;
    BusSpec bus = slow_bus({"one", "other"});
    bus.duplex = duplex;
    FabricTiming fabric({bus}, {"one", "other"}, {&one, &other}, {});
    const auto in = fabric.add_port({"npu.in", "npu", {"main"}});
    const auto out = fabric.add_port({"npu.out", "npu", {"main"}});
    fabric.submit(transfer(0, in, false, 0, 640, 0), 0);
    fabric.submit(transfer(1, out, true, 0, 640, 1), 0);
    const auto done = finish(fabric);
    // Alone: reads 30 + 800 ns, writes 800 + 10 ns. On one channel 20 slots: r w r w ..., the last read in slot 19.
    EXPECT_EQ(done.at(0).end, duplex ? 830'000 : 18 * 80'000 + 110'000);
    EXPECT_EQ(done.at(1).end, duplex ? 810'000 : 20 * 80'000 + 10'000);
  }
}

TEST(FabricArbitration, TwoBusesThatShareAMemoryTakeTurns) {
  PlainMemory sram;
  sram.ps_per_byte = 2'500;  // half as fast as each bus: 160 ns a burst
  BusSpec left = slow_bus(), right = slow_bus();
  right.name = "right";
  FabricTiming fabric({left, right}, {"sram"}, {&sram}, {});
  const auto a = fabric.add_port({"a.in", "a", {"main"}});
  const auto b = fabric.add_port({"b.in", "b", {"right"}});
  fabric.submit(transfer(0, a, false, 0, 640), 0);
  fabric.submit(transfer(1, b, false, 4096, 640), 0);
  const auto done = finish(fabric);
  EXPECT_EQ(std::max(done.at(0).end, done.at(1).end), 30'000 + 20 * 160'000);
  EXPECT_LE(std::abs(done.at(0).end - done.at(1).end), 2 * 160'000);
}

}  // namespace
}  // namespace presil::fabric
