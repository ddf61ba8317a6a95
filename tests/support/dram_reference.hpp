// The DRAM simulators of the reference results as parameters of ours: timing from timing.csv, policies by name.
#pragma once

#include <cstdint>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "models/common/time.hpp"
#include "models/dram/dram_spec.hpp"
#include "models/dram/trace_player.hpp"

namespace presil::tests {

using Row = std::map<std::string, std::string>;

/// Comma-separated values with a header line; fields may stand in quotes.
inline std::vector<Row> read_csv(const std::string& path) {
  std::ifstream file(path);
  std::vector<Row> rows;
  std::vector<std::string> header;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> fields(1);
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') {
        quoted = !quoted;
      } else if (c == ',' && !quoted) {
        fields.emplace_back();
      } else if (c != '\r') {
        fields.back() += c;
      }
    }
    if (header.empty()) {
      header = fields;
      continue;
    }
    Row row;
    for (std::size_t i = 0; i < header.size() && i < fields.size(); ++i) row[header[i]] = fields[i];
    rows.push_back(row);
  }
  return rows;
}

struct ReferenceConfig {
  dram::DramSpec spec;
  dram::PlayerSpec player;
};

/// Timing: the distances of timing.csv turned back into parameters, the same way for every config.
inline dram::DramSpec reference_timing(const Row& row) {
  const auto number = [&](const char* name) { return row.at(name).empty() ? 0 : std::stoi(row.at(name)); };
  dram::DramSpec s;
  s.hz = static_cast<std::int64_t>(1e9 / std::stod(row.at("tCK_ns")) + 0.5);
  s.channels = number("channels");
  s.bus_bits = number("bus_bits");
  s.burst_length = number("BL");
  s.bank_groups = number("bank_groups");
  s.banks_per_group = number("banks_per_group");
  s.columns = number("columns");
  s.rows = number("rows");
  s.size_bytes = std::int64_t{number("channel_MiB")} * s.channels << 20;
  const int burst = number("burst_clk");
  dram::DramTimingSpec& t = s.timing;
  t.tRL = number("read_command_to_last_beat") - burst;  // what lies between command and data
  t.tWL = number("WL");
  t.tRCD = number("tRCD"), t.tRP = number("tRP"), t.tRAS = number("tRAS");
  t.tRFC = number("tRFC"), t.tREFI = number("tREFI");
  t.tRRD_S = number("tRRD_S"), t.tRRD_L = number("tRRD_L"), t.tFAW = number("tFAW");
  t.tCCD_S = number("tCCD_S"), t.tCCD_L = number("tCCD_L");
  t.tRTRS = number("rd_to_wr") - t.tRL - burst + t.tWL;
  t.tWTR_S = number("wr_to_rd_S") - t.tWL - burst;
  t.tWTR_L = number("wr_to_rd_L") - t.tWL - burst;
  t.tRTP = number("rd_to_pre");
  t.tWR = number("wr_to_pre") - t.tWL - burst;
  t.tPPD = number("tPPD");
  t.tRDA = number("rdap_to_act");
  if (row.at("page_policy") == "closed") s.page_policy = dram::PagePolicy::closed;
  return s;
}

/// Field order of the simulators' mapping strings, from the most to the least significant.
inline std::string reference_mapping(const Row& row) {
  const bool groups = row.at("bank_groups") != "1";
  const std::string& mapping = row.at("mapping");
  if (mapping == "rochrabacobg") return "row-bank-column-bankgroup";
  if (mapping == "rorababgcoch") return "row-bank-column-channel";
  return groups ? "row-bank-bankgroup-column" : "row-bank-column";  // rochrababgco, RoBaRaCoCh, robaco
}

/// Policies of one simulator, by policy.csv; nothing here depends on config or pattern but command lengths (LPDDR4).
inline ReferenceConfig reference_config(const Row& row, int window) {
  ReferenceConfig config;
  dram::DramSpec& s = config.spec = reference_timing(row);
  dram::PlayerSpec& p = config.player;
  s.mapping = reference_mapping(row);
  s.max_reads_in_turn = s.max_writes_in_turn = 0;
  s.row_hit_cap = 0;
  s.strict_row_hit_cap = false;
  s.whole_bursts = false;
  p.window = window;
  const std::string& simulator = row.at("simulator");
  if (simulator == "DRAMsim3") {
    s.write_drain = dram::WriteDrain::batch;
    s.arbitration = dram::BankArbitration::round_robin;
    s.read_queue = s.write_queue = 32;
    s.bank_queue = 8;
    s.write_idle = 8;
    s.row_hit_cap = 4;
    s.front_end_clocks = 2;
    s.precharge_all = false;
  } else if (simulator == "Ramulator2.1") {
    s.write_drain = dram::WriteDrain::watermarks;
    s.conflict_rule = dram::ConflictRule::oldest_first;
    s.read_queue = s.write_queue = 32;
    s.write_high = 26;
    s.write_low = 6;
    s.active_first = true;
    s.posted_writes = false;
    s.front_end_clocks = 1;
    p.write_release = dram::WriteRelease::command;
    p.ends_with_write_command = true;
  } else {  // DRAMSys
    s.write_drain = dram::WriteDrain::none;
    s.read_queue = s.write_queue = 0;
    s.bank_queue = 8;
    s.hit_fixes_type = true;
    s.strict_back_pressure = true;
    s.posted_writes = false;
    s.front_end_clocks = 0;
    if (s.burst_length == 16) {
      s.command_clocks = 4;  // LPDDR4: two-tick commands in pairs
      s.precharge_clocks = 2;
    }
    p.write_release = dram::WriteRelease::data_end;
    p.window_unit = static_cast<std::uint32_t>(s.burst_length * s.bus_bits / 8);
    p.window = window == 1 ? 1 : window * 64 / static_cast<int>(p.window_unit);
  }
  const common::Clock clock(s.hz);
  p.write_latency = clock.duration(s.timing.tWL);
  p.write_burst = clock.duration(s.burst_length / s.beats_per_clock);
  return config;
}

}  // namespace presil::tests
