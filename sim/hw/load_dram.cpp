// DRAM of the memories section: a preset with overrides, or geometry and timing in full; then policies.
#include <fmt/format.h>

#include <cmath>

#include "models/common/error.hpp"
#include "models/dram/dram_check.hpp"
#include "sim/hw/dram_preset.hpp"
#include "sim/hw/sections.hpp"

namespace presil::hw {

using yaml::Map;
using yaml::Value;

/// "28 clocks", or a time that is rounded up to whole clocks as memory controllers do.
int read_dram_time(const Value& value, std::int64_t hz) {
  constexpr std::int64_t most = 1 << 24;
  std::int64_t clocks = 0;
  if (yaml::read(yaml::count_clocks(), value.text()).complaint.empty()) {
    clocks = value.whole(yaml::count_clocks(), yaml::Least::zero);
  } else {
    const yaml::Quantity time = yaml::read(yaml::time_ps(), value.text());
    if (!time.complaint.empty()) value.fail_found("is neither clocks nor a time; write e.g. '28 clocks' or '18 ns'");
    if (time.value < 0) value.fail_found("must not be negative; write e.g. '18 ns'");
    clocks = static_cast<std::int64_t>(std::ceil(std::min(time.value * static_cast<double>(hz) / 1e12, 1e12) - 1e-6));
  }
  if (clocks > most) value.fail_found("is longer than any DRAM waits; write e.g. '18 ns'");
  return static_cast<int>(clocks);
}

namespace {

void read_timings(Map map, dram::DramSpec& spec) {
  dram::DramTimingSpec& t = spec.timing;
  struct Field {
    const char* key;
    int* field;
    bool has_default;
  };
  const Field fields[] = {{"tRL", &t.tRL, false},       {"tWL", &t.tWL, false},       {"tRCD", &t.tRCD, false},
                          {"tRP", &t.tRP, false},       {"tRAS", &t.tRAS, false},     {"tRFC", &t.tRFC, false},
                          {"tREFI", &t.tREFI, false},   {"tRRD_S", &t.tRRD_S, false}, {"tRRD_L", &t.tRRD_L, false},
                          {"tFAW", &t.tFAW, true},      {"tCCD_S", &t.tCCD_S, false}, {"tCCD_L", &t.tCCD_L, false},
                          {"tWTR_S", &t.tWTR_S, false}, {"tWTR_L", &t.tWTR_L, false}, {"tWR", &t.tWR, false},
                          {"tRTP", &t.tRTP, false},     {"tRTRS", &t.tRTRS, true},    {"tPPD", &t.tPPD, true},
                          {"tRDA", &t.tRDA, true},      {"tRFCpb", &t.tRFCpb, true},  {"tCKE", &t.tCKE, true},
                          {"tXP", &t.tXP, true},        {"tXS", &t.tXS, true}};
  const bool in_full = spec.preset.empty();  // else an absent key is the preset's
  for (const Field& field : fields) {
    if (const auto value = map.find(field.key)) {
      *field.field = read_dram_time(*value, spec.hz);
    } else if (in_full && !field.has_default && *field.field == 0) {
      map.at(field.key, "18 ns");
    } else if (in_full && field.has_default) {
      map.note_default(field.key, fmt::format("{} clocks", *field.field));
    }
  }
  map.finish();
}

void read_geometry(Map& map, const Hardware& hardware, dram::DramSpec& spec) {
  const bool in_full = spec.preset.empty();
  if (in_full || map.find("clock")) spec.hz = read_clock(map, hardware);
  const auto integer = [&](const char* key, int& field, std::int64_t max) {
    if (const auto value = map.find(key)) {
      field = static_cast<int>(value->integer(1, max));
    } else if (in_full) {
      map.note_default(key, std::to_string(field));
    }
  };
  integer("beats_per_clock", spec.beats_per_clock, 16);
  integer("channels", spec.channels, 64);
  if (in_full || map.find("bus")) {
    const std::int64_t width = map.bits("bus");
    if (width > 1024) map.find("bus")->fail_found("is wider than any DRAM channel; write e.g. '16 bit'");
    spec.bus_bits = static_cast<int>(width);
  }
  integer("burst_length", spec.burst_length, 64);
  integer("bank_groups", spec.bank_groups, 64);
  integer("banks_per_group", spec.banks_per_group, 1024);
  if (const auto rows = map.find("rows")) spec.rows = rows->integer(1, std::int64_t{1} << 40);  // absent: from the size
  integer("columns", spec.columns, 1 << 24);
  if (const auto mapping = map.find("mapping")) {
    spec.mapping = mapping->text();
  } else if (in_full) {
    map.note_default("mapping", spec.mapping);
  }
  if (in_full || map.find("timing")) read_timings(map.at("timing", "{tRL: 28 clocks, ...}").map(), spec);
}

void read_policies(Map& map, dram::DramSpec& spec) {
  using dram::BankArbitration;
  using dram::ConflictRule;
  using dram::PagePolicy;
  using dram::RefreshMode;
  using dram::WriteDrain;
  static const char* refreshes[] = {"all_banks", "per_bank"};
  spec.refresh_mode =
      map.choice_or<RefreshMode>("refresh_mode", refreshes[static_cast<int>(spec.refresh_mode)],
                                 {{"all_banks", RefreshMode::all_banks}, {"per_bank", RefreshMode::per_bank}});
  static const char* pages[] = {"open", "closed", "adaptive"};
  spec.page_policy = map.choice_or<PagePolicy>(
      "page_policy", pages[static_cast<int>(spec.page_policy)],
      {{"open", PagePolicy::open}, {"closed", PagePolicy::closed}, {"adaptive", PagePolicy::adaptive}});
  static const char* drains[] = {"batch", "watermarks", "none"};
  spec.write_drain = map.choice_or<WriteDrain>(
      "write_drain", drains[static_cast<int>(spec.write_drain)],
      {{"batch", WriteDrain::batch}, {"watermarks", WriteDrain::watermarks}, {"none", WriteDrain::none}});
  static const char* arbitrations[] = {"oldest", "round_robin"};
  spec.arbitration = map.choice_or<BankArbitration>(
      "arbitration", arbitrations[static_cast<int>(spec.arbitration)],
      {{"oldest", BankArbitration::oldest}, {"round_robin", BankArbitration::round_robin}});
  static const char* rules[] = {"hits_first", "oldest_first"};
  spec.conflict_rule = map.choice_or<ConflictRule>(
      "conflict_rule", rules[static_cast<int>(spec.conflict_rule)],
      {{"hits_first", ConflictRule::hits_first}, {"oldest_first", ConflictRule::oldest_first}});
  const std::pair<const char*, int*> counts[] = {{"read_queue", &spec.read_queue},
                                                 {"write_queue", &spec.write_queue},
                                                 {"bank_queue", &spec.bank_queue},
                                                 {"write_high", &spec.write_high},
                                                 {"write_low", &spec.write_low},
                                                 {"write_idle", &spec.write_idle},
                                                 {"row_hit_cap", &spec.row_hit_cap},
                                                 {"max_run", &spec.max_run},
                                                 {"max_reads_in_turn", &spec.max_reads_in_turn},
                                                 {"max_writes_in_turn", &spec.max_writes_in_turn},
                                                 {"priority_lead", &spec.priority_lead},
                                                 {"postponed_refreshes", &spec.postponed_refreshes}};
  for (const auto& [key, count] : counts) *count = static_cast<int>(map.integer_or(key, *count, 0, 65536));
  const std::pair<const char*, int*> clocks[] = {
      {"front_end", &spec.front_end_clocks}, {"command", &spec.command_clocks}, {"precharge", &spec.precharge_clocks}};
  for (const auto& [key, count] : clocks) {
    const std::int64_t value = map.clocks_or(key, *count);
    if (value > 65536) map.find(key)->fail_found("is longer than any controller takes; write e.g. '2 clocks'");
    *count = static_cast<int>(value);
  }
  const std::pair<const char*, bool*> flags[] = {{"whole_bursts", &spec.whole_bursts},
                                                 {"strict_row_hit_cap", &spec.strict_row_hit_cap},
                                                 {"active_first", &spec.active_first},
                                                 {"hit_fixes_type", &spec.hit_fixes_type},
                                                 {"strict_back_pressure", &spec.strict_back_pressure},
                                                 {"posted_writes", &spec.posted_writes},
                                                 {"lockstep", &spec.lockstep},
                                                 {"refresh", &spec.refresh},
                                                 {"precharge_all", &spec.precharge_all}};
  const std::pair<const char*, int*> rests[] = {{"power_down_after", &spec.power_down_after},
                                                {"self_refresh_after", &spec.self_refresh_after}};
  for (const auto& [key, clocks_of_idleness] : rests)  // absent: never
    if (const auto value = map.find(key)) *clocks_of_idleness = read_dram_time(*value, spec.hz);
  for (const auto& [key, flag] : flags) *flag = map.boolean_or(key, *flag);
}

}  // namespace

void read_dram_keys(Map& map, const Hardware& hardware, dram::DramSpec& spec) {
  read_geometry(map, hardware, spec);
  read_policies(map, spec);
}

dram::DramSpec read_dram(Map& map, const Hardware& hardware, std::int64_t size_bytes) {
  dram::DramSpec spec;
  if (const auto preset = map.find("preset")) {
    try {
      spec = dram_preset(preset->text(), size_bytes, std::filesystem::path(hardware.file).parent_path());
    } catch (const common::Error& error) {
      preset->fail(error.what());
    }
  }
  spec.size_bytes = size_bytes;
  const std::string devices_mapping = spec.preset.empty() ? "" : spec.mapping;
  read_dram_keys(map, hardware, spec);
  map.finish();
  const auto complaint = [](const dram::DramSpec& of) -> std::string {
    try {
      dram::check(of);
      return "";
    } catch (const common::Error& error) {
      return error.what();
    }
  };
  std::string wrong = complaint(spec);
  if (wrong.empty()) return spec;
  // A mapping that fits one device lacks the bank groups or channels of another.
  dram::DramSpec with_devices = spec;
  with_devices.mapping = devices_mapping;
  if (!devices_mapping.empty() && complaint(with_devices).empty())
    wrong += fmt::format("; leave it out for that of {}: {}", spec.preset, devices_mapping);
  map.fail(wrong);
}

}  // namespace presil::hw
