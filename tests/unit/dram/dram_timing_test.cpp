// Single bursts on a DRAM with round numbers: every expected time is worked out by hand from the JEDEC parameters.
#include <gtest/gtest.h>

#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using tests::DramDriver;
using tests::example_bank;
using tests::example_dram;
using tests::example_row;
using tests::ns;

TEST(DramTiming, FirstReadOfABankPaysActivateAndReadLatency) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.finish();
  // front end 2, ACT at 2, RD at 2 + tRCD 12 = 14, data at 14 + tRL 10 = 24 for 4 clocks
  EXPECT_EQ(d.services[0].data_start, 24 * ns);
  EXPECT_EQ(d.services[0].data_end, 28 * ns);
  EXPECT_EQ(d.services[0].done, 28 * ns);
  EXPECT_EQ(d.memory.counters().row_misses, 1);
  EXPECT_EQ(d.memory.counters().row_hits, 0);
}

TEST(DramTiming, ReadOfTheOpenRowPaysReadLatencyOnly) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.push(1024, 16, false, 100 * ns);
  d.finish();
  EXPECT_EQ(d.services[1].data_start, (100 + 2 + 10) * ns);
  EXPECT_EQ(d.memory.counters().row_hits, 1);
}

TEST(DramTiming, ReadOfAnotherRowPaysPrechargeActivateAndReadLatency) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.push(example_row, 16, false, 200 * ns);
  d.finish();
  // PRE at 202, ACT at 202 + tRP 11 = 213, RD at 225, data at 235
  EXPECT_EQ(d.services[1].data_start, 235 * ns);
  EXPECT_EQ(d.memory.counters().row_conflicts, 1);
}

TEST(DramTiming, PrechargeWaitsForTheRowsMinimumTime) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.push(example_row, 16, false, 0);
  d.finish();
  // ACT 2, RD 14; PRE at max(2 + tRAS 30, 14 + tRTP 7) = 32; ACT 43, RD 55, data 65
  EXPECT_EQ(d.services[1].data_start, 65 * ns);
}

TEST(DramTiming, PrechargeWaitsForTheLastRead) {
  DramSpec spec = example_dram();
  spec.timing.tRTP = 19;  // 14 + 19 = 33, one clock behind tRAS
  DramDriver d(spec);
  d.push(0, 16, false, 0);
  d.push(example_row, 16, false, 0);
  d.finish();
  EXPECT_EQ(d.services[1].data_start, 66 * ns);
}

TEST(DramTiming, PrechargeWaitsForWriteRecovery) {
  DramDriver d(example_dram());
  d.push(0, 16, true, 0);
  d.push(example_row, 16, true, 0);
  d.finish();
  // WR 14, data 22..26, + tWR 14: PRE at 40, ACT 51, WR 63, data 71
  EXPECT_EQ(d.services[0].data_start, 22 * ns);
  EXPECT_EQ(d.services[1].data_start, 71 * ns);
}

TEST(DramTiming, DeviceBurstsOfOneBusBurstFollowEachOtherOnTheDataBus) {
  DramDriver d(example_dram());
  d.push(0, 64, false, 0);
  d.finish();
  EXPECT_EQ(d.services[0].data_start, 24 * ns);
  EXPECT_EQ(d.services[0].data_end, (24 + 4 * 4) * ns);
  EXPECT_EQ(d.memory.counters().bursts, 4);
  EXPECT_EQ(d.memory.counters().row_hits, 3);
}

TEST(DramTiming, WholeDeviceBurstsMoveForPartsOfThem) {
  DramDriver d(example_dram());
  d.push(15, 2, false, 0);  // the last byte of one device burst and the first of the next
  d.finish();
  EXPECT_EQ(d.services[0].data_end, (24 + 2 * 4) * ns);
  EXPECT_EQ(d.memory.counters().read_bytes, 32);
}

TEST(DramTiming, ReadAfterWriteWaitsForWriteToReadTime) {
  // ACT 2, WR 14; RD not before 14 + tWL 8 + 4 + tWTR 6 = 32
  for (const auto& [arrival, command] : {std::pair{15, 32}, std::pair{30, 32}, std::pair{31, 33}}) {
    DramDriver d(example_dram());
    d.push(0, 16, true, 0);
    d.push(16, 16, false, arrival * ns);
    d.finish();
    EXPECT_EQ(d.services[1].data_start, (command + 10) * ns) << "arrival " << arrival;
  }
}

TEST(DramTiming, WriteAfterReadLeavesAGapOnTheDataBus) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.push(16, 16, true, 0);
  d.finish();
  // read data 24..28, a gap of tRTRS 1, write data from 29 on
  EXPECT_EQ(d.services[1].data_start, 29 * ns);
  EXPECT_EQ(d.memory.counters().turnarounds, 1);
}

TEST(DramTiming, FifthActivateWaitsForTheFourActivateWindow) {
  // ACT 2, 7, 12, 17 (tRRD 5); the fifth at max(22, 2 + tFAW), RD 12 later, data another 10 later
  for (const auto& [window, activate] : {std::pair{20, 22}, std::pair{21, 23}, std::pair{24, 26}}) {
    DramSpec spec = example_dram();
    spec.timing.tFAW = window;
    DramDriver d(spec);
    for (std::uint64_t bank = 0; bank < 5; ++bank) d.push(bank * example_bank, 16, false, 0);
    d.finish();
    EXPECT_EQ(d.services[4].data_start, (activate + 22) * ns) << "tFAW " << window;
  }
}

TEST(DramTiming, BanksPrepareWhileDataOfAnotherMove) {
  DramDriver d(example_dram());
  d.push(0, 256, false, 0);            // RD 14 ... 74: data 24 ... 88
  d.push(example_bank, 64, false, 0);  // ACT 7, ready at 19: its data follow without a gap
  d.finish();
  EXPECT_EQ(d.services[0].data_end, 88 * ns);
  EXPECT_EQ(d.services[1].data_start, 88 * ns);
}

TEST(DramTiming, ColumnCommandsOfOneGroupKeepTheLongDistance) {
  DramSpec spec = example_dram();
  spec.bank_groups = 2;
  spec.banks_per_group = 4;
  spec.mapping = "row-bank-bankgroup-column";
  spec.timing.tCCD_L = 6;
  DramDriver d(spec);
  d.push(0, 64, false, 0);
  d.finish();
  // RD 14, 20, 26, 32: last data 42..46
  EXPECT_EQ(d.services[0].data_end, 46 * ns);
}

TEST(DramTiming, ColumnCommandsOfTwoGroupsAlternateAtTheShortDistance) {
  DramSpec spec = example_dram();
  spec.bank_groups = 2;
  spec.banks_per_group = 4;
  spec.mapping = "row-bank-column-bankgroup";
  spec.timing.tCCD_L = 6;
  spec.lockstep = false;
  DramDriver d(spec);
  d.push(0, 64, false, 0);
  d.finish();
  // ACT 2 and 7: group 0 could read at 14, 20 and group 1 at 19, 25. In turn: 14 (0), 20 (0) or 19 (1)? The slot of 18
  // stays empty since group 1 opens at 19; then 19 (1), 23 (0), 27 (1): last data 37..41.
  EXPECT_EQ(d.services[0].data_start, 24 * ns);
  EXPECT_EQ(d.services[0].data_end, 41 * ns);
}

TEST(DramTiming, RefreshComesFirstWhenTheReadWouldIssueInItsClock) {
  DramSpec spec = example_dram();
  spec.refresh = true;
  {
    DramDriver d(spec);
    d.push(0, 16, false, 3985 * ns);  // ACT 3987, RD 3999: just before the refresh of 4000
    d.finish();
    EXPECT_EQ(d.services[0].data_start, 4009 * ns);
    EXPECT_EQ(d.memory.counters().refreshes, 0);
  }
  DramDriver d(spec);
  d.push(0, 16, false, 3986 * ns);
  d.finish();
  // ACT 3988; PRE not before 3988 + tRAS = 4018; REF 4029; ACT 4129 (tRFC), RD 4141, data 4151
  EXPECT_EQ(d.services[0].data_start, 4151 * ns);
  EXPECT_EQ(d.memory.counters().refreshes, 1);
}

TEST(DramTiming, IdleTimeKeepsRefreshing) {
  DramSpec spec = example_dram();
  spec.refresh = true;
  DramDriver d(spec);
  d.push(0, 16, false, 0);
  d.push(0, 16, false, 400'000 * ns);  // the refresh of 400000 has begun in this clock: REF 400000, ACT 400100
  d.finish();
  EXPECT_EQ(d.memory.counters().refreshes, 100);
  EXPECT_EQ(d.services[1].data_start, (400'100 + 12 + 10) * ns);
  EXPECT_EQ(d.memory.counters().row_misses, 2);  // the refresh closed the row
}

TEST(DramTiming, PostedWriteIsAnsweredOnArrival) {
  DramSpec spec = example_dram();
  DramDriver posted(spec);
  posted.push(0, 16, true, 5 * ns);
  posted.finish();
  EXPECT_TRUE(posted.memory.posts_writes());
  EXPECT_EQ(posted.services[0].done, 5 * ns);
  EXPECT_EQ(posted.services[0].data_start, (5 + 2 + 12 + 8) * ns);
  spec.posted_writes = false;
  DramDriver answered(spec);
  answered.push(0, 16, true, 5 * ns);
  answered.finish();
  EXPECT_EQ(answered.services[0].done, (5 + 2 + 12 + 8 + 4) * ns);
}

TEST(DramTiming, QueueTakesWholeBurstsUntilItIsFull) {
  DramSpec spec = example_dram();
  spec.read_queue = 8;  // device bursts
  DramTiming memory(spec);
  common::Burst burst;
  burst.bytes = 64;
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(memory.accepts_from(0, false), 0);
    memory.push(burst);
  }
  EXPECT_EQ(memory.accepts_from(0, false), common::never);
  EXPECT_EQ(memory.accepts_from(0, true), 0) << "writes have places of their own";
}

TEST(DramTiming, ABurstForAFullChannelWaitsAtTheEntry) {
  DramSpec spec = example_dram();
  spec.channels = 2;
  spec.mapping = "channel-row-bank-column";
  spec.read_queue = 4;
  DramDriver d(spec);
  common::Burst burst;
  burst.bytes = 64;
  d.push(0, 64, false, 0);  // fills channel 0
  ASSERT_EQ(d.memory.accepts_from(0, false), 0);
  d.push(1 << 19, 64, false, 0);  // channel 1 has room
  ASSERT_EQ(d.memory.accepts_from(0, false), 0);
  d.push(64, 64, false, 0);  // channel 0 again: at the entry, and all behind it stay out
  EXPECT_EQ(d.memory.accepts_from(0, false), common::never);
  EXPECT_EQ(d.memory.accepts_from(0, true), 0);
  d.finish();
  EXPECT_EQ(d.services[0].data_start, 24 * ns);
  EXPECT_EQ(d.services[1].data_start, 24 * ns);
  EXPECT_EQ(d.services[2].data_start, 40 * ns);
}

TEST(DramTiming, AcceptsAgainWhenAColumnCommandFreesAPlace) {
  DramSpec spec = example_dram();
  spec.read_queue = 4;
  DramTiming memory(spec);
  common::Burst burst;
  burst.bytes = 64;
  memory.push(burst);
  EXPECT_EQ(memory.next_decision(), 2 * ns);  // ACT
  EXPECT_FALSE(memory.decide().decided);
  EXPECT_EQ(memory.accepts_from(2 * ns, false), common::never);
  EXPECT_EQ(memory.next_decision(), 14 * ns);  // RD
  EXPECT_TRUE(memory.decide().decided);
  EXPECT_EQ(memory.accepts_from(14 * ns, false), 14 * ns);
}

TEST(DramTiming, ClosedPageOpensTheRowForEveryDeviceBurst) {
  DramSpec spec = example_dram();
  spec.page_policy = PagePolicy::closed;
  DramDriver d(spec);
  d.push(0, 32, false, 0);
  d.finish();
  // ACT 2, RDA 14; next ACT at max(2 + tRC 41, 14 + tRTP 7 + tRP 11) = 43, RDA 55, data 65..69
  EXPECT_EQ(d.services[0].data_end, 69 * ns);
  EXPECT_EQ(d.memory.counters().row_misses, 2);
}

TEST(DramTiming, AdaptivePageClosesTheRowBehindTheLastHit) {
  DramSpec spec = example_dram();
  spec.page_policy = PagePolicy::adaptive;
  DramDriver d(spec);
  d.push(0, 32, false, 0);
  d.push(example_row, 16, false, 100 * ns);
  d.finish();
  EXPECT_EQ(d.services[0].data_end, 32 * ns);            // RD 14, 18 with auto-precharge
  EXPECT_EQ(d.services[1].data_start, (102 + 22) * ns);  // a closed row, not a conflict
  EXPECT_EQ(d.memory.counters().row_conflicts, 0);
}

TEST(DramTiming, ResetForgetsEverything) {
  DramSpec spec = example_dram();
  spec.refresh = true;
  DramDriver d(spec);
  for (int i = 0; i < 40; ++i) d.push(static_cast<std::uint64_t>(i) * 4096, 256, i % 3 == 0, i * 10 * ns);
  d.memory.reset();
  EXPECT_EQ(d.memory.next_decision(), common::never);
  EXPECT_EQ(d.memory.counters().bursts, 0);
  DramDriver fresh(spec);
  common::Burst burst;
  burst.bytes = 64;
  d.memory.push(burst);
  fresh.memory.push(burst);
  for (int i = 0; i < 2; ++i) {
    ASSERT_EQ(d.memory.next_decision(), fresh.memory.next_decision());
    EXPECT_EQ(d.memory.decide().service.data_end, fresh.memory.decide().service.data_end);
  }
}

TEST(DramTiming, PeakAndTypicalLatencyFollowFromTheSpec) {
  const DramTiming memory(example_dram());
  EXPECT_DOUBLE_EQ(memory.peak_bytes_per_second(), 4e9);  // 2 bytes, both edges of 1 GHz
  EXPECT_EQ(memory.typical_latency(), 28 * ns);
}

}  // namespace
}  // namespace presil::dram
