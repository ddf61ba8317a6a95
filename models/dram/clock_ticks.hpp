// Command clocks to picoseconds and back without divisions: what common::Clock does, for the hot path.
#pragma once

#include <numeric>

#include "models/common/time.hpp"
#include "models/dram/command.hpp"

namespace presil::dram {

/// Edge n lies at ceil(n * 1e12 / hz), as with common::Clock.
class ClockTicks {
 public:
  explicit ClockTicks(std::int64_t hz)
      : whole_period_(common::ticks_per_second % hz == 0 ? common::ticks_per_second / hz : 0),
        tick_of_(common::ticks_per_second, hz),
        cycle_of_(hz, common::ticks_per_second) {}

  common::Tick tick(Cycle cycle) const {
    if (whole_period_ > 0) return cycle * whole_period_;
    const auto [value, rest] = tick_of_(static_cast<std::uint64_t>(cycle));
    return static_cast<common::Tick>(value + (rest > 0));
  }

  /// Number of the first edge at or after `time`: the smallest n with n * 1e12 / hz > time - 1.
  Cycle cycle(common::Tick time) const {
    if (time <= 0) return 0;
    const auto [value, rest] = cycle_of_(static_cast<std::uint64_t>(time - 1));
    return static_cast<Cycle>(value + (rest >= 0));
  }

 private:
  /// n * numerator / denominator, rounded down or one more: then the rest is negative.
  class Ratio {
   public:
    Ratio(std::int64_t numerator, std::int64_t denominator) {
      const std::int64_t common = std::gcd(numerator, denominator);
      numerator_ = static_cast<std::uint64_t>(numerator / common);
      denominator_ = static_cast<std::uint64_t>(denominator / common);
      whole_ = numerator_ / denominator_;
      const auto part = static_cast<unsigned __int128>(numerator_ % denominator_) << 64;
      fraction_ = static_cast<std::uint64_t>((part + denominator_ - 1) / denominator_);
    }

    struct Result {
      std::uint64_t value;
      std::int64_t rest;  // of n * numerator; less than a denominator, so that it is right where products overflow
    };
    Result operator()(std::uint64_t n) const {
      const auto above = static_cast<std::uint64_t>(static_cast<unsigned __int128>(n) * fraction_ >> 64);
      const std::uint64_t value = n * whole_ + above;
      return {value, static_cast<std::int64_t>(n * numerator_ - value * denominator_)};
    }

   private:
    std::uint64_t numerator_ = 1, denominator_ = 1;
    std::uint64_t whole_ = 1, fraction_ = 0;  // the ratio's whole part, and the rest of it in 2^-64, rounded up
  };

  common::Tick whole_period_;  // or 0
  Ratio tick_of_, cycle_of_;
};

}  // namespace presil::dram
