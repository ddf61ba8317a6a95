// Memories that queue and decide later: completions known only then, posted writes, full queues.
#include <gtest/gtest.h>

#include "models/fabric/fabric_timing.hpp"
#include "tests/unit/fabric/fabric_fixture.hpp"

namespace presil::fabric {
namespace {

using namespace testing;

TEST(FabricQueuedMemory, ABurstCompletesOnceItIsDecided) {
  QueueMemory dram;  // 30 ns of row, then 80 ns for 64 bytes
  FabricTiming fabric({slow_bus({"dram"})}, {"dram"}, {&dram}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 64), 0);
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(0).end, 110'000);
  EXPECT_EQ(done.at(0).causes[Cause::row], 30'000);
  EXPECT_EQ(done.at(0).causes[Cause::transfer], 80'000);
  const MemoryActivity activity = fabric.activity(0, 150'000);
  EXPECT_EQ(activity.busy, 80'000);
  EXPECT_EQ(activity.stalls[Cause::row], 30'000);
  EXPECT_EQ(activity.idle, 40'000);
}

TEST(FabricQueuedMemory, AFullQueueHoldsBurstsBackAndTheyEnterAtTheDecision) {
  QueueMemory dram;
  dram.capacity = 1;
  dram.latency = 0;
  dram.ps_per_byte = 2'500;  // 160 ns a burst, twice the bus's time
  FabricTiming fabric({slow_bus({"dram"})}, {"dram"}, {&dram}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 256), 0);
  const auto done = finish(fabric);
  // Pushed 0 (decided at once), 80 (decided at 160), 160 (decided at 320), 320 (decided at 480): 640 ns.
  EXPECT_EQ(done.at(0).end, 640'000);
  EXPECT_EQ(done.at(0).causes[Cause::transfer], 640'000);  // it waited for nobody else
}

TEST(FabricQueuedMemory, WaitingBehindAnothersBurstsInTheQueueIsArbitration) {
  QueueMemory dram;
  dram.capacity = 8;
  dram.latency = 0;
  dram.ps_per_byte = 2'500;
  FabricTiming fabric({slow_bus({"dram"})}, {"dram"}, {&dram}, {});
  const auto a = fabric.add_port({"a.in", "a", {"main"}});
  const auto b = fabric.add_port({"b.in", "b", {"main"}});
  fabric.submit(transfer(0, a, false, 0, 256), 0);
  fabric.submit(transfer(1, b, false, 4096, 64), 10'000);
  const auto done = finish(fabric);
  // Slots: a 0, then b at 80 (round robin), a 160, a 240. Data: a 0 ... 160, b 160 ... 320.
  EXPECT_EQ(done.at(1).end, 320'000);
  EXPECT_EQ(done.at(1).causes[Cause::arbitration], 70'000 + 80'000);  // channel 10 ... 80, pins 80 ... 160
  EXPECT_EQ(done.at(1).causes[Cause::transfer], 160'000);
}

TEST(FabricQueuedMemory, AnswersOutOfOrderStillSumExactly) {
  QueueMemory dram;
  dram.newest_first = true;
  dram.capacity = 8;
  dram.ps_per_byte = 2'500;
  FabricTiming fabric({slow_bus({"dram"})}, {"dram"}, {&dram}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 64 * 30), 0);
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(0).causes.total(), done.at(0).end);
  EXPECT_GE(done.at(0).end, 30 * 160'000);
}

TEST(FabricQueuedMemory, APostedWriteCompletesWhenItIsAnswered) {
  QueueMemory dram;
  dram.posts = true;
  dram.latency = 1'000'000;
  FabricTiming fabric({slow_bus({"dram"})}, {"dram"}, {&dram}, {});
  const auto port = fabric.add_port({"npu.out", "npu", {"main"}});
  fabric.submit(transfer(0, port, true, 0, 64), 0);
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(0).end, 80'000);  // its slot: answered at once
  EXPECT_EQ(done.at(0).causes[Cause::transfer], 80'000);
  // Its data move at 1000 ... 1080 ns. Up to 80 ns the memory only stalls; up to 1040 it has moved half of them.
  EXPECT_EQ(fabric.activity(0, 80'000).busy, 0);
  EXPECT_EQ(fabric.activity(0, 80'000).stalls[Cause::row], 80'000);
  const MemoryActivity later = fabric.activity(0, 1'040'000);
  EXPECT_EQ(later.busy, 40'000);
  EXPECT_EQ(later.stalls.total(), 1'000'000);
  EXPECT_EQ(later.idle, 0);
}

TEST(FabricQueuedMemory, ACopyFollowsReadsThatEndOutOfOrder) {
  QueueMemory dram;
  dram.newest_first = true;
  dram.capacity = 4;
  dram.ps_per_byte = 2'500;
  PlainMemory sram;
  Witness writes(sram);
  FabricTiming fabric({slow_bus({"dram", "sram"})}, {"dram", "sram"}, {&dram, &writes}, {});
  const auto port = fabric.add_port({"dma", "dma", {"main"}});
  Transfer copy = transfer(0, port, false, 0, 64 * 12, 0);
  copy.copy = true;
  copy.to_area = copy.area;
  copy.to_area.memory = 1;
  fabric.submit(copy, 0);
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(0).causes.total(), done.at(0).end);
  ASSERT_EQ(writes.seen.size(), 12u);
  for (std::size_t i = 0; i < 12; ++i) EXPECT_EQ(writes.seen[i].address, 64 * i);
}

}  // namespace
}  // namespace presil::fabric
