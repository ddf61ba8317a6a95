// Bank groups: the column commands of two banks of different groups alternate at tCCD_S, committed in one decision.
#include <algorithm>

#include "models/dram/channel.hpp"
#include "models/dram/channel_columns.hpp"

namespace presil::dram {
namespace {

constexpr std::uint64_t nothing = ~std::uint64_t{0};

/// Column commands, `step` clocks apart from `first` on, that issue before `limit`; no more than `count`.
int columns_before(Cycle limit, Cycle first, int count, Cycle step) {
  if (limit - first > (count - 1) * step) return count;
  return limit <= first ? 0 : static_cast<int>((limit - first + step - 1) / step);
}

}  // namespace

/// The bank of another group than `other` whose column command could issue at `at`, or -1: the one with the oldest hit.
int Channel::find_partner(int write, int other, Cycle at) const {
  int partner = -1;
  std::uint64_t best = nothing;
  const std::uint64_t banks = offers_.banks(write) & ~banks_.banks_of(banks_[other].group);
  for (std::uint64_t mask = banks; mask != 0; mask &= mask - 1) {
    const int index = __builtin_ctzll(mask);
    const Offer& offer = offers_.of(write, index);
    if (offer.order >= best || offer.at > at || banks_.gate(offer.gate) > at) continue;
    partner = index;
    best = offer.order;
  }
  return partner;
}

/// With the bank's oldest hit.
inline void Channel::fill(Lane& lane, int write, int bank, Cycle at) const {
  lane.time = at;
  lane.bank = bank;
  lane.piece = offers_.of(write, bank).piece;
  lane.write = write;
  const Piece& piece = pool_[lane.piece];
  lane.burst = piece.burst;
  lane.left = std::min(piece.count, spec_.max_run);
  lane.issued = 0;
  lane.stop = stopped_at(lane, lane.left);
}

/// With the next oldest hit of another group than the other lane's. False when none could issue at `at`.
inline bool Channel::refill(Lane& lane, const Lane& other, Cycle at) const {
  const int bank = find_partner(lane.write, other.bank, at);
  if (bank >= 0) fill(lane, lane.write, bank, at);
  return bank >= 0;
}

inline void Channel::issue_lane(Lane& lane) {
  issue_run(lane, lane.issued, 2 * d_.same_s);
  lane.issued = 0;
}

/// When the piece of one bank is done, the next oldest hit takes its place, for pieces are neither of one length nor
/// begin together. So it goes on until the bursts that came first are served, and for a few columns at least: a
/// decision costs as much for one piece as for several.
void Channel::issue_weave(const Choice& choice, int partner) {
  const int write = choice.write;
  const Cycle step = 2 * d_.same_s;
  Cycle at = choice.time;
  run_step_ = step_s_;
  Lane lanes[2];
  fill(lanes[0], write, choice.bank, at);
  fill(lanes[1], write, partner, at + d_.same_s);
  const std::int32_t first[2] = {lanes[0].burst, lanes[1].burst};
  const auto came_first = [&](const Lane& lane) { return lane.burst == first[0] || lane.burst == first[1]; };
  const Cycle enough = at + unasked_ * d_.same_s;
  int left = left_in_turn(2 * spec_.max_run);
  Cycle taken = no_cycle;
  if (const int both = lanes[0].left + lanes[1].left; both > unasked_) {
    const std::uint64_t rank = std::max(offers_.of(write, choice.bank).rank(), offers_.of(write, partner).rank());
    taken = taken_from(rivals(write, both / 2 * step, ~bit(choice.bank) & ~bit(partner), rank), at);
  }
  bool goes_on = true;
  for (int least = 1; goes_on; least = 0) {
    const Cycle stop = std::min(lanes[0].stop, std::min(lanes[1].stop, taken) - d_.same_s);
    const int wanted = std::min(std::min(lanes[0].left, lanes[1].left), (left + 1) / 2);
    const int count = std::max(columns_before(stop, at, wanted, step), least);
    at += count * step;
    left -= 2 * count;
    goes_on = count == wanted && left > 0;
    for (Lane& lane : lanes) {
      lane.issued += count;
      lane.left -= count;
      if (lane.left == 0) issue_lane(lane);
    }
    for (int i = 0; i < 2; ++i) {
      if (goes_on && lanes[i].left == 0) goes_on = refill(lanes[i], lanes[1 - i], at + i * d_.same_s);
      if (at < enough || came_first(lanes[i]) || (lanes[1 - i].left > 0 && came_first(lanes[1 - i]))) continue;
      goes_on = false;
    }
    if (issued_ > most_columns - 2) goes_on = false;
  }
  for (Lane& lane : lanes)
    if (lane.issued > 0) issue_lane(lane);
  banks_.occupy_bus(write, last_column_);
}

}  // namespace presil::dram
