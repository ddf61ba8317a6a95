// Power-down and self-refresh while nothing waits. One clock of the example is one nanosecond.
#include <gtest/gtest.h>

#include "tests/support/dram_checker.hpp"
#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using tests::DramChecker;
using tests::DramDriver;
using tests::example_dram;
using tests::ns;

DramSpec resting(int power_down_after, int self_refresh_after = 0) {
  DramSpec spec = example_dram();
  spec.timing.tCKE = 6;
  spec.timing.tXP = 8;
  spec.timing.tXS = 110;
  spec.power_down_after = power_down_after;
  spec.self_refresh_after = self_refresh_after;
  spec.refresh = self_refresh_after > 0;
  return spec;
}

// Read of 0: ACT 2, RD 14, data 24 - 28, quiet from 29 on. Power-down 29 + 50 = 79 until the burst of 1000, whose read
// of the row still open may go at 1000 + tXP = 1008 instead of 1002: data at 1018.
TEST(PowerDown, CostsTXPWhenTheNextBurstComes) {
  DramDriver d(resting(50));
  d.push(0, 16, false, 0);
  d.push(16, 16, false, 1000 * ns);
  d.finish();
  EXPECT_EQ(d.services[0].data_start, 24 * ns);
  EXPECT_EQ(d.services[1].data_start, 1018 * ns);
  EXPECT_EQ(d.memory.counters().power_down_ps, (1000 - 79) * ns);
  EXPECT_EQ(d.memory.counters().row_hits, 1);
}

TEST(PowerDown, DoesNotBeginBeforeItsTime) {
  DramDriver d(resting(50));
  d.push(0, 16, false, 0);
  d.push(16, 16, false, 79 * ns);  // it would begin now
  d.push(32, 16, false, 300 * ns);
  d.finish();
  EXPECT_EQ(d.services[1].data_start, (79 + 2 + 10) * ns);
}

// It begins at 79, must last tCKE = 6, and another tXP = 8 pass: read at 93, data at 103.
TEST(PowerDown, LastsAtLeastTCKE) {
  DramDriver d(resting(50));
  d.push(0, 16, false, 0);
  d.push(16, 16, false, 80 * ns);
  d.finish();
  EXPECT_EQ(d.services[1].data_start, 103 * ns);
}

// Write of 0: ACT 2, WR 14, data 22 - 26, recovery until 40, quiet from 41 on.
TEST(PowerDown, WaitsForWriteRecovery) {
  DramDriver d(resting(10));
  std::vector<Command> log;
  d.memory.record(&log);
  d.push(0, 16, true, 0);
  d.finish();
  d.push(0, 16, false, 1000 * ns);
  ASSERT_GE(log.size(), 3u);
  EXPECT_EQ(log[2].kind, CommandKind::power_down);
  EXPECT_EQ(log[2].clock, 41 + 10);
}

// Quiet from 29 on; asleep at 29 + 300 + tRP = 340 until 2000; the first command tXS later: ACT at 2110, data at 2132.
TEST(SelfRefresh, ClosesTheRowsAndCostsTXS) {
  DramDriver d(resting(0, 300));
  d.push(0, 16, false, 0);
  d.push(16, 16, false, 2000 * ns);
  d.finish();
  EXPECT_EQ(d.services[1].data_start, 2132 * ns);
  EXPECT_EQ(d.memory.counters().self_refresh_ps, (2000 - 340) * ns);
  EXPECT_EQ(d.memory.counters().row_misses, 2);
}

TEST(SelfRefresh, NeedsNoRefreshesFromTheController) {
  DramDriver d(resting(20, 300));
  d.push(0, 16, false, 0);
  d.push(16, 16, false, 1'000'000 * ns);
  d.finish();
  EXPECT_EQ(d.memory.counters().refreshes, 0);
  EXPECT_GT(d.memory.counters().self_refresh_ps, 990'000 * ns);
  EXPECT_GT(d.memory.counters().power_down_ps, 0);
}

// Awake until 79, then for each of 250 refreshes in 1 ms tXP before it and a clock for the command;
// the first one also closes the row, tRP.
TEST(PowerDown, IsLeftForEachRefresh) {
  DramSpec spec = resting(50);
  spec.refresh = true;
  DramDriver d(spec);
  d.push(0, 16, false, 0);
  d.finish();
  d.memory.settle(1'000'100 * ns);
  EXPECT_EQ(d.memory.counters().refreshes, 250);
  EXPECT_NEAR(static_cast<double>(d.memory.counters().power_down_ps), (1'000'100 - 79 - 250 * (8 + 1) - 11) * 1e3, 1e3);
}

TEST(PowerDown, TimeAfterTheLastBurstCountsToo) {
  DramDriver d(resting(50));
  d.push(0, 16, false, 0);
  d.finish();
  EXPECT_EQ(d.memory.counters().power_down_ps, 0);
  d.memory.settle(579 * ns);
  EXPECT_EQ(d.memory.counters().power_down_ps, 500 * ns);
}

TEST(DramChecker, FindsWhatBreaksTheRulesOfRest) {
  const auto fault = [](const std::vector<Command>& log) { return DramChecker(resting(50, 300)).check(log); };
  const Command down{100, CommandKind::power_down, 0, 0, 0}, up{106, CommandKind::power_up, 0, 0, 0};
  EXPECT_EQ(fault({down, up, {114, CommandKind::activate, 0, 0, 0}}), "");
  EXPECT_NE(fault({down, {105, CommandKind::power_up, 0, 0, 0}}).find("tCKE"), std::string::npos);
  EXPECT_NE(fault({down, up, {113, CommandKind::activate, 0, 0, 0}}).find("tXP"), std::string::npos);
  EXPECT_NE(fault({down, {114, CommandKind::activate, 0, 0, 0}}).find("at rest"), std::string::npos);
  const Command sleep{100, CommandKind::self_refresh, 0, 0, 0}, wake{200, CommandKind::self_refresh_exit, 0, 0, 0};
  EXPECT_EQ(fault({sleep, wake, {310, CommandKind::activate, 0, 0, 0}}), "");
  EXPECT_NE(fault({sleep, wake, {309, CommandKind::activate, 0, 0, 0}}).find("tXS"), std::string::npos);
  EXPECT_NE(fault({{2, CommandKind::activate, 0, 0, 0}, sleep}).find("open bank"), std::string::npos);
}

}  // namespace
}  // namespace presil::dram
