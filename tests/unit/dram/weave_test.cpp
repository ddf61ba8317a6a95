// Bank groups: column commands of two groups alternate, whatever the lengths of the bursts, and nobody is kept waiting.
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using tests::DramDriver;
using tests::example_dram;
using tests::ns;

DramSpec grouped(const char* mapping, int groups = 2) {
  DramSpec spec = example_dram();
  spec.bank_groups = groups;
  spec.banks_per_group = 8 / groups;
  spec.mapping = mapping;
  spec.timing.tCCD_L = 6;
  return spec;
}

using Reads = std::vector<std::pair<Cycle, int>>;  // clock and bank

Reads reads_from(const std::vector<Command>& log, Cycle from) {
  Reads reads;
  for (const Command& command : log)
    if (command.kind == CommandKind::read && command.clock >= from) reads.emplace_back(command.clock, command.bank);
  std::sort(reads.begin(), reads.end());
  return reads;
}

TEST(DramWeave, TheNextBurstTakesThePlaceOfOneThatIsDone) {
  for (const int run : {1, 64}) {  // one decision after the other, and together
    SCOPED_TRACE(run);
    DramSpec spec = grouped("row-bank-bankgroup-column");
    spec.max_run = run;
    DramDriver d(spec);
    std::vector<Command> log;
    d.memory.record(&log);
    d.push(0, 16, false, 0);  // open rows of bank 0 and, in the other group, bank 4
    d.push(2048, 16, false, 0);
    d.push(16, 48, false, 200 * ns);
    d.push(2064, 64, false, 200 * ns);
    d.push(64, 64, false, 200 * ns);
    d.finish();
    // Three of bank 0, then the third burst in their place; it stays alone when bank 4 is done.
    EXPECT_EQ(reads_from(log, 200), (Reads{{202, 0},
                                           {206, 4},
                                           {210, 0},
                                           {214, 4},
                                           {218, 0},
                                           {222, 4},
                                           {226, 0},
                                           {230, 4},
                                           {234, 0},
                                           {240, 0},
                                           {246, 0}}));
    EXPECT_EQ(d.services[2].data_end, 232 * ns);
    EXPECT_EQ(d.services[3].data_end, 244 * ns);
    EXPECT_EQ(d.services[4].data_start, 236 * ns);
    EXPECT_EQ(d.services[4].data_end, 260 * ns);
  }
}

TEST(DramWeave, ABurstOverAllGroupsIsOneDecision) {
  DramDriver d(grouped("row-bank-column-bankgroup", 4));
  d.push(0, 64, false, 0);
  d.finish();
  std::vector<Command> log;
  d.memory.record(&log);
  d.push(1024, 512, false, 300 * ns);
  d.decide();
  ASSERT_EQ(d.served[1], 1);
  EXPECT_EQ(d.memory.next_decision(), common::never);
  const Reads reads = reads_from(log, 300);
  ASSERT_EQ(reads.size(), 32u);
  for (std::size_t i = 0; i < 32; ++i) EXPECT_EQ(reads[i].first, 302 + 4 * static_cast<Cycle>(i));
  EXPECT_EQ(d.services[1].data_start, 312 * ns);
  EXPECT_EQ(d.services[1].data_end, 440 * ns);
}

TEST(DramWeave, AnOlderBurstGoesBetweenLongOnesWhenItsRowIsOpen) {
  DramDriver d(grouped("row-bank-bankgroup-column"));
  d.push(0, 16, false, 0);
  d.push(2048, 16, false, 0);
  d.push(2 * 2048, 16, false, 200 * ns);  // bank 1: its row opens at 202, to be read from 214 on
  d.push(16, 1024, false, 200 * ns);
  d.push(2064, 1024, false, 200 * ns);
  d.finish();
  EXPECT_LE(d.services[2].data_start, 228 * ns);  // 214, or behind a column command of another bank
}

TEST(DramWeave, TheTurnOfItsDirectionEndsIt) {
  DramSpec spec = grouped("row-bank-bankgroup-column");
  spec.max_reads_in_turn = 4;
  DramDriver d(spec);
  std::vector<Command> log;
  d.push(0, 16, false, 0);
  d.push(2048, 16, false, 0);
  d.finish();
  d.memory.record(&log);
  d.push(16, 64, false, 200 * ns);
  d.push(2064, 64, false, 200 * ns);
  d.push(1024, 16, true, 200 * ns);
  d.finish();
  std::sort(log.begin(), log.end(), [](const Command& a, const Command& b) { return a.clock < b.clock; });
  int reads = 0;
  while (log[static_cast<std::size_t>(reads)].kind == CommandKind::read) ++reads;
  EXPECT_GE(reads, 2);
  EXPECT_LE(reads, 4);  // of eight, two of the turn's four being those before
}

}  // namespace
}  // namespace presil::dram
