#include "sim/study/figure.hpp"

#include <gtest/gtest.h>

#include "tests/unit/study/bench.hpp"

namespace presil::study {
namespace {

TEST(Figure, TimesCountInTheirUnits) {
  const Figure latency = figure_of("latency", "");
  EXPECT_DOUBLE_EQ(in_unit(latency, 2.5e9, "ms", 0), 2.5);
  EXPECT_DOUBLE_EQ(in_unit(latency, 2.5e9, "us", 0), 2500);
  EXPECT_DOUBLE_EQ(in_unit(latency, 2.5e9, "cycles", 400'000'000), 1e6);
  EXPECT_DOUBLE_EQ(in_unit(latency, 2.5e9, "fps", 0), 400);
  EXPECT_NE(complaint([&] { in_unit(latency, 1, "KiB", 0); }).find("known: ns, us, ms"), std::string::npos);
}

TEST(Figure, AValueOfHundredRepetitionsIsHundredTimesOne) {
  Figure latency = figure_of("latency", "");
  latency.times = 100;
  EXPECT_DOUBLE_EQ(in_unit(latency, 1e6, "cycles", 1'000'000'000), 100'000);
}

TEST(Figure, BytesCountInBeats) {
  Figure read = figure_of("read sram", "");
  read.beat = 8;
  EXPECT_DOUBLE_EQ(in_unit(read, 4096, "beats", 0), 512);
  EXPECT_DOUBLE_EQ(in_unit(read, 4096, "KiB", 0), 4);
  EXPECT_FALSE(is_time(read));
}

TEST(Figure, SeveralMemoriesAddUp) {
  replay::Result result;
  result.memories.resize(2);
  result.memories[0].name = "a", result.memories[0].peak_bytes = 100;
  result.memories[1].name = "b", result.memories[1].peak_bytes = 30;
  EXPECT_EQ(value_of(figure_of("peak a+b", ""), result, -1), 130);
  EXPECT_EQ(value_of(figure_of("peak b", ""), result, -1), 30);
  EXPECT_NE(
      complaint([&] { value_of(figure_of("peak zebra", ""), result, -1); }).find("no memory 'zebra'; known: a, b"),
      std::string::npos);
}

TEST(Figure, AFigureThatIsNoneIsAnswered) {
  EXPECT_NE(complaint([] { figure_of("latencies", "s.yaml:3"); }).find("s.yaml:3: 'latencies' is no figure"),
            std::string::npos);
  EXPECT_NE(complaint([] { figure_of("read", "s.yaml:3"); }).find("read MEMORY"), std::string::npos);
}

}  // namespace
}  // namespace presil::study
