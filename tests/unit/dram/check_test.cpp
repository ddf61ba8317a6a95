// What check() refuses: descriptions of a DRAM that make no sense.
#include <gtest/gtest.h>

#include "models/dram/dram_check.hpp"
#include "models/dram/dram_timing.hpp"
#include "tests/support/dram_example.hpp"
#include "tests/support/error_of.hpp"

namespace presil::dram {
namespace {

using tests::example_dram;

struct Fault {
  const char* found;
  void (*make)(DramSpec&);
  void (*mend)(DramSpec&);
};

template <int refresh_time, int interval>
void per_bank(DramSpec& s) {
  s.refresh = true;
  s.refresh_mode = RefreshMode::per_bank;
  s.timing.tRFCpb = refresh_time;
  s.timing.tREFI = interval;
}

template <int exit_time, int after>
void rests(DramSpec& s) {
  s.refresh = true;
  s.timing.tCKE = s.timing.tXP = 5;
  s.timing.tXS = exit_time;
  s.power_down_after = 50;
  s.self_refresh_after = after;
}

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
      {"refresh_mode per_bank needs tRFCpb", per_bank<0, 8000>, per_bank<1, 8000>},
      {"tRFC (100 clocks) is smaller than tRFCpb (101)", per_bank<101, 8000>, per_bank<100, 8000>},
      {"tRFCpb + tRP (71 clocks) do not fit into tREFI / 8 banks (70)", per_bank<60, 567>, per_bank<60, 568>},
      {"postponed_refreshes is 9, JEDEC allows at most 8",
       [](DramSpec& s) { s.refresh = true, s.postponed_refreshes = 9; },
       [](DramSpec& s) { s.postponed_refreshes = 8; }},
      {"postponed_refreshes is -1", [](DramSpec& s) { s.refresh = true, s.postponed_refreshes = -1; },
       [](DramSpec& s) { s.postponed_refreshes = 0; }},
      {"power_down_after needs tXP", [](DramSpec& s) { s.power_down_after = 50, s.timing.tCKE = 5; },
       [](DramSpec& s) { s.timing.tXP = 1; }},
      {"power_down_after needs tCKE", [](DramSpec& s) { s.power_down_after = 50, s.timing.tXP = 5; },
       [](DramSpec& s) { s.timing.tCKE = 1; }},
      {"tXS (99 clocks) is smaller than tRFC (100)", rests<99, 500>, rests<100, 500>},
      {"self_refresh_after (49 clocks) comes before power_down_after (50)", rests<110, 49>, rests<110, 50>},
      {"self_refresh_after makes no sense with refresh: false", [](DramSpec& s) { s.self_refresh_after = 9; },
       [](DramSpec& s) { s.refresh = true, s.timing.tCKE = 5, s.timing.tXS = 110; }},
      {"must not be negative", [](DramSpec& s) { s.power_down_after = -1; },
       [](DramSpec& s) { s.power_down_after = 0; }},
      {"read_queue is 0", [](DramSpec& s) { s.read_queue = 0; }, [](DramSpec& s) { s.read_queue = 1; }},
  };
  for (const Fault& fault : faults) {
    DramSpec spec = example_dram();
    fault.make(spec);
    const std::string error = error_of([&] { check(spec); });
    EXPECT_NE(error.find(fault.found), std::string::npos) << fault.found << ": " << error;
    fault.mend(spec);
    EXPECT_EQ(error_or_none([&] { check(spec); }), "") << fault.found;
  }
}

TEST(Check, TimingObjectRefusesWhatCheckRefuses) {
  DramSpec spec = example_dram();
  spec.timing.tRAS = 1;
  EXPECT_THROW(DramTiming memory(spec), common::Error);
}

}  // namespace
}  // namespace presil::dram
