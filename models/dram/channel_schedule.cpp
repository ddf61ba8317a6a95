// Which command of a channel goes next, and how many column commands may be committed with it.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

// --- what each bank wants -----------------------------------------------------------------------------------------

std::int32_t Channel::head(const BankQueue& queue) const {
  if (queue.active >= 0) return queue.active;
  const int mask = mode_mask();
  const std::int32_t read = (mask & 1) != 0 ? queue.list[0].first : -1;
  const std::int32_t write = (mask & 2) != 0 ? queue.list[1].first : -1;
  if (read < 0) return write;
  if (write < 0) return read;
  return pool_[read].key < pool_[write].key ? read : write;
}

namespace {

// (time, rank, bank, kind) or, with banks in turn, (time, distance, rank, kind) in one number: the smallest goes.
constexpr int kind_bits = 2, bank_bits = 6;
constexpr int time_shift = rank_bits + bank_bits + kind_bits;
constexpr Cycle longest_wait = (Cycle{1} << (64 - time_shift)) - 2;
constexpr std::uint64_t nothing = ~std::uint64_t{0};

}  // namespace

inline void Channel::offer(int kind, int index, Cycle at, std::uint64_t rank, std::int32_t piece) {
  if ((offers_.any() & bit(index)) == 0) {
    offers_.first_kind[index] = static_cast<std::uint8_t>(kind);
  } else {
    offers_.several |= bit(index);
  }
  offers_.mask[kind] |= bit(index);
  offers_.at[kind][index] = at;
  offers_.rank[kind][index] = rank;
  offers_.piece[kind][index] = piece;
}

void Channel::renew(int index) {
  stale_ = true;
  const Bank& bank = banks_[index];
  const BankQueue& queue = queues_[index];
  const std::uint64_t others = ~bit(index);
  for (std::uint64_t& mask : offers_.mask) mask &= others;
  offers_.several &= others;
  if (bank_held_ && index == refreshed_bank_) return;
  const std::int32_t oldest = head(queue);
  if (bank.row < 0) {
    if (oldest < 0) return;
    offer(gate_activate, index, std::max(bank.act_ok, pool_[oldest].ready), rank_of(oldest, queue.active >= 0), oldest);
    return;
  }
  const bool conflict = queue.active < 0 && oldest >= 0 && pool_[oldest].row != bank.row;
  const bool cap_reached = conflict && spec_.row_hit_cap > 0 && bank.served >= spec_.row_hit_cap;
  bool hits = false;
  if (!cap_reached || !spec_.strict_row_hit_cap) {
    const int mask = mode_mask();
    std::int32_t pieces[2];
    for (int write = 0; write < 2; ++write) {
      const bool active = queue.active >= 0 && queue.active_write == write;
      pieces[write] = active ? queue.active : (mask & (1 << write)) != 0 ? queue.hit[write] : -1;
      hits = hits || pieces[write] >= 0;
    }
    if (hits) {
      std::uint64_t ranks[2] = {nothing, nothing};
      for (int write = 0; write < 2; ++write) {
        if (pieces[write] < 0) continue;
        const bool active = queue.active >= 0 && queue.active_write == write;
        ranks[write] = rank_of(pieces[write], active);
      }
      for (int write = 0; write < 2; ++write) {
        if (pieces[write] < 0 || (spec_.hit_fixes_type && ranks[write] > ranks[1 - write])) continue;
        offer(write, index, std::max(bank.column_ok, pool_[pieces[write]].ready), ranks[write], pieces[write]);
      }
    }
  }
  if (!conflict) return;
  if (!hits || cap_reached || spec_.conflict_rule == ConflictRule::oldest_first) {
    offer(gate_precharge, index, std::max(bank.pre_ok, pool_[oldest].ready), rank_of(oldest, false, false), oldest);
  }
}

/// A burst that has entered changes the offers of its own bank only. The planned command stands if it is another bank's
/// and none of these offers is as early.
void Channel::renew_entered(int index) {
  const bool planned = !stale_;
  renew(index);
  if (!planned || next_.time == no_cycle || next_.bank == index || next_.kind > Kind::precharge) return;
  Cycle earliest = no_cycle;
  for (int kind = 0; kind < 4; ++kind)
    if ((offers_.mask[kind] & bit(index)) != 0) earliest = std::min(earliest, offer_time(kind, index));
  stale_ = earliest <= next_.time;
}

void Channel::renew_all() {
  for (std::uint64_t mask = pending_; mask != 0; mask &= mask - 1) renew(__builtin_ctzll(mask));
}

// --- which of them goes -------------------------------------------------------------------------------------------

/// Watermarks: true when the channel has to turn from reading to writing or back.
bool Channel::mode_due() const {
  if (single_order_) return false;
  if (mode_ == 0) {
    if (waiting_[1] == 0) return false;
    return waiting_[1] >= spec_.write_high || waiting_[0] == 0 ||
           (spec_.max_reads_in_turn > 0 && in_turn_ >= spec_.max_reads_in_turn);
  }
  if (waiting_[0] == 0) return false;
  return waiting_[1] <= spec_.write_low || (spec_.max_writes_in_turn > 0 && in_turn_ >= spec_.max_writes_in_turn);
}

Cycle Channel::offer_time(int kind, int index) const {
  const Cycle gate = std::max(banks_.gate(kind), banks_.group_gate(banks_.group_of(index), kind));
  return command_slot(std::max(std::max(offers_.at[kind][index], gate), command_free_), kind);
}

void Channel::plan() {
  if (has_second_) {  // already issued, only not reported
    next_.kind = Kind::second;
    stale_ = false;
    return;
  }
  if (const int mode = mode_due() ? 1 - mode_ : mode_; mode != planned_mode_) {
    planned_mode_ = mode;
    renew_all();
  }
  take(best_of_all());
  if (pending_ == 0 && waiting_[1] > 0 && two_level_) plan_drain();
  if (next_.time >= refresh_limit_ && !idle()) per_bank_ ? plan_bank_refresh() : plan_refresh();
  stale_ = false;
}

/// The smallest (time, rank, bank, kind) of all offers; with banks in turn (time, distance, rank, kind). Few branches:
/// which bank wants what is anybody's guess.
template <bool turns, bool slots>
std::uint64_t Channel::best_offer() const {
  std::uint64_t best = nothing;
  const Cycle free = command_free_;
  Cycle gates[4];
  for (int kind = 0; kind < 4; ++kind) gates[kind] = std::max(banks_.gate(kind), free);
  const auto consider = [&](int index, int kind) {
    const std::uint64_t rank = offers_.rank[kind][index];
    Cycle at =
        std::max(std::max(offers_.at[kind][index], gates[kind]), banks_.group_gate(banks_.group_of(index), kind));
    if constexpr (slots) at = command_slot(at, kind);
    const std::uint64_t wait = static_cast<std::uint64_t>(std::min(at - free, longest_wait));
    std::uint64_t tail;
    if constexpr (turns) {
      const int distance = index - last_bank_ - 1;
      const std::uint64_t turn = static_cast<std::uint64_t>(distance < 0 ? distance + banks_.count() : distance);
      tail = turn << (rank_bits + kind_bits) | rank << kind_bits;
    } else {
      tail = rank << (bank_bits + kind_bits) | static_cast<std::uint64_t>(index) << kind_bits;
    }
    best = std::min(best, wait << time_shift | tail | static_cast<std::uint64_t>(kind));
  };
  for (std::uint64_t mask = offers_.any(); mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    consider(index, offers_.first_kind[index]);
  }
  for (std::uint64_t mask = offers_.several; mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    for (int kind = offers_.first_kind[index] + 1; kind < 4; ++kind)
      if ((offers_.mask[kind] & bit(index)) != 0) consider(index, kind);
  }
  return best;
}

/// Columns committed ahead share the command bus. Where the winner without them finds its place free, it also wins with
/// them: the others would only be later.
template <bool turns>
std::uint64_t Channel::best_slot() const {
  const std::uint64_t best = best_offer<turns, false>();
  if (run_last_ < command_free_ || best == nothing) return best;
  const Cycle wait = static_cast<Cycle>(best >> time_shift), at = command_free_ + wait;
  if (wait < longest_wait && command_slot(at, static_cast<int>(best & 3)) == at) return best;
  return best_offer<turns, true>();
}

std::uint64_t Channel::best_of_all() const {
  return spec_.arbitration == BankArbitration::round_robin ? best_slot<true>() : best_slot<false>();
}

void Channel::take(std::uint64_t best) {
  if (best == nothing) {
    next_.time = no_cycle;
    return;
  }
  int index = static_cast<int>(best >> kind_bits & ((1 << bank_bits) - 1));
  if (spec_.arbitration == BankArbitration::round_robin) {
    index = static_cast<int>(best >> (rank_bits + kind_bits) & ((1 << bank_bits) - 1)) + last_bank_ + 1;
    if (index >= banks_.count()) index -= banks_.count();
  }
  const int kind = static_cast<int>(best & 3);
  next_.bank = index;
  next_.piece = offers_.piece[kind][index];
  next_.kind = static_cast<Kind>(kind);
  next_.write = static_cast<std::uint8_t>(kind & 1);
  const Cycle wait = static_cast<Cycle>(best >> time_shift);
  next_.time = wait < longest_wait ? command_free_ + wait : offer_time(kind, index);
}

/// The refresh comes first; where active bursts go first, those whose row is open are still served.
void Channel::plan_refresh() {
  next_ = Choice{};
  if (spec_.active_first) {
    for (std::uint64_t mask = pending_; mask != 0; mask &= mask - 1) {
      const int index = __builtin_ctzll(mask);
      const BankQueue& queue = queues_[index];
      if (queue.active < 0 || banks_[index].row < 0) continue;
      const int write = queue.active_write;
      const Cycle at = offer_time(write, index);
      if (at >= next_.time) continue;
      next_.time = at;
      next_.bank = index;
      next_.piece = queue.active;
      next_.kind = static_cast<Kind>(write);
      next_.write = static_cast<std::uint8_t>(write);
    }
    if (next_.time != no_cycle) return;
  }
  next_.time = std::max(refresh_limit_, command_free_);
  next_.kind = Kind::refresh;
}

/// Nothing is left to do but to write what the buffer holds.
void Channel::plan_drain() {
  next_.kind = Kind::drain;
  next_.time = no_cycle;
  for (std::uint64_t mask = waiting_mask_[1]; mask != 0; mask &= mask - 1) {
    next_.time = std::min(next_.time, pool_[queues_[__builtin_ctzll(mask)].waiting[1].first].ready);
  }
  next_.time = std::max(next_.time, command_free_);
}

// --- how many go at once ------------------------------------------------------------------------------------------

/// How many of `count` column commands, `step` clocks apart, may be committed without changing what would be decided
/// one by one: nothing else may want the slots in between. `rank` is the larger of the run's (or of the pair's).
int Channel::run_length(const Choice& choice, int count, Cycle step, std::uint64_t rank, int partner_bank) const {
  const auto until = [&](Cycle limit) {  // columns that issue before `limit`
    if (limit - choice.time > (count - 1) * step) return count;
    if (limit <= choice.time) return 1;
    return static_cast<int>(std::min<Cycle>(count, (limit - choice.time + step - 1) / step));
  };
  if (refresh_limit_ != no_cycle && (!per_bank_ || choice.bank == refreshed_bank_)) count = until(refresh_limit_);
  if (!single_order_) {
    if (planned_mode_ == 1 && waiting_[0] > 0) {
      count = std::min(count, std::max(1, waiting_[1] - spec_.write_low));
      if (spec_.max_writes_in_turn > 0) count = std::min(count, std::max(1, spec_.max_writes_in_turn - in_turn_));
    } else if (planned_mode_ == 0 && waiting_[1] > 0 && spec_.max_reads_in_turn > 0) {
      count = std::min(count, std::max(1, spec_.max_reads_in_turn - in_turn_));
    }
  }
  const BankQueue& queue = queues_[choice.bank];
  const Bank& bank = banks_[choice.bank];
  const std::int32_t oldest = head(queue);
  if (oldest >= 0 && pool_[oldest].row != bank.row) {  // somebody waits for another row of this bank
    if (spec_.conflict_rule == ConflictRule::oldest_first) {
      count = until(bank.pre_ok);
    } else if (spec_.row_hit_cap > 0) {
      count = std::min(count, std::max(1, spec_.row_hit_cap - bank.served));
    }
  }
  if (count == 1) return 1;
  // Other banks: hits that would go first, ...
  if ((pending_ & ~bit(choice.bank)) == 0) return count;
  const std::uint64_t others = ~bit(choice.bank) & (partner_bank >= 0 ? ~bit(partner_bank) : nothing);
  const bool any_rank = spec_.arbitration == BankArbitration::round_robin;
  const Cycle end = choice.time + (count - 1) * step;
  Cycle from = no_cycle;
  for (int write = 0; write < 2; ++write) {
    // Of the other direction they wait for the turn of the bus, which every column command of the run pushes away.
    if (write != choice.write && (write == 1 ? d_.read_to_write : d_.write_to_read_s) > d_.same_l) continue;
    for (std::uint64_t mask = offers_.mask[write] & others; mask != 0; mask &= mask - 1) {
      const int index = __builtin_ctzll(mask);
      const Cycle at = offers_.at[write][index];
      if (at <= end && (any_rank || offers_.rank[write][index] < rank)) from = std::min(from, at);
    }
  }
  // ... and rows that could be opened for such until then.
  if (end > choice.time + d_.rcd) {
    for (const int kind : {gate_activate, gate_precharge}) {
      const Cycle prepares = kind == gate_activate ? d_.rcd : d_.rp + d_.rcd;
      for (std::uint64_t mask = offers_.mask[kind] & others; mask != 0; mask &= mask - 1) {
        const int index = __builtin_ctzll(mask);
        if (!any_rank && !spec_.active_first && (offers_.rank[kind][index] & key_mask) >= (rank & key_mask)) continue;
        from = std::min(from, std::max(offers_.at[kind][index], choice.time + 1) + prepares);
      }
    }
  }
  return from == no_cycle ? count : until(from);
}

/// The bank of another group whose column commands would alternate with those of `choice`, or -1: the oldest hit of the
/// same direction that is ready in time.
int Channel::find_partner(const Choice& choice) const {
  int partner = -1;
  std::uint64_t best = nothing;
  const Cycle at = choice.time + d_.same_s;
  const int group = banks_[choice.bank].group;
  for (std::uint64_t mask = offers_.mask[choice.write] & ~bit(choice.bank); mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    const std::uint64_t rank = offers_.rank[choice.write][index];
    if (rank >= best || offers_.at[choice.write][index] > at || banks_[index].group == group) continue;
    if (banks_.column_gate(banks_[index].group, choice.write) > at) continue;
    partner = index;
    best = rank;
  }
  return partner;
}

}  // namespace presil::dram
