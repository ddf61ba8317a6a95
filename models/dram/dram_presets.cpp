#include "models/dram/dram_presets.hpp"

#include <algorithm>
#include <numeric>

#include "models/common/error.hpp"

namespace presil::dram {
namespace {

using common::Error;

constexpr std::int64_t gigabit = std::int64_t{1} << 27;  // bytes

/// Clocks of at least `nanoseconds`.
int clocks(double nanoseconds, std::int64_t hz) {
  const double exact = nanoseconds * static_cast<double>(hz) / 1e9;
  const int whole = static_cast<int>(exact);
  return exact > whole + 1e-6 ? whole + 1 : whole;
}

/// All-bank refresh time by density of one channel: the smallest entry that holds it.
struct RefreshTime {
  int gigabits;
  double nanoseconds;
};
double refresh_time(const std::vector<RefreshTime>& table, std::int64_t channel_bytes) {
  for (const RefreshTime& entry : table) {
    if (channel_bytes <= entry.gigabits * gigabit) return entry.nanoseconds;
  }
  return table.back().nanoseconds;  // several devices behind one channel refresh together
}

// DDR3-1600K, x16, 2 KiB pages: JESD79-3 as in DRAMsim3's DDR3_4Gb_x16_1600.ini, except tRRD, which is 7.5 ns for 2 KiB
// pages (Ramulator 2, preset DDR3_1600K). tRFC by density and tREFI: JESD79-3, from general knowledge of the standard.
DramSpec ddr3_1600_x16(std::int64_t size) {
  DramSpec s;
  s.hz = 800'000'000;
  s.bus_bits = 16;
  s.burst_length = 8;
  s.bank_groups = 1;
  s.banks_per_group = 8;
  s.columns = 1024;
  s.mapping = "row-bank-column";
  DramTimingSpec& t = s.timing;
  t.tRL = 11, t.tWL = 8, t.tRCD = 11, t.tRP = 11, t.tRAS = 28;
  t.tRRD_S = t.tRRD_L = 6, t.tFAW = 32, t.tCCD_S = t.tCCD_L = 4;
  t.tWTR_S = t.tWTR_L = 6, t.tWR = 12, t.tRTP = 6, t.tRTRS = 2;
  t.tREFI = clocks(7800, s.hz);
  t.tRFC = clocks(refresh_time({{1, 110}, {2, 160}, {4, 260}, {8, 350}}, size), s.hz);
  return s;
}

// DDR4-2400T, x16, 2 KiB pages: JESD79-4B as in DRAMsim3 DDR4_8Gb_x16_2400.ini. The bank group changes every 64
// bytes, as controllers do to escape tCCD_L on streams. tRFC by density: JESD79-4, from general knowledge.
DramSpec ddr4_2400_x16(std::int64_t size) {
  DramSpec s;
  s.hz = 1'200'000'000;
  s.bus_bits = 16;
  s.burst_length = 8;
  s.bank_groups = 2;
  s.banks_per_group = 4;
  s.columns = 1024;
  s.mapping = "row-bank-column-bankgroup-column:2";
  DramTimingSpec& t = s.timing;
  t.tRL = 17, t.tWL = 12, t.tRCD = 17, t.tRP = 17, t.tRAS = 39;
  t.tRRD_S = 7, t.tRRD_L = 8, t.tFAW = 36, t.tCCD_S = 4, t.tCCD_L = 6;
  t.tWTR_S = 3, t.tWTR_L = 9, t.tWR = 18, t.tRTP = 9, t.tRTRS = 2;
  t.tREFI = clocks(7800, s.hz);
  t.tRFC = clocks(refresh_time({{2, 160}, {4, 260}, {8, 350}, {16, 550}}, size), s.hz);
  return s;
}

// LPDDR3-1600, x32, 4 KiB pages: JESD209-3C core timing (tRCD 18 ns, tRPpb 18 ns, tRAS 42 ns, tRRD 10 ns, tFAW 50 ns,
// tWR 15 ns, tWTR and tRTP 7.5 ns, RL 12, WL 6 set A), from general knowledge of the standard. RL includes tDQSCK 2.5
// ns, WL tDQSS of one clock.
DramSpec lpddr3_1600_x32(std::int64_t size) {
  DramSpec s;
  s.hz = 800'000'000;
  s.bus_bits = 32;
  s.burst_length = 8;
  s.bank_groups = 1;
  s.banks_per_group = 8;
  s.columns = 1024;
  s.mapping = "row-bank-column";
  DramTimingSpec& t = s.timing;
  t.tRL = 12 + 2, t.tWL = 6 + 1, t.tRCD = 15, t.tRP = 15, t.tRAS = 34;
  t.tRRD_S = t.tRRD_L = 8, t.tFAW = 40, t.tCCD_S = t.tCCD_L = 4;
  t.tWTR_S = t.tWTR_L = 6, t.tWR = 12, t.tRTP = 6, t.tRTRS = 1;
  t.tREFI = clocks(3900, s.hz);
  t.tRFC = clocks(refresh_time({{4, 130}, {8, 210}}, size), s.hz);
  t.tRFCpb = clocks(refresh_time({{4, 60}, {8, 90}}, size), s.hz);
  return s;
}

/// Two or four channels change every 256 bytes: eight device bursts of 32 bytes.
void widen(DramSpec& s, int channels) {
  s.channels = channels;
  if (channels > 1) s.mapping = "row-bank-column-channel-column:3";
}

// LPDDR4-3200, x16 channel, 2 KiB pages: DRAMSys JEDEC_1Gbx16_LPDDR4-3200.json (JESD209-4B). RL = 28 + tDQSCK 3,
// WL = 14 + tDQSS 1. tRFCab by density of a channel: JESD209-4, from general knowledge of the
// standard.
DramSpec lpddr4_3200(std::int64_t size, int channels) {
  DramSpec s;
  s.hz = 1'600'000'000;
  s.burst_length = 16;
  DramTimingSpec& t = s.timing;
  t.tRL = 28 + 3, t.tWL = 14 + 1, t.tRCD = 29, t.tRP = 29, t.tRAS = 68;
  t.tRRD_S = t.tRRD_L = 16, t.tFAW = 64, t.tCCD_S = t.tCCD_L = 8;
  t.tWTR_S = t.tWTR_L = 16, t.tWR = 29, t.tRTP = 12, t.tRTRS = 1, t.tPPD = 4;
  t.tREFI = 6246;
  t.tRFC = clocks(refresh_time({{2, 130}, {4, 180}, {8, 280}, {16, 380}}, size / channels), s.hz);
  t.tRFCpb = clocks(refresh_time({{2, 60}, {4, 90}, {8, 140}, {16, 190}}, size / channels), s.hz);
  widen(s, channels);
  return s;
}

// LPDDR4X-4266, x16 channel: the same core times in nanoseconds at 2133 MHz; RL 36 and WL 18 (set A), tRRD 7.5 ns and
// tFAW 30 ns of that speed bin, tDQSCK 1.9 ns as at 3200: JESD209-4-1, from general knowledge of the standard.
DramSpec lpddr4x_4266(std::int64_t size, int channels) {
  DramSpec s;
  s.hz = 2'133'333'333;
  s.burst_length = 16;
  DramTimingSpec& t = s.timing;
  t.tRL = 36 + 4, t.tWL = 18 + 1, t.tRCD = 39, t.tRP = 39, t.tRAS = 90;
  t.tRRD_S = t.tRRD_L = 16, t.tFAW = 64, t.tCCD_S = t.tCCD_L = 8;
  t.tWTR_S = t.tWTR_L = 22, t.tWR = 39, t.tRTP = 16, t.tRTRS = 1, t.tPPD = 4;
  t.tREFI = clocks(3904, s.hz);
  t.tRFC = clocks(refresh_time({{2, 130}, {4, 180}, {8, 280}, {16, 380}}, size / channels), s.hz);
  t.tRFCpb = clocks(refresh_time({{2, 60}, {4, 90}, {8, 140}, {16, 190}}, size / channels), s.hz);
  widen(s, channels);
  return s;
}

// LPDDR5-6400, x16 channel in bank-group mode (4 groups of 4 banks), BL16, CK 800 MHz with WCK at four times CK (eight
// beats a clock), WCK assumed running. RL 17 and WL 9 (set 0/A), tRCD and tRP 18 ns, tRAS 42 ns, tRRD 5 ns, tFAW 20 ns,
// tWTR 6.25/12 ns, tWR 34 ns, tRBTP 4 clocks behind the burst: JESD209-5A, from general knowledge of the standard.
DramSpec lpddr5_6400(std::int64_t size, int channels) {
  DramSpec s;
  s.hz = 800'000'000;
  s.beats_per_clock = 8;
  s.burst_length = 16;
  s.bank_groups = 4;
  s.banks_per_group = 4;
  DramTimingSpec& t = s.timing;
  t.tRL = 17, t.tWL = 9, t.tRCD = 15, t.tRP = 15, t.tRAS = 34;
  t.tRRD_S = t.tRRD_L = 4, t.tFAW = 16, t.tCCD_S = 2, t.tCCD_L = 4;
  t.tWTR_S = 5, t.tWTR_L = 10, t.tWR = 28, t.tRTP = 2 + 4, t.tRTRS = 1, t.tPPD = 2;
  t.tREFI = clocks(3906, s.hz);
  t.tRFC = clocks(refresh_time({{2, 130}, {4, 180}, {8, 210}, {16, 280}, {32, 380}}, size / channels), s.hz);
  t.tRFCpb = clocks(refresh_time({{4, 60}, {8, 120}, {16, 140}, {32, 190}}, size / channels), s.hz);
  s.channels = channels;
  s.mapping =
      channels > 1 ? "row-bank-column-channel-column:1-bankgroup:2-column:1" : "row-bank-column-bankgroup-column:1";
  return s;
}

struct Preset {
  const char* name;
  DramSpec (*make)(std::int64_t size);
};
constexpr Preset presets[] = {
    {"ddr3-1600-x16", ddr3_1600_x16},
    {"ddr4-2400-x16", ddr4_2400_x16},
    {"lpddr3-1600-x32", lpddr3_1600_x32},
    {"lpddr4-3200-x16", [](std::int64_t size) { return lpddr4_3200(size, 1); }},
    {"lpddr4-3200-x32", [](std::int64_t size) { return lpddr4_3200(size, 2); }},
    {"lpddr4-3200-x64", [](std::int64_t size) { return lpddr4_3200(size, 4); }},
    {"lpddr4x-4266-x16", [](std::int64_t size) { return lpddr4x_4266(size, 1); }},
    {"lpddr4x-4266-x32", [](std::int64_t size) { return lpddr4x_4266(size, 2); }},
    {"lpddr4x-4266-x64", [](std::int64_t size) { return lpddr4x_4266(size, 4); }},
    {"lpddr5-6400-x16", [](std::int64_t size) { return lpddr5_6400(size, 1); }},
    {"lpddr5-6400-x32", [](std::int64_t size) { return lpddr5_6400(size, 2); }},
    {"lpddr5-6400-x64", [](std::int64_t size) { return lpddr5_6400(size, 4); }},
};

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t above = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
      diagonal = above;
    }
  }
  return row[b.size()];
}

}  // namespace

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Preset& entry : presets) names.emplace_back(entry.name);
  return names;
}

DramSpec preset(const std::string& name, std::int64_t size_bytes) {
  for (const Preset& entry : presets) {
    if (name != entry.name) continue;
    DramSpec spec = entry.make(size_bytes);
    spec.preset = name;
    spec.size_bytes = size_bytes;
    check(spec);
    return spec;
  }
  std::string known, nearest;
  std::size_t best = 6;  // farther away it is no misspelling
  for (const Preset& entry : presets) {
    known += (known.empty() ? "" : ", ") + std::string(entry.name);
    const std::size_t distance = edit_distance(name, entry.name);
    if (distance < best) {
      best = distance;
      nearest = entry.name;
    }
  }
  throw Error("dram: unknown preset '" + name + "'" + (nearest.empty() ? "" : "; did you mean '" + nearest + "'?") +
              " Known are " + known);
}

}  // namespace presil::dram
