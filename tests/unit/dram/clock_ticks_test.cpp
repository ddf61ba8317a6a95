// Command clocks and picoseconds: the same edges as those of common::Clock, whatever the frequency.
#include "models/dram/clock_ticks.hpp"

#include <gtest/gtest.h>

#include <random>

namespace presil::dram {
namespace {

TEST(ClockTicks, AnEdgeLiesAtTheNextWholePicosecond) {
  const ClockTicks ticks(1'200'000'000);  // 833.33 ps
  EXPECT_EQ(ticks.tick(1), 834);
  EXPECT_EQ(ticks.tick(2), 1667);
  EXPECT_EQ(ticks.tick(3), 2500);
  EXPECT_EQ(ticks.cycle(0), 0);
  EXPECT_EQ(ticks.cycle(1667), 2);
  EXPECT_EQ(ticks.cycle(1668), 3);
}

TEST(ClockTicks, EveryFrequencyGivesTheEdgesOfTheClock) {
  std::mt19937_64 random(11);
  for (const std::int64_t hz : {1'000'000'000LL, 1'200'000'000LL, 2'133'333'333LL, 1'066'666'667LL, 999'999'937LL}) {
    const ClockTicks ticks(hz);
    const common::Clock clock(hz);
    for (int i = 0; i < 20'000; ++i) {
      const auto cycle = static_cast<Cycle>(random() >> (12 + random() % 50));  // up to 2^52
      ASSERT_EQ(ticks.tick(cycle), clock.duration(cycle)) << hz << " Hz, cycle " << cycle;
      const common::Tick edge = clock.duration(cycle);
      for (const common::Tick time : {edge - 1, edge, edge + 1})
        ASSERT_EQ(ticks.cycle(time), clock.cycle_at_or_after(time)) << hz << " Hz, at " << time;
    }
  }
}

}  // namespace
}  // namespace presil::dram
