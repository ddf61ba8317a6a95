// Refresh of all banks or of one, on time or put off. One clock of the example is one nanosecond.
#include <gtest/gtest.h>

#include "tests/support/dram_checker.hpp"
#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using tests::DramChecker;
using tests::DramDriver;
using tests::example_bank;
using tests::example_dram;
using tests::ns;

/// All banks every 4000 ns; bank by bank every 500 ns, 60 ns each.
DramSpec refreshed(RefreshMode mode, int postponed = 0) {
  DramSpec spec = example_dram();
  spec.refresh = true;
  spec.refresh_mode = mode;
  spec.timing.tRFCpb = 60;
  spec.postponed_refreshes = postponed;
  return spec;
}

// Bank 0 is refreshed at 500; ACT at 500 + tRFCpb = 560, RD tRCD later, data tRL later: 560 + 12 + 10.
TEST(PerBankRefresh, TheBankUnderRefreshWaitsForIt) {
  DramDriver d(refreshed(RefreshMode::per_bank));
  d.push(0, 16, false, 501 * ns);
  d.finish();
  EXPECT_EQ(d.services[0].data_start, 582 * ns);
  EXPECT_EQ(d.memory.counters().refreshes, 1);
}

// Bank 1 only keeps tRRD to the refresh of its neighbour: ACT at 505 instead of 503.
TEST(PerBankRefresh, TheOtherBanksGoOn) {
  DramDriver d(refreshed(RefreshMode::per_bank));
  d.push(example_bank, 16, false, 501 * ns);
  d.finish();
  EXPECT_EQ(d.services[0].data_start, (505 + 12 + 10) * ns);
}

TEST(PerBankRefresh, EachBankHasItsTurnOnceInTREFI) {
  DramDriver d(refreshed(RefreshMode::per_bank));
  std::vector<Command> log;
  d.memory.record(&log);
  d.push(0, 16, false, 8001 * ns);
  d.finish();
  std::vector<int> times(8, 0);
  for (const Command& command : log) {
    if (command.kind == CommandKind::refresh_bank) ++times[static_cast<std::size_t>(command.bank)];
  }
  EXPECT_EQ(times, std::vector<int>(8, 2));
}

/// How long 2000 bursts of 64 bytes at places all over take.
common::Tick busy_time(const DramSpec& spec) {
  DramDriver d(spec);
  for (std::uint64_t i = 0; i < 2000; ++i) d.push(i * 7919 % 16384 * 64, 64, false, 0);
  d.finish();
  return d.services.back().data_end;
}

TEST(PerBankRefresh, CostsLessThanStoppingAllBanks) {
  DramSpec never = example_dram();
  const common::Tick without = busy_time(never);
  const common::Tick one = busy_time(refreshed(RefreshMode::per_bank));
  const common::Tick all = busy_time(refreshed(RefreshMode::all_banks));
  EXPECT_LT(without, one);
  EXPECT_LT(one, all);
}

// Due at 4000: the burst of 3998, whose ACT may go at 4000, comes behind it (ACT at 4100) or, put off, before it.
TEST(PostponedRefresh, LetsABurstThatWaitsGoFirst) {
  DramDriver on_time(refreshed(RefreshMode::all_banks)), later(refreshed(RefreshMode::all_banks, 1));
  on_time.push(0, 16, false, 3998 * ns);
  later.push(0, 16, false, 3998 * ns);
  on_time.finish();
  later.finish();
  EXPECT_EQ(on_time.services[0].data_start, 4122 * ns);
  EXPECT_EQ(later.services[0].data_start, 4022 * ns);
  EXPECT_EQ(later.memory.counters().refreshes, 0);
}

// Made up for while nothing waits, over long before 5000: that burst finds its row closed and nothing else in its way.
TEST(PostponedRefresh, IsMadeUpForWhileIdle) {
  DramDriver d(refreshed(RefreshMode::all_banks, 1));
  d.push(0, 16, false, 3998 * ns);
  d.push(0, 16, false, 5000 * ns);
  d.finish();
  EXPECT_EQ(d.memory.counters().refreshes, 1);
  EXPECT_EQ(d.services[1].data_start, (5000 + 2 + 12 + 10) * ns);
}

TEST(PostponedRefresh, IsForcedWhenNoMoreMayWait) {
  for (const int postponed : {0, 2, 8}) {
    DramDriver d(refreshed(RefreshMode::all_banks, postponed));
    std::vector<Command> log;
    d.memory.record(&log);
    for (std::uint64_t i = 0; d.now < 60'000 * ns; ++i) d.push(i % 16384 * 64, 64, false, 0);
    Cycle first = 0;
    for (const Command& command : log) {
      if (command.kind == CommandKind::refresh && first == 0) first = command.clock;
    }
    EXPECT_GE(first, 4000 * (1 + postponed));
    EXPECT_LT(first, 4000 * (1 + postponed) + 400);
  }
}

// --- the checker can fail -------------------------------------------------------------------------------------------

TEST(DramChecker, FindsWhatBreaksTheRulesOfARefreshOfOneBank) {
  const DramSpec spec = refreshed(RefreshMode::per_bank);
  const auto fault = [&](const std::vector<Command>& log) { return DramChecker(spec).check(log); };
  const Command refresh{500, CommandKind::refresh_bank, 0, 0, 0};
  EXPECT_EQ(fault({refresh, {505, CommandKind::activate, 0, 1, 0}, {560, CommandKind::activate, 0, 0, 0}}), "");
  EXPECT_NE(fault({refresh, {504, CommandKind::activate, 0, 1, 0}}).find("tRRD after"), std::string::npos);
  EXPECT_NE(fault({refresh, {559, CommandKind::activate, 0, 0, 0}}).find("tRFCpb"), std::string::npos);
  EXPECT_NE(fault({refresh, {559, CommandKind::refresh_bank, 0, 1, 0}}).find("next bank"), std::string::npos);
  EXPECT_NE(fault({{400, CommandKind::activate, 0, 0, 0}, refresh}).find("open bank"), std::string::npos);
  EXPECT_NE(fault({refresh, {6500, CommandKind::refresh_bank, 0, 0, 0}}).find("too late"), std::string::npos);
}

}  // namespace
}  // namespace presil::dram
