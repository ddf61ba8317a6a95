// Bursts come in: into the buffers of the channel, and from there into the queues of the banks where it has such.
#include "models/dram/channel.hpp"

#include <algorithm>
#include <iterator>

namespace presil::dram {
namespace {

constexpr int unasked_bytes = 256;  // as a bus burst elsewhere, which goes as one run

int piece_capacity(const DramSpec& spec) {
  const int banks = spec.bank_groups * spec.banks_per_group;
  return spec.read_queue + spec.write_queue + banks * (spec.bank_queue + 2);
}

}  // namespace

Channel::Channel(const DramSpec& spec, const Distances& distances, int number)
    : spec_(spec),
      d_(distances),
      number_(number),
      shared_(spec.bank_queue == 0),
      two_level_(spec.bank_queue > 0 && spec.read_queue > 0),
      single_order_(spec.bank_queue > 0 || spec.write_drain == WriteDrain::none),
      weaves_(d_.same_l > d_.same_s && d_.same_l <= 2 * d_.same_s && spec.arbitration == BankArbitration::oldest &&
              spec.page_policy != PagePolicy::closed),
      plain_(spec.page_policy == PagePolicy::open && !spec.active_first && !two_level_),
      segments_(spec.segments && plain_),
      per_bank_(spec.refresh_mode == RefreshMode::per_bank),
      rests_(spec.power_down_after > 0 || spec.self_refresh_after > 0),
      capacity_{spec.read_queue, spec.write_queue},
      unasked_(unasked_bytes * 8 / (spec.burst_length * spec.bus_bits)),
      banks_(d_, spec.bank_groups, spec.banks_per_group),
      queues_(static_cast<std::size_t>(banks_.count())),
      offers_(banks_),
      pool_(piece_capacity(spec)),
      slot_clocks_{spec.command_clocks, spec.command_clocks, spec.command_clocks, spec.precharge_clocks},
      step_s_(d_.same_s),
      step_l_(d_.lanes > 1 ? d_.column_gap : d_.same_l),
      row_step_(std::max(Cycle{1}, d_.row_gap)) {
  reset();
}

void Channel::reset() {
  banks_.reset();
  std::fill(queues_.begin(), queues_.end(), BankQueue{});
  offers_.clear();
  pool_.clear();
  pending_ = waiting_mask_[0] = waiting_mask_[1] = 0;
  lone_ = -1;
  waiting_[0] = waiting_[1] = queued_ = draining_ = mode_ = in_turn_ = last_entered_ = 0;
  plan_mode(0);
  moves_ = 0;
  move_free_ = 0;
  stale_ = true;
  issued_ = taken_ = 0;
  command_free_ = 0;
  run_first_ = run_last_ = last_column_ = lanes_last_ = -1;
  lanes_of_[0] = lanes_of_[1] = RowCommand{};
  run_step_ = RunStep{};
  last_bank_ = banks_.count() - 1;
  last_write_ = 0;
  last_master_ = 0;
  turnaround_ = wake_ = Stretch{};
  refresh_number_ = 0;
  refresh_base_ = quiet_ = powered_down_ = self_refreshed_ = 0;
  woken_ = -d_.cke;
  conflicts_ = misses_ = refreshes_ = turnarounds_ = 0;
  refresh_due_ = refresh_limit_ = no_cycle;
  refreshed_bank_ = 0;
  bank_held_ = false;
  bank_refresh_ok_ = 0;
  if (spec_.refresh) set_refresh_due();
}

int Channel::room_of_bank(int bank) const {
  if (spec_.strict_back_pressure && queues_[last_entered_].queued >= spec_.bank_queue) return 0;
  return std::max(0, spec_.bank_queue - queues_[bank].queued);
}

/// True when the bank may want something else now: the burst is its oldest, or its first one that hits.
inline bool Channel::add_to_queue(const Arrival& arrival, Cycle ready) {
  BankQueue& queue = queues_[arrival.bank];
  queue.queued += arrival.count;
  queued_ += arrival.count;
  pending_ |= bit(arrival.bank);
  const std::int32_t added = pool_.append(queue.list[arrival.write], arrival, ready);
  if (banks_[arrival.bank].row == arrival.row) {
    std::int32_t& hit = queue.hit[arrival.write];
    if (hit < 0 || pool_[hit].key > arrival.key) {
      hit = added;
      return true;
    }
  }
  return queue.list[arrival.write].first == added;
}

void Channel::enter(const Arrival& arrival, Cycle now) {
  last_entered_ = arrival.bank;
  command_free_ = std::max(command_free_, now);  // whatever this arrival changes, it changes from now on
  const Cycle ready = now + spec_.front_end_clocks;
  if (!two_level_) {
    if (shared_) waiting_[arrival.write] += arrival.count;
    const bool alone = pending_ == 0 && segments_ && !per_bank_;
    const bool concerns = add_to_queue(arrival, ready);
    if (alone) {
      lone_ = queues_[arrival.bank].list[arrival.write].first;
      lone_bank_ = arrival.bank;
      stale_ = true;
      return;
    }
    if (lone_ >= 0) end_lone();
    if (concerns) renew_entered(arrival.bank);
    if (wanted_mode() != planned_mode_) stale_ = true;
    return;
  }
  PieceList& list = queues_[arrival.bank].waiting[arrival.write];
  waiting_[arrival.write] += arrival.count;
  pool_.append(list, arrival, ready);
  waiting_mask_[arrival.write] |= bit(arrival.bank);
  start_drain_if_due(now);
  if ((draining_ > 0) == (arrival.write != 0)) move_waiting_of_bank(arrival.bank, arrival.write, now);
}

// --- two levels: a buffer for reads and one for writes, then a queue for each bank
// ---------------------------------------

void Channel::start_drain_if_due(Cycle now) {
  if (draining_ > 0 || waiting_[1] == 0) return;
  const bool full = waiting_[1] >= spec_.write_queue;
  const bool idle = queued_ == 0 && waiting_[1] > spec_.write_idle;
  if (!full && !idle) return;
  draining_ = waiting_[1];
  move_waiting(now);
}

void Channel::move_waiting(Cycle now) {
  const int write = draining_ > 0 ? 1 : 0;
  for (std::uint64_t mask = waiting_mask_[write]; mask != 0; mask &= mask - 1) {
    move_waiting_of_bank(__builtin_ctzll(mask), write, now);
  }
}

void Channel::move_waiting_of_bank(int bank, int write, Cycle now) {
  BankQueue& queue = queues_[bank];
  PieceList& list = queue.waiting[write];
  while (!list.empty() && queue.queued < spec_.bank_queue) {
    const std::int32_t index = list.first;
    Piece& piece = pool_[index];
    int count = std::min(piece.count, spec_.bank_queue - queue.queued);
    if (write != 0) count = std::min(count, draining_);
    if (count == 0) break;
    Arrival moved = arrival_of(piece, bank, count, write);
    moved.key = moves_++ + piece.lag;
    const Cycle at = std::max(now, move_free_);  // one device burst a clock
    move_free_ = at + count;
    const Cycle ready = std::max(piece.ready, at + 1);
    waiting_[write] -= count;
    piece.count -= count;
    if (piece.count == 0) {
      pool_.remove(list, index);
      pool_.give_back(index);
      if (list.empty()) waiting_mask_[write] &= ~bit(bank);
    }
    add_to_queue(moved, ready);
    if (write != 0 && (draining_ -= count) == 0) {
      renew(bank);
      start_drain_if_due(now);
      if (draining_ == 0) move_waiting(now);
      return;
    }
  }
  renew(bank);
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

}  // namespace presil::dram
