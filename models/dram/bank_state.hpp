// What one channel's banks and buses allow and from when on: the JEDEC rules, applied command by command.
#pragma once

#include <algorithm>
#include <array>
#include <vector>

#include "models/dram/command.hpp"
#include "models/dram/distances.hpp"

namespace presil::dram {

struct alignas(128) Bank {  // a power of two: found by a shift
  std::int32_t row = -1;    // open row; -1 = precharged
  std::int32_t group = 0;
  std::int32_t served = 0;  // column commands since the activation
  Cycle act_ok = 0, pre_ok = 0, column_ok = 0;
  Cycle activated_at = 0;
  Cycle refresh_ok = 0;  // tRP after the last precharge
  // For booking of waiting time, see wait_booking.hpp:
  Cycle used_until = 0;  // last column command before the row was closed
  Cycle row_from = 0;    // precharge or, without one, activation that prepared the open row
  Cycle last_column = 0;
  bool closed_by_conflict = false;
  Cycle refresh_from = 0, refresh_until = 0;  // the last refresh, from when it was due

  void refresh(Cycle since, Cycle until) {
    refresh_from = since;
    refresh_until = until;
    act_ok = std::max(act_ok, until);
  }
};

// Kinds of commands by what they wait for; 0 = read and 1 = write, as everywhere in this folder.
inline constexpr int gate_activate = 2, gate_precharge = 3;

/// Times are the earliest clocks for the next command of a kind. Nothing here decides; Channel does.
class BankStates {
 public:
  BankStates(const Distances& d, int groups, int banks_per_group)
      : d_(d), banks_(static_cast<std::size_t>(groups * banks_per_group)) {
    gates_.resize(static_cast<std::size_t>(groups * kinds));
    group_banks_.resize(static_cast<std::size_t>(groups));
    for (std::size_t i = 0; i < banks_.size(); ++i) {
      group_of_[i] = static_cast<std::uint8_t>(static_cast<int>(i) / banks_per_group);
      group_banks_[group_of_[i]] |= std::uint64_t{1} << i;
    }
    reset();
  }

  void reset() {
    for (std::size_t i = 0; i < banks_.size(); ++i) {
      banks_[i] = Bank{};
      banks_[i].group = group_of_[i];
    }
    std::fill(gates_.begin(), gates_.end(), Cycle{0});
    activations_.fill(-d_.faw);
    next_activation_ = 0;
  }

  int group_of(int bank) const { return group_of_[static_cast<std::size_t>(bank)]; }
  std::uint64_t banks_of(int group) const { return group_banks_[static_cast<std::size_t>(group)]; }
  int count() const { return static_cast<int>(banks_.size()); }
  Bank& operator[](int bank) { return banks_[static_cast<std::size_t>(bank)]; }
  const Bank& operator[](int bank) const { return banks_[static_cast<std::size_t>(bank)]; }

  // What everything but the bank itself allows for a command kind, by group of banks: the group, the channel, and tFAW.
  // The bank's own part is its column_ok, act_ok and pre_ok.
  int gate_of(int bank, int kind) const { return group_of(bank) * kinds + kind; }
  Cycle gate(int gate) const { return gates_[static_cast<std::size_t>(gate)]; }

  void activate(Bank& bank, std::int32_t row, Cycle at) {
    if (!bank.closed_by_conflict) bank.row_from = at;
    bank.row = row;
    bank.served = 0;
    bank.activated_at = at;
    bank.column_ok = at + d_.rcd;
    bank.pre_ok = at + d_.ras;
    bank.act_ok = at + d_.rc;
    add_activation(at);
    for (int lane = 1; lane < d_.lanes; ++lane) add_activation(at + d_.row_of_lane(lane));
    raise(gate_activate, std::max(at + d_.rrd_s, activations_[next_activation_] + d_.faw));
    raise_group(bank, gate_activate, at + d_.rrd_l);
  }

  void precharge(Bank& bank, Cycle at, bool conflict) {
    bank.row = -1;
    bank.closed_by_conflict = conflict;
    bank.used_until = bank.last_column;
    bank.row_from = at;
    bank.act_ok = std::max(bank.act_ok, at + d_.rp);
    bank.refresh_ok = at + d_.rp + d_.row_tail;
    raise(gate_precharge, at + d_.ppd);
  }

  /// All banks at once.
  void precharge_all(Cycle at) {
    for (Bank& bank : banks_) {
      if (bank.row < 0) continue;
      precharge(bank, at, false);
      bank.refresh_ok = at + d_.rp;
    }
  }

  /// The data bus after the last of some column commands: for all banks.
  void occupy_bus(int write, Cycle last) {
    const Cycle same = last + d_.same_s, turn = last + (write == 0 ? d_.read_to_write : d_.write_to_read_s);
    for (Cycle* gate = gates_.data(); gate != (gates_.data() + gates_.size()); gate += kinds) {
      gate[write] = std::max(gate[write], same);
      gate[1 - write] = std::max(gate[1 - write], turn);
    }
  }

  /// `count` column commands, the last one at `last`, with auto-precharge if so wished: for their bank and its group.
  void column(Bank& bank, int write, int count, Cycle last, bool auto_precharge) {
    bank.served += count;
    bank.last_column = last;
    raise_group(bank, write, last + d_.same_l);
    if (write != 0) raise_group(bank, 0, last + d_.write_to_read_l);
    bank.pre_ok = std::max(bank.pre_ok, last + d_.to_precharge[write]);
    if (auto_precharge) {
      const Cycle open_again = std::max(last + d_.auto_to_act[write], bank.activated_at + d_.rc);
      bank.row = -1;
      bank.closed_by_conflict = false;
      bank.used_until = last;
      bank.act_ok = std::max(bank.act_ok, open_again);
      bank.refresh_ok = open_again;  // the internal precharge has ended
    }
  }

  /// All banks are closed; `at` is the refresh command, which was due at `since`.
  void refresh(Cycle since, Cycle at) {
    for (Bank& bank : banks_) bank.refresh(since, at + d_.rfc);
  }

  /// The bank is closed. To the others it is like an activation.
  void refresh(Bank& bank, Cycle since, Cycle at) {
    bank.refresh(since, at + d_.rfc_bank);
    raise(gate_activate, at + d_.rrd_s);
    raise_group(bank, gate_activate, at + d_.rrd_l);
  }

  // channel_lockstep.cpp: the banks of all groups and the wide banks made of them.
  bool groups_agree() const;
  void gather(const BankStates& narrow);
  void spread(const BankStates& wide);

 private:
  void add_activation(Cycle at) {
    activations_[next_activation_] = at;
    next_activation_ = (next_activation_ + 1) % activations_.size();
  }
  static constexpr int kinds = 4;
  Cycle of_lane(int kind, int lane) const {
    return kind < gate_activate ? d_.column_of_lane(lane) : d_.row_of_lane(lane);
  }
  void raise(int kind, Cycle at) {
    for (Cycle* gate = gates_.data(); gate != (gates_.data() + gates_.size()); gate += kinds)
      gate[kind] = std::max(gate[kind], at);
  }
  void raise_group(const Bank& bank, int kind, Cycle at) {
    Cycle& gate = gates_[static_cast<std::size_t>(bank.group * kinds + kind)];
    gate = std::max(gate, at);
  }

  Distances d_;
  std::vector<Bank> banks_;
  std::vector<Cycle> gates_;                 // see gate_of()
  std::array<std::uint8_t, 64> group_of_{};  // by bank
  std::vector<std::uint64_t> group_banks_;   // by group
  std::array<Cycle, 4> activations_{};       // the last four, for tFAW
  std::size_t next_activation_ = 0;
};

}  // namespace presil::dram
