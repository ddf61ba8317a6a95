// Queue policies of the DRAM controller: who overtakes whom, and for how long.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using tests::DramDriver;
using tests::example_bank;
using tests::example_dram;
using tests::example_row;
using tests::ns;

int count(const std::vector<Command>& log, CommandKind kind) {
  return static_cast<int>(std::count_if(log.begin(), log.end(), [&](const Command& c) { return c.kind == kind; }));
}

TEST(DramPolicy, RowHitOvertakesAnOlderConflict) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.push(example_row, 16, false, 0);
  d.push(16, 16, false, 0);
  d.finish();
  EXPECT_LT(d.services[2].data_start, d.services[1].data_start);
}

TEST(DramPolicy, RowHitCapLetsTheConflictGo) {
  DramSpec spec = example_dram();
  spec.row_hit_cap = 4;
  DramDriver d(spec);
  d.push(0, 16, false, 0);
  d.push(example_row, 16, false, 0);
  for (std::uint64_t i = 1; i < 6; ++i) d.push(i * 16, 16, false, 0);
  d.finish();
  // the row serves 4 bursts: 0, 2, 3, 4; then the conflict; 5 and 6 hit no more
  EXPECT_LT(d.services[4].data_start, d.services[1].data_start);
  EXPECT_GT(d.services[5].data_start, d.services[1].data_start);
  EXPECT_EQ(d.memory.counters().row_conflicts, 2);
}

TEST(DramPolicy, OldestFirstClosesTheRowAsSoonAsTimingAllows) {
  DramSpec spec = example_dram();
  spec.conflict_rule = ConflictRule::oldest_first;
  DramDriver d(spec);
  d.push(0, 16, false, 0);
  d.push(example_row, 16, false, 0);
  d.push(16, 16, false, 30 * ns);  // its first command could go at 32, when the precharge of the older one is due
  d.finish();
  EXPECT_EQ(d.services[1].data_start, 65 * ns);
  EXPECT_GT(d.services[2].data_start, d.services[1].data_start);
}

TEST(DramPolicy, WritesWaitForTheHighWatermarkWhileReadsCome) {
  DramSpec spec = example_dram();
  spec.write_high = 4;
  spec.write_low = 1;
  for (const int writes : {3, 4}) {
    DramDriver d(spec);
    for (int i = 0; i < writes; ++i) d.push(static_cast<std::uint64_t>(i) * 16, 16, true, 0);
    for (int i = 0; i < 8; ++i) d.push(1024 + static_cast<std::uint64_t>(i) * 16, 16, false, 0);
    d.finish();
    const bool write_first = d.services[0].data_start < d.services[static_cast<std::size_t>(writes)].data_start;
    EXPECT_EQ(write_first, writes == 4);
  }
}

TEST(DramPolicy, WritingEndsAtTheLowWatermarkWhenReadsWait) {
  DramSpec spec = example_dram();
  spec.write_high = 4;
  spec.write_low = 1;
  DramDriver d(spec);
  for (int i = 0; i < 4; ++i) d.push(static_cast<std::uint64_t>(i) * 16, 16, true, 0);
  d.push(1024, 16, false, 0);
  d.finish();
  // three writes, the read, the last write
  EXPECT_LT(d.services[2].data_start, d.services[4].data_start);
  EXPECT_GT(d.services[3].data_start, d.services[4].data_start);
}

TEST(DramPolicy, WritesGoAtOnceWhenNoReadWaits) {
  DramDriver d(example_dram());
  d.push(0, 16, true, 0);
  d.finish();
  EXPECT_EQ(d.services[0].data_start, (2 + 12 + 8) * ns);
}

TEST(DramPolicy, AReadIsNotKeptOutByAnEndlessStreamOfWrites) {
  DramSpec spec = example_dram();
  spec.max_writes_in_turn = 16;
  DramDriver d(spec);
  for (int i = 0; i < 26; ++i) d.push(static_cast<std::uint64_t>(i) * 64, 64, true, 0);
  const std::uint32_t read = d.push(example_bank, 16, false, 0);
  for (int i = 0; i < 200; ++i) d.push(static_cast<std::uint64_t>(i % 32) * 64, 64, true, 0);
  d.finish();
  // at most 16 + 1 writes of 4 clocks, a turn of 18, an activate and the latency ahead of it
  EXPECT_LT(d.services[read].data_start - d.arrivals[read], 200 * ns);
}

TEST(DramPolicy, AWriteIsNotKeptOutByAnEndlessStreamOfReads) {
  DramSpec spec = example_dram();
  spec.max_reads_in_turn = 32;
  DramDriver d(spec);
  for (int i = 0; i < 8; ++i) d.push(static_cast<std::uint64_t>(i) * 64, 64, false, 0);
  const std::uint32_t write = d.push(example_bank, 16, true, 0);
  for (int i = 0; i < 200; ++i) d.push(static_cast<std::uint64_t>(i % 32) * 64, 64, false, 0);
  d.finish();
  EXPECT_LT(d.services[write].data_start - d.arrivals[write], 400 * ns);
}

TEST(DramPolicy, UrgentBurstOvertakesOlderOnes) {
  DramSpec spec = example_dram();
  DramDriver d(spec);
  for (int i = 0; i < 6; ++i) d.push(static_cast<std::uint64_t>(i) * 64, 64, false, 0);
  const std::uint32_t urgent = d.push(7 * 64, 16, false, 0, 1);
  d.finish();
  for (int i = 1; i < 6; ++i) {
    EXPECT_LT(d.services[urgent].data_start, d.services[static_cast<std::size_t>(i)].data_start);
  }
}

TEST(DramPolicy, UrgentBurstsOvertakeNoMoreThanTheirLead) {
  DramSpec spec = example_dram();
  spec.priority_lead = 8;
  spec.row_hit_cap = 4;
  DramDriver d(spec);
  d.push(0, 16, false, 0, 1);
  const std::uint32_t patient = d.push(example_row, 16, false, 0, 0);
  for (int i = 0; i < 40; ++i) d.push(static_cast<std::uint64_t>(i % 100) * 16, 16, false, 0, 1);
  d.finish();
  int before = 0;
  for (std::size_t i = 0; i < d.services.size(); ++i) {
    if (i != patient && d.services[i].data_start < d.services[patient].data_start) ++before;
  }
  EXPECT_LE(before, 12);  // 8, and those on their way when its row is opened
}

TEST(DramPolicy, BatchDrainMovesWhatTheFullBufferHeld) {
  DramSpec spec = example_dram();
  spec.write_drain = WriteDrain::batch;
  spec.bank_queue = 8;
  spec.write_queue = 4;
  spec.write_idle = 8;
  spec.whole_bursts = false;
  DramDriver d(spec);
  for (int i = 0; i < 3; ++i) d.push(1024 + static_cast<std::uint64_t>(i) * 16, 16, true, 0);
  for (int i = 0; i < 24; ++i) d.push(static_cast<std::uint64_t>(i) * 16, 16, false, 0);
  d.finish();
  for (int i = 0; i < 3; ++i) EXPECT_GT(d.services[static_cast<std::size_t>(i)].data_start, d.services[20].data_start);
}

TEST(DramPolicy, RoundRobinServesBanksInTurn) {
  DramSpec spec = example_dram();
  spec.arbitration = BankArbitration::round_robin;
  spec.bank_queue = 8;
  spec.write_drain = WriteDrain::batch;
  DramDriver d(spec);
  std::vector<Command> log;
  d.memory.record(&log);
  for (std::uint64_t i = 0; i < 4; ++i) d.push(i * 16, 16, false, 0);
  for (std::uint64_t i = 0; i < 4; ++i) d.push(example_bank + i * 16, 16, false, 0);
  d.finish();
  std::vector<int> banks;
  std::sort(log.begin(), log.end(), [](const Command& a, const Command& b) { return a.clock < b.clock; });
  for (const Command& command : log) {
    if (command.kind == CommandKind::read) banks.push_back(command.bank);
  }
  // bank 0 opens first (14, 18), then they alternate
  EXPECT_EQ(banks, (std::vector<int>{0, 0, 1, 0, 1, 0, 1, 1}));
}

TEST(DramPolicy, RunsOfColumnCommandsChangeNothingForALoneStream) {
  std::vector<common::Tick> ends;
  for (const int run : {1, 64}) {
    DramSpec spec = example_dram();
    spec.refresh = true;
    spec.max_run = run;
    DramDriver d(spec);
    for (int i = 0; i < 500; ++i) d.push(static_cast<std::uint64_t>(i) * 256, 256, false, 0);
    d.finish();
    ends.push_back(d.services.back().data_end);
  }
  EXPECT_EQ(ends[0], ends[1]);
}

TEST(DramPolicy, ALargeBurstTakesFewDecisions) {
  DramDriver d(example_dram());
  d.push(0, 1024, false, 0);
  int decisions = 0;
  while (d.memory.next_decision() != common::never) {
    d.decide();
    ++decisions;
  }
  EXPECT_EQ(decisions, 2);  // activate, and 64 reads
}

TEST(DramPolicy, OneRefreshPrechargesTogetherOrBankByBank) {
  for (const bool together : {true, false}) {
    DramSpec spec = example_dram();
    spec.refresh = true;
    spec.precharge_all = together;
    DramDriver d(spec);
    std::vector<Command> log;
    d.memory.record(&log);
    for (std::uint64_t bank = 0; bank < 3; ++bank) d.push(bank * example_bank, 16, false, 0);
    d.push(0, 16, false, 5000 * ns);
    d.finish();
    EXPECT_EQ(count(log, CommandKind::refresh), 1);
    EXPECT_EQ(count(log, CommandKind::precharge_all), together ? 1 : 0);
    EXPECT_EQ(count(log, CommandKind::precharge), together ? 0 : 3);
  }
}

}  // namespace
}  // namespace presil::dram
