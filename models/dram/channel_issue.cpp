// Commands of a channel are issued: banks, queues and bookkeeping move on.
#include <algorithm>

#include "models/dram/channel.hpp"
#include "models/dram/channel_columns.hpp"

namespace presil::dram {

void Channel::step() {
  if (stale_) plan();
  const Choice& choice = next_;  // no copy: its parts have just been written, and one wide load would wait for them
  begin_step();
  if (choice.kind <= Kind::write) return issue_columns(choice);
  if (choice.kind > Kind::precharge) return step_seldom(choice);
  if (lone_ >= 0) return issue_lone_row(choice);
  choice.kind == Kind::activate ? issue_activate(choice) : issue_precharge(choice);
}

// --- column commands ----------------------------------------------------------------------------------------------

void Channel::issue_columns(const Choice& choice) {
  const int most = std::min(pool_[choice.piece].count, spec_.max_run);
  command_free_ = choice.time + spec_.command_clocks;
  run_first_ = choice.time;
  run_step_ = step_l_;
  if (lone_ >= 0 || is_segment(choice)) return issue_segment(choice, most);
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
  banks_.occupy_bus(choice.write, last_column_);
  if (lone_ >= 0) {
    leave_queue(choice, count);
    if (pending_ == 0) lone_ = -1;
    return;
  }
  if (!pass_on(choice, count)) return renew(choice.bank);
  if (count < most) return;
  Cycle free = std::max(command_free_, banks_.gate(banks_.gate_of(choice.bank, choice.write)));
  if (offers_.of(choice.write, choice.bank).at > free) return;
  if (free <= lanes_last_) free = command_slot(free, choice.write);
  next_.piece = queues_[choice.bank].list[choice.write].first;
  next_.time = free;
  stale_ = free >= refresh_limit_;
}

// --- rows ---------------------------------------------------------------------------------------------------------

void Channel::open_row(const Choice& choice) {
  Bank& bank = banks_[choice.bank];
  const std::int32_t row = pool_[choice.piece].row;
  (bank.closed_by_conflict ? conflicts_ : misses_) += d_.lanes;
  banks_.activate(bank, row, choice.time);
  bank.closed_by_conflict = false;
  record_command(CommandKind::activate, choice.time, choice.bank, row);
  command_free_ = choice.time + spec_.command_clocks;
  if (d_.lanes > 1) commit_lanes(choice);
  last_bank_ = choice.bank;
}

void Channel::close_row(const Choice& choice) {
  banks_.precharge(banks_[choice.bank], choice.time, true);
  record_command(CommandKind::precharge, choice.time, choice.bank, 0);
  queues_[choice.bank].hit[0] = queues_[choice.bank].hit[1] = -1;
  command_free_ = choice.time + spec_.precharge_clocks;
  if (d_.lanes > 1) commit_lanes(choice);
  last_bank_ = choice.bank;
}

void Channel::issue_activate(const Choice& choice) {
  open_row(choice);
  BankQueue& queue = queues_[choice.bank];
  const std::int32_t row = pool_[choice.piece].row;
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
  close_row(choice);
  offers_.withdraw(choice.bank);
  offer_activate(choice.bank, choice.piece, false);  // its oldest burst, for which the row was closed
}

}  // namespace presil::dram
