// Random traffic, seeded: an independent checker reads the commands, and nothing is lost, doubled or starved.
#include <gtest/gtest.h>

#include <algorithm>
#include <random>

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

enum class Style { shared, bank_queues, direct };

/// A preset with policies drawn by the seed.
DramSpec draw_spec(std::mt19937_64& random) {
  const std::vector<std::string> names = hw::dram_preset_names();
  DramSpec spec = hw::dram_preset(names[random() % names.size()], std::int64_t{1} << 30);
  const PagePolicy pages[] = {PagePolicy::open, PagePolicy::closed, PagePolicy::adaptive};
  spec.page_policy = pages[random() % 3];
  spec.conflict_rule = random() % 2 == 0 ? ConflictRule::hits_first : ConflictRule::oldest_first;
  spec.arbitration = random() % 2 == 0 ? BankArbitration::oldest : BankArbitration::round_robin;
  spec.row_hit_cap = static_cast<int>(random() % 3) * 8;
  spec.active_first = random() % 2 == 0;
  spec.hit_fixes_type = random() % 2 == 0;
  spec.precharge_all = random() % 2 == 0;
  spec.whole_bursts = random() % 2 == 0;
  spec.max_run = static_cast<int>(1 + random() % 64);
  spec.postponed_refreshes = static_cast<int>(random() % 3) * 4;
  if (spec.timing.tRFCpb > 0 && random() % 2 == 0) spec.refresh_mode = RefreshMode::per_bank;
  if (random() % 3 == 0) {
    spec.power_down_after = static_cast<int>(1 + random() % 200);
    spec.self_refresh_after = random() % 2 == 0 ? spec.power_down_after + static_cast<int>(random() % 1500) : 0;
  }
  switch (static_cast<Style>(random() % 3)) {
    case Style::shared:
      break;
    case Style::bank_queues:
      spec.bank_queue = 8;
      spec.write_drain = WriteDrain::batch;
      break;
    case Style::direct:
      spec.bank_queue = 8;
      spec.read_queue = spec.write_queue = 0;
      spec.write_drain = WriteDrain::none;
      break;
  }
  return spec;
}

/// Bursts of a few masters: streams and random, aligned and not, in bunches and alone.
void drive(DramDriver& d, std::mt19937_64& random, int bursts) {
  const std::uint64_t size = static_cast<std::uint64_t>(d.memory.spec().size_bytes);
  std::uint64_t stream[4] = {0, size / 4, size / 2, size / 4 * 3};
  common::Tick arrival = 0;
  const int local = 1 + static_cast<int>(random() % 3);
  for (int i = 0; i < bursts; ++i) {
    if (random() % 16 == 0) arrival += static_cast<common::Tick>(random() % 2'000'000);
    const auto master = static_cast<std::uint8_t>(random() % 4);
    std::uint32_t bytes = static_cast<std::uint32_t>(16) << random() % 7;
    if (random() % 8 == 0) bytes = static_cast<std::uint32_t>(1 + random() % 4096);
    std::uint64_t address = stream[master];
    stream[master] += bytes;
    if (random() % 4 < static_cast<unsigned>(local)) address = random() % (size - 4096);
    d.push(address, bytes, random() % 3 == 0, arrival, static_cast<std::uint8_t>(random() % 8 == 0 ? 1 : 0), master);
  }
  d.finish();
}

class DramProperties : public ::testing::TestWithParam<int> {};

TEST_P(DramProperties, NoJedecRuleIsBrokenAndEveryBurstIsServedOnce) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
  const DramSpec spec = draw_spec(random);
  SCOPED_TRACE(spec.preset + " seed " + std::to_string(GetParam()));
  expect_rules_kept_and_all_served(spec, [&](DramDriver& d) { drive(d, random, 1500); });
}

TEST_P(DramProperties, TheSameBurstsGiveTheSameTimes) {
  std::vector<common::Tick> ends[2];
  for (auto& end : ends) {
    std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()) + 1000);
    DramDriver d(draw_spec(random));
    drive(d, random, 300);
    for (const common::Service& service : d.services) end.push_back(service.data_end);
  }
  EXPECT_EQ(ends[0], ends[1]);
}

/// Everything that can be seen of a memory: answers with their waits, counters, commands.
struct Seen {
  std::vector<common::Tick> answers;
  std::vector<Cycle> commands;
  std::vector<std::int64_t> counters;
  bool operator==(const Seen& other) const {
    return answers == other.answers && commands == other.commands && counters == other.counters;
  }
};

Seen look(const DramDriver& d, std::vector<Command> log) {
  Seen seen;
  for (const common::Service& service : d.services) {
    seen.answers.insert(seen.answers.end(), {service.data_start, service.data_end, service.done});
    for (int i = 0; i < service.wait.count; ++i) {
      const auto& segment = service.wait.segments[static_cast<std::size_t>(i)];
      seen.answers.insert(seen.answers.end(), {static_cast<common::Tick>(segment.cause), segment.until});
    }
  }
  std::stable_sort(log.begin(), log.end(), [](const Command& a, const Command& b) { return a.clock < b.clock; });
  for (const Command& c : log) {
    seen.commands.insert(seen.commands.end(), {c.clock, static_cast<Cycle>(c.kind), c.channel, c.bank, c.row});
  }
  const common::MemoryCounters& n = d.memory.counters();
  seen.counters = {n.read_bytes, n.write_bytes,   n.bursts,    n.row_hits,
                   n.row_misses, n.row_conflicts, n.refreshes, n.turnarounds};
  return seen;
}

/// With segments and without, which must not show. `drive` gets a memory and random numbers, the same ones twice.
template <typename F>
void expect_segments_not_to_show(DramSpec spec, std::uint64_t seed, F&& drive) {
  Seen seen[2];
  for (const bool segments : {false, true}) {
    std::mt19937_64 random(seed);
    spec.segments = segments;
    DramDriver d(spec);
    std::vector<Command> log;
    d.memory.record(&log);
    drive(d, random);
    d.finish();
    seen[segments ? 1 : 0] = look(d, log);
  }
  EXPECT_TRUE(seen[0] == seen[1]);
  EXPECT_GT(seen[1].commands.size(), 800u);
}

TEST_P(DramProperties, SegmentsGiveTheSameAsOneDecisionAfterTheOther) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()) + 3000);
  DramSpec spec = draw_spec(random);
  if (GetParam() % 2 == 0) spec.page_policy = PagePolicy::open;  // only there do segments exist
  expect_segments_not_to_show(spec, random(), [&](DramDriver& d, std::mt19937_64& numbers) {
    drive(d, numbers, 800);
    for (int i = 0; i < 400; ++i) d.push(static_cast<std::uint64_t>(i) * 64, 64, GetParam() % 4 == 0, d.now);
  });
}

/// Low bits of the bank in the address: the pieces of one burst lie in several banks, and none is older than another.
TEST_P(DramProperties, SegmentsGiveTheSameWhereThePiecesOfABurstTie) {
  const char* presets[] = {"ddr3-1600-x16", "lpddr3-1600-x32", "lpddr4-3200-x16", "lpddr4x-4266-x16"};
  DramSpec spec = hw::dram_preset(presets[GetParam() % 4], std::int64_t{1} << 30);
  spec.page_policy = PagePolicy::open;
  spec.mapping = GetParam() % 3 == 0 ? "row-column-bank" : "row-column-bank-column:1";
  spec.max_run = 1 + GetParam() % 5;
  expect_segments_not_to_show(
      spec, static_cast<std::uint64_t>(GetParam()) + 4000, [&](DramDriver& d, std::mt19937_64& numbers) {
        std::uint64_t address = 0;
        for (int i = 0; i < 400; ++i) {
          const std::uint32_t bytes = static_cast<std::uint32_t>(32) << numbers() % 5;
          d.push(address, bytes, GetParam() % 2 == 0, numbers() % 8 == 0 ? d.now + 100 * tests::ns : d.now);
          address += bytes;
        }
      });
}

/// A DRAM that only its interface is known of: decisions come one by one.
class Veiled final : public common::MemoryTiming {
 public:
  explicit Veiled(const DramSpec& spec) : memory_(spec) {}
  bool queued() const override { return true; }
  bool posts_writes() const override { return memory_.posts_writes(); }
  common::Tick accepts_from(common::Tick now, bool write) const override { return memory_.accepts_from(now, write); }
  common::Service push(const common::Burst& burst) override { return memory_.push(burst); }
  common::Tick next_decision() const override { return memory_.next_decision(); }
  Decision decide() override { return memory_.decide(); }
  void reset() override { memory_.reset(); }
  const common::MemoryCounters& counters() const override { return memory_.counters(); }
  double peak_bytes_per_second() const override { return memory_.peak_bytes_per_second(); }
  common::Tick typical_latency() const override { return memory_.typical_latency(); }

 private:
  DramTiming memory_;
};

TEST_P(DramProperties, DecisionsTakenTogetherAreThoseOneAfterTheOther) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()) + 5000);
  const DramSpec spec = draw_spec(random);
  SCOPED_TRACE(spec.preset);
  PlayerSpec player;
  player.window = static_cast<int>(1 + random() % 64);
  player.write_release = random() % 2 == 0 ? WriteRelease::answered : WriteRelease::data_end;
  const std::uint32_t bytes = static_cast<std::uint32_t>(32) << random() % 6;
  std::vector<TraceRequest> requests(600);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    requests[i].bytes = bytes;
    requests[i].address = (random() % 3 == 0 ? random() % 4096 : i) * bytes;
    requests[i].write = random() % 4 == 0;
  }
  DramTiming plain(spec);
  Veiled veiled(spec);
  const PlayerResult together = play(requests, player, plain, spec.size_bytes);
  const PlayerResult one_by_one = play(requests, player, veiled, spec.size_bytes);
  EXPECT_EQ(together.elapsed, one_by_one.elapsed);
  EXPECT_EQ(together.mean_read_latency, one_by_one.mean_read_latency);
  EXPECT_EQ(together.p99_read_latency, one_by_one.p99_read_latency);
  EXPECT_EQ(together.counters.row_conflicts, one_by_one.counters.row_conflicts);
  EXPECT_EQ(together.counters.refreshes, one_by_one.counters.refreshes);
  EXPECT_EQ(together.counters.turnarounds, one_by_one.counters.turnarounds);
}

TEST_P(DramProperties, AskingForTheNextDecisionChangesNothing) {
  std::vector<common::Tick> ends[2];
  for (const bool asks : {false, true}) {
    std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()) + 2000);
    DramTiming memory(draw_spec(random));
    common::Tick now = 0;
    std::size_t served = 0, pushed = 0;
    while (served < 400) {
      for (int i = 0; i < 8 && pushed < 400; ++i) {
        const bool write = random() % 3 == 0;
        const std::uint64_t address = random() % (1 << 22);
        if (memory.accepts_from(now, write) != now) continue;
        common::Burst burst;
        burst.address = address;
        burst.bytes = 64;
        burst.write = write;
        burst.id = static_cast<std::uint32_t>(pushed++);
        burst.arrival = now;
        memory.push(burst);
        if (asks) {
          EXPECT_GE(memory.next_decision(), now);
        }
      }
      now = std::max(now, memory.next_decision());
      const auto decision = memory.decide();
      if (!decision.decided) continue;
      ++served;
      ends[asks ? 1 : 0].push_back(decision.service.data_end);
    }
  }
  EXPECT_EQ(ends[0], ends[1]);
}

TEST_P(DramProperties, WaitingIsBoundedWithTheDefaultPolicies) {
  std::mt19937_64 random(static_cast<std::uint64_t>(GetParam()));
  const std::vector<std::string> names = hw::dram_preset_names();
  const DramSpec spec =
      hw::dram_preset(names[static_cast<std::size_t>(GetParam()) % names.size()], std::int64_t{1} << 30);
  DramDriver d(spec);
  drive(d, random, 6000);
  // Ahead of a burst: the turns (32 writes, 256 reads), its queue, and for each of those a row at worst.
  const common::Tick row = d.memory.ticks().tick(spec.timing.tRAS + spec.timing.tRP);
  const common::Tick bound = 500 * row;
  for (std::size_t i = 0; i < d.services.size(); ++i) {
    ASSERT_LT(d.services[i].data_start - d.arrivals[i], bound) << spec.preset << " burst " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, DramProperties, ::testing::Range(1, 61));

// --- the checker itself can fail ------------------------------------------------------------------------------------

std::vector<Command> good_log() {  // ACT, two reads, PRE, ACT of another row, read
  return {{2, CommandKind::activate, 0, 0, 0},  {14, CommandKind::read, 0, 0, 0},
          {18, CommandKind::read, 0, 0, 0},     {32, CommandKind::precharge, 0, 0, 0},
          {43, CommandKind::activate, 0, 0, 1}, {55, CommandKind::read, 0, 0, 1}};
}

TEST(DramChecker, AcceptsALogThatKeepsEveryRuleToTheClock) {
  EXPECT_EQ(DramChecker(example_dram()).check(good_log()), "");
}

TEST(DramChecker, FindsEveryCommandMovedOneClockForward) {
  const char* rules[] = {"tRCD", "tCCD", "tRAS", "tRP", "tRCD"};
  for (std::size_t i = 1; i < 6; ++i) {
    std::vector<Command> log = good_log();
    for (std::size_t j = i; j < log.size(); ++j) --log[j].clock;
    EXPECT_NE(DramChecker(example_dram()).check(log).find(rules[i - 1]), std::string::npos) << "command " << i;
  }
}

}  // namespace
}  // namespace presil::dram
