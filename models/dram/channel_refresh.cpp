// Refreshes of a channel: when one is due, how the banks are closed for it, and what is made up for while idle.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

/// What is neither a column nor a row command for a burst.
void Channel::step_seldom(const Choice& choice) {
  if (choice.kind == Kind::refresh) return do_refresh();
  if (choice.kind == Kind::refresh_bank) return step_bank_refresh(choice.time);
  draining_ = waiting_[1];
  move_waiting(choice.time);
}

Cycle Channel::precharge_together(Cycle at) {
  bool open = false;
  for (int i = 0; i < banks_.count(); ++i) {
    if (banks_[i].row < 0) continue;
    open = true;
    at = std::max(at, std::max(banks_[i].pre_ok + d_.row_tail, banks_.gate(banks_.gate_of(i, gate_precharge))));
  }
  if (!open) return at;
  banks_.precharge_all(at);
  record_command(CommandKind::precharge_all, at, 0, 0);
  return at + spec_.precharge_clocks;
}

/// Whichever bank is ready first goes first, between the columns that were committed ahead.
Cycle Channel::precharge_one_by_one(Cycle at) {
  for (;;) {
    int chosen = -1;
    Cycle earliest = no_cycle;
    for (int i = 0; i < banks_.count(); ++i) {
      if (banks_[i].row < 0) continue;
      const Cycle ready = std::max(at, std::max(banks_[i].pre_ok, banks_.gate(banks_.gate_of(i, gate_precharge))));
      const Cycle when = command_slot(ready, gate_precharge);
      if (when < earliest) {
        earliest = when;
        chosen = i;
      }
    }
    if (chosen < 0) return at;
    banks_.precharge(banks_[chosen], earliest, false);
    record_command(CommandKind::precharge, earliest, chosen, 0);
    at = earliest + spec_.precharge_clocks;
  }
}

void Channel::set_refresh_due() {
  const Cycle passed = (refresh_number_ + 1) * d_.refi;  // on one grid: no rounding adds up
  refresh_due_ = refresh_base_ + (per_bank_ ? passed / banks_.count() : passed);
  refresh_limit_ = refresh_due_ + spec_.postponed_refreshes * d_.refi;
}

// --- all banks at once --------------------------------------------------------------------------------------------

void Channel::do_refresh() {
  lone_ = -1;  // renew_all() has it offer
  Cycle at = std::max(next_.time, lanes_last_ + 1);
  at = spec_.precharge_all ? precharge_together(at) : precharge_one_by_one(at);
  for (int i = 0; i < banks_.count(); ++i) {
    at = std::max(at, banks_[i].refresh_ok);
    queues_[i].hit[0] = queues_[i].hit[1] = -1;
  }
  banks_.refresh(std::min(refresh_limit_, next_.time), at);
  record_command(CommandKind::refresh, at, 0, 0);
  command_free_ = at + spec_.precharge_clocks;
  ++refreshes_;
  ++refresh_number_;
  set_refresh_due();
  renew_all();
}

// --- bank by bank -------------------------------------------------------------------------------------------------

/// The bank whose turn it is is precharged if need be, and refreshed; commands to others go in between.
void Channel::plan_bank_refresh() {
  if (!bank_held_) {
    bank_held_ = true;
    renew(refreshed_bank_);
    choose();
  }
  const Bank& bank = banks_[refreshed_bank_];
  const Cycle from = std::max(refresh_due_, command_free_);
  Cycle at = std::max(from, bank.row >= 0 ? bank.pre_ok : std::max(bank.refresh_ok, bank_refresh_ok_));
  const int kind = bank.row >= 0 ? gate_precharge : gate_activate;
  at = std::max(at, banks_.gate(banks_.gate_of(refreshed_bank_, kind)));
  at = command_slot(at, gate_precharge);
  if (at > next_.time) return;
  next_ = Choice{};
  next_.time = at;
  next_.bank = refreshed_bank_;
  next_.kind = Kind::refresh_bank;
}

/// Before the next plan: a burst that came meanwhile may still go before the refresh.
void Channel::release_bank() {
  bank_held_ = false;
  renew(refreshed_bank_);
}

void Channel::step_bank_refresh(Cycle at) {
  const int index = refreshed_bank_;
  Bank& bank = banks_[index];
  command_free_ = at + spec_.precharge_clocks;
  if (bank.row >= 0) {
    banks_.precharge(bank, at, false);
    queues_[index].hit[0] = queues_[index].hit[1] = -1;
    record_command(CommandKind::precharge, at, index, 0);
    return;
  }
  banks_.refresh(bank, std::min(refresh_limit_, at), at);
  record_command(CommandKind::refresh_bank, at, index, 0);
  bank_refresh_ok_ = at + d_.rfc_bank;
  bank_held_ = false;
  refreshed_bank_ = index + 1 < banks_.count() ? index + 1 : 0;
  ++refreshes_;
  ++refresh_number_;
  set_refresh_due();
  renew(index);
}

// --- while nothing waits ------------------------------------------------------------------------------------------

/// A refresh that is due. False when it may stay owed because a burst comes first.
bool Channel::refresh_when_idle(Cycle now) {
  const Cycle at = std::max(refresh_due_, command_free_);
  if (at >= now && refresh_limit_ > now) return false;
  if (per_bank_) {
    next_.time = no_cycle;  // nobody else wants anything
    plan_bank_refresh();
    step_bank_refresh(next_.time);
  } else {
    next_.time = at;
    do_refresh();
  }
  return true;
}

/// After a long idle time only the last refreshes leave a trace.
void Channel::skip_refreshes(Cycle now) {
  const Cycle traced = (2 + spec_.postponed_refreshes) * d_.refi;
  if (log_ != nullptr || now - std::max(refresh_limit_, command_free_) <= 2 * traced) return;
  const Cycle interval = per_bank_ ? d_.refi / banks_.count() : d_.refi;
  const std::int64_t skipped = (now - traced - refresh_due_) / interval;
  refreshes_ += skipped;
  refresh_number_ += skipped;
  refreshed_bank_ = static_cast<int>((refreshed_bank_ + skipped) % banks_.count());
  set_refresh_due();
}

}  // namespace presil::dram
