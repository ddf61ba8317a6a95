// Books the time a burst waited at a DRAM under its causes: refresh > turnaround > row > bank > arbitration > latency.
#pragma once

#include <algorithm>
#include <array>

#include "models/common/memory_timing.hpp"
#include "models/dram/channel.hpp"
#include "models/dram/clock_ticks.hpp"

namespace presil::dram {

/// The commands of a burst waited from clock `from` to clock `until`; stretches may overlap each other and reach
/// beyond. `bank` ends where `row` begins.
struct WaitCauses {
  Cycle from, until;
  const Stretch &refresh, &turnaround, &row, &bank;
  const Stretch& wake;      // leaving a state of rest, part of the latency
  common::Cause otherwise;  // arbitration or transfer: the data bus moved somebody else's data, or our own
};

/// A command wait delays the data by as much, one access latency later. So the fixed latency is booked first and the
/// causes follow, shifted by it: a gap on the data bus then carries the cause that held back the column command.
inline void book_wait(common::WaitSegments& wait, common::Tick arrival, common::Tick data_start, Cycle latency,
                      const WaitCauses& causes, const ClockTicks& ticks) {
  using common::Cause;
  if (causes.until <= causes.from) return wait.add(Cause::latency, arrival, data_start);
  const common::Tick first = ticks.tick(causes.from + latency);
  wait.add(Cause::latency, arrival, first);
  // A row ends behind the bank that is busy before it.
  const Cycle last = std::max(std::max(causes.refresh.until, causes.turnaround.until), causes.row.until);
  if (std::max(last, causes.wake.until) <= causes.from) return wait.add(causes.otherwise, first, data_start);
  struct Held {
    Cause cause;
    Cycle from, until;
  };
  std::array<Held, 5> held;  // the stretches that matter, the highest rank first
  std::size_t count = 0;
  const auto hold = [&](Cause cause, const Stretch& stretch) {
    if (stretch.until > causes.from && stretch.from < causes.until)
      held[count++] = {cause, stretch.from, stretch.until};
  };
  hold(Cause::refresh, causes.refresh);
  hold(Cause::turnaround, causes.turnaround);
  if (count == 0 && causes.wake.until <= causes.from) {  // nothing but its own row, as usual: bank, then row
    common::Tick from = first;
    const auto add = [&](Cause cause, Cycle until) {
      if (until <= causes.from) return;
      const common::Tick to = until >= causes.until ? data_start : ticks.tick(until + latency);
      if (to <= from) return;
      wait.segments[wait.count++] = {cause, to};  // no two neighbours have one cause
      from = to;
    };
    add(causes.otherwise, std::min(causes.bank.from, causes.row.from));
    add(Cause::bank, causes.row.from);
    add(Cause::row, causes.row.until);
    return add(causes.otherwise, causes.until);
  }
  hold(Cause::row, causes.row);
  hold(Cause::bank, causes.bank);
  hold(Cause::latency, causes.wake);
  Cycle at = causes.from;
  common::Tick from = first;
  while (at < causes.until) {
    Cause cause = causes.otherwise;
    Cycle until = causes.until;
    for (std::size_t i = 0; i < count; ++i) {
      if (held[i].until <= at) continue;
      if (held[i].from <= at) {
        cause = held[i].cause;
        until = std::min(until, held[i].until);
        break;
      }
      until = std::min(until, held[i].from);  // it takes over there
    }
    const common::Tick to = until == causes.until ? data_start : ticks.tick(until + latency);
    wait.add(cause, from, to);
    from = to;
    at = until;
  }
}

}  // namespace presil::dram
