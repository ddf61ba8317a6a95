// Serial memories: the lone burst of public data sheets, continued bursts, pages and chip-select limits.
#include "models/flash/flash_timing.hpp"

#include <gtest/gtest.h>

#include <filesystem>

#include "models/common/error.hpp"
#include "tests/support/dram_reference.hpp"

namespace presil::flash {
namespace {

using common::Cause;

/// 200 MHz (5 ns), 8 lanes, both edges: 2 bytes a clock. Overhead 2 + 1 + 2 + 20 = 25 clocks = 125 ns.
FlashSpec octal() {
  FlashSpec spec;
  spec.size_bytes = 64 << 20;
  spec.hz = 200'000'000;
  spec.lanes = 8;
  spec.ddr = true;
  spec.command_clocks = 1;
  spec.address_clocks = 2;
  spec.dummy_clocks = 20;
  spec.cs_high_clocks = 2;
  return spec;
}

Service push(FlashTiming& flash, std::uint64_t address, std::uint32_t bytes, Tick arrival, bool write = false) {
  Burst burst;
  burst.address = address;
  burst.bytes = bytes;
  burst.arrival = arrival;
  burst.write = write;
  return flash.push(burst);
}

TEST(FlashTiming, LoneBurstsTakeTheClocksOfThePublicDataSheets) {
  // Columns: clock in MHz, command, address, latency (dummy) and chip-select-high clocks, lanes, both edges, and the
  // nanoseconds of a lone burst of 32 and 64 bytes (64 and 128 for the quad NOR parts) and of a long one.
  struct Row {
    const char* part;
    int mhz, command, address, dummy, cs_high, lanes;
    bool ddr;
    int bytes[3];
    int ns[3];
  };
  const Row rows[] = {
      // Octal NOR, 8D-8D-8D (MX66UW1G45G class): 20, 16 or 10 dummy clocks by frequency.
      {"octal NOR 200 MHz", 200, 1, 2, 20, 2, 8, true, {32, 256, 2048}, {205, 765, 5245}},
      {"octal NOR 166 MHz", 166, 1, 2, 16, 2, 8, true, {32, 256, 2048}, {223, 898, 6295}},
      {"octal NOR 100 MHz", 100, 1, 2, 10, 2, 8, true, {32, 256, 2048}, {310, 1430, 10390}},
      // x16 and x8 PSRAM (APS256XXN class): variable latency 7, or twice that when a refresh is due.
      {"PSRAM x16 latency 7", 200, 1, 2, 7, 5, 16, true, {32, 256, 2048}, {115, 395, 2635}},
      {"PSRAM x16 latency 14", 200, 1, 2, 14, 5, 16, true, {32, 256, 2048}, {150, 430, 2670}},
      {"PSRAM x8 latency 7", 200, 1, 2, 7, 5, 8, true, {32, 256, 2048}, {155, 715, 5195}},
      // HyperRAM: 6 bytes of command and address on 3 clocks.
      {"HyperRAM x8 1x", 200, 3, 0, 7, 2, 8, true, {32, 256, 2048}, {140, 700, 5180}},
      {"HyperRAM x8 2x", 200, 3, 0, 14, 2, 8, true, {32, 256, 2048}, {175, 735, 5215}},
      {"HyperRAM x16 1x", 200, 3, 0, 7, 2, 16, true, {32, 256, 2048}, {100, 380, 2620}},
      // Quad NOR, 1-4-4: command on one line, address and mode on four, single edge: half a byte a clock.
      {"quad NOR 133 MHz", 133, 8, 8, 6, 2, 4, false, {32, 256, 2048}, {662, 4030, 30977}},
      {"quad NOR 104 MHz", 104, 8, 8, 4, 2, 4, false, {32, 256, 2048}, {827, 5135, 39596}},
      {"quad NOR 133 MHz continuous", 133, 0, 8, 6, 2, 4, false, {32, 256, 2048}, {602, 3970, 30917}},
  };
  for (const Row& row : rows) {
    FlashSpec spec;
    spec.hz = row.mhz * 1'000'000ll;
    spec.command_clocks = row.command;
    spec.address_clocks = row.address;
    spec.dummy_clocks = row.dummy;
    spec.cs_high_clocks = row.cs_high;
    spec.lanes = row.lanes;
    spec.ddr = row.ddr;
    for (int i = 0; i < 3; ++i) {
      FlashTiming flash(spec);
      const Service service = push(flash, 0, static_cast<std::uint32_t>(row.bytes[i]), 0);
      EXPECT_NEAR(static_cast<double>(service.done), row.ns[i] * 1000.0, row.ns[i] * 1000.0 * 0.02)
          << row.part << ", " << row.bytes[i] << " bytes";
    }
  }
}

TEST(FlashTiming, EveryRowOfTheFormulaTableIsMetWithinTwoPercent) {
  const std::string file = std::string(PRESIL_SOURCE_DIR) + "/../shared/reference/dram/serial.csv";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "NO FORMULA TABLE " << file;
  int compared = 0;
  for (const tests::Row& row : tests::read_csv(file)) {
    const auto number = [&](const std::string& key) { return std::stod(row.at(key)); };
    const double bytes_per_clock = number("bytes_per_clk");
    FlashSpec spec;
    spec.hz = static_cast<std::int64_t>(number("clk_MHz") * 1e6);
    spec.command_clocks = static_cast<std::int64_t>(number("command_clk"));
    spec.address_clocks = static_cast<std::int64_t>(number("address_clk"));
    spec.dummy_clocks = static_cast<std::int64_t>(number("latency_clk"));
    spec.cs_high_clocks = static_cast<std::int64_t>(number("cs_high_clk"));
    spec.ddr = bytes_per_clock >= 1;
    spec.lanes = static_cast<int>(bytes_per_clock * 8 / (spec.ddr ? 2 : 1));
    for (const int bytes : {32, 64, 256, 1024, 2048}) {
      FlashTiming flash(spec);
      const Service service = push(flash, 0, static_cast<std::uint32_t>(bytes), 0);
      const double bandwidth = bytes * 1e6 / static_cast<double>(service.done);  // MB/s
      const double expected = number(std::to_string(bytes) + "B_MBps");
      EXPECT_NEAR(bandwidth / expected, 1, 0.02) << row.at("memory") << ", " << bytes << " B";
      ++compared;
    }
  }
  EXPECT_EQ(compared, 12 * 5);
}

TEST(FlashTiming, OverheadIsBookedAsRowAndDataFollow) {
  FlashTiming flash(octal());
  const Service service = push(flash, 0x1000, 32, 0);
  EXPECT_EQ(service.data_start, 125'000);         // 25 clocks of 5 ns
  EXPECT_EQ(service.data_end, 125'000 + 80'000);  // 32 bytes, 2 a clock
  EXPECT_EQ(service.done, service.data_end);
  ASSERT_EQ(service.wait.count, 1);
  EXPECT_EQ(service.wait.segments[0].cause, Cause::row);
  EXPECT_EQ(service.wait.segments[0].until, 125'000);
}

TEST(FlashTiming, ABurstThatContinuesTheLastPaysDataClocksOnly) {
  FlashTiming flash(octal());
  push(flash, 0x1000, 32, 0);  // until 205 ns
  const Service next = push(flash, 0x1020, 32, 125'000);
  EXPECT_EQ(next.data_start, 205'000);  // waits for the first one's data
  EXPECT_EQ(next.done, 205'000 + 80'000);
  const Service later = push(flash, 0x1040, 32, 1'000'000);  // chip select has been kept low
  EXPECT_EQ(later.done, 1'000'000 + 80'000);
  const Service elsewhere = push(flash, 0x1061, 32, 2'000'000);  // one byte further than it would continue
  EXPECT_EQ(elsewhere.done, 2'000'000 + 205'000);
}

TEST(FlashTiming, WithoutSequentialHoldEveryBurstPaysTheOverhead) {
  FlashSpec spec = octal();
  spec.sequential_hold = false;
  FlashTiming flash(spec);
  push(flash, 0, 32, 0);
  EXPECT_EQ(push(flash, 32, 32, 300'000).done, 300'000 + 205'000);
}

TEST(FlashTiming, ABurstOverAPageBoundaryPaysTheOverheadAgainAsRefresh) {
  FlashSpec spec = octal();
  spec.page_bytes = 1024;
  FlashTiming flash(spec);
  const Service inside = push(flash, 1024 - 32, 32, 0);  // ends on the boundary: not crossed
  EXPECT_EQ(inside.done, 205'000);
  const Service continued = push(flash, 1024, 32, 205'000);  // would continue, but over the boundary
  EXPECT_EQ(continued.done, 205'000 + 205'000);
  ASSERT_EQ(continued.wait.count, 1);
  EXPECT_EQ(continued.wait.segments[0].cause, Cause::refresh);
  const Service across = push(flash, 3 * 1024 - 16, 32, 1'000'000);  // 16 bytes on either side
  EXPECT_EQ(across.done, 1'000'000 + 125'000 + 125'000 + 80'000);
  ASSERT_EQ(across.wait.count, 2);
  EXPECT_EQ(across.wait.segments[0].cause, Cause::row);
  EXPECT_EQ(across.wait.segments[1].cause, Cause::refresh);
  EXPECT_EQ(across.wait.segments[1].until, 1'250'000);
}

TEST(FlashTiming, ChipSelectIsNotHeldLowForLongerThanItsLimit) {
  // Low for at most 4 us = 800 clocks, of which command, address and dummy take 23: 777 clocks of data, 1554 bytes.
  FlashSpec spec = octal();
  spec.cs_low_limit_ps = 4'000'000;
  {
    FlashTiming flash(spec);
    EXPECT_EQ(push(flash, 0, 1554, 0).done, (25 + 777) * 5000);
  }
  {
    FlashTiming flash(spec);
    EXPECT_EQ(push(flash, 0, 1556, 0).done, (25 + 777 + 25 + 1) * 5000);  // one clock too many: once more
  }
  FlashTiming flash(spec);
  push(flash, 0, 1024, 0);  // 512 clocks of data until clock 537; low since clock 2
  // 265 clocks are left until clock 802; the other 247 of the next 512 need a new access.
  const Service next = push(flash, 1024, 1024, 600'000);
  EXPECT_EQ(next.done, (537 + 512 + 25) * 5000);
  EXPECT_EQ(next.data_start, (537 + 25) * 5000);
  // Held low without moving data counts too: after 10 us the burst that would continue begins anew.
  const Service late = push(flash, 2048, 32, 20'000'000);
  EXPECT_EQ(late.done, 20'000'000 + 205'000);
}

/// PSRAM at 200 MHz: a refresh every 4 us that takes 50 ns; an access that meets it waits 7 clocks (35 ns) more.
FlashSpec refreshed() {
  FlashSpec spec = octal();
  spec.writable = true;
  spec.refresh_interval_ps = 4'000'000;
  spec.refresh_ps = 50'000;
  spec.collision_clocks = 7;
  return spec;
}

TEST(FlashTiming, AnAccessThatMeetsARefreshWaitsLongerAndItIsBookedAsRefresh) {
  FlashTiming psram(refreshed());
  EXPECT_EQ(push(psram, 0, 32, 0).done, 205'000) << "nothing due yet";
  const Service met = push(psram, 4096, 32, 4'040'000);
  EXPECT_EQ(met.done - 4'040'000, 205'000 + 35'000) << "the refresh lasts from 4.00 to 4.05 us";
  EXPECT_EQ(met.wait.segments[met.wait.count - 1].cause, Cause::refresh);
  EXPECT_EQ(psram.counters().refreshes, 1);
  EXPECT_EQ(push(psram, 8192, 32, 4'400'000).done - 4'400'000, 205'000) << "one collision a refresh";
  EXPECT_EQ(push(psram, 8192, 32, 8'050'000).done - 8'050'000, 205'000) << "the next one is over";
}

TEST(FlashTiming, ARefreshWaitsForTheAccessUnderWayAndMeetsTheOneBehindIt) {
  FlashTiming psram(refreshed());
  push(psram, 0, 1024, 3'000'000);  // 125 + 2560 ns: until 5.685 us
  const Service behind = push(psram, 4096, 32, 5'000'000);
  EXPECT_EQ(behind.done, 5'685'000 + 205'000 + 35'000);
}

TEST(FlashTiming, TheControllerTakesSoManyBurstsAheadOfTheirData) {
  FlashSpec spec = octal();
  spec.max_backlog = 2;
  FlashTiming flash(spec);
  push(flash, 0, 32, 0);  // data from 125 ns
  EXPECT_EQ(flash.accepts_from(0, false), 0);
  push(flash, 32, 32, 0);                            // data from 205 ns
  EXPECT_EQ(flash.accepts_from(0, false), 125'000);  // until the first one's data move
  EXPECT_EQ(flash.accepts_from(130'000, false), 130'000);
  push(flash, 64, 32, 125'000);
  EXPECT_EQ(flash.accepts_from(130'000, false), 205'000);
}

TEST(FlashTiming, ANorFlashRefusesWritesAndAPsramTakesThem) {
  FlashTiming nor(octal());
  EXPECT_THROW(push(nor, 0, 32, 0, true), common::Error);
  FlashSpec spec = octal();
  spec.writable = true;
  FlashTiming psram(spec);
  EXPECT_EQ(push(psram, 0, 32, 0, true).done, 205'000);
  EXPECT_EQ(push(psram, 32, 32, 205'000, false).done, 410'000);  // from write to read: a new access
  EXPECT_EQ(psram.counters().write_bytes, 32);
  EXPECT_EQ(psram.counters().read_bytes, 32);
}

TEST(FlashTiming, ALimitThatLeavesNoTimeForDataIsAnError) {
  FlashSpec spec = octal();
  spec.cs_low_limit_ps = 23 * 5000;
  EXPECT_THROW(FlashTiming{spec}, common::Error);
  spec.cs_low_limit_ps = 24 * 5000;
  EXPECT_NO_THROW(FlashTiming{spec});
}

TEST(FlashTiming, ResetMakesItNew) {
  FlashTiming flash(octal());
  push(flash, 0, 32, 0);
  flash.reset();
  EXPECT_EQ(flash.accepts_from(0, false), 0);
  EXPECT_EQ(push(flash, 32, 32, 0).done, 205'000);
  EXPECT_EQ(flash.counters().bursts, 1);
}

}  // namespace
}  // namespace presil::flash
