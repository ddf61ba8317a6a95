// An independent reading of the JEDEC rules: replays a log of DRAM commands and names the first rule that is broken.
#pragma once

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include "models/dram/command.hpp"
#include "models/dram/dram_spec.hpp"

namespace presil::tests {

/// Deliberately naive and without any code of the model: every command is compared with every earlier one that could
/// still matter (the last `horizon` commands of its channel).
class DramChecker {
 public:
  explicit DramChecker(const dram::DramSpec& spec) : spec_(spec), t_(spec.timing) {
    burst_ = spec.burst_length / spec.beats_per_clock;
    // Between two refreshes of a bank: what was allowed to be put off, and what had begun before.
    const Cycle begun = Cycle{2} * spec.max_run * t_.tCCD_L + Cycle{8} * (t_.tRAS + t_.tRP);
    longest_ = t_.tREFI * Cycle{1 + spec.postponed_refreshes} + begun;
  }

  /// Empty when all rules hold, else "rule at clock ...".
  std::string check(std::vector<dram::Command> log) const {
    using dram::Command;
    std::stable_sort(log.begin(), log.end(), [](const Command& a, const Command& b) { return a.clock < b.clock; });
    std::map<int, std::vector<Command>> channels;
    for (const Command& command : log) channels[command.channel].push_back(command);
    for (const auto& [number, commands] : channels) {
      const std::string fault = check_channel(commands);
      if (!fault.empty()) return "channel " + std::to_string(number) + ": " + fault;
    }
    return "";
  }

 private:
  using Kind = dram::CommandKind;
  using Command = dram::Command;
  using Cycle = dram::Cycle;

  static bool reads(const Command& c) { return c.kind == Kind::read || c.kind == Kind::read_precharge; }
  static bool writes(const Command& c) { return c.kind == Kind::write || c.kind == Kind::write_precharge; }
  static bool rests(const Command& c) { return c.kind == Kind::power_down || c.kind == Kind::self_refresh; }
  static bool wakes(const Command& c) { return c.kind == Kind::power_up || c.kind == Kind::self_refresh_exit; }
  static bool closes_itself(const Command& c) {
    return c.kind == Kind::read_precharge || c.kind == Kind::write_precharge;
  }
  int group(const Command& c) const { return c.bank / spec_.banks_per_group; }
  int length(const Command& c) const {
    const bool is_short = c.kind == Kind::precharge || c.kind == Kind::precharge_all || c.kind == Kind::refresh ||
                          c.kind == Kind::refresh_bank || rests(c) || wakes(c);
    return is_short ? spec_.precharge_clocks : spec_.command_clocks;
  }
  Cycle data_at(const Command& c) const { return c.clock + (reads(c) ? t_.tRL : t_.tWL); }

  std::string check_channel(const std::vector<Command>& log) const {
    const int banks = spec_.bank_groups * spec_.banks_per_group;
    std::vector<int> open(static_cast<std::size_t>(banks), -1);
    std::vector<Cycle> opened(static_cast<std::size_t>(banks), -1'000'000);
    std::vector<Cycle> closed(static_cast<std::size_t>(banks), -1'000'000);  // when the precharge began
    std::vector<Cycle> refreshed(static_cast<std::size_t>(banks), 0);
    Cycle data_busy_until = 0;
    std::vector<std::pair<Cycle, Cycle>> data;
    for (std::size_t i = 0; i < log.size(); ++i) {
      const Command& now = log[i];
      const auto bank = static_cast<std::size_t>(now.bank);
      std::string rule = check_state(now, open);
      if (rule.empty() && i > 0) rule = check_rest(log[i - 1], now);
      if (rule.empty() && now.kind == Kind::self_refresh) {
        for (const Cycle at : closed) {
          if (now.clock < at + t_.tRP) rule = "tRP before self-refresh";
        }
      }
      if (now.kind == Kind::self_refresh_exit) std::fill(refreshed.begin(), refreshed.end(), now.clock);
      const std::size_t from = i > horizon ? i - horizon : 0;
      for (std::size_t j = from; j < i && rule.empty(); ++j) rule = check_distance(log[j], now, open);
      if (rule.empty() && now.kind == Kind::activate) {
        if (now.clock < opened[bank] + t_.tRAS + t_.tRP) rule = "tRC";
        if (now.clock < closed[bank] + t_.tRP) rule = "tRP";
        int near = 0;
        for (std::size_t j = from; j < i; ++j) {
          if (log[j].kind == Kind::activate && log[j].clock > now.clock - t_.tFAW) ++near;
        }
        if (near >= 4 && t_.tFAW > 0) rule = "tFAW";
      }
      if (rule.empty() && now.kind == Kind::refresh) {
        for (int b = 0; b < banks; ++b) {
          if (now.clock < closed[static_cast<std::size_t>(b)] + t_.tRP) rule = "tRP before refresh";
        }
      }
      if (rule.empty() && now.kind == Kind::refresh_bank && now.clock < closed[bank] + t_.tRP) {
        rule = "tRP before refresh";
      }
      if (rule.empty() && (now.kind == Kind::refresh || now.kind == Kind::refresh_bank)) {
        for (std::size_t b = 0; b < refreshed.size(); ++b) {
          if (now.kind == Kind::refresh_bank && b != bank) continue;
          if (now.clock > refreshed[b] + longest_) rule = "refresh comes too late";
          refreshed[b] = now.clock;
        }
      }
      if (!rule.empty()) return describe(rule, now);

      switch (now.kind) {
        case Kind::activate:
          open[bank] = now.row;
          opened[bank] = now.clock;
          break;
        case Kind::precharge:
          open[bank] = -1;
          closed[bank] = now.clock;
          break;
        case Kind::precharge_all:
          for (std::size_t b = 0; b < open.size(); ++b) {
            if (open[b] >= 0) closed[b] = now.clock;
            open[b] = -1;
          }
          break;
        case Kind::refresh:
        case Kind::refresh_bank:
        case Kind::power_down:
        case Kind::power_up:
        case Kind::self_refresh:
        case Kind::self_refresh_exit:
          break;
        default:
          data.emplace_back(data_at(now), data_at(now) + burst_);
          if (closes_itself(now)) {
            const Cycle earliest = reads(now) ? now.clock + (t_.tRDA != 0 ? t_.tRDA - t_.tRP : t_.tRTP)
                                              : now.clock + t_.tWL + burst_ + t_.tWR;
            open[bank] = -1;
            closed[bank] = std::max(earliest, opened[bank] + t_.tRAS);
          }
      }
    }
    std::sort(data.begin(), data.end());
    for (const auto& [start, end] : data) {
      if (start < data_busy_until) return "two bursts on the data bus at clock " + std::to_string(start);
      data_busy_until = end;
    }
    return "";
  }

  std::string check_state(const Command& now, const std::vector<int>& open) const {
    const auto bank = static_cast<std::size_t>(now.bank);
    switch (now.kind) {
      case Kind::activate:
        return open[bank] >= 0 ? "activate of an open bank" : "";
      case Kind::precharge:
      case Kind::precharge_all:
      case Kind::power_down:
      case Kind::power_up:
      case Kind::self_refresh_exit:
        return "";
      case Kind::self_refresh:
      case Kind::refresh:
        for (const int row : open) {
          if (row >= 0) return "refresh with an open bank";
        }
        return "";
      case Kind::refresh_bank:
        return open[bank] >= 0 ? "refresh of an open bank" : "";
      default:
        return open[bank] != now.row ? "column command to another row than the open one" : "";
    }
  }

  /// Power-down and self-refresh: what comes next is the exit, and not too early.
  std::string check_rest(const Command& before, const Command& now) const {
    const Cycle gap = now.clock - before.clock;
    if (rests(before) != wakes(now)) return rests(before) ? "command while at rest" : "exit without a rest";
    if (rests(before)) {
      if ((before.kind == Kind::self_refresh) != (now.kind == Kind::self_refresh_exit)) return "the other exit";
      if (gap < t_.tCKE) return "tCKE";
    }
    if (before.kind == Kind::power_up && gap < (rests(now) ? std::max(t_.tCKE, t_.tXP) : t_.tXP)) return "tXP";
    if (before.kind == Kind::self_refresh_exit && gap < t_.tXS) return "tXS";
    return "";
  }

  /// Rules between one earlier command and this one.
  std::string check_distance(const Command& before, const Command& now, const std::vector<int>& open) const {
    const Cycle gap = now.clock - before.clock;
    if (gap < length(before)) return "two commands at once";
    const bool same_bank = before.bank == now.bank, same_group = group(before) == group(now);
    if (rests(now)) {
      if (reads(before) && gap < t_.tRL + burst_ + 1) return "rest while data move";
      if (writes(before) && gap < t_.tWL + burst_ + t_.tWR + 1) return "rest during write recovery";
      if (now.kind == Kind::self_refresh && before.kind == Kind::refresh && gap < t_.tRFC) return "tRFC";
      if (now.kind == Kind::self_refresh && before.kind == Kind::refresh_bank && gap < t_.tRFCpb) return "tRFCpb";
      return "";
    }
    if (now.kind == Kind::activate) {
      if (before.kind == Kind::refresh && gap < t_.tRFC) return "tRFC";
      if (before.kind == Kind::refresh_bank && same_bank && gap < t_.tRFCpb) return "tRFCpb";
      if (before.kind == Kind::refresh_bank && gap < (same_group ? t_.tRRD_L : t_.tRRD_S)) return "tRRD after refresh";
      if (before.kind == Kind::activate && gap < (same_group ? t_.tRRD_L : t_.tRRD_S)) return "tRRD";
    } else if (now.kind == Kind::precharge || now.kind == Kind::precharge_all) {
      const bool open_too = now.kind == Kind::precharge_all && open[static_cast<std::size_t>(before.bank)] >= 0;
      const bool own = now.kind == Kind::precharge ? same_bank : open_too;
      if (before.kind == Kind::precharge && now.kind == Kind::precharge && gap < t_.tPPD) return "tPPD";
      if (own && before.kind == Kind::activate && gap < t_.tRAS) return "tRAS";
      if (own && before.kind == Kind::read && gap < t_.tRTP) return "tRTP";
      if (own && before.kind == Kind::write && gap < t_.tWL + burst_ + t_.tWR) return "tWR";
    } else if (now.kind == Kind::refresh_bank) {
      if (before.kind == Kind::refresh_bank && gap < t_.tRFCpb) return "tRFCpb to the next bank";
      if (before.kind == Kind::activate && gap < (same_group ? t_.tRRD_L : t_.tRRD_S)) return "tRRD before refresh";
    } else if (reads(now) || writes(now)) {
      if (same_bank && before.kind == Kind::activate && gap < t_.tRCD) return "tRCD";
      if ((reads(before) && reads(now)) || (writes(before) && writes(now))) {
        if (gap < (same_group ? t_.tCCD_L : t_.tCCD_S)) return "tCCD";
      }
      if (reads(before) && writes(now) && gap < t_.tRL + burst_ + t_.tRTRS - t_.tWL) return "read to write";
      if (writes(before) && reads(now) && gap < t_.tWL + burst_ + (same_group ? t_.tWTR_L : t_.tWTR_S)) return "tWTR";
    }
    return "";
  }

  std::string describe(const std::string& rule, const Command& c) const {
    return rule + " broken by command " + std::to_string(static_cast<int>(c.kind)) + " at clock " +
           std::to_string(c.clock) + " to bank " + std::to_string(c.bank) + " row " + std::to_string(c.row);
  }

  static constexpr std::size_t horizon = 160;  // commands; longer than any distance in clocks between two of them
  dram::DramSpec spec_;
  dram::DramTimingSpec t_;
  int burst_ = 0;
  Cycle longest_ = 0;
};

}  // namespace presil::tests
