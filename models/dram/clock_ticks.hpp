// Command clocks to picoseconds and back without 128-bit divisions: what common::Clock does, for the hot path.
#pragma once

#include <numeric>

#include "models/common/time.hpp"
#include "models/dram/command.hpp"

namespace presil::dram {

/// Edge n lies at ceil(n * 1e12 / hz), as with common::Clock.
class ClockTicks {
 public:
  explicit ClockTicks(std::int64_t hz) : clock_(hz) {
    const std::int64_t common = std::gcd(common::ticks_per_second, hz);
    numerator_ = common::ticks_per_second / common;
    denominator_ = hz / common;
    safe_cycles_ = (std::int64_t{1} << 52) / numerator_;   // exact in a double
    safe_ticks_ = (std::int64_t{1} << 52) / denominator_;  // exact in a double
    cycles_per_tick_ = 1.0 / static_cast<double>(numerator_);
    ticks_per_cycle_ = 1.0 / static_cast<double>(denominator_);
  }

  common::Tick tick(Cycle cycle) const {
    if (denominator_ == 1) return cycle * numerator_;
    if (cycle < safe_cycles_) return quotient(cycle * numerator_ + denominator_ - 1, denominator_, ticks_per_cycle_);
    return clock_.duration(cycle);
  }

  /// Number of the first edge at or after `time`.
  Cycle cycle(common::Tick time) const {  // the smallest n with n * numerator / denominator > time - 1
    if (time <= 0) return 0;
    if (time < safe_ticks_) return quotient((time - 1) * denominator_, numerator_, cycles_per_tick_) + 1;
    return static_cast<Cycle>(static_cast<__int128>(time - 1) * denominator_ / numerator_) + 1;
  }

 private:
  /// A product and a correction instead of a division; the dividend is exact in a double.
  static std::int64_t quotient(std::int64_t dividend, std::int64_t divisor, double inverse) {
    const std::int64_t guess = static_cast<std::int64_t>(static_cast<double>(dividend) * inverse);
    const std::int64_t rest = dividend - guess * divisor;
    return guess + (rest >= divisor) - (rest < 0);
  }

  common::Clock clock_;
  std::int64_t numerator_ = 1000, denominator_ = 1;
  double cycles_per_tick_ = 0, ticks_per_cycle_ = 0;
  Cycle safe_cycles_ = 0;
  common::Tick safe_ticks_ = 0;
};

}  // namespace presil::dram
