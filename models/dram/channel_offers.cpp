// What each bank would issue next: renewed when the bank or its queue has changed.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

void Channel::renew(int index) {
  stale_ = true;
  offers_.withdraw(index);
  if ((pending_ & bit(index)) == 0 || (bank_held_ && index == refreshed_bank_)) return;
  const BankQueue& queue = queues_[index];
  const std::int32_t oldest = head(queue);
  if (oldest < 0) return;
  const Bank& bank = banks_[index];
  const Piece& first = pool_[oldest];
  const bool active = queue.active >= 0;
  if (bank.row < 0) return offer_activate(index, oldest, active);
  const bool conflict = first.row != bank.row && !active;
  if (!conflict) {
    offer_hits(index);
    return;
  }
  const bool cap_reached = spec_.row_hit_cap > 0 && bank.served >= spec_.row_hit_cap;
  const bool hits = !(cap_reached && spec_.strict_row_hit_cap) && offer_hits(index);
  if (!hits || cap_reached || spec_.conflict_rule == ConflictRule::oldest_first) {
    offers_.put(gate_precharge, index, std::max(bank.pre_ok, first.ready), rank_of(first, false, false), oldest);
  }
}

void Channel::offer_activate(int index, std::int32_t piece, bool active) {
  const Piece& first = pool_[piece];
  offers_.put(gate_activate, index, std::max(banks_[index].act_ok, first.ready), rank_of(first, active), piece);
}

/// The oldest read and the oldest write that hit the bank's open row. False when there are none.
bool Channel::offer_hits(int index) {
  const BankQueue& queue = queues_[index];
  std::uint64_t best = ~std::uint64_t{0};  // rank of those offered
  bool any = false;
  for (int write = 0; write < 2; ++write) {
    const bool active = queue.active >= 0 && queue.active_write == write;
    const std::int32_t hit = active ? queue.active : queue.hit[write] | out_of_mode_[write];
    if (hit < 0) continue;
    const Piece& piece = pool_[hit];
    const std::uint64_t rank = rank_of(piece, active);
    if (any && spec_.hit_fixes_type && rank != best) {
      if (rank > best) continue;
      offers_.withdraw(index);
    }
    offers_.put(write, index, std::max(banks_[index].column_ok, piece.ready), rank, hit);
    best = rank;
    any = true;
  }
  return any;
}

/// renew() for the usual burst that enters: nothing else waits for its bank, whose row is open for it or closed. False
/// when it is not so.
inline bool Channel::offer_first(int index) {
  const BankQueue& queue = queues_[index];
  const int write = queue.list[0].empty() ? 1 : 0;
  const std::int32_t first = queue.list[write].first;
  const Piece& piece = pool_[first];
  const Bank& bank = banks_[index];
  const bool alone = first == queue.list[write].last && queue.list[1 - write].empty() && out_of_mode_[write] == 0;
  if (!alone || !plain_ || bank_held_ || (offers_.any() & bit(index)) != 0) return false;
  if (bank.row < 0) {
    offer_activate(index, first, false);
  } else if (bank.row == piece.row) {
    offers_.put(write, index, std::max(bank.column_ok, piece.ready), rank_of(piece, false), first);
  } else {
    return false;
  }
  return true;
}

/// A burst that has entered changes the offers of its own bank only. The planned command stands if it is another bank's
/// and none of these offers is as early.
void Channel::renew_entered(int index) {
  const bool planned = !stale_;
  if (!offer_first(index)) renew(index);
  stale_ = true;
  if (!planned || next_.time == no_cycle || next_.bank == index || next_.kind > Kind::precharge) return;
  Cycle earliest = no_cycle;
  for (int kind = 0; kind < 4; ++kind)
    if ((offers_.banks(kind) & bit(index)) != 0) earliest = std::min(earliest, offer_time(kind, index));
  stale_ = earliest <= next_.time;
}

void Channel::renew_all() {
  for (std::uint64_t mask = pending_; mask != 0; mask &= mask - 1) renew(__builtin_ctzll(mask));
}

Cycle Channel::offer_time(int kind, int index) const {
  const Offer& offer = offers_.of(kind, index);
  return command_slot(std::max(std::max(offer.at, banks_.gate(offer.gate)), command_free_), kind);
}

/// From now on the other direction, as far as bursts of only one may be scheduled.
void Channel::plan_mode(int mode) {
  planned_mode_ = mode;
  out_of_mode_[mode] = 0;
  out_of_mode_[1 - mode] = single_order_ ? 0 : -1;
  renew_all();
}

}  // namespace presil::dram
