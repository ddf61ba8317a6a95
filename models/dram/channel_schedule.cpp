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

// A rank holds, from the most significant bit on: not the burst whose row was activated for it; the longer command; the
// key of the piece, as far as it fits. It would overflow after 2^34 bursts, and then only ties would fall differently.
constexpr int key_bits = 34;
constexpr int rank_bits = key_bits + 2;
constexpr std::uint64_t key_mask = (std::uint64_t{1} << key_bits) - 1;

// (time, rank, bank, kind) or, with banks in turn, (time, distance, rank, kind) in one number: the smallest goes.
constexpr int kind_bits = 2, bank_bits = 6;
constexpr int time_shift = rank_bits + bank_bits + kind_bits;
constexpr Cycle longest_wait = (Cycle{1} << (64 - time_shift)) - 2;
constexpr std::uint64_t nothing = ~std::uint64_t{0};

}  // namespace

std::uint64_t Channel::rank_of(std::int32_t piece, bool active, bool longer) const {
  const std::uint64_t passive = spec_.active_first && !active ? 1 : 0;
  return passive << (key_bits + 1) | static_cast<std::uint64_t>(longer) << key_bits | (pool_[piece].key & key_mask);
}

void Channel::renew(int index) {
  stale_ = true;
  const Bank& bank = banks_[index];
  const BankQueue& queue = queues_[index];
  const std::uint64_t others = ~bit(index);
  columns_[0].mask &= others;
  columns_[1].mask &= others;
  activates_.mask &= others;
  precharges_.mask &= others;
  const std::int32_t oldest = head(queue);
  const bool long_columns = spec_.command_clocks > spec_.precharge_clocks;
  if (bank.row < 0) {
    if (oldest < 0) return;
    activates_.put(index, std::max(bank.act_ok, pool_[oldest].ready), rank_of(oldest, queue.active >= 0, long_columns),
                   oldest);
    return;
  }
  const bool conflict = queue.active < 0 && oldest >= 0 && pool_[oldest].row != bank.row;
  const bool cap_reached = conflict && spec_.row_hit_cap > 0 && bank.served >= spec_.row_hit_cap;
  bool hits = false;
  if (!cap_reached || !spec_.strict_row_hit_cap) {
    const int mask = mode_mask();
    for (int write = 0; write < 2; ++write) {
      const bool active = queue.active >= 0 && queue.active_write == write;
      const std::int32_t piece = active ? queue.active : (mask & (1 << write)) != 0 ? queue.hit[write] : -1;
      if (piece < 0) continue;
      hits = true;
      columns_[write].put(index, std::max(bank.column_ok, pool_[piece].ready), rank_of(piece, active, long_columns),
                          piece);
    }
    if (spec_.hit_fixes_type && (columns_[0].mask & columns_[1].mask & bit(index)) != 0) {
      columns_[columns_[0].rank[index] < columns_[1].rank[index] ? 1 : 0].mask &= others;
    }
  }
  if (!conflict) return;
  if (!hits || cap_reached || spec_.conflict_rule == ConflictRule::oldest_first) {
    precharges_.put(index, std::max(bank.pre_ok, pool_[oldest].ready), rank_of(oldest, false, false), oldest);
  }
}

/// A burst that has entered changes the offers of its own bank only. The planned command stands if it is another bank's
/// and none of these offers is as early.
void Channel::renew_entered(int index) {
  const bool planned = !stale_;
  renew(index);
  if (!planned || next_.time == no_cycle || next_.bank == index || next_.kind > Kind::precharge) return;
  Cycle earliest = no_cycle;
  for (int write = 0; write < 2; ++write)
    if ((columns_[write].mask & bit(index)) != 0) earliest = std::min(earliest, column_time(index, write));
  if ((activates_.mask & bit(index)) != 0) earliest = std::min(earliest, activate_time(index));
  if ((precharges_.mask & bit(index)) != 0) earliest = std::min(earliest, precharge_time(index));
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

/// Activates and precharges slip between the column commands that were committed ahead.
Cycle Channel::command_slot(Cycle earliest, int clocks) const {
  if (earliest > run_last_) return earliest;
  int phase = static_cast<int>(earliest - run_first_);
  phase -= static_cast<int>((phase + 0.5) * runs_per_clock_) * run_step_;  // phase % run_step_, without a division
  if (phase < spec_.command_clocks) return earliest + spec_.command_clocks - phase;
  if (phase + clocks > run_step_) return earliest + run_step_ - phase + spec_.command_clocks;
  return earliest;
}

Cycle Channel::column_time(int index, int write) const {
  return std::max({columns_[write].at[index], banks_.column_gate(banks_[index].group, write), command_free_});
}

Cycle Channel::activate_time(int index) const {
  return command_slot(std::max({activates_.at[index], banks_.activate_gate(banks_[index].group), command_free_}),
                      spec_.command_clocks);
}

Cycle Channel::precharge_time(int index) const {
  return command_slot(std::max({precharges_.at[index], banks_.precharge_gate(), command_free_}),
                      spec_.precharge_clocks);
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
  const std::uint64_t best =
      spec_.arbitration == BankArbitration::round_robin ? best_offer<true>() : best_offer<false>();
  take(best);
  if (pending_ == 0 && waiting_[1] > 0 && two_level_) plan_drain();
  if (next_.time >= refresh_due_ && !idle()) plan_refresh();
  stale_ = false;
}

/// The smallest (time, rank, bank, kind) of all offers; with banks in turn (time, distance, rank, kind).
template <bool turns>
std::uint64_t Channel::best_offer() const {
  std::uint64_t best = nothing;
  const Cycle free = command_free_;
  const auto consider = [&](int index, std::uint64_t rank, Cycle at, std::uint64_t kind) {
    const std::uint64_t wait = static_cast<std::uint64_t>(std::min(at - free, longest_wait));
    std::uint64_t tail;
    if constexpr (turns) {
      const int distance = index - last_bank_ - 1;
      const std::uint64_t turn = static_cast<std::uint64_t>(distance < 0 ? distance + banks_.count() : distance);
      tail = turn << (rank_bits + kind_bits) | rank << kind_bits | kind;
    } else {
      tail = rank << (bank_bits + kind_bits) | static_cast<std::uint64_t>(index) << kind_bits | kind;
    }
    best = std::min(best, wait << time_shift | tail);
  };
  for (int write = 0; write < 2; ++write) {
    const Offers& offers = columns_[write];
    for (std::uint64_t mask = offers.mask; mask != 0; mask &= mask - 1) {
      const int index = __builtin_ctzll(mask);
      consider(index, offers.rank[index], column_time(index, write), static_cast<std::uint64_t>(write));
    }
  }
  for (std::uint64_t mask = activates_.mask; mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    consider(index, activates_.rank[index], activate_time(index), 2);
  }
  for (std::uint64_t mask = precharges_.mask; mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    consider(index, precharges_.rank[index], precharge_time(index), 3);
  }
  return best;
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
  if (kind < 2) {
    next_.kind = Kind::column;
    next_.write = static_cast<std::uint8_t>(kind);
    next_.piece = columns_[kind].piece[index];
    next_.time = column_time(index, kind);
  } else if (kind == 2) {
    next_.kind = Kind::activate;
    next_.piece = activates_.piece[index];
    next_.time = activate_time(index);
  } else {
    next_.kind = Kind::precharge;
    next_.piece = precharges_.piece[index];
    next_.time = precharge_time(index);
  }
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
      const Cycle at = column_time(index, write);
      if (at >= next_.time) continue;
      next_.time = at;
      next_.bank = index;
      next_.piece = queue.active;
      next_.kind = Kind::column;
      next_.write = static_cast<std::uint8_t>(write);
    }
    if (next_.time != no_cycle) return;
  }
  next_.time = std::max(refresh_due_, command_free_);
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
  if (refresh_due_ != no_cycle) count = until(refresh_due_);
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
    const Offers& offers = columns_[write];
    for (std::uint64_t mask = offers.mask & others; mask != 0; mask &= mask - 1) {
      const int index = __builtin_ctzll(mask);
      if (offers.at[index] <= end && (any_rank || offers.rank[index] < rank)) from = std::min(from, offers.at[index]);
    }
  }
  // ... and rows that could be opened for such until then.
  if (end > choice.time + d_.rcd) {
    for (int i = 0; i < 2; ++i) {
      const Offers& offers = i == 0 ? activates_ : precharges_;
      const Cycle prepares = i == 0 ? d_.rcd : d_.rp + d_.rcd;
      for (std::uint64_t mask = offers.mask & others; mask != 0; mask &= mask - 1) {
        const int index = __builtin_ctzll(mask);
        if (!any_rank && !spec_.active_first && (offers.rank[index] & key_mask) >= (rank & key_mask)) continue;
        from = std::min(from, std::max(offers.at[index], choice.time + 1) + prepares);
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
  const Offers& offers = columns_[choice.write];
  for (std::uint64_t mask = offers.mask & ~bit(choice.bank); mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    if (offers.rank[index] >= best || offers.at[index] > at || banks_[index].group == group) continue;
    if (banks_.column_gate(banks_[index].group, choice.write) > at) continue;
    partner = index;
    best = offers.rank[index];
  }
  return partner;
}

}  // namespace presil::dram
