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

void Channel::renew(int index) {
  const Bank& bank = banks_[index];
  const BankQueue& queue = queues_[index];
  Candidate& candidate = candidates_[static_cast<std::size_t>(index)];
  candidate.column_at[0] = candidate.column_at[1] = candidate.prepare_at = no_cycle;
  const std::int32_t oldest = head(queue);
  if (bank.row < 0) {
    if (oldest < 0) return;
    candidate.prepare_kind = Kind::activate;
    candidate.prepare_at = std::max(bank.act_ok, pool_[oldest].ready);
    candidate.prepare_piece = oldest;
    candidate.prepare_rank = rank_of(oldest, queue.active >= 0, spec_.command_clocks);
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
      candidate.column_at[write] = std::max(bank.column_ok, pool_[piece].ready);
      candidate.column_piece[write] = piece;
      candidate.column_rank[write] = rank_of(piece, active, spec_.command_clocks);
    }
    if (spec_.hit_fixes_type && queue.hit[0] >= 0 && queue.hit[1] >= 0) {
      candidate.column_at[candidate.column_rank[0] < candidate.column_rank[1] ? 1 : 0] = no_cycle;
    }
  }
  if (!conflict) return;
  if (!hits || cap_reached || spec_.conflict_rule == ConflictRule::oldest_first) {
    candidate.prepare_kind = Kind::precharge;
    candidate.prepare_at = std::max(bank.pre_ok, pool_[oldest].ready);
    candidate.prepare_piece = oldest;
    candidate.prepare_rank = rank_of(oldest, false, spec_.precharge_clocks);
  }
}

void Channel::renew_all() {
  for (std::uint64_t mask = pending_; mask != 0; mask &= mask - 1) renew(__builtin_ctzll(mask));
}

// --- which of them goes -------------------------------------------------------------------------------------------

/// Watermarks: true when the channel turns from reading to writing or back.
bool Channel::mode_changes() {
  if (mode_ == 0) {
    if (waiting_[1] == 0) return false;
    const bool enough = spec_.max_reads_in_turn > 0 && in_turn_ >= spec_.max_reads_in_turn;
    if (waiting_[1] < spec_.write_high && waiting_[0] > 0 && !enough) return false;
  } else {
    if (waiting_[0] == 0) return false;
    const bool enough = spec_.max_writes_in_turn > 0 && in_turn_ >= spec_.max_writes_in_turn;
    if (waiting_[1] > spec_.write_low && !enough) return false;
  }
  mode_ = 1 - mode_;
  in_turn_ = 0;
  return true;
}

/// Activates and precharges slip between the column commands that were committed ahead.
Cycle Channel::command_slot(Cycle earliest, int clocks) const {
  if (earliest > run_last_) return earliest;
  const int phase = static_cast<int>(static_cast<std::uint32_t>(earliest - run_first_) %
                                     static_cast<std::uint32_t>(run_step_));
  if (phase < spec_.command_clocks) return earliest + spec_.command_clocks - phase;
  if (phase + clocks > run_step_) return earliest + run_step_ - phase + spec_.command_clocks;
  return earliest;
}

void Channel::plan() {
  stale_ = false;
  if (has_second_) {  // already issued, only not reported
    has_second_ = false;
    next_.kind = Kind::second;
    return;
  }
  if (!single_order_ && mode_changes()) renew_all();
  Choice best;
  const bool turns = spec_.arbitration == BankArbitration::round_robin;
  const Cycle precharge_gate = std::max(banks_.precharge_gate(), command_free_);
  for (std::uint64_t mask = pending_; mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    const Candidate& candidate = candidates_[static_cast<std::size_t>(index)];
    const int group = candidate.group;
    Cycle time = no_cycle;
    std::uint64_t rank = 0;
    std::int32_t piece = -1;
    Kind kind = Kind::column;
    std::uint8_t write = 0;
    for (int w = 0; w < 2; ++w) {
      if (candidate.column_at[w] == no_cycle) continue;
      const Cycle at = std::max({candidate.column_at[w], banks_.column_gate(group, w), command_free_});
      if (at < time || (at == time && candidate.column_rank[w] < rank)) {
        time = at;
        rank = candidate.column_rank[w];
        piece = candidate.column_piece[w];
        write = static_cast<std::uint8_t>(w);
      }
    }
    if (candidate.prepare_at != no_cycle) {
      Cycle at = candidate.prepare_at;
      if (candidate.prepare_kind == Kind::activate) {
        at = command_slot(std::max({at, banks_.activate_gate(group), command_free_}), spec_.command_clocks);
      } else {
        at = command_slot(std::max(at, precharge_gate), spec_.precharge_clocks);
      }
      if (at < time || (at == time && candidate.prepare_rank < rank)) {
        time = at;
        rank = candidate.prepare_rank;
        piece = candidate.prepare_piece;
        kind = candidate.prepare_kind;
      }
    }
    if (time > best.time) continue;
    if (turns) {  // banks in turn count before age
      const int distance = index - last_bank_ - 1;
      rank = static_cast<std::uint64_t>(distance < 0 ? distance + banks_.count() : distance);
    }
    if (time == best.time && rank >= best.rank) continue;
    best.time = time;
    best.rank = rank;
    best.bank = index;
    best.piece = piece;
    best.kind = kind;
    best.write = write;
  }
  next_ = best;
  if (next_.time >= refresh_due_ && !idle()) plan_refresh();
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
      const Candidate& candidate = candidates_[static_cast<std::size_t>(index)];
      const Cycle at =
          std::max({candidate.column_at[write], banks_.column_gate(candidate.group, write), command_free_});
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

// --- how many go at once ------------------------------------------------------------------------------------------

/// Earliest clock at which a column command of this bank could go before one that has `rank` in a run of `choice`.
Cycle Channel::may_compete_from(int index, const Choice& choice, std::uint64_t rank) const {
  const Candidate& candidate = candidates_[static_cast<std::size_t>(index)];
  const bool any_rank = spec_.arbitration == BankArbitration::round_robin ||
                        (!pairs_ && d_.same_l > d_.same_s && candidate.group != banks_[choice.bank].group);
  Cycle from = no_cycle;
  for (int write = 0; write < 2; ++write) {
    if (candidate.column_at[write] == no_cycle) continue;
    if (!any_rank && candidate.column_rank[write] > rank) continue;
    // Of the other direction it waits for the turn of the bus, which every column command of the run pushes away.
    if (write != choice.write && (write == 1 ? d_.read_to_write : d_.write_to_read_s) > d_.same_l) continue;
    from = std::min(from, candidate.column_at[write]);
  }
  if (candidate.prepare_at == no_cycle) return from;
  const std::uint64_t no_flags = (std::uint64_t{1} << 60) - 1;
  if (any_rank || spec_.active_first || (candidate.prepare_rank & no_flags) < (rank & no_flags)) {
    Cycle prepared = std::max(candidate.prepare_at, choice.time + 1) + d_.rcd;
    if (candidate.prepare_kind == Kind::precharge) prepared += d_.rp;
    from = std::min(from, prepared);
  }
  return from;
}

/// How many of `count` column commands, `step` clocks apart, may be committed without changing what would be decided one
/// by one: nothing else may want the slots in between. `rank` is the larger of the run's (or of the pair's).
int Channel::run_length(const Choice& choice, int count, Cycle step, std::uint64_t rank, int partner_bank) const {
  const auto until = [&](Cycle limit) {  // columns that issue before `limit`
    if (limit - choice.time > (count - 1) * step) return count;
    if (limit <= choice.time) return 1;
    return static_cast<int>(std::min<Cycle>(count, (limit - choice.time + step - 1) / step));
  };
  if (refresh_due_ != no_cycle) count = until(refresh_due_);
  if (!single_order_) {
    if (mode_ == 1 && waiting_[0] > 0) {
      count = std::min(count, std::max(1, waiting_[1] - spec_.write_low));
      if (spec_.max_writes_in_turn > 0) count = std::min(count, std::max(1, spec_.max_writes_in_turn - in_turn_));
    } else if (mode_ == 0 && waiting_[1] > 0 && spec_.max_reads_in_turn > 0) {
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
  std::uint64_t others = pending_ & ~bit(choice.bank);
  if (partner_bank >= 0) others &= ~bit(partner_bank);
  for (std::uint64_t mask = others; mask != 0 && count > 1; mask &= mask - 1) {
    const Cycle from = may_compete_from(__builtin_ctzll(mask), choice, rank);
    if (from != no_cycle) count = until(from);
  }
  return count;
}

/// The bank of another group whose column commands would alternate with those of `choice`, or -1: the oldest hit of the
/// same direction that is ready in time.
int Channel::find_partner(const Choice& choice) const {
  int partner = -1;
  std::uint64_t best = 0;
  const Cycle at = choice.time + d_.same_s;
  const int group = banks_[choice.bank].group;
  for (std::uint64_t mask = pending_ & ~bit(choice.bank); mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    const Candidate& candidate = candidates_[static_cast<std::size_t>(index)];
    if (candidate.group == group || candidate.column_at[choice.write] > at) continue;
    if (banks_.column_gate(candidate.group, choice.write) > at) continue;
    const std::uint64_t rank = candidate.column_rank[choice.write];
    if (partner < 0 || rank < best) {
      partner = index;
      best = rank;
    }
  }
  return partner;
}

}  // namespace presil::dram
