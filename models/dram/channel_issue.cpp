// Commands of a channel are issued: banks, queues and bookkeeping move on.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

bool Channel::step(Columns& columns) {
  if (stale_) plan();
  const Choice choice = next_;
  stale_ = true;
  if (mode_ != planned_mode_) {
    mode_ = planned_mode_;
    in_turn_ = 0;
  }
  switch (choice.kind) {
    case Kind::read:
    case Kind::write:
      issue_columns(choice, columns);
      return true;
    case Kind::second:
      has_second_ = false;
      columns = second_;
      return true;
    case Kind::activate:
      issue_activate(choice);
      return false;
    case Kind::precharge:
      issue_precharge(choice);
      return false;
    case Kind::refresh:
      do_refresh();
      return false;
    case Kind::refresh_bank:
      step_bank_refresh(choice.time);
      return false;
    case Kind::drain:
      draining_ = waiting_[1];
      move_waiting(choice.time);
      return false;
  }
  return false;
}

// --- column commands ----------------------------------------------------------------------------------------------

void Channel::issue_columns(const Choice& choice, Columns& columns) {
  const int most = std::min(pool_[choice.piece].count, spec_.max_run);
  command_free_ = choice.time + spec_.command_clocks;
  run_first_ = choice.time;
  run_step_ = static_cast<int>(d_.same_l);
  runs_per_clock_ = runs_per_clock_l_;
  if (is_segment(choice)) return issue_segment(choice, most, columns);
  if (most == 1 || spec_.page_policy == PagePolicy::closed) {
    issue_run(choice, 1, d_.same_l, columns);
    return;
  }
  const std::uint64_t rank = offers_.rank[choice.write][choice.bank];
  if (!pairs_) {
    issue_run(choice, run_length(choice, most, d_.same_l, rank, -1), d_.same_l, columns);
    return;
  }
  // Bank groups: with a second group at hand the two alternate at tCCD_S, else tCCD_L sets the pace and leaves gaps
  // that any other group may fill.
  const int partner = find_partner(choice);
  if (partner < 0) {
    issue_run(choice, run_length(choice, most, d_.same_l, ~std::uint64_t{0}, -1), d_.same_l, columns);
    return;
  }
  Choice second = choice;
  second.time = choice.time + d_.same_s;
  second.bank = partner;
  second.piece = offers_.piece[choice.write][partner];
  const Cycle step = 2 * d_.same_s;
  const int both = std::min(most, pool_[second.piece].count);
  const std::uint64_t larger = std::max(rank, offers_.rank[choice.write][partner]);
  int count = run_length(choice, both, step, larger, partner);
  count = std::min(count, run_length(second, count, step, larger, choice.bank));
  if (refresh_limit_ <= second.time + (count - 1) * step) --count;
  if (count < 1) {
    issue_run(choice, 1, step, columns);
    return;
  }
  issue_run(choice, count, step, columns);
  issue_run(second, count, step, second_);
  run_step_ = static_cast<int>(d_.same_s);
  runs_per_clock_ = runs_per_clock_s_;
  has_second_ = true;
}

/// Nothing could come between the bursts that hit this row: what else waits are younger hits of the same direction.
bool Channel::is_segment(const Choice& choice) const {
  const BankQueue& queue = queues_[choice.bank];
  const int write = choice.write;
  if ((offers_.mask[1 - write] | offers_.mask[gate_activate] | offers_.mask[gate_precharge]) != 0) return false;
  if (!segments_ || queue.list[write].first != choice.piece || waiting_[1 - write] != 0) return false;
  std::uint64_t others = offers_.mask[write] & ~bit(choice.bank);
  if (others == 0) return queue.list[1 - write].empty();
  if (pairs_ || spec_.arbitration != BankArbitration::oldest || !queue.list[1 - write].empty()) return false;
  const Piece& piece = pool_[choice.piece];
  const std::uint64_t youngest = rank_of(piece.next >= 0 ? piece.next : choice.piece, false);
  for (; others != 0; others &= others - 1)
    if (offers_.rank[write][__builtin_ctzll(others)] <= youngest) return false;  // equal: of the same bus burst
  return true;
}

/// As issue_run(), but there is nothing to choose: neither how many go now nor, while the row lasts, what goes next.
void Channel::issue_segment(const Choice& choice, int most, Columns& columns) {
  const Cycle step = d_.same_l;
  int count = most;
  if (refresh_limit_ - choice.time <= (most - 1) * step) count = run_length(choice, most, step, 0, -1);
  const Bank& bank = banks_[choice.bank];
  const std::int32_t next = pool_[choice.piece].next;
  book_run(choice, count, step, columns, false);
  leave_queue(choice, count);
  if (count < most || queues_[choice.bank].hit[choice.write] != next || next < 0) return renew(choice.bank);
  const Cycle at = std::max(bank.column_ok, pool_[next].ready);
  const Cycle free = std::max(command_free_, banks_.column_gate(bank.group, choice.write));
  if (at > free) return renew(choice.bank);
  offers_.at[choice.write][choice.bank] = at;
  offers_.rank[choice.write][choice.bank] = rank_of(next, false);
  offers_.piece[choice.write][choice.bank] = next;
  next_.piece = next;
  next_.time = free;
  stale_ = free >= refresh_limit_;
}

void Channel::issue_run(const Choice& choice, int count, Cycle step, Columns& columns) {
  const bool closes = closes_row(choice, count);
  book_run(choice, count, step, columns, closes);
  leave_queue(choice, count);
  if (closes) queues_[choice.bank].hit[0] = queues_[choice.bank].hit[1] = -1;
  if (two_level_ && (waiting_[0] | waiting_[1]) != 0) {
    start_drain_if_due(choice.time);
    move_waiting_of_bank(choice.bank, draining_ > 0 ? 1 : 0, choice.time);
  }
  renew(choice.bank);
}

/// The column commands take effect on the bank and the buses; the last one closes the row if so wished.
void Channel::book_run(const Choice& choice, int count, Cycle step, Columns& columns, bool closes) {
  Bank& bank = banks_[choice.bank];
  const Piece& piece = pool_[choice.piece];
  const int write = choice.write;

  columns.burst = piece.burst;
  columns.count = count;
  columns.write = write;
  columns.first = choice.time;
  columns.last = choice.time + (count - 1) * step;
  columns.master_before = last_master_;
  columns.bank = {bank.used_until, bank.row_from};
  columns.refresh = {bank.refresh_from, bank.refresh_until};
  columns.row = {bank.row_from, bank.activated_at + d_.rcd};
  if (write != last_write_) {
    if (last_column_ >= 0) {
      ++turnarounds_;
      turnaround_ = {last_column_ + d_.same_s, std::min(choice.time, banks_.column_gate(bank.group, write))};
    }
    last_write_ = write;
  }
  last_master_ = piece.master;
  if (rests_) quiet_ = std::max(quiet_, columns.last + d_.to_rest[write]);
  last_column_ = run_last_ = std::max(last_column_, columns.last);
  last_bank_ = choice.bank;
  in_turn_ += count;

  if (log_ != nullptr) {
    for (int i = 0; i < count; ++i) {
      const bool last = closes && i == count - 1;
      const CommandKind kind = write != 0 ? (last ? CommandKind::write_precharge : CommandKind::write)
                                          : (last ? CommandKind::read_precharge : CommandKind::read);
      record_command(kind, choice.time + i * step, choice.bank, bank.row);
    }
  }
  banks_.column(bank, write, choice.time, count, step, closes);
}

/// Does the last of these column commands carry auto-precharge?
bool Channel::closes_row(const Choice& choice, int count) const {
  if (spec_.page_policy == PagePolicy::open) return false;
  if (spec_.page_policy == PagePolicy::closed) return true;
  const Piece& piece = pool_[choice.piece];
  const BankQueue& queue = queues_[choice.bank];
  if (piece.count > count || queue.hit[1 - choice.write] >= 0) return false;
  for (std::int32_t other = queue.hit[choice.write]; other >= 0; other = pool_[other].next) {
    if (other != choice.piece && pool_[other].row == piece.row) return false;
  }
  return true;
}

void Channel::leave_queue(const Choice& choice, int count) {
  BankQueue& queue = queues_[choice.bank];
  Piece& piece = pool_[choice.piece];
  const int write = choice.write;
  int leaving = count;
  if (queue.active == choice.piece) {  // its first device burst left the buffer with the activation
    queue.active = -1;
    --leaving;
  }
  if (shared_) waiting_[write] -= leaving;
  queue.queued -= count;
  queued_ -= count;
  piece.count -= count;
  if (piece.count > 0) return;
  if (queue.hit[write] == choice.piece) {
    std::int32_t next = piece.next;
    while (next >= 0 && pool_[next].row != piece.row) next = pool_[next].next;
    queue.hit[write] = next;
  }
  pool_.remove(queue.list[write], choice.piece);
  pool_.give_back(choice.piece);
  if (queue.list[0].empty() && queue.list[1].empty()) pending_ &= ~bit(choice.bank);
}

// --- rows ---------------------------------------------------------------------------------------------------------

void Channel::issue_activate(const Choice& choice) {
  BankQueue& queue = queues_[choice.bank];
  Bank& bank = banks_[choice.bank];
  const std::int32_t row = pool_[choice.piece].row;
  ++(bank.closed_by_conflict ? conflicts_ : misses_);
  banks_.activate(bank, row, choice.time);
  bank.closed_by_conflict = false;
  record_command(CommandKind::activate, choice.time, choice.bank, row);
  command_free_ = choice.time + spec_.command_clocks;
  last_bank_ = choice.bank;
  for (int write = 0; write < 2; ++write) {
    std::int32_t piece = queue.list[write].first;
    while (piece >= 0 && pool_[piece].row != row) piece = pool_[piece].next;
    queue.hit[write] = piece;
  }
  if (spec_.active_first && queue.active < 0) {
    const int write = queue.hit[1] == choice.piece ? 1 : 0;
    queue.active = choice.piece;
    queue.active_write = write;
    if (shared_) --waiting_[write];
  }
  renew(choice.bank);
}

void Channel::issue_precharge(const Choice& choice) {
  banks_.precharge(banks_[choice.bank], choice.time, true);
  record_command(CommandKind::precharge, choice.time, choice.bank, 0);
  queues_[choice.bank].hit[0] = queues_[choice.bank].hit[1] = -1;
  command_free_ = choice.time + spec_.precharge_clocks;
  last_bank_ = choice.bank;
  renew(choice.bank);
}

}  // namespace presil::dram
