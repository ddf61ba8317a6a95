// Promises of arbitration, over random loads with seeds: waiting has a bound where one is given, and priority helps.
#include <gtest/gtest.h>

#include <random>

#include "models/fabric/fabric_timing.hpp"
#include "tests/unit/fabric/fabric_fixture.hpp"

namespace presil::fabric {
namespace {

using namespace testing;

constexpr Tick slot = 80'000;  // of a whole burst on the slow bus

TEST(LatencyBound, ABurstThatHasWaitedSoLongGoesFirst) {
  for (const bool bounded : {false, true}) {
    BusSpec bus = slow_bus();
    bus.arbitration = Arbitration::fixed_priority;
    bus.shares = {{"a", 1, 1, 0}, {"b", 0, 1, bounded ? 200'000 : 0}};
    PlainMemory sram;
    FabricTiming fabric({bus}, {"sram"}, {&sram}, {});
    const auto a = fabric.add_port({"a.in", "a", {"main"}}), b = fabric.add_port({"b.in", "b", {"main"}});
    fabric.submit(transfer(0, a, false, 0, 64 * 20), 0);
    fabric.submit(transfer(1, b, false, 4096, 64), 0);
    // a is granted at 0, 80 and 160 ns; at 240 b has waited for more than 200. Its data take 30 + 80 ns.
    EXPECT_EQ(finish(fabric).at(1).end, (bounded ? 240'000 : 20 * slot) + 110'000);
  }
}

/// Waits of each burst of a port: from its predecessor's grant (the first: from its submission) to its own.
std::vector<Tick> waits(const Witness& memory, std::int32_t port, Tick submitted) {
  std::vector<Tick> result;
  Tick since = submitted;
  for (const Burst& burst : memory.seen) {
    if (burst.master != port) continue;
    result.push_back(burst.arrival - since);
    since = burst.arrival;
  }
  return result;
}

enum class Behind { quick, slow, queue };  // a memory that never refuses, and two that do

/// Bursts of units with and without a bound that waited longer than their bound allows; `bounded`: it is in force.
int waited_too_long(Behind behind, std::uint64_t seed, bool bounded) {
  std::mt19937_64 random(seed);
  const Tick each = behind == Behind::quick ? slot : 2 * slot;  // between two grants, by the bus or by the memory
  PlainMemory sram;
  sram.ps_per_byte = behind == Behind::quick ? 600 : each / 64;
  QueueMemory dram;
  dram.ps_per_byte = each / 64;
  Witness memory(behind == Behind::queue ? static_cast<MemoryTiming&>(dram) : sram);

  BusSpec bus = slow_bus();
  bus.arbitration = random() % 3 == 0 ? Arbitration::weighted : Arbitration::fixed_priority;
  bus.outstanding_reads = bus.outstanding_writes = 64;  // so that only the grant is waited for
  const bool write = random() % 2 == 0;
  const int units = 2 + static_cast<int>(random() % 4);
  std::vector<Tick> bounds, submitted;
  for (int u = 0; u < units; ++u) {
    bounds.push_back(random() % 2 == 0 || u == 0 ? each * static_cast<Tick>(units + random() % 8) : 0);
    bus.shares.push_back({"u" + std::to_string(u), static_cast<int>(random() % 3), 1 + static_cast<int>(random() % 50),
                          bounded ? bounds.back() : 0});
  }
  FabricTiming fabric({bus}, {"sram"}, {&memory}, {});
  for (int u = 0; u < units; ++u) {
    const auto port = fabric.add_port({"p" + std::to_string(u), "u" + std::to_string(u), {"main"}});
    submitted.push_back(static_cast<Tick>(random() % 500) * 1000);
    const std::uint32_t bytes = 64 * (20 + static_cast<std::uint32_t>(random() % 60)) - random() % 60;
    fabric.submit(transfer(static_cast<std::uint32_t>(u), port, write, random() % 4096, bytes), submitted.back());
  }
  EXPECT_EQ(finish(fabric).size(), static_cast<std::size_t>(units));
  int longer = 0;
  for (int u = 0; u < units; ++u) {
    const Tick bound = bounds[static_cast<std::size_t>(u)];
    // The slot under way when it becomes overdue, and one of each other that is overdue too.
    for (const Tick wait : waits(memory, u, submitted[static_cast<std::size_t>(u)]))
      longer += bound > 0 && wait > bound + each * units;
  }
  return longer;
}

TEST(LatencyBound, NobodyWhoHasOneStarvesWhateverTheOthersAndTheMemoryDo) {
  for (const Behind behind : {Behind::quick, Behind::slow, Behind::queue}) {
    SCOPED_TRACE(static_cast<int>(behind));
    int longer_without = 0;
    for (std::uint64_t seed = 1; seed <= 60; ++seed) {
      EXPECT_EQ(waited_too_long(behind, seed, true), 0) << "seed " << seed;
      longer_without += waited_too_long(behind, seed, false);
    }
    EXPECT_GT(longer_without, 20);  // the bound is what makes it so
  }
}

/// Random loads of `units` units, one transfer or several each; returns the last end of each unit.
std::vector<Tick> ends(BusSpec bus, int units, std::uint64_t seed, bool twins) {
  PlainMemory sram;
  QueueMemory dram;
  const bool queued = seed % 2 == 0;
  FabricTiming fabric({std::move(bus)}, {"sram"}, {queued ? static_cast<MemoryTiming*>(&dram) : &sram}, {});
  std::vector<Tick> last(static_cast<std::size_t>(units), 0);
  std::vector<int> owner;
  for (int u = 0; u < units; ++u) {
    std::mt19937_64 random(twins && u == 1 ? seed * 100 : seed * 100 + static_cast<std::uint64_t>(u));
    const auto port = fabric.add_port({"p" + std::to_string(u), "u" + std::to_string(u), {"main"}});
    Tick at = 0;
    for (int i = static_cast<int>(random() % 4) + 1; i > 0; --i) {
      at += static_cast<Tick>(random() % 3000) * 1000;
      const auto bytes = static_cast<std::uint32_t>(1 + random() % 3000);
      fabric.submit(transfer(static_cast<std::uint32_t>(owner.size()), port, false, random() % 4096, bytes), at);
      owner.push_back(u);
    }
  }
  for (const auto& [id, completion] : finish(fabric)) {
    Tick& end = last[static_cast<std::size_t>(owner[id])];
    end = std::max(end, completion.end);
  }
  return last;
}

TEST(FixedPriority, APriorityMasterIsNeverSlowerThanABestEffortOneOfTheSameLoad) {
  int earlier = 0;
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const int units = 2 + static_cast<int>(seed % 3);
    BusSpec bus = slow_bus();
    bus.arbitration = Arbitration::fixed_priority;
    bus.shares = {{seed % 4 < 2 ? "u0" : "u1", 1, 1, 0}};
    const std::vector<Tick> last = ends(bus, units, seed, true);
    const Tick urgent = last[seed % 4 < 2 ? 0 : 1], other = last[seed % 4 < 2 ? 1 : 0];
    EXPECT_LE(urgent, other) << "seed " << seed;
    earlier += urgent < other;
  }
  EXPECT_GT(earlier, 150);
}

TEST(FixedPriority, AMasterIsNotSlowerForBeingRaised) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    const int units = 2 + static_cast<int>(seed % 3);
    BusSpec bus = slow_bus();
    const Tick before = ends(bus, units, seed, false)[0];
    bus.arbitration = Arbitration::fixed_priority;
    bus.shares = {{"u0", 1, 1, 0}};
    const Tick raised = ends(bus, units, seed, false)[0];
    // Nobody is interrupted: whom it meets on its arrival may be another burst than before, on the bus and behind it.
    EXPECT_LE(raised, before + 2 * slot) << "seed " << seed;
  }
}

}  // namespace
}  // namespace presil::fabric
