// Clocks convert whole cycle counts, so that rounding never adds up.
#include <gtest/gtest.h>

#include "models/common/causes.hpp"
#include "models/common/op_class.hpp"
#include "models/common/time.hpp"

namespace presil::common {
namespace {

TEST(AClockOfAWholePeriod, CountsItsEdges) {
  const Clock clock(800'000'000);  // 1250 ps
  EXPECT_EQ(clock.duration(3), 3750);
  EXPECT_EQ(clock.cycle_at_or_after(3750), 3);
  EXPECT_EQ(clock.cycle_at_or_after(3751), 4);
  EXPECT_EQ(clock.edge_at_or_after(3751), 5000);
}

TEST(AClockOf1200MHz, DoesNotDrift) {
  const Clock clock(1'200'000'000);  // 833.33 ps
  EXPECT_EQ(clock.duration(1), 834);
  EXPECT_EQ(clock.duration(2), 1667);
  EXPECT_EQ(clock.duration(3), 2500);                          // exact again every third cycle
  EXPECT_EQ(clock.duration(1'200'000'000), ticks_per_second);  // a second is a second
}

TEST(AClockOf1200MHz, FindsEachOfItsEdgesAndTheOneAfter) {
  const Clock clock(1'200'000'000);
  for (std::int64_t n = 0; n < 1000; ++n) {
    EXPECT_EQ(clock.cycle_at_or_after(clock.duration(n)), n);
    EXPECT_EQ(clock.cycle_at_or_after(clock.duration(n) + 1), n + 1);
  }
}

TEST(EveryOperatorClass, HasANameThatLeadsBackToIt) {
  for (std::size_t i = 0; i < op_class_count; ++i)
    EXPECT_EQ(op_class_from_name(name(static_cast<OpClass>(i))), static_cast<OpClass>(i));
  EXPECT_FALSE(op_class_from_name("convolutoin").has_value());
}

TEST(CauseTimes, AddUp) {
  CauseTimes a, b;
  a[Cause::row] = 3;
  b[Cause::row] = 4;
  b[Cause::compute] = 5;
  a += b;
  EXPECT_EQ(a[Cause::row], 7);
  EXPECT_EQ(a.total(), 12);
}

}  // namespace
}  // namespace presil::common
