// How long bytes take between a unit and a memory when nobody else is there: the planner's estimate of a transfer.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/hw/hardware.hpp"

namespace presil::plan {

/// Picoseconds as a real number: estimates are compared, never reported.
class Path {
 public:
  Path() = default;
  Path(const hw::Hardware& hardware, const hw::Unit& unit, int memory);

  bool reachable() const { return reachable_; }

  /// Time of moving `bytes` in contiguous runs of `run_bytes`, in `transfers` transfers one after another.
  double time(double bytes, double run_bytes, double transfers, bool write) const;

  /// Of that, the time for which the bus is taken, whatever the memory behind it; and which bus that is (-1: none).
  double bus_time(double bytes, double run_bytes) const;
  double bursts(double bytes, double run_bytes) const;
  int bus() const { return bus_; }
  bool duplex() const { return duplex_; }  // reads and writes do not share the bus's data channel

 private:
  struct Runs {
    double count = 0, beats = 0, bursts = 0;  // of contiguous runs; beats and bursts of each
  };
  Runs runs(double bytes, double run_bytes) const;

  bool reachable_ = false, duplex_ = true;
  int bus_ = -1;
  double beat_ps_ = 0, beat_bytes_ = 8, max_burst_ = 64, memory_ps_per_byte_ = 0, latency_ps_ = 0, setup_ps_ = 0;
  double reads_in_flight_ = 1, writes_in_flight_ = 1;
};

/// Time of a lone access in ps, from the memory's parameters.
double access_latency_ps(const hw::Memory& memory);

/// One path per memory of the hardware, for the unit.
std::vector<Path> paths(const hw::Hardware& hardware, const hw::Unit& unit);

}  // namespace presil::plan
