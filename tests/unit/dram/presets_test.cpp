// Presets by name and what check() refuses.
#include <gtest/gtest.h>

#include <functional>

#include "models/common/error.hpp"
#include "models/dram/address_map.hpp"
#include "models/dram/dram_presets.hpp"
#include "models/dram/dram_timing.hpp"
#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using common::Error;
using tests::example_dram;

constexpr std::int64_t gib = std::int64_t{1} << 30;

std::string error_of(const std::function<void()>& f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

TEST(Presets, EveryNameGivesAMemoryOfTheAskedSize) {
  for (const std::string& name : preset_names()) {
    for (const std::int64_t size : {gib / 4, gib, 2 * gib}) {
      const DramSpec spec = preset(name, size);
      EXPECT_EQ(spec.preset, name);
      EXPECT_EQ(rows_per_bank(spec) * row_bytes(spec) * spec.bank_groups * spec.banks_per_group * spec.channels, size);
    }
  }
}

TEST(Presets, NamesSayThePeakRate) {
  const auto peak = [](const char* name) { return DramTiming(preset(name, gib)).peak_bytes_per_second() / 1e9; };
  EXPECT_NEAR(peak("ddr3-1600-x16"), 3.2, 1e-9);
  EXPECT_NEAR(peak("ddr4-2400-x16"), 4.8, 1e-9);
  EXPECT_NEAR(peak("lpddr3-1600-x32"), 6.4, 1e-9);
  EXPECT_NEAR(peak("lpddr4-3200-x16"), 6.4, 1e-9);
  EXPECT_NEAR(peak("lpddr4x-4266-x16"), 8.533, 1e-3);
  EXPECT_NEAR(peak("lpddr4x-4266-x32"), 17.067, 1e-3);
  EXPECT_NEAR(peak("lpddr5-6400-x16"), 12.8, 1e-9);
}

TEST(Presets, RefreshTimeFollowsDensity) {
  EXPECT_EQ(preset("ddr3-1600-x16", gib / 4).timing.tRFC, 128);    // 2 Gbit: 160 ns at 800 MHz
  EXPECT_EQ(preset("ddr3-1600-x16", gib / 2).timing.tRFC, 208);    // 4 Gbit: 260 ns
  EXPECT_EQ(preset("lpddr4-3200-x16", 2 * gib).timing.tRFC, 608);  // 16 Gbit a channel: 380 ns at 1600 MHz
  EXPECT_EQ(preset("lpddr4-3200-x32", 2 * gib).timing.tRFC, 448);  // 8 Gbit a channel: 280 ns
}

TEST(Presets, UnknownNameListsTheKnownOnesAndTheNearest) {
  const std::string error = error_of([] { preset("lpddr4-3200", gib); });
  EXPECT_NE(error.find("did you mean 'lpddr4-3200-x16'"), std::string::npos) << error;
  EXPECT_NE(error.find("ddr3-1600-x16, ddr4-2400-x16"), std::string::npos) << error;
  EXPECT_EQ(error_of([] { preset("flux-capacitor", gib); }).find("did you mean"), std::string::npos);
}

TEST(Presets, ImpossibleSizeIsAnError) {
  EXPECT_NE(error_of([] { preset("lpddr4-3200-x16", 1000); }).find("not a multiple"), std::string::npos);
}

struct Fault {
  const char* found;
  void (*make)(DramSpec&);
  void (*mend)(DramSpec&);
};

TEST(Check, RefusesEachFaultAndAcceptsItsEdge) {
  const Fault faults[] = {
      {"tRAS (11 clocks) is smaller than tRCD (12)", [](DramSpec& s) { s.timing.tRAS = 11; },
       [](DramSpec& s) { s.timing.tRAS = 12; }},
      {"tCCD_S (3 clocks) is smaller than the clocks of a burst (4)", [](DramSpec& s) { s.timing.tCCD_S = 3; },
       [](DramSpec& s) { s.timing.tCCD_S = 4; }},
      {"tCCD_L (3 clocks)", [](DramSpec& s) { s.timing.tCCD_L = 3; }, [](DramSpec& s) { s.timing.tCCD_L = 4; }},
      {"tRRD_L (4 clocks)", [](DramSpec& s) { s.timing.tRRD_L = 4; }, [](DramSpec& s) { s.timing.tRRD_L = 5; }},
      {"tFAW (4 clocks)", [](DramSpec& s) { s.timing.tFAW = 4; }, [](DramSpec& s) { s.timing.tFAW = 5; }},
      {"tREFI (140 clocks)", [](DramSpec& s) { s.refresh = true, s.timing.tREFI = 140; },
       [](DramSpec& s) { s.timing.tREFI = 141; }},
      {"tRCD is 0", [](DramSpec& s) { s.timing.tRCD = 0; }, [](DramSpec& s) { s.timing.tRCD = 1; }},
      {"hz is 0", [](DramSpec& s) { s.hz = 0; }, [](DramSpec& s) { s.hz = 1; }},
      {"columns is 1000", [](DramSpec& s) { s.columns = 1000, s.size_bytes = 1000 * 16 * 64; },
       [](DramSpec& s) { s.columns = 1024, s.size_bytes = 1024 * 16 * 64; }},
      {"not a multiple of beats_per_clock 3", [](DramSpec& s) { s.beats_per_clock = 3; },
       [](DramSpec& s) { s.beats_per_clock = 4; }},
      {"write_high (6)", [](DramSpec& s) { s.write_high = 6; }, [](DramSpec& s) { s.write_high = 7; }},
      {"write_high (33)", [](DramSpec& s) { s.write_high = 33; }, [](DramSpec& s) { s.write_high = 32; }},
      {"set bank_queue and read_queue", [](DramSpec& s) { s.write_drain = WriteDrain::batch; },
       [](DramSpec& s) { s.bank_queue = 1; }},
      {"set bank_queue to 0", [](DramSpec& s) { s.bank_queue = 1; }, [](DramSpec& s) { s.bank_queue = 0; }},
      {"set read_queue to 0", [](DramSpec& s) { s.write_drain = WriteDrain::none, s.bank_queue = 1; },
       [](DramSpec& s) { s.read_queue = 0; }},
      {"at most 64 banks", [](DramSpec& s) { s.banks_per_group = 128; }, [](DramSpec& s) { s.banks_per_group = 64; }},
      {"read_queue is 0", [](DramSpec& s) { s.read_queue = 0; }, [](DramSpec& s) { s.read_queue = 1; }},
  };
  for (const Fault& fault : faults) {
    DramSpec spec = example_dram();
    fault.make(spec);
    const std::string error = error_of([&] { check(spec); });
    EXPECT_NE(error.find(fault.found), std::string::npos) << fault.found << ": " << error;
    EXPECT_EQ(error.find('\n'), std::string::npos);
    fault.mend(spec);
    EXPECT_EQ(error_of([&] { check(spec); }), "") << fault.found;
  }
}

TEST(Check, TimingObjectRefusesWhatCheckRefuses) {
  DramSpec spec = example_dram();
  spec.timing.tRAS = 1;
  EXPECT_THROW(DramTiming memory(spec), Error);
}

}  // namespace
}  // namespace presil::dram
