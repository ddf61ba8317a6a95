// Address traces: their text, and their closed-loop replay.
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>

#include "models/dram/trace_file.hpp"
#include "models/dram/trace_player.hpp"
#include "tests/support/dram_example.hpp"
#include "tests/support/error_of.hpp"

namespace presil::dram {
namespace {

using common::Cause;
using tests::example_dram;
using tests::example_row;
using tests::ns;

std::string error_of(const std::string& text) {
  return error_or_none([&] { parse_trace(text, "t.trace"); });
}

TEST(TraceFile, ReadsWindowAndRequests) {
  const Trace trace =
      parse_trace("# window=12 ; addr_hex size R/W master\n39e5000 64 R 0\n\n0x10 48 W 3\nff 1 R\n", "t");
  EXPECT_EQ(trace.window, 12);
  ASSERT_EQ(trace.requests.size(), 3u);
  EXPECT_EQ(trace.requests[0].address, 0x39e5000u);
  EXPECT_EQ(trace.requests[1].address, 16u);
  EXPECT_EQ(trace.requests[1].bytes, 48u);
  EXPECT_TRUE(trace.requests[1].write);
  EXPECT_EQ(trace.requests[1].master, 3);
  EXPECT_EQ(trace.requests[2].address, 255u);
}

TEST(TraceFile, NamesTheLineThatDoesNotParse) {
  EXPECT_NE(error_of("0 64 R 0\nxyz 64 R 0\n").find("t.trace:2: address is not hexadecimal"), std::string::npos);
  EXPECT_NE(error_of("# window=4\n0 -1 R 0").find("t.trace:2: size"), std::string::npos);
  EXPECT_NE(error_of("0 0 R 0").find("size is not a positive number"), std::string::npos);
  EXPECT_NE(error_of("0 64 r 0").find("neither R nor W"), std::string::npos);
  EXPECT_NE(error_of("0 64 R 256").find("master"), std::string::npos);
  EXPECT_NE(error_of("0 64 R 0 0").find("more than four words"), std::string::npos);
  EXPECT_NE(error_of("0").find("size"), std::string::npos);
  EXPECT_EQ(error_of("0 64 R 255\r\n"), "");
  for (const char* window : {"0", "", "-3", "99999999999"}) {
    EXPECT_NE(error_of("# window=" + std::string(window) + "\n0 64 R 0\n").find("t.trace:1: window"),
              std::string::npos);
  }
}

TEST(TraceFile, MissingFileIsAnError) {
  EXPECT_THROW(read_trace("/nonexistent/x.trace"), common::Error);
}

TEST(TraceFile, ReadsPlainFiles) {
  const std::string path = ::testing::TempDir() + "dram_plain.trace";
  std::ofstream(path) << "# window=2\n40 64 W 1\n";
  const Trace trace = read_trace(path);
  EXPECT_EQ(trace.window, 2);
  EXPECT_EQ(trace.requests.size(), 1u);
  std::remove(path.c_str());
}

std::vector<TraceRequest> reads(std::initializer_list<std::uint64_t> addresses) {
  std::vector<TraceRequest> requests;
  for (const std::uint64_t address : addresses) requests.push_back({address, 16, false, 0});
  return requests;
}

TEST(TracePlayer, WindowOfOneIssuesTheNextReadWithTheLastByteOfTheOneBefore) {
  DramTiming memory(example_dram());
  PlayerSpec player;
  player.window = 1;
  const PlayerResult result = play(reads({0, 16, 32}), player, memory, 1 << 20);
  // 28 for the first (2 + tRCD 12 + tRL 10 + 4), 16 for each hit (2 + 10 + 4)
  EXPECT_EQ(result.elapsed, (28 + 16 + 16) * ns);
  EXPECT_EQ(result.mean_read_latency, 20 * ns);
  EXPECT_EQ(result.p99_read_latency, 28 * ns);
  EXPECT_EQ(result.bytes, 48);
  EXPECT_DOUBLE_EQ(result.bandwidth, 48 / 60e-9);
  EXPECT_DOUBLE_EQ(result.percent_of_peak, 100 * (48 / 60e-9) / 4e9);
}

TEST(TracePlayer, WindowOfTwoOverlapsTwoReads) {
  DramTiming memory(example_dram());
  PlayerSpec player;
  player.window = 2;
  // both enter at 0: data 24..28 and 28..32; the third enters at 28: RD 30, data 40..44
  EXPECT_EQ(play(reads({0, 16, 32}), player, memory, 1 << 20).elapsed, 44 * ns);
}

TEST(TracePlayer, CausesAddUpToTheElapsedTime) {
  DramTiming memory(example_dram());
  PlayerSpec player;
  player.window = 1;
  const PlayerResult result = play(reads({0, 16, example_row}), player, memory, 1 << 20);
  EXPECT_EQ(result.causes.total(), result.elapsed);
  EXPECT_EQ(result.causes[Cause::transfer], 3 * 4 * ns);
  // tRCD of the first; the third: PRE at 46 (the front end of 44), ACT 57, RD 69: 23 of row
  EXPECT_EQ(result.causes[Cause::row], (12 + 23) * ns);
  EXPECT_EQ(result.causes[Cause::latency], 3 * 12 * ns);
}

TEST(TracePlayer, PostedWritesDoNotFillTheWindow) {
  std::vector<TraceRequest> requests;
  for (int i = 0; i < 8; ++i) requests.push_back({static_cast<std::uint64_t>(i) * 16, 16, true, 0});
  DramSpec spec = example_dram();
  PlayerSpec player;
  player.window = 1;
  DramTiming posted(spec);
  // all enter at 0: WR 14 and on every 4 clocks, data 22 ... 54
  EXPECT_EQ(play(requests, player, posted, 1 << 20).elapsed, 54 * ns);
  spec.posted_writes = false;
  DramTiming answered(spec);
  // one by one: 26 for the first, then front end 2 + tWL 8 + 4, but tCCD is long past
  EXPECT_EQ(play(requests, player, answered, 1 << 20).elapsed, (26 + 7 * 14) * ns);
}

TEST(TracePlayer, AddressOutsideTheMemoryIsAnError) {
  DramTiming memory(example_dram());
  EXPECT_NO_THROW(play(reads({(1 << 20) - 16}), {}, memory, 1 << 20));
  memory.reset();
  EXPECT_THROW(play(reads({0, (1 << 20) - 15}), {}, memory, 1 << 20), common::Error);
  EXPECT_THROW(play(reads({~std::uint64_t{0}}), {}, memory, 1 << 20), common::Error);  // its end is a small address
}

TEST(TracePlayer, EmptyTraceTakesNoTime) {
  DramTiming memory(example_dram());
  const PlayerResult result = play({}, {}, memory, 1 << 20);
  EXPECT_EQ(result.elapsed, 0);
  EXPECT_EQ(result.bandwidth, 0);
}

}  // namespace
}  // namespace presil::dram
