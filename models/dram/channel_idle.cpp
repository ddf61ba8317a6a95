// What a channel does while nothing waits: refreshes on time, power-down and self-refresh, seen back from the next
// burst.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {

void Channel::pass_idle_time(Cycle now) {
  if (rests_) {
    rest_until(now);
  } else {
    skip_refreshes(now);
    while (refresh_due_ <= now && refresh_when_idle(now)) {
    }
  }
  stale_ = true;
}

/// Power-down from power_down_after on, left for each refresh; self-refresh from self_refresh_after on, until `now`.
void Channel::rest_until(Cycle now) {
  const Cycle since = std::max(quiet_, command_free_);
  const Cycle sleep_at = spec_.self_refresh_after > 0 ? since + spec_.self_refresh_after : no_cycle;
  for (;;) {
    const Cycle next = std::min(now, std::min(refresh_due_, sleep_at));
    if (spec_.power_down_after > 0) {
      const Cycle down_at = std::max(std::max(since + spec_.power_down_after, command_free_), woken_ + d_.cke);
      if (down_at < next) power_down(down_at, std::max(next, down_at + d_.cke));
    }
    if (next == now) return;
    if (sleep_at < refresh_due_) return self_refresh(sleep_at, now);
    if (!refresh_when_idle(now)) return;
  }
}

void Channel::power_down(Cycle from, Cycle until) {
  record_command(CommandKind::power_down, from, 0, 0);
  record_command(CommandKind::power_up, until, 0, 0);
  powered_down_ += until - from;
  woken_ = until;
  command_free_ = until + d_.xp;
  wake_ = {until, command_free_};
}

/// Closes all rows, and sleeps until `now`; not when closing them takes as long as the idle time.
void Channel::self_refresh(Cycle from, Cycle now) {
  Cycle close = std::max(from, command_free_), closed = std::max(close, woken_ + d_.cke);
  for (int i = 0; i < banks_.count(); ++i) {
    const Bank& bank = banks_[i];
    closed = std::max(closed, std::max(bank.refresh_ok, bank.refresh_until));
    if (bank.row >= 0) close = std::max(close, std::max(bank.pre_ok, banks_.gate(banks_.gate_of(i, gate_precharge))));
  }
  if (std::max(closed, close + d_.rp) >= now) return;
  precharge_together(close);
  for (int i = 0; i < banks_.count(); ++i) {
    closed = std::max(closed, banks_[i].refresh_ok);
    queues_[i].hit[0] = queues_[i].hit[1] = -1;
  }
  const Cycle exit = std::max(now, closed + d_.cke);
  record_command(CommandKind::self_refresh, closed, 0, 0);
  record_command(CommandKind::self_refresh_exit, exit, 0, 0);
  self_refreshed_ += exit - closed;
  woken_ = exit;
  command_free_ = exit + d_.xs;
  wake_ = {exit, command_free_};
  if (refresh_due_ != no_cycle) {  // from here on it is up to the controller again
    refresh_base_ = exit;
    refresh_number_ = 0;
    set_refresh_due();
  }
}

}  // namespace presil::dram
