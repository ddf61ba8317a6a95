// Bank groups in lockstep: what a burst over all groups costs, that no rule is broken on the way in and out of it, and
// that it comes to nearly the same as scheduling each group by itself.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <tuple>

#include "models/dram/lockstep.hpp"
#include "models/dram/trace_player.hpp"
#include "sim/hw/dram_preset.hpp"
#include "tests/support/dram_checker.hpp"
#include "tests/support/dram_checks.hpp"
#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using tests::DramChecker;
using tests::DramDriver;
using tests::example_dram;
using tests::expect_rules_kept_and_all_served;
using tests::ns;

DramSpec grouped(int groups) {
  DramSpec spec = example_dram();
  spec.bank_groups = groups;
  spec.banks_per_group = 8 / groups;
  spec.mapping = "row-bank-column-bankgroup-column:1";
  spec.timing.tCCD_L = 6;
  return spec;
}

using Commands = std::vector<std::tuple<Cycle, CommandKind, int>>;  // clock, kind, bank

Commands sorted(const std::vector<Command>& log) {
  Commands commands;
  for (const Command& c : log) commands.emplace_back(c.clock, c.kind, c.bank);
  std::sort(commands.begin(), commands.end());
  return commands;
}

TEST(DramLockstep, ABurstOpensAndReadsTheRowsOfAllGroups) {
  DramDriver d(grouped(4));
  std::vector<Command> log;
  d.memory.record(&log);
  d.push(0, 128, false, 0);
  d.finish();
  // Banks 0, 2, 4, 6 are the first ones of the groups. Activations 8 clocks apart: tRRD_S 5, rounded up to twice
  // tCCD_S. Groups 0 and 1 alternate, then 2 and 3. The last row opens at 26 + 12 = 38 for group 3, whose first column
  // is the sixth: the first of all may go 5 x 4 clocks before that, at 18, where the third activation has the command
  // bus.
  constexpr CommandKind act = CommandKind::activate, rd = CommandKind::read;
  EXPECT_EQ(sorted(log), (Commands{{2, act, 0},
                                   {10, act, 2},
                                   {18, act, 4},
                                   {19, rd, 0},
                                   {23, rd, 2},
                                   {26, act, 6},
                                   {27, rd, 0},
                                   {31, rd, 2},
                                   {35, rd, 4},
                                   {39, rd, 6},
                                   {43, rd, 4},
                                   {47, rd, 6}}));
  EXPECT_EQ(d.services[0].data_start, 29 * ns);
  EXPECT_EQ(d.services[0].data_end, 61 * ns);
  EXPECT_EQ(d.memory.counters().bursts, 8);
  EXPECT_EQ(d.memory.counters().row_misses, 4);
}

TEST(DramLockstep, AStreamKeepsTheDataBusBusyAcrossRows) {
  DramDriver d(grouped(2));
  for (std::uint64_t address = 0; address < 65536; address += 512) d.push(address, 512, false, d.now);
  d.finish();
  // First data at 2 + 12 + 4 + 10 = 28 (group 1's row opens 8 clocks after group 0's, its column follows 4 after), from
  // there on 4 clocks for each 16 bytes.
  EXPECT_EQ(d.services[0].data_start, 28 * ns);
  EXPECT_EQ(d.services.back().data_end, (28 + 65536 / 16 * 4) * ns);
}

TEST(DramLockstep, ABurstInOneGroupEndsItAndIdleTimeBringsItBack) {
  DramSpec spec = grouped(4);
  DramDriver d(spec);
  std::vector<Command> log;
  d.memory.record(&log);
  d.push(0, 128, false, 0);
  d.push(1024, 16, false, 30 * ns);  // of the same rows: behind the burst before, without a row command
  d.push(256, 128, false, 500 * ns);
  d.finish();
  EXPECT_EQ(DramChecker(spec).check(log), "");
  EXPECT_EQ(d.services[1].data_start, 61 * ns);  // tCCD_S after the other's last
  EXPECT_EQ(d.services[2].data_start, 512 * ns);
  EXPECT_EQ(d.services[2].data_end, 544 * ns);  // 8 device bursts without a gap
  EXPECT_EQ(d.memory.counters().row_misses, 4);
  EXPECT_EQ(d.memory.counters().row_hits, 13);
}

// --- no rule is broken --------------------------------------------------------------------------------------------

DramSpec draw_spec(std::mt19937_64& random) {
  DramSpec spec = hw::dram_preset(random() % 2 == 0 ? "lpddr5-6400-x16" : "ddr4-2400-x16", std::int64_t{1} << 30);
  if (random() % 4 == 0) {  // as DDR5: more groups, longer bursts, slower turns
    spec.bank_groups = 8;
    spec.burst_length = 16;
    spec.beats_per_clock = 2;
    spec.mapping = "row-bank-column-bankgroup-column:2";
    spec.timing.tCCD_S = 8;
    spec.timing.tCCD_L = 12;
    spec.read_queue = spec.write_queue = 128;
  }
  spec.conflict_rule = random() % 2 == 0 ? ConflictRule::hits_first : ConflictRule::oldest_first;
  spec.row_hit_cap = static_cast<int>(random() % 3) * 8;
  spec.strict_row_hit_cap = random() % 2 == 0;
  spec.max_run = static_cast<int>(1 + random() % 64);
  spec.postponed_refreshes = static_cast<int>(random() % 3) * 4;
  spec.segments = random() % 4 != 0;
  spec.timing.tRRD_S += static_cast<int>(random() % 4);
  spec.timing.tRRD_L = spec.timing.tRRD_S + static_cast<int>(random() % 4);
  spec.timing.tPPD = static_cast<int>(random() % 6);
  spec.timing.tRTP += static_cast<int>(random() % 5);
  if (spec.timing.tCCD_S > 2) spec.command_clocks = static_cast<int>(1 + random() % 2);
  return spec;
}

/// Spells of bursts over all groups and of any others.
void drive(DramDriver& d, std::mt19937_64& random, int bursts) {
  constexpr std::uint64_t reach = 2048;  // no less than all groups take in any mapping above
  const std::uint64_t size = static_cast<std::uint64_t>(d.memory.spec().size_bytes);
  std::uint64_t stream = 0;
  common::Tick arrival = 0;
  bool aligned = true;
  for (int i = 0; i < bursts; ++i) {
    if (random() % 32 == 0) aligned = !aligned;
    if (random() % 16 == 0) arrival += static_cast<common::Tick>(random() % 2'000'000);
    const std::uint64_t unit = aligned ? reach : 16;
    const std::uint64_t place = random() % 3 == 0 ? random() % (size - 8 * reach) : stream;
    const std::uint32_t bytes = static_cast<std::uint32_t>(unit << random() % (aligned ? 2 : 6));
    stream = place / unit * unit + bytes;
    d.push(place / unit * unit, bytes, random() % 3 == 0, arrival, static_cast<std::uint8_t>(random() % 8 == 0));
  }
  d.finish();
}

class Lockstep : public ::testing::TestWithParam<int> {};

TEST_P(Lockstep, NoJedecRuleIsBrokenAndEveryBurstIsServedOnce) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
  const DramSpec spec = draw_spec(random);
  SCOPED_TRACE(spec.preset + " seed " + std::to_string(GetParam()));
  ASSERT_TRUE(can_lockstep(spec, AddressMap(spec)));
  expect_rules_kept_and_all_served(spec, [&](DramDriver& d) { drive(d, random, 1000); });
}

INSTANTIATE_TEST_SUITE_P(Seeds, Lockstep, ::testing::Range(1, 61));

// --- as each group by itself --------------------------------------------------------------------------------------

enum class Pattern { stream, random, dependent };

PlayerResult play(DramSpec spec, Pattern pattern, std::uint32_t bytes, bool lockstep) {
  std::mt19937_64 random(7);
  std::vector<TraceRequest> requests(4000);
  const std::uint64_t places = static_cast<std::uint64_t>(spec.size_bytes) / bytes;
  std::uint64_t next = 0;
  for (TraceRequest& request : requests) {
    request.bytes = bytes;
    request.address = (pattern == Pattern::stream ? next++ : random() % places) * bytes;
  }
  PlayerSpec player;
  player.window = pattern == Pattern::dependent ? 1 : 32;
  spec.lockstep = lockstep;
  DramTiming memory(spec);
  return dram::play(requests, player, memory, spec.size_bytes);
}

TEST(DramLockstep, ComesToNearlyTheSameAsEachGroupByItself) {
  for (const char* preset : {"ddr4-2400-x16", "lpddr5-6400-x16"}) {
    const DramSpec spec = hw::dram_preset(preset, std::int64_t{1} << 30);
    for (const std::uint32_t bytes : {256u, 1024u, 4096u}) {
      SCOPED_TRACE(preset + std::string(" ") + std::to_string(bytes));
      const auto ratio = [&](Pattern pattern) {
        return play(spec, pattern, bytes, true).percent_of_peak / play(spec, pattern, bytes, false).percent_of_peak;
      };
      EXPECT_NEAR(ratio(Pattern::stream), 1, 0.005);
      EXPECT_NEAR(ratio(Pattern::dependent), 1, 0.04);
      // Each group by itself, groups 2 and 3 wait until 0 and 1 are done with the burst, and these open their next rows
      // meanwhile; by address, as here, all are busy to the end.
      EXPECT_NEAR(ratio(Pattern::random), 1, 0.09);
    }
  }
}

}  // namespace
}  // namespace presil::dram
