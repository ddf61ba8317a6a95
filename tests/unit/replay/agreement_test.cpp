// Random schedules: the SystemC replay and the plain event loop agree to the bit, and every sum is exact.
#include <gtest/gtest.h>

#include "sim/replay/replay.hpp"
#include "tests/support/random_schedule.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/tiny_hardware.hpp"

namespace presil::replay {
namespace {

struct Chip {
  const char* name;
  hw::Hardware hardware;
};

std::vector<Chip> chips() {
  std::vector<Chip> all;
  hw::Hardware h = test::tiny_hardware();
  all.push_back({"one SRAM", h});
  test::add_tcm(h);
  all.push_back({"two SRAMs", h});
  test::add_second_npu(h);
  all.push_back({"two NPUs and two buses", h});
  hw::Hardware d = test::tiny_hardware();
  test::add_dram(d);
  all.push_back({"SRAM and DRAM", d});
  test::add_flash(d);
  test::add_second_npu(d);
  all.push_back({"everything", d});
  fabric::TrafficSpec camera;
  camera.name = "camera", camera.bus = "main", camera.memory = "dram", camera.bytes_per_second = 300e6;
  camera.region_bytes = 1 << 16;
  hw::Hardware cached = d;
  test::add_caches(cached);
  all.push_back({"caches before DRAM and flash", cached});
  cached.traffic = {camera};
  test::add_bridge(cached);
  all.push_back({"caches, a bridge and a camera", cached});
  hw::Hardware bridged = d;
  test::add_bridge(bridged);
  bridged.buses[0].arbitration = fabric::Arbitration::fixed_priority;
  bridged.buses[0].shares = {{"npu", 1, 1, 0}, {"cpu", 0, 1, 300'000}};
  all.push_back({"a bridge and a bound", bridged});
  d.traffic = {camera};
  all.push_back({"everything and a camera", d});
  return all;
}

constexpr int schedules_per_chip = 400;

TEST(Agreement, both_engines_find_the_same_to_the_bit_and_all_sums_are_exact) {
  Options options;
  options.timeline = true;
  std::uint64_t seed = 0;
  for (const Chip& chip : chips())
    for (int i = 0; i < schedules_per_chip; ++i) {
      ++seed;
      SCOPED_TRACE(std::string(chip.name) + ", seed " + std::to_string(seed));
      const traces::Schedule s = test::random_schedule(chip.hardware, seed, 5 + static_cast<int>(seed % 60));
      const Result systemc = replay(s, chip.hardware, options);
      const Result plain = replay_plain(s, chip.hardware, options);
      test::expect_same(systemc, plain);
      test::expect_consistent(systemc);
      if (::testing::Test::HasFailure()) return;  // the first one says enough
    }
}

TEST(Agreement, a_second_run_in_the_same_process_finds_the_same) {
  Options options;
  options.timeline = true;
  const hw::Hardware h = chips().back().hardware;
  const traces::Schedule s = test::random_schedule(h, 7, 300);
  test::expect_same(replay(s, h, options), replay(s, h, options));
}

TEST(Agreement, a_job_starts_when_the_last_it_waits_for_has_ended) {
  Options options;
  options.timeline = true;
  const hw::Hardware h = chips()[4].hardware;
  const traces::Schedule s = test::random_schedule(h, 11, 500);
  const Result r = replay(s, h, options);
  std::vector<Tick> queue_end(s.queues.size(), 0);
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const traces::Job& j = s.jobs[i];
    Tick latest = queue_end[j.queue];
    for (std::uint32_t e = 0; e < j.edge_count; ++e)
      latest = std::max(latest, r.timeline[s.edges[j.first_edge + e]].end);
    EXPECT_EQ(r.timeline[i].start, latest) << i;
    EXPECT_EQ(r.timeline[i].causes.total(), r.timeline[i].end - r.timeline[i].start) << i;
    queue_end[j.queue] = r.timeline[i].end;
  }
}

TEST(Agreement, tiling_is_priced_alike) {
  Options options;
  options.tiling_overhead = true;
  const hw::Hardware h = chips()[4].hardware;
  for (std::uint64_t seed = 1000; seed < 1040; ++seed) {
    SCOPED_TRACE(seed);
    const traces::Schedule s = test::random_schedule(h, seed, 60);
    const Result systemc = replay(s, h, options), plain = replay_plain(s, h, options);
    test::expect_same(systemc, plain);
    ASSERT_TRUE(systemc.tiling.overhead.has_value());
    EXPECT_EQ(*systemc.tiling.overhead,
              *systemc.tiling.bytes_part + *systemc.tiling.macs_part + *systemc.tiling.setup_part);
  }
}

}  // namespace
}  // namespace presil::replay
