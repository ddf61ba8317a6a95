// Which command of a channel goes next, and how many column commands may be committed with it.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

// --- which of them goes -------------------------------------------------------------------------------------------

void Channel::plan_among_offers() {
  if (bank_held_) release_bank();
  if (const int mode = wanted_mode(); mode != planned_mode_) plan_mode(mode);
  choose();
  if (pending_ == 0 && waiting_[1] > 0 && two_level_) plan_drain();
  if (next_.time >= refresh_limit_ && !idle()) per_bank_ ? plan_bank_refresh() : plan_refresh();
  stale_ = false;
}

/// The smallest (time, rank, bank, kind) of all offers and `best`; with banks in turn (time, distance, rank, kind).
template <bool turns, Channel::Bus bus>
Channel::Best Channel::best_offer(Best best) const {
  offers_.for_each([&](const Offer& offer, int index) {
    Cycle at = std::max(std::max(offer.at, banks_.gate(offer.gate)), command_free_);
    std::uint64_t order = offer.order;
    if constexpr (turns) {
      const int distance = index - last_bank_ - 1;
      order |= static_cast<std::uint64_t>(distance < 0 ? distance + banks_.count() : distance) << order_bits;
    }
    if constexpr (bus != Bus::free) {
      if ((static_cast<Best>(at) << 64 | order) > best) return;  // and a slot does not come sooner
      at = slot<bus>(at, static_cast<int>(order & 3));
    }
    const Best one = static_cast<Best>(at) << 64 | order;
    best = one < best ? one : best;
  });
  return best;
}

/// Columns committed ahead share the command bus. Where the winner without them finds its place free, it also wins with
/// them: the others would only be later.
template <bool turns, Channel::Bus bus>
Channel::Best Channel::best_slot() const {
  const Best best = best_offer<turns, Bus::free>(none);
  if ((bus == Bus::lanes ? std::max(run_last_, lanes_last_) : run_last_) < command_free_) return best;
  const Cycle at = static_cast<Cycle>(best >> 64), later = slot<bus>(at, static_cast<int>(best & 3));
  if (later == at) return best;
  return best_offer<turns, bus>(static_cast<Best>(later) << 64 | static_cast<std::uint64_t>(best));
}

inline Channel::Best Channel::best_command() const {
  if (spec_.arbitration == BankArbitration::round_robin) return best_slot<true, Bus::columns>();
  return d_.lanes == 1 ? best_slot<false, Bus::columns>() : best_slot<false, Bus::lanes>();
}

/// The next command as far as the banks know; its time is no_cycle when they want none.
void Channel::choose() {
  const Best best = best_command();
  const std::size_t slot = static_cast<std::size_t>(best) & Offers::slot_mask;
  next_.time = static_cast<Cycle>(best >> 64);
  next_.bank = static_cast<std::int32_t>(slot >> kind_bits);
  next_.piece = offers_[slot].piece;
  next_.kind = static_cast<Kind>(slot & 3);
  next_.write = static_cast<std::int32_t>(slot & 1);
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
      next_.write = write;
    }
    if (next_.time != no_cycle) return;
  }
  next_.time = std::max(refresh_limit_, command_free_);
  next_.kind = Kind::refresh;
}

// --- how many go at once ------------------------------------------------------------------------------------------

/// Column commands of `count`, `step` clocks apart from `first` on, that issue before `limit`; at least one.
inline int Channel::columns_until(Cycle limit, Cycle first, int count, Cycle step) {
  if (limit - first > (count - 1) * step) return count;
  return limit <= first ? 1 : static_cast<int>((limit - first + step - 1) / step);
}

/// What other banks offer that would go before column commands of `rank` and direction `write`, `span` clocks long.
Channel::Rivals Channel::rivals(int write, Cycle span, std::uint64_t others, std::uint64_t rank) const {
  Rivals rivals;
  others &= offers_.any();
  if (others == 0) return rivals;
  const bool any_rank = spec_.arbitration == BankArbitration::round_robin;
  for (int kind = 0; kind < 2; ++kind) {
    // Of the other direction they wait for the turn of the bus, which every column command of the run pushes away.
    if (kind != write && (kind == 1 ? d_.read_to_write : d_.write_to_read_s) > d_.same_l) continue;
    for (std::uint64_t mask = offers_.banks(kind) & others; mask != 0; mask &= mask - 1) {
      const Offer& offer = offers_.of(kind, __builtin_ctzll(mask));
      if (any_rank || offer.rank() < rank) rivals.hit = std::min(rivals.hit, offer.at);
    }
  }
  if (span <= d_.rcd) return rivals;  // too short to open a row meanwhile
  for (const int kind : {gate_activate, gate_precharge}) {
    Cycle& earliest = kind == gate_activate ? rivals.activate : rivals.precharge;
    for (std::uint64_t mask = offers_.banks(kind) & others; mask != 0; mask &= mask - 1) {
      const Offer& offer = offers_.of(kind, __builtin_ctzll(mask));
      const bool first = any_rank || spec_.active_first || (offer.rank() & key_mask) < (rank & key_mask);
      if (first) earliest = std::min(earliest, offer.at);
    }
  }
  return rivals;
}

/// From when on one of them could take the place of a column command, in a run that begins at `first`: hits as soon as
/// they are ready, and rows that could be opened for such until then.
Cycle Channel::taken_from(const Rivals& rivals, Cycle first) const {
  Cycle from = rivals.hit;
  if (rivals.activate != no_cycle) from = std::min(from, std::max(rivals.activate, first + 1) + d_.rcd);
  if (rivals.precharge != no_cycle) from = std::min(from, std::max(rivals.precharge, first + 1) + d_.rp + d_.rcd);
  return from;
}

/// How many of `count` column commands, `step` clocks apart, may be committed without changing what would be decided
/// one by one: nothing else may want the slots in between.
int Channel::run_length(const Choice& choice, int count, Cycle step, std::uint64_t rank) const {
  count = left_in_turn(count);
  Cycle stop = stopped_at(choice, count);
  if (count > 1) {
    const Rivals others = rivals(choice.write, (count - 1) * step, ~bit(choice.bank), rank);
    stop = std::min(stop, taken_from(others, choice.time));
  }
  return columns_until(stop, choice.time, count, step);
}

}  // namespace presil::dram
