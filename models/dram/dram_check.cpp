// Which descriptions of a DRAM make no sense.
#include <cstdint>
#include <string>

#include "models/common/error.hpp"
#include "models/dram/address_map.hpp"
#include "models/dram/dram_check.hpp"

namespace presil::dram {

using common::Error;

constexpr int most_postponed = 8;  // JESD79-3, JESD79-4 and JESD209-4: the interval may grow to 9 x tREFI

void check(const DramSpec& spec) {
  const std::string where = spec.preset.empty() ? "dram: " : "dram " + spec.preset + ": ";
  const auto fail = [&](const std::string& what) { throw Error(where + what); };
  const auto at_least = [&](const char* name, std::int64_t value, std::int64_t least) {
    if (value < least) {
      fail(std::string(name) + " is " + std::to_string(value) + ", must be at least " + std::to_string(least));
    }
  };
  const auto not_below = [&](const char* name, int value, const char* other_name, std::int64_t other) {
    if (value < other) {
      fail(std::string(name) + " (" + std::to_string(value) + " clocks) is smaller than " + other_name + " (" +
           std::to_string(other) + "); correct one of them");
    }
  };
  at_least("hz", spec.hz, 1);
  at_least("beats_per_clock", spec.beats_per_clock, 1);
  at_least("channels", spec.channels, 1);
  at_least("bus_bits", spec.bus_bits, 8);
  at_least("burst_length", spec.burst_length, 1);
  at_least("bank_groups", spec.bank_groups, 1);
  at_least("banks_per_group", spec.banks_per_group, 1);
  if (spec.channels > 64) fail("channels is " + std::to_string(spec.channels) + ", at most 64 are possible");
  if (spec.bank_groups * spec.banks_per_group > 64) fail("a channel may have at most 64 banks");
  if (spec.burst_length % spec.beats_per_clock != 0) {
    fail("burst_length " + std::to_string(spec.burst_length) + " is not a multiple of beats_per_clock " +
         std::to_string(spec.beats_per_clock));
  }
  const DramTimingSpec& t = spec.timing;
  const struct {
    const char* name;
    int value;
  } positive[] = {{"tRL", t.tRL},       {"tWL", t.tWL},       {"tRCD", t.tRCD}, {"tRP", t.tRP}, {"tRAS", t.tRAS},
                  {"tCCD_S", t.tCCD_S}, {"tCCD_L", t.tCCD_L}, {"tRTP", t.tRTP}, {"tWR", t.tWR}};
  for (const auto& entry : positive) at_least(entry.name, entry.value, 1);
  not_below("tRAS", t.tRAS, "tRCD", t.tRCD);
  not_below("tCCD_S", t.tCCD_S, "the clocks of a burst", spec.burst_length / spec.beats_per_clock);
  not_below("tCCD_L", t.tCCD_L, "tCCD_S", t.tCCD_S);
  not_below("tRRD_L", t.tRRD_L, "tRRD_S", t.tRRD_S);
  not_below("tWTR_L", t.tWTR_L, "tWTR_S", t.tWTR_S);
  if (t.tFAW != 0) not_below("tFAW", t.tFAW, "tRRD_S", t.tRRD_S);
  if (spec.refresh) {
    at_least("tRFC", t.tRFC, 1);
    not_below("tREFI", t.tREFI, "tRFC + tRP + tRAS", std::int64_t{t.tRFC} + t.tRP + t.tRAS);
    if (spec.refresh_mode == RefreshMode::per_bank) {
      const std::int64_t banks = std::int64_t{spec.bank_groups} * spec.banks_per_group;
      if (t.tRFCpb < 1) fail("refresh_mode per_bank needs tRFCpb, the refresh time of one bank; give it in timing");
      not_below("tRFC", t.tRFC, "tRFCpb", t.tRFCpb);
      if (t.tREFI / banks < t.tRFCpb + t.tRP) {
        fail("tRFCpb + tRP (" + std::to_string(t.tRFCpb + t.tRP) + " clocks) do not fit into tREFI / " +
             std::to_string(banks) + " banks (" + std::to_string(t.tREFI / banks) +
             "): there is no time for each bank; set refresh_mode to all_banks");
      }
    }
    at_least("postponed_refreshes", spec.postponed_refreshes, 0);
    if (spec.postponed_refreshes > most_postponed) {
      fail("postponed_refreshes is " + std::to_string(spec.postponed_refreshes) + ", JEDEC allows at most " +
           std::to_string(most_postponed));
    }
  }
  if (spec.power_down_after < 0 || spec.self_refresh_after < 0) {
    fail("power_down_after and self_refresh_after must not be negative; 0 is never");
  }
  if (spec.power_down_after > 0) {
    if (t.tXP < 1) fail("power_down_after needs tXP, from leaving power-down to a command; give it in timing");
    if (t.tCKE < 1) fail("power_down_after needs tCKE, the shortest stay in power-down; give it in timing");
  }
  if (spec.self_refresh_after > 0) {
    if (!spec.refresh) fail("self_refresh_after makes no sense with refresh: false");
    if (t.tCKE < 1) fail("self_refresh_after needs tCKE, the shortest stay in self-refresh; give it in timing");
    not_below("tXS", t.tXS, "tRFC", t.tRFC);
    if (spec.self_refresh_after < spec.power_down_after) {
      fail("self_refresh_after (" + std::to_string(spec.self_refresh_after) +
           " clocks) comes before power_down_after (" + std::to_string(spec.power_down_after) + "); make it longer");
    }
  }
  if (t.tRDA != 0) not_below("tRDA", t.tRDA, "tRTP", t.tRTP);
  at_least("write_queue", spec.write_queue, spec.bank_queue > 0 && spec.read_queue == 0 ? 0 : 1);
  at_least("read_queue", spec.read_queue, spec.bank_queue > 0 ? 0 : 1);
  at_least("bank_queue", spec.bank_queue, 0);
  at_least("row_hit_cap", spec.row_hit_cap, 0);
  at_least("front_end_clocks", spec.front_end_clocks, 0);
  at_least("max_run", spec.max_run, 1);
  at_least("command_clocks", spec.command_clocks, 1);
  at_least("precharge_clocks", spec.precharge_clocks, 1);
  if (spec.command_clocks + spec.precharge_clocks > t.tCCD_S && spec.command_clocks > 1) {
    fail("command_clocks + precharge_clocks do not fit into tCCD_S: nothing could issue between two bursts");
  }
  if (spec.write_drain == WriteDrain::batch && (spec.bank_queue == 0 || spec.read_queue == 0)) {
    fail("write_drain batch moves writes from a buffer into the banks' queues; set bank_queue and read_queue");
  }
  if (spec.write_drain == WriteDrain::watermarks && spec.bank_queue > 0) {
    fail("write_drain watermarks needs one buffer for all banks; set bank_queue to 0 or write_drain to batch or none");
  }
  if (spec.write_drain == WriteDrain::none && spec.bank_queue > 0 && spec.read_queue > 0) {
    fail("write_drain none with bank_queue takes bursts into the banks' queues at once; set read_queue to 0");
  }
  if (spec.write_drain == WriteDrain::watermarks) {
    at_least("write_low", spec.write_low, 0);
    if (spec.write_high <= spec.write_low || spec.write_high > spec.write_queue) {
      fail("write_high (" + std::to_string(spec.write_high) + ") must lie above write_low (" +
           std::to_string(spec.write_low) + ") and not above write_queue (" + std::to_string(spec.write_queue) + ")");
    }
  }
  AddressMap map(spec);  // throws for size, rows and mapping
}

}  // namespace presil::dram
