// On-chip SRAM: latency, streaming, several ports, bank conflicts.
#include "models/sram/sram_timing.hpp"

#include <gtest/gtest.h>

#include "models/common/error.hpp"

namespace presil::sram {
namespace {

using common::Cause;

/// 400 MHz (2500 ps), 16 bytes a cycle, reads after 2 cycles, writes answered 1 cycle after their data.
SramSpec spec() {
  SramSpec spec;
  spec.size_bytes = 1 << 20;
  spec.hz = 400'000'000;
  spec.width_bits = 128;
  spec.read_latency_cycles = 2;
  spec.write_latency_cycles = 1;
  return spec;
}

Service push(SramTiming& sram, std::uint64_t address, std::uint32_t bytes, Tick arrival, bool write = false) {
  Burst burst;
  burst.address = address;
  burst.bytes = bytes;
  burst.arrival = arrival;
  burst.write = write;
  return sram.push(burst);
}

TEST(SramTiming, AReadWaitsForTheLatencyThenMovesABeatACycle) {
  SramTiming sram(spec());
  const Service service = push(sram, 0, 128, 0);
  EXPECT_EQ(service.data_start, 5'000);
  EXPECT_EQ(service.data_end, 5'000 + 8 * 2'500);
  EXPECT_EQ(service.done, 25'000);
  ASSERT_EQ(service.wait.count, 1);
  EXPECT_EQ(service.wait.segments[0].cause, Cause::latency);
}

TEST(SramTiming, AWriteMovesAtOnceAndIsAnsweredAfterItsLatency) {
  SramTiming sram(spec());
  const Service service = push(sram, 0, 128, 0, true);
  EXPECT_EQ(service.data_start, 0);
  EXPECT_EQ(service.data_end, 20'000);
  EXPECT_EQ(service.done, 22'500);
}

TEST(SramTiming, BurstsThatFollowEachOtherHideTheLatency) {
  SramTiming sram(spec());
  push(sram, 0, 128, 0);
  EXPECT_EQ(sram.accepts_from(0, false), 0);  // as soon as the first one's latency has begun
  const Service second = push(sram, 128, 128, 20'000);
  EXPECT_EQ(second.data_start, 25'000);  // straight after the first
  EXPECT_EQ(second.done, 45'000);
}

TEST(SramTiming, OneBurstIsAcceptedAheadOfTheOneThatMoves) {
  SramTiming sram(spec());
  push(sram, 0, 128, 0);                           // data 5000 ... 25000
  const Service second = push(sram, 128, 128, 0);  // data 25000 ... 45000
  EXPECT_EQ(second.data_start, 25'000);
  ASSERT_EQ(second.wait.count, 2);
  EXPECT_EQ(second.wait.segments[1].cause, Cause::transfer);  // behind the first one's data
  // The third may come when, after its latency, the second begins to move.
  EXPECT_EQ(sram.accepts_from(0, false), 20'000);
  EXPECT_EQ(sram.accepts_from(20'001, false), 20'001);
}

TEST(SramTiming, AnArrivalBetweenEdgesWaitsForTheNextEdge) {
  SramTiming sram(spec());
  EXPECT_EQ(push(sram, 0, 16, 1, true).data_start, 2'500);
  EXPECT_EQ(push(sram, 0, 16, 5'000, true).data_start, 5'000);
}

TEST(SramTiming, AnOddPeriodDoesNotDrift) {
  SramSpec odd = spec();
  odd.hz = 1'200'000'000;  // 833.33 ps
  odd.read_latency_cycles = 0;
  SramTiming sram(odd);
  Tick end = 0;
  for (int i = 0; i < 1000; ++i) end = push(sram, 0, 48, sram.accepts_from(end, false)).data_end;
  EXPECT_EQ(end, 2'500'000);  // 3000 beats at 1.2 GHz are 2.5 us exactly
}

TEST(SramTiming, AnUnalignedBurstMovesEveryBeatItTouches) {
  SramTiming sram(spec());
  EXPECT_EQ(push(sram, 8, 16, 0, true).data_end, 2 * 2'500);  // bytes 8 ... 23 lie in two beats
  EXPECT_EQ(sram.counters().write_bytes, 32);
}

TEST(SramTiming, TwoPortsMoveTwoBurstsAtOnceWhenTheirBanksDiffer) {
  SramSpec two = spec();
  two.ports = 2;
  two.banks = 4;
  two.interleave_bytes = 4096;  // a burst stays in one bank
  two.read_latency_cycles = 0;
  SramTiming sram(two);
  EXPECT_EQ(push(sram, 0, 128, 0).data_end, 20'000);
  const Service other_bank = push(sram, 4096, 128, 0);
  EXPECT_EQ(other_bank.data_start, 0);
  EXPECT_EQ(other_bank.data_end, 20'000);
}

TEST(SramTiming, TwoPortsInOneBankTakeTurnsAndTheLossIsBookedAsBank) {
  SramSpec two = spec();
  two.ports = 2;
  two.banks = 4;
  two.interleave_bytes = 4096;
  two.read_latency_cycles = 0;
  SramTiming sram(two);
  push(sram, 0, 128, 0);  // bank 0, cycles 0 ... 7
  const Service same_bank = push(sram, 256, 128, 0);
  EXPECT_EQ(same_bank.data_start, 20'000);
  EXPECT_EQ(same_bank.data_end, 40'000);
  ASSERT_EQ(same_bank.wait.count, 1);
  EXPECT_EQ(same_bank.wait.segments[0].cause, Cause::bank);
}

TEST(SramTiming, BeatsInterleavedOverBanksFollowEachOtherOneCycleApart) {
  SramSpec two = spec();
  two.ports = 2;
  two.banks = 4;  // interleaved by the width of 16 bytes
  two.read_latency_cycles = 0;
  SramTiming sram(two);
  push(sram, 0, 128, 0);
  // Both begin in bank 0: the second follows one cycle behind the first through all banks.
  const Service second = push(sram, 64, 128, 0);
  EXPECT_EQ(second.data_start, 2'500);
  EXPECT_EQ(second.data_end, 9 * 2'500);
}

TEST(SramTiming, OnlyASinglePortAnswersInOrder) {
  SramSpec two = spec();
  EXPECT_TRUE(SramTiming(two).completes_in_order());
  two.ports = 2;
  EXPECT_FALSE(SramTiming(two).completes_in_order());
}

TEST(SramTiming, ASpecThatCannotBeIsAnError) {
  SramSpec bad = spec();
  bad.width_bits = 24;
  EXPECT_THROW(SramTiming{bad}, common::Error);
  bad = spec();
  bad.interleave_bytes = 24;
  EXPECT_THROW(SramTiming{bad}, common::Error);
  bad = spec();
  bad.hz = 0;
  EXPECT_THROW(SramTiming{bad}, common::Error);
}

TEST(SramTiming, ResetMakesItNew) {
  SramTiming sram(spec());
  push(sram, 0, 128, 0);
  sram.reset();
  EXPECT_EQ(push(sram, 0, 128, 0).done, 25'000);
  EXPECT_EQ(sram.counters().bursts, 1);
}

}  // namespace
}  // namespace presil::sram
