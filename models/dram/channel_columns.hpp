// Column commands of a channel take effect: on banks and buses, on the queues, and on what the bank offers next.
#pragma once

#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

inline void Channel::issue_run(const Choice& choice, int count, Cycle step) {
  const bool closes = !plain_ && closes_row(choice, count), alone = is_alone(choice);
  book_run(choice, count, step, closes);
  if (alone && !closes) {
    if (!pass_on(choice, count)) renew(choice.bank);
    return;
  }
  leave_queue(choice, count);
  if (closes) queues_[choice.bank].hit[0] = queues_[choice.bank].hit[1] = -1;
  if (two_level_ && (waiting_[0] | waiting_[1]) != 0) {
    start_drain_if_due(choice.time);
    move_waiting_of_bank(choice.bank, draining_ > 0 ? 1 : 0, choice.time);
  }
  renew(choice.bank);
}

/// The piece is the oldest of its bank, where only its direction may be scheduled: nothing but it is on offer.
inline bool Channel::is_alone(const Choice& choice) const {
  const BankQueue& queue = queues_[choice.bank];
  const int other = 1 - choice.write;
  return queue.list[choice.write].first == choice.piece && (queue.list[other].first | out_of_mode_[other]) < 0 &&
         !spec_.active_first && !two_level_;
}

/// leave_queue() for a piece that was alone. True when more of it follows, or the next piece and that hits the row,
/// too: then the bank's offers are in order.
inline bool Channel::pass_on(const Choice& choice, int count) {
  const int write = choice.write;
  BankQueue& queue = queues_[choice.bank];
  Piece& piece = pool_[choice.piece];
  const std::int32_t next = piece.next;
  if (count < piece.count || next < 0 || pool_[next].row != piece.row) {
    const bool more = count < piece.count;
    leave_queue(choice, count);
    return more;
  }
  if (shared_) waiting_[write] -= count;
  queue.queued -= count;
  queued_ -= count;
  queue.list[write].first = queue.hit[write] = next;
  Piece& following = pool_[next];
  following.previous = -1;
  pool_.give_back(choice.piece);
  const Cycle at = std::max(banks_[choice.bank].column_ok, following.ready);
  offers_.replace(write, choice.bank, at, rank_of(following, false), next);
  return true;
}

/// What a decision has issued for the burst so far, for its pieces are told of together; or nullptr.
inline Columns* Channel::columns_of(std::int32_t burst) {
  for (int i = 0; i < issued_; ++i)
    if (Columns& columns = columns_[static_cast<std::size_t>(i)]; columns.burst == burst) return &columns;
  return nullptr;
}

/// The column commands take effect on the bank and the buses; the last one closes the row if so wished.
inline void Channel::book_run(const Choice& choice, int count, Cycle step, bool closes) {
  Bank& bank = banks_[choice.bank];
  const Piece& piece = pool_[choice.piece];
  const int write = choice.write;
  const Cycle last = choice.time + (count - 1) * step;
  Columns* columns = columns_of(piece.burst);
  if (columns != nullptr) {
    columns->count += count;
    columns->last = std::max(columns->last, last);
  } else {
    columns = &columns_[static_cast<std::size_t>(issued_++)];
    columns->burst = piece.burst;
    columns->write = write;
    columns->count = count;
    columns->last = last;
    columns->first = no_cycle;
  }
  if (choice.time < columns->first) {
    columns->first = choice.time;
    columns->master_before = last_master_;
    columns->bank = {bank.used_until, bank.row_from};
    columns->refresh = {bank.refresh_from, bank.refresh_until};
    columns->row = {bank.row_from, bank.activated_at + d_.rcd};
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
  last_column_ = std::max(last_column_, last);
  run_last_ = last_column_ + d_.column_tail + spec_.command_clocks - 1;
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

}  // namespace presil::dram
