// Simulated time: integer picoseconds, and clocks that convert whole cycle counts to it without accumulating rounding.
#pragma once

#include <cstdint>
#include <limits>
#include <numeric>

namespace presil::common {

using Tick = std::int64_t;  // picoseconds since the start of the inference

inline constexpr Tick never = std::numeric_limits<Tick>::max();
inline constexpr Tick ticks_per_second = 1'000'000'000'000;

/// A clock of a whole number of hertz. Edges lie at ceil(n * 1e12 / hz): cycle counts are converted whole, never by
/// adding up a rounded period (1.2 GHz is 833.33 ps).
class Clock {
 public:
  Clock() = default;
  explicit constexpr Clock(std::int64_t hz)
      : hz_(hz),
        period_(ticks_per_second / std::gcd(ticks_per_second, hz)),
        cycles_(hz / std::gcd(ticks_per_second, hz)),
        period_inverse_(all_ones / static_cast<std::uint64_t>(period_)),
        cycles_inverse_(all_ones / static_cast<std::uint64_t>(cycles_)) {}

  constexpr std::int64_t hz() const { return hz_; }

  /// True when a period is a whole number of picoseconds: then edges repeat themselves exactly.
  constexpr bool whole_period() const { return cycles_ == 1; }

  /// Time of edge number `cycle` (0 at time 0); also the duration of that many cycles, rounded up.
  constexpr Tick duration(std::int64_t cycles) const {
    if (cycles_ == 1) return cycles * period_;
    return scale(cycles, period_, cycles_, cycles_inverse_, cycles_ - 1);
  }

  /// Number of the first edge at or after `time` (time >= 0). Edge n lies at ceil(n * 1e12 / hz), which is at or after
  /// `time` when n * 1e12 / hz lies above time - 1: so cycle_at_or_after(duration(n)) == n for every clock.
  constexpr std::int64_t cycle_at_or_after(Tick time) const {
    return time <= 0 ? 0 : scale(time - 1, cycles_, period_, period_inverse_, 0) + 1;
  }

  /// First edge at or after `time`.
  constexpr Tick edge_at_or_after(Tick time) const { return duration(cycle_at_or_after(time)); }

  /// Cycles that fit into `time`, as a fraction; for reports only.
  constexpr double cycles(Tick time) const { return static_cast<double>(time) * static_cast<double>(hz_) / 1e12; }

 private:
  static constexpr std::uint64_t all_ones = std::numeric_limits<std::uint64_t>::max();

  /// floor((value * factor + addend) / divisor), exactly. The quotient by the rounded-down inverse is at most one too
  /// small, which costs a multiplication and a compare where a division would take several times as long.
  static constexpr std::int64_t scale(std::int64_t value, std::int64_t factor, std::int64_t divisor,
                                      std::uint64_t inverse, std::int64_t addend) {
    const unsigned __int128 sum =
        static_cast<unsigned __int128>(value) * static_cast<std::uint64_t>(factor) + static_cast<std::uint64_t>(addend);
    const std::uint64_t by = static_cast<std::uint64_t>(divisor);
    if (sum > all_ones / 2) return static_cast<std::int64_t>(sum / by);
    const std::uint64_t dividend = static_cast<std::uint64_t>(sum);
    const std::uint64_t quotient =
        static_cast<std::uint64_t>((static_cast<unsigned __int128>(dividend) * inverse) >> 64);
    return static_cast<std::int64_t>(quotient + (dividend - quotient * by >= by ? 1 : 0));
  }

  // One period is period_ / cycles_ picoseconds, in lowest terms.
  std::int64_t hz_ = 1'000'000'000;
  std::int64_t period_ = 1000, cycles_ = 1;
  std::uint64_t period_inverse_ = all_ones / 1000, cycles_inverse_ = all_ones;
};

}  // namespace presil::common
