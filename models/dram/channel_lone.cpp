// The only piece that waits: what it needs next is known without a choice, and it costs no offers as long as no other
// piece comes.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

/// False when there is more to look at; then it makes offers like any other.
bool Channel::plan_lone() {
  const int bank_index = lone_bank_, write = queues_[bank_index].list[0].empty() ? 1 : 0;
  if (wanted_mode() != planned_mode_ || out_of_mode_[write] != 0) {
    end_lone();
    return false;
  }
  const Piece& piece = pool_[lone_];
  const Bank& bank = banks_[bank_index];
  int kind = gate_precharge;
  Cycle at = bank.pre_ok;
  if (bank.row == piece.row) {
    kind = write;
    at = bank.column_ok;
  } else if (bank.row < 0) {
    kind = gate_activate;
    at = bank.act_ok;
  }
  at = std::max(std::max(at, piece.ready), std::max(banks_.gate(banks_.gate_of(bank_index, kind)), command_free_));
  next_.time = command_slot(at, kind);
  next_.bank = bank_index;
  next_.piece = lone_;
  next_.write = write;
  next_.kind = static_cast<Kind>(kind);
  if (next_.time >= refresh_limit_) plan_refresh();
  stale_ = false;
  return true;
}

Cycle Channel::open_lone_row(Cycle before) {
  Cycle last = no_cycle;
  if (stale_) plan();
  if (lone_ < 0) return last;
  while (next_.time < before && (next_.kind == Kind::activate || next_.kind == Kind::precharge)) {
    last = next_.time;
    begin_step();
    issue_lone_row(next_);
    if (!plan_lone()) break;
  }
  return last;
}

void Channel::end_lone() {
  lone_ = -1;
  renew(lone_bank_);
}

void Channel::issue_lone_row(const Choice& choice) {
  if (choice.kind == Kind::precharge) return close_row(choice);
  open_row(choice);
  queues_[choice.bank].hit[choice.write] = lone_;
}

}  // namespace presil::dram
