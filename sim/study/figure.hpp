// What a measured quantity is called in a Result: its figure, and how its units count in base units.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/replay/result.hpp"

namespace presil::study {

enum class FigureKind : std::uint8_t {
  latency,           // of one inference, ps
  busy,              // of a unit's engine, ps
  read,              // bytes read from a memory, as moved
  written,           // bytes written to it, as moved
  moved,             // both
  peak,              // high-water mark of a memory's allocation, bytes
  weights,           // bytes of all constants, as stored
  energy,            // uJ
  operator_time,     // from the operator's first job's start to its last job's end, ps
  operator_compute,  // its computing, streams and fixed costs on the critical path, ps
};

/// A figure of a Result: "latency", "busy npu", "read sram", "peak sram", "weights", "energy", "operator compute"; of
/// several memories together: "peak npu_ram+axi_sram".
struct Figure {
  FigureKind kind = FigureKind::latency;
  std::string of;         // unit or memory, where the kind has one
  std::int64_t beat = 1;  // bytes of a beat, where the unit is beats
  double times = 1;       // the measured value is of so many repetitions; a half: the network runs it twice
};

/// Reads the text of a figure. Throws common::Error with `where` in front.
Figure figure_of(const std::string& text, const std::string& where);

/// The usual figure of a quantity of the measured tables (latency_ms, cycles, fps, ...); empty where it is the suite's
/// to say, because it needs a name of the chip's.
std::optional<Figure> usual_figure(const std::string& quantity);

/// Is this a time (latency, cycles, rate)? Such rows enter the headline error; bytes are told apart.
bool is_time(const Figure& figure);

/// `base` (ps, bytes or uJ) in the measured unit: ms, us, s, ns, cycles (of `hz`), fps, 1/s; B, KiB, MiB, kB, MB,
/// beats; uJ, mJ. Throws common::Error saying which units the figure takes when it does not take this one.
double in_unit(const Figure& figure, double base, const std::string& unit, std::int64_t hz);

/// The figure's value in base units. `operator_index` where the figure is one operator's, else -1. Throws common::Error
/// for a unit, memory or operator that the result does not have, or energy that is not known.
double value_of(const Figure& figure, const replay::Result& result, std::int32_t operator_index);

}  // namespace presil::study
