// When the packets of a background master are due, until when each has to have moved, and where they go.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>

#include "models/common/error.hpp"
#include "models/common/time.hpp"
#include "models/fabric/bus_spec.hpp"

namespace presil::fabric {

using common::Tick;

struct Packet {
  Tick due = 0;
  Tick deadline = 0;         // has to have moved by then; `never`: whenever
  std::uint64_t offset = 0;  // in the master's region
  std::int64_t bytes = 0;
  std::int64_t period = 0;  // of the frame, the task's run or, of a steady master, the packet itself
};

/// A value: a copy goes on from where the original stands. Nothing accumulates rounding.
///  - steady: one packet after another at the average rate, each to be moved before the next is due.
///  - frames: a camera or a display. Lines are spread over the frame's period but for its blanking, the packets of a
///    line over the line's time but for its blanking. A packet is late when the master's FIFO would run over (or dry).
///  - task: all packets of a run are due when its period begins, and have to have moved when the next one does.
///  - random: exponential gaps at random places, from a seed; nothing is ever late.
class PacketClock {
 public:
  explicit PacketClock(const TrafficSpec& spec) : spec_(spec), state_(spec.seed) {
    const auto fail = [&](const std::string& what) { throw common::Error("traffic '" + spec.name + "': " + what); };
    if (spec.burst_bytes <= 0) fail("rate and burst must be positive");
    if (spec_.region_bytes < spec_.burst_bytes) spec_.region_bytes = spec_.burst_bytes;
    if (periodic()) {
      if (!(spec.frames_per_second > 0) || spec.frame_bytes <= 0)
        fail("bytes and rate of its periods must be positive");
      set_period(1e15, spec.frames_per_second * 1e3, "frame rate below 0.001 Hz");
      if (spec_.line_bytes <= 0 || spec_.line_bytes > spec.frame_bytes) spec_.line_bytes = spec.frame_bytes;
      spec_.burst_bytes = std::min(spec_.burst_bytes, spec_.line_bytes);
      lines_ = (spec.frame_bytes + spec_.line_bytes - 1) / spec_.line_bytes;
      packets_ = (spec_.line_bytes + spec_.burst_bytes - 1) / spec_.burst_bytes;
      const std::int64_t last_line = spec.frame_bytes - (lines_ - 1) * spec_.line_bytes;
      in_frame_ = (lines_ - 1) * packets_ + (last_line + spec_.burst_bytes - 1) / spec_.burst_bytes;
      frames_in_region_ = std::max<std::int64_t>(1, spec_.region_bytes / spec.frame_bytes);
      active_ = static_cast<Tick>(std::llround(static_cast<double>(whole_) * (1 - spec.frame_blanking)));
      line_active_ = static_cast<Tick>(
          std::llround(static_cast<double>(active_) / static_cast<double>(lines_) * (1 - spec.line_blanking)));
      const std::int64_t fifo = std::max(spec.fifo_bytes, spec_.burst_bytes);
      slack_ = static_cast<Tick>(std::llround(static_cast<double>(line_active_) * static_cast<double>(fifo) /
                                              static_cast<double>(spec_.line_bytes)));
    } else {
      if (!(spec.bytes_per_second > 0)) fail("rate and burst must be positive");
      set_period(static_cast<double>(spec.burst_bytes) * 1e15, spec.bytes_per_second * 1e3,
                 "rate below 0.001 B/s; leave it out");
    }
    places_ = spec_.region_bytes / spec_.burst_bytes;
    next_ = random_part(at(0));
    carry_ = rest_;
  }

  const TrafficSpec& spec() const { return spec_; }
  const Packet& next() const { return next_; }
  void advance() {
    ++number_;
    if (spec_.pacing == Pacing::steady && !spec_.scattered)
      step();
    else
      next_ = random_part(at(number_));
  }

  /// Any packet, but for what is random of it.
  Packet at(std::int64_t number) const {
    Packet packet;
    packet.bytes = spec_.burst_bytes;
    packet.period = number;
    switch (spec_.pacing) {
      case Pacing::random:
        packet.deadline = common::never;
        break;
      case Pacing::steady:
        packet.due = period_start(number);
        packet.deadline = period_start(number + 1);
        packet.offset = static_cast<std::uint64_t>(number % places_ * spec_.burst_bytes);
        break;
      default:
        of_frame(packet, number);
    }
    return packet;
  }

 private:
  bool periodic() const { return spec_.pacing == Pacing::frames || spec_.pacing == Pacing::task; }

  void set_period(double dividend, double per_thousand_seconds, const char* too_slow) {
    divisor_ = std::llround(per_thousand_seconds);
    if (divisor_ <= 0) throw common::Error("traffic '" + spec_.name + "': " + too_slow);
    whole_ = static_cast<Tick>(static_cast<unsigned __int128>(dividend) / static_cast<std::uint64_t>(divisor_));
    rest_ = static_cast<std::int64_t>(static_cast<unsigned __int128>(dividend) % static_cast<std::uint64_t>(divisor_));
  }

  /// Start of period `number`: number * (whole + rest / divisor), rounded down.
  Tick period_start(std::int64_t number) const { return whole_ * number + share(rest_, number, divisor_); }

  /// factor * number / divisor, rounded down; none is negative.
  static std::int64_t share(std::int64_t factor, std::int64_t number, std::int64_t divisor) {
    std::int64_t product;
    if (!__builtin_mul_overflow(factor, number, &product)) return product / divisor;
    return static_cast<std::int64_t>(static_cast<__int128>(factor) * number / divisor);
  }

  /// From a steady master's packet to its next one: at(number_) without the divisions.
  void step() {
    next_.period = number_;
    next_.due = next_.deadline;
    next_.deadline += whole_;
    carry_ += rest_;
    if (carry_ >= divisor_) {
      carry_ -= divisor_;
      ++next_.deadline;
    }
    next_.offset += static_cast<std::uint64_t>(spec_.burst_bytes);
    if (next_.offset == static_cast<std::uint64_t>(places_ * spec_.burst_bytes)) next_.offset = 0;
  }

  Packet random_part(Packet packet) {
    if (spec_.pacing == Pacing::random) {
      const double share = (static_cast<double>(random() >> 11) + 0.5) / 9007199254740992.0;  // (0, 1)
      packet.due = next_.due + std::llround(-std::log(share) * static_cast<double>(whole_));
    }
    if (spec_.pacing == Pacing::random || spec_.scattered)
      packet.offset = random() % static_cast<std::uint64_t>(places_) * static_cast<std::uint64_t>(spec_.burst_bytes);
    return packet;
  }

  void of_frame(Packet& packet, std::int64_t number) const {
    const std::int64_t frame = number / in_frame_, line = number % in_frame_ / packets_;
    const std::int64_t in_line = number % in_frame_ % packets_;
    const std::int64_t offset = line * spec_.line_bytes + in_line * spec_.burst_bytes;
    packet.period = frame;
    packet.bytes =
        std::min({spec_.burst_bytes, spec_.line_bytes - in_line * spec_.burst_bytes, spec_.frame_bytes - offset});
    packet.offset = static_cast<std::uint64_t>(frame % frames_in_region_ * spec_.frame_bytes + offset);
    packet.due = period_start(frame);
    if (spec_.pacing == Pacing::task) {
      packet.offset %= static_cast<std::uint64_t>(spec_.region_bytes - spec_.burst_bytes + 1);
      packet.deadline = period_start(frame + 1);
      return;
    }
    packet.due += share(active_, line, lines_) + share(line_active_, in_line, packets_);
    packet.deadline = packet.due + slack_;
  }

  std::uint64_t random() {  // splitmix64
    std::uint64_t z = (state_ += 0x9e3779b97f4a7c15ull);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
    return z ^ (z >> 31);
  }

  TrafficSpec spec_;
  Tick whole_ = 0;  // a period is whole_ + rest_ / divisor_
  std::int64_t rest_ = 0, divisor_ = 1;
  std::int64_t carry_ = 0;                                                      // of next_.deadline, in 1 / divisor_
  std::int64_t places_ = 1;                                                     // of packets in the region
  std::int64_t lines_ = 1, packets_ = 1, in_frame_ = 1, frames_in_region_ = 1;  // packets of a line, of a frame
  Tick active_ = 0, line_active_ = 0, slack_ = 0;
  std::uint64_t state_;
  std::int64_t number_ = 0;
  Packet next_;
};

}  // namespace presil::fabric
