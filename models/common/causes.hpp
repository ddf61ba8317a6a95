// Where time goes: the causes that every picosecond of a job, a unit and a memory is booked under.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/common/time.hpp"

namespace presil::common {

/// Within a transfer several causes may hold at once; then the one that stands later in `transfer ... refresh` counts
/// (refresh > turnaround > row > bank > arbitration > outstanding > latency > transfer).
enum class Cause : std::uint8_t {
  compute,        // MAC array or CPU kernel
  input_stream,   // the array waits for input elements
  weight_stream,  // ... for weights (their decoder included)
  output_stream,  // the output or vector stage sets the pace
  overhead,       // fill and drain, per row, pass, tile and operator
  launch,         // starting an operator or a transfer
  hand_over,      // between units: interrupt, cache maintenance, driver
  transfer,       // own bytes moving, or waiting behind own bytes
  latency,        // access latency of a memory not hidden by bursts in flight
  outstanding,    // the limit of bursts in flight
  arbitration,    // another master holds the bus, or the memory's queue
  bank,           // bank busy or bank conflict
  row,            // activating or precharging a row; command and address phases of a serial memory
  turnaround,     // the data bus turns from read to write or back
  refresh,        // refresh or a page/chip-select limit of a serial memory
  input,          // (of a unit) waits for its input to arrive
  weights,        // (of a unit) waits for its weights to arrive
  output_space,   // (of a unit) waits until an output buffer is free again
  dependency,     // (of a unit) waits for another operator, and nothing above binds
};
inline constexpr std::size_t cause_count = static_cast<std::size_t>(Cause::dependency) + 1;
const char* name(Cause cause);

/// Picoseconds by cause.
struct CauseTimes {
  std::array<Tick, cause_count> ps{};

  Tick& operator[](Cause cause) { return ps[static_cast<std::size_t>(cause)]; }
  Tick operator[](Cause cause) const { return ps[static_cast<std::size_t>(cause)]; }
  Tick total() const {
    Tick sum = 0;
    for (Tick t : ps) sum += t;
    return sum;
  }
  CauseTimes& operator+=(const CauseTimes& other) {
    for (std::size_t i = 0; i < cause_count; ++i) ps[i] += other.ps[i];
    return *this;
  }
  bool operator==(const CauseTimes& other) const { return ps == other.ps; }
};

}  // namespace presil::common
