// The fabric on hand-worked cases: one bus of 100 MHz and 8 bytes, bursts of 64 bytes = 80 ns, a memory to match.
#include "models/fabric/fabric_timing.hpp"

#include <gtest/gtest.h>

#include "models/common/error.hpp"
#include "tests/unit/fabric/fabric_fixture.hpp"

namespace presil::fabric {
namespace {

using namespace testing;

TEST(FabricTiming, ALoneBurstTakesBusLatencyMemoryLatencyAndItsBeats) {
  PlainMemory sram;
  BusSpec bus = slow_bus();
  bus.latency_cycles = 2;
  FabricTiming fabric({bus}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(7, port, false, 0, 64), 0);
  EXPECT_TRUE(fabric.busy());
  const auto done = finish(fabric);
  // Granted at 0; data 30 ... 110 ns; two cycles of bus latency: 130 ns.
  ASSERT_EQ(done.size(), 1u);
  EXPECT_EQ(done.at(7).start, 0);
  EXPECT_EQ(done.at(7).end, 130'000);
  EXPECT_EQ(done.at(7).causes[Cause::latency], 50'000);
  EXPECT_EQ(done.at(7).causes[Cause::transfer], 80'000);
  EXPECT_EQ(done.at(7).causes.total(), 130'000);
  EXPECT_EQ(fabric.bursts(), 1);
  EXPECT_FALSE(fabric.busy());
  const MemoryActivity activity = fabric.activity(0, 130'000);
  EXPECT_EQ(activity.busy, 80'000);
  EXPECT_EQ(activity.stalls[Cause::latency], 30'000);  // pending from 0, data from 30 ns
  EXPECT_EQ(activity.idle, 20'000);                    // on its way back nothing is pending
}

TEST(FabricTiming, EnoughBurstsInFlightHideTheLatency) {
  PlainMemory sram;
  BusSpec bus = slow_bus();
  bus.latency_cycles = 2;
  bus.outstanding_reads = 2;
  FabricTiming fabric({bus}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 256), 0);
  const auto done = finish(fabric);
  // Grants at 0 and 80; the third needs the first's slot, free at 130, and the channel, free at 160. So the pins never
  // rest: data 30 ... 350, and 20 ns of bus latency.
  EXPECT_EQ(done.at(0).end, 370'000);
  EXPECT_EQ(done.at(0).causes[Cause::latency], 50'000);  // the first burst's, which nothing could hide
  EXPECT_EQ(done.at(0).causes[Cause::transfer], 320'000);
  EXPECT_EQ(done.at(0).causes[Cause::outstanding], 0);
}

TEST(FabricTiming, ASingleBurstInFlightExposesTheLatencyAsOutstanding) {
  PlainMemory sram;
  BusSpec bus = slow_bus();
  bus.latency_cycles = 2;
  bus.outstanding_reads = 1;
  FabricTiming fabric({bus}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 256), 0);
  const auto done = finish(fabric);
  // Each burst takes 130 ns and the next is granted when it has completed: 520 ns. What a second burst in flight would
  // have hidden, 50 ns of each but the first, is booked as outstanding.
  EXPECT_EQ(done.at(0).end, 520'000);
  EXPECT_EQ(done.at(0).causes[Cause::latency], 50'000);
  EXPECT_EQ(done.at(0).causes[Cause::outstanding], 150'000);
  EXPECT_EQ(done.at(0).causes[Cause::transfer], 320'000);
}

TEST(FabricTiming, WritesAreAnsweredAfterTheMemorysLatency) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"npu.out", "npu", {"main"}});
  fabric.submit(transfer(0, port, true, 0, 128), 0);
  EXPECT_EQ(finish(fabric).at(0).end, 170'000);  // two bursts of 80 ns and one cycle for the answer
  EXPECT_EQ(sram.counters().write_bytes, 128);
  EXPECT_EQ(sram.counters().read_bytes, 0);
}

TEST(FabricTiming, AStartBetweenTwoEdgesWaitsForTheEdge) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"npu.out", "npu", {"main"}});
  fabric.submit(transfer(0, port, true, 0, 64), 10'001);
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(0).end, 20'000 + 80'000 + 10'000);
  EXPECT_EQ(done.at(0).causes[Cause::latency], 9'999 + 10'000);  // to the edge, and the answer
}

TEST(FabricTiming, ABusOfAnOddPeriodDoesNotDrift) {
  // 1.2 GHz, 833.33 ps: 3000 bursts of 8 beats are 24000 cycles = 20 us exactly, whatever the rounding of one period.
  PlainMemory sram;
  sram.ps_per_byte = 0;  // the bus alone sets the pace
  sram.write_latency = 0;
  BusSpec bus = slow_bus();
  bus.hz = 1'200'000'000;
  FabricTiming fabric({bus}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"npu.out", "npu", {"main"}});
  fabric.submit(transfer(0, port, true, 0, 3000 * 64), 0);
  EXPECT_EQ(finish(fabric).at(0).end, 20'000'000);
}

TEST(FabricTiming, ATransferOfNoBytesCompletesAtOnceEvenBehindAnother) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 0, 64), 0);
  fabric.submit(transfer(1, port, false, 0, 0), 5'000);
  EXPECT_EQ(fabric.advance(5'000), 5'000);
  Completion completion;
  ASSERT_TRUE(fabric.pop_completion(5'000, completion));
  EXPECT_EQ(completion.id, 1u);
  EXPECT_EQ(completion.start, 5'000);
  EXPECT_EQ(completion.end, 5'000);
  EXPECT_EQ(completion.causes.total(), 0);
  EXPECT_FALSE(fabric.pop_completion(5'000, completion));
  EXPECT_EQ(finish(fabric).at(0).end, 110'000);
}

TEST(FabricTiming, TransfersOfAPortRunOneAfterAnotherInOrderOfSubmissionThenId) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(5, port, false, 0, 64), 0);
  fabric.submit(transfer(3, port, false, 0, 64), 0);  // the same instant: the lower id goes first
  fabric.submit(transfer(1, port, false, 0, 64), 1);  // later: last, though its id is lowest
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(3).end, 110'000);
  EXPECT_EQ(done.at(5).end, 220'000);
  EXPECT_EQ(done.at(1).end, 330'000);
  // Waiting behind the own port's transfers is booked as transfer.
  EXPECT_EQ(done.at(1).causes[Cause::transfer], 330'000 - 1 - 30'000);
  EXPECT_EQ(done.at(1).causes[Cause::latency], 30'000);
}

TEST(FabricTiming, AdvanceStopsAtTheFirstCompletionAndNeverPassesTheLimit) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {});
  const auto in = fabric.add_port({"npu.in", "npu", {"main"}});
  const auto out = fabric.add_port({"npu.out", "npu", {"main"}});
  fabric.submit(transfer(0, in, false, 0, 64), 0);
  fabric.submit(transfer(1, out, true, 4096, 640), 0);
  EXPECT_EQ(fabric.advance(109'999), never);
  EXPECT_EQ(fabric.advance(110'000), 110'000);
  EXPECT_EQ(fabric.advance(never), 110'000);  // still not delivered
  Completion completion;
  EXPECT_FALSE(fabric.pop_completion(109'999, completion));
  EXPECT_TRUE(fabric.pop_completion(110'000, completion));
  EXPECT_GT(fabric.advance(never), 110'000);
}

TEST(FabricTiming, UnknownNamesAndUnreachableMemoriesAreErrors) {
  PlainMemory sram;
  EXPECT_THROW(FabricTiming({slow_bus({"dram"})}, {"sram"}, {&sram}, {}), common::Error);
  BusSpec odd = slow_bus();
  odd.width_bits = 24;
  EXPECT_THROW(FabricTiming({odd}, {"sram"}, {&sram}, {}), common::Error);
  PlainMemory other;
  FabricTiming fabric({slow_bus()}, {"sram", "other"}, {&sram, &other}, {});
  EXPECT_THROW(fabric.add_port({"npu.in", "npu", {"mian"}}), common::Error);
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  EXPECT_TRUE(fabric.reaches(port, 0));
  EXPECT_FALSE(fabric.reaches(port, 1));
  EXPECT_THROW(fabric.submit(transfer(0, port, false, 0, 64, 1), 0), common::Error);
}

TEST(FabricTiming, APortTakesItsFirstBusThatReachesTheMemory) {
  PlainMemory sram, other;
  BusSpec narrow = slow_bus({"other"});
  BusSpec side = slow_bus({"sram", "other"});
  side.name = "side";
  side.latency_cycles = 100;
  FabricTiming fabric({narrow, side}, {"sram", "other"}, {&sram, &other}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main", "side"}});
  fabric.submit(transfer(0, port, false, 0, 64, 1), 0);
  EXPECT_EQ(finish(fabric).at(0).end, 110'000);  // over main
  fabric.submit(transfer(1, port, false, 0, 64, 0), 110'000);
  EXPECT_EQ(finish(fabric).at(1).end, 110'000 + 110'000 + 1'000'000);  // over side
}

// --- cutting into bursts
// ----------------------------------------------------------------------------------------------

TEST(FabricTiming, BurstsNeverCrossAMultipleOfTheLongestBurst) {
  PlainMemory sram;
  Witness witness(sram);
  FabricTiming fabric({slow_bus()}, {"sram"}, {&witness}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  fabric.submit(transfer(0, port, false, 100, 100), 0);  // bytes 100 ... 199
  finish(fabric);
  // 100 ... 127 (beats from 96: 32 bytes), 128 ... 191, 192 ... 199
  ASSERT_EQ(witness.seen.size(), 3u);
  EXPECT_EQ(witness.seen[0].address, 96u);
  EXPECT_EQ(witness.seen[0].bytes, 32u);
  EXPECT_EQ(witness.seen[1].address, 128u);
  EXPECT_EQ(witness.seen[1].bytes, 64u);
  EXPECT_EQ(witness.seen[2].address, 192u);
  EXPECT_EQ(witness.seen[2].bytes, 8u);
}

TEST(FabricTiming, EachRowIsCutOnItsOwnUnlessRowsTouch) {
  PlainMemory sram;
  Witness witness(sram);
  FabricTiming fabric({slow_bus()}, {"sram"}, {&witness}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  Transfer rows = transfer(0, port, false, 0, 24);
  rows.area.rows = 3;
  rows.area.row_stride = 100;
  fabric.submit(rows, 0);
  finish(fabric);
  // Rows at 0 ... 23, 100 ... 123 and 200 ... 223; the second is not aligned to beats: 96 ... 127.
  ASSERT_EQ(witness.seen.size(), 3u);
  EXPECT_EQ(witness.seen[0].bytes, 24u);
  EXPECT_EQ(witness.seen[1].address, 96u);
  EXPECT_EQ(witness.seen[1].bytes, 32u);
  EXPECT_EQ(witness.seen[2].address, 200u);
  EXPECT_EQ(witness.seen[2].bytes, 24u);

  witness.seen.clear();
  rows.id = 1;
  rows.area.row_stride = 24;  // now they touch: 72 bytes in two bursts
  fabric.submit(rows, 1'000'000);
  finish(fabric);
  ASSERT_EQ(witness.seen.size(), 2u);
  EXPECT_EQ(witness.seen[0].bytes, 64u);
  EXPECT_EQ(witness.seen[1].bytes, 8u);
}

TEST(FabricTiming, PlanesAreWalkedAfterTheirRowsAndMergeWhenTheyTouch) {
  PlainMemory sram;
  Witness witness(sram);
  FabricTiming fabric({slow_bus()}, {"sram"}, {&witness}, {});
  const auto port = fabric.add_port({"npu.in", "npu", {"main"}});
  Transfer planes = transfer(0, port, false, 0, 16);
  planes.area.rows = 2;
  planes.area.row_stride = 64;
  planes.area.planes = 2;
  planes.area.plane_stride = 1024;
  fabric.submit(planes, 0);
  finish(fabric);
  ASSERT_EQ(witness.seen.size(), 4u);
  EXPECT_EQ(witness.seen[1].address, 64u);
  EXPECT_EQ(witness.seen[2].address, 1024u);
  EXPECT_EQ(witness.seen[3].address, 1088u);

  witness.seen.clear();
  planes.id = 1;
  planes.area.row_stride = 16;
  planes.area.plane_stride = 32;  // 2 rows of 16, then the next plane: 64 bytes in one run
  fabric.submit(planes, 1'000'000);
  finish(fabric);
  ASSERT_EQ(witness.seen.size(), 1u);
  EXPECT_EQ(witness.seen[0].bytes, 64u);
}

// --- copies
// -----------------------------------------------------------------------------------------------------------

TEST(FabricTiming, ACopyWritesEachBurstOnceItsBytesHaveBeenRead) {
  PlainMemory from, to;
  FabricTiming fabric({slow_bus({"from", "to"})}, {"from", "to"}, {&from, &to}, {});
  const auto port = fabric.add_port({"dma", "dma", {"main"}});
  Transfer copy = transfer(0, port, false, 0, 128, 0);
  copy.copy = true;
  copy.to_area = copy.area;
  copy.to_area.memory = 1;
  fabric.submit(copy, 0);
  const auto done = finish(fabric);
  // Reads: granted at 0 and 80, back at 110 and 190. Writes: granted at 110 and 190 (channel free), each 80 ns and one
  // cycle for the answer: 190 + 80 + 10 = 280.
  EXPECT_EQ(done.at(0).end, 280'000);
  EXPECT_EQ(done.at(0).causes.total(), 280'000);
  EXPECT_EQ(from.counters().read_bytes, 128);
  EXPECT_EQ(to.counters().write_bytes, 128);
  // By the frontier: read 1 (0, 110] is 30 of latency and 80 of transfer; read 2 (110, 190] transfer; write 1 (190,
  // 200] transfer, its answer's latency being booked at its grant, before the frontier; write 2 (200, 280] transfer
  // likewise.
  EXPECT_EQ(done.at(0).causes[Cause::latency], 30'000);
  EXPECT_EQ(done.at(0).causes[Cause::transfer], 250'000);
}

TEST(FabricTiming, ACopyOnABusWithoutDuplexSharesTheOneChannel) {
  PlainMemory from, to;
  BusSpec bus = slow_bus({"from", "to"});
  bus.duplex = false;
  FabricTiming fabric({bus}, {"from", "to"}, {&from, &to}, {});
  const auto port = fabric.add_port({"dma", "dma", {"main"}});
  Transfer copy = transfer(0, port, false, 0, 128, 0);
  copy.copy = true;
  copy.to_area = copy.area;
  copy.to_area.memory = 1;
  fabric.submit(copy, 0);
  // Reads in slots 0 ... 80 and 80 ... 160, back at 110 and 190; writes in slots 160 ... 240 and 240 ... 320.
  const auto done = finish(fabric);
  EXPECT_EQ(done.at(0).end, 330'000);
  EXPECT_EQ(done.at(0).causes[Cause::arbitration], 0);  // it only ever waits for itself
}

TEST(FabricTiming, ACopyWhoseWritesAreCutElsewhereWaitsForTheReadOfTheLastByte) {
  PlainMemory from, to;
  Witness writes(to);
  FabricTiming fabric({slow_bus({"from", "to"})}, {"from", "to"}, {&from, &writes}, {});
  const auto port = fabric.add_port({"dma", "dma", {"main"}});
  Transfer copy = transfer(0, port, false, 0, 128, 0);
  copy.copy = true;
  copy.to_area = copy.area;
  copy.to_area.memory = 1;
  copy.to_area.address = 32;  // bursts of 32, 64 and 32 bytes
  fabric.submit(copy, 0);
  finish(fabric);
  ASSERT_EQ(writes.seen.size(), 3u);
  EXPECT_EQ(writes.seen[0].arrival, 110'000);  // after the first read
  EXPECT_EQ(writes.seen[1].arrival, 190'000);  // its bytes 32 ... 95 need the second
  EXPECT_EQ(writes.seen[2].arrival, 270'000);  // when the channel is free
}

TEST(FabricTiming, ACopyBetweenAreasOfDifferentSizesIsAnError) {
  PlainMemory sram;
  FabricTiming fabric({slow_bus()}, {"sram"}, {&sram}, {});
  const auto port = fabric.add_port({"dma", "dma", {"main"}});
  Transfer copy = transfer(0, port, false, 0, 128);
  copy.copy = true;
  copy.to_area = copy.area;
  copy.to_area.row_bytes = 64;
  EXPECT_THROW(fabric.submit(copy, 0), common::Error);
}

}  // namespace
}  // namespace presil::fabric
