// Commands of a channel are issued: banks, queues and bookkeeping move on.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

void Channel::step() {
  if (stale_) plan();
  const Choice choice = next_;
  stale_ = true;
  issued_ = taken_ = 0;
  if (mode_ != planned_mode_) {
    mode_ = planned_mode_;
    in_turn_ = 0;
  }
  switch (choice.kind) {
    case Kind::read:
    case Kind::write:
      issue_columns(choice);
      break;
    case Kind::activate:
      issue_activate(choice);
      break;
    case Kind::precharge:
      issue_precharge(choice);
      break;
    case Kind::refresh:
      do_refresh();
      break;
    case Kind::refresh_bank:
      step_bank_refresh(choice.time);
      break;
    case Kind::drain:
      draining_ = waiting_[1];
      move_waiting(choice.time);
      break;
  }
}

// --- column commands ----------------------------------------------------------------------------------------------

void Channel::issue_columns(const Choice& choice) {
  const int most = std::min(pool_[choice.piece].count, spec_.max_run);
  command_free_ = choice.time + spec_.command_clocks;
  run_first_ = choice.time;
  run_step_ = static_cast<int>(d_.same_l);
  runs_per_clock_ = runs_per_clock_l_;
  if (is_segment(choice)) return issue_segment(choice, most);
  if (most == 1 || spec_.page_policy == PagePolicy::closed) {
    issue_run(choice, 1, d_.same_l);
    return banks_.occupy_bus(choice.write, choice.time);
  }
  std::uint64_t rank = offers_.of(choice.write, choice.bank).rank();
  if (weaves_) {
    // With a second group at hand the two alternate at tCCD_S, else tCCD_L sets the pace and leaves gaps that any other
    // group may fill.
    const int partner = find_partner(choice.write, choice.bank, choice.time + d_.same_s);
    if (partner >= 0 && refresh_limit_ > choice.time + d_.same_s) return issue_weave(choice, partner);
    rank = ~std::uint64_t{0};
  }
  issue_run(choice, run_length(choice, most, d_.same_l, rank), d_.same_l);
  banks_.occupy_bus(choice.write, columns_.front().last);
}

/// Nothing could come between the bursts that hit this row: what else waits are younger hits of the same direction.
inline bool Channel::is_segment(const Choice& choice) const {
  const BankQueue& queue = queues_[choice.bank];
  const int write = choice.write;
  if ((offers_.banks(1 - write) | offers_.banks(gate_activate) | offers_.banks(gate_precharge)) != 0) return false;
  if (!segments_ || queue.list[write].first != choice.piece || waiting_[1 - write] != 0) return false;
  std::uint64_t others = offers_.banks(write) & ~bit(choice.bank);
  if (others == 0) return queue.list[1 - write].empty();
  if (d_.same_l > d_.same_s || spec_.arbitration != BankArbitration::oldest || !queue.list[1 - write].empty())
    return false;
  const Piece& piece = pool_[choice.piece];
  const std::uint64_t youngest = rank_of(piece.next >= 0 ? pool_[piece.next] : piece, false);
  for (; others != 0; others &= others - 1)
    if (offers_.of(write, __builtin_ctzll(others)).rank() <= youngest) return false;  // equal: of the same bus burst
  return true;
}

/// As issue_run(), but there is nothing to choose: neither how many go now nor, while the row lasts, what goes next.
void Channel::issue_segment(const Choice& choice, int most) {
  const Cycle step = d_.same_l;
  int count = most;
  if (refresh_limit_ - choice.time <= (most - 1) * step) count = run_length(choice, most, step, 0);
  book_run(choice, count, step, false);
  banks_.occupy_bus(choice.write, run_last_);
  leave_queue(choice, count);
  if (!goes_on(choice)) return renew(choice.bank);
  if (count < most) return;
  const Cycle free = std::max(command_free_, banks_.gate(banks_.gate_of(choice.bank, choice.write)));
  if (offers_.of(choice.write, choice.bank).at > free) return;
  next_.piece = queues_[choice.bank].list[choice.write].first;
  next_.time = free;
  stale_ = free >= refresh_limit_;
}

void Channel::issue_run(const Choice& choice, int count, Cycle step) {
  const bool alone = is_alone(choice);
  if (plain_) {
    book_run(choice, count, step, false);
    leave_queue(choice, count);
    if (!alone || !goes_on(choice)) renew(choice.bank);
    return;
  }
  const bool closes = closes_row(choice, count);
  book_run(choice, count, step, closes);
  leave_queue(choice, count);
  if (closes) queues_[choice.bank].hit[0] = queues_[choice.bank].hit[1] = -1;
  if (two_level_ && (waiting_[0] | waiting_[1]) != 0) {
    start_drain_if_due(choice.time);
    move_waiting_of_bank(choice.bank, draining_ > 0 ? 1 : 0, choice.time);
  }
  if (!alone || closes || !goes_on(choice)) renew(choice.bank);
}

/// The piece is the oldest of its bank, where only its direction may be scheduled: nothing but it is on offer.
inline bool Channel::is_alone(const Choice& choice) const {
  const BankQueue& queue = queues_[choice.bank];
  const int other = 1 - choice.write;
  return queue.list[choice.write].first == choice.piece && (queue.list[other].first | out_of_mode_[other]) < 0 &&
         !spec_.active_first && !two_level_;
}

/// What was alone is followed by more of it, or by the next burst when that hits the row, too.
inline bool Channel::goes_on(const Choice& choice) {
  const BankQueue& queue = queues_[choice.bank];
  const std::int32_t next = queue.list[choice.write].first;
  if (next == choice.piece) return true;
  if (next < 0 || next != queue.hit[choice.write]) return false;
  const Piece& piece = pool_[next];
  const Cycle at = std::max(banks_[choice.bank].column_ok, piece.ready);
  offers_.replace(choice.write, choice.bank, at, rank_of(piece, false), next);
  return true;
}

/// The pieces of one burst that go in one decision are told of together.
inline Columns& Channel::columns_for(std::int32_t burst) {
  for (int i = 0; i < issued_; ++i)
    if (Columns& columns = columns_[static_cast<std::size_t>(i)]; columns.burst == burst) return columns;
  Columns& columns = columns_[static_cast<std::size_t>(issued_++)];
  columns.burst = burst;
  columns.count = 0;
  columns.first = no_cycle;
  columns.last = 0;
  return columns;
}

/// The column commands take effect on the bank and the buses; the last one closes the row if so wished.
inline void Channel::book_run(const Choice& choice, int count, Cycle step, bool closes) {
  Bank& bank = banks_[choice.bank];
  const Piece& piece = pool_[choice.piece];
  const int write = choice.write;
  const Cycle last = choice.time + (count - 1) * step;
  Columns& columns = columns_for(piece.burst);
  columns.count += count;
  columns.last = std::max(columns.last, last);
  if (choice.time < columns.first) {
    columns.first = choice.time;
    columns.write = write;
    columns.master_before = last_master_;
    columns.bank = {bank.used_until, bank.row_from};
    columns.refresh = {bank.refresh_from, bank.refresh_until};
    columns.row = {bank.row_from, bank.activated_at + d_.rcd};
  }
  if (write != last_write_) {
    if (last_column_ >= 0) {
      ++turnarounds_;
      turnaround_ = {last_column_ + d_.same_s, std::min(choice.time, banks_.gate(banks_.gate_of(choice.bank, write)))};
    }
    last_write_ = write;
  }
  last_master_ = piece.master;
  if (rests_) quiet_ = std::max(quiet_, last + d_.to_rest[write]);
  last_column_ = run_last_ = std::max(last_column_, last);
  last_bank_ = choice.bank;
  in_turn_ += count;

  if (log_ != nullptr) {
    for (int i = 0; i < count; ++i) {
      const bool closing = closes && i == count - 1;
      const CommandKind kind = write != 0 ? (closing ? CommandKind::write_precharge : CommandKind::write)
                                          : (closing ? CommandKind::read_precharge : CommandKind::read);
      record_command(kind, choice.time + i * step, choice.bank, bank.row);
    }
  }
  banks_.column(bank, write, count, last, closes);
}

/// Does the last of these column commands carry auto-precharge?
inline bool Channel::closes_row(const Choice& choice, int count) const {
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

inline void Channel::leave_queue(const Choice& choice, int count) {
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
  offers_.withdraw(choice.bank);
  offer_hits(choice.bank);  // of the row just opened: the oldest burst is one of them
}

void Channel::issue_precharge(const Choice& choice) {
  banks_.precharge(banks_[choice.bank], choice.time, true);
  record_command(CommandKind::precharge, choice.time, choice.bank, 0);
  queues_[choice.bank].hit[0] = queues_[choice.bank].hit[1] = -1;
  command_free_ = choice.time + spec_.precharge_clocks;
  last_bank_ = choice.bank;
  offers_.withdraw(choice.bank);
  offer_activate(choice.bank, choice.piece, false);  // its oldest burst, for which the row was closed
}

}  // namespace presil::dram
