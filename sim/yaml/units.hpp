// Figures with units: which units a kind of quantity is written in, and how to read and show one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace presil::yaml {

/// A kind of quantity: what its values are called, how one is written, its units and their worth in the base unit.
struct Dimension {
  struct Unit {
    const char* name;
    double worth;
  };
  const char* what;     // "a size"
  const char* example;  // "512 KiB"
  const char* usual;    // the unit to propose for a bare number
  std::vector<Unit> units;
  bool whole = true;   // base units are counted in integers
  double most = 9e18;  // in base units; more is a slip, and sums of it would overflow
};

// Base unit in the name of each.
const Dimension& size_bytes();               // B, kB, MB, GB, KiB, MiB, GiB
const Dimension& width_bits();               // bit
const Dimension& frequency_hz();             // Hz, kHz, MHz, GHz
const Dimension& time_ps();                  // ps, ns, us, ms, s
const Dimension& count_cycles();             // cycles: of the clock of the component
const Dimension& count_clocks();             // clocks: of a memory's own interface
const Dimension& rate_bytes_per_second();    // B/s, kB/s, MB/s, GB/s, KiB/s, MiB/s, GiB/s
const Dimension& rate_bytes_per_cycle();     // B/cycle
const Dimension& rate_elements_per_cycle();  // elements/cycle, and B/cycle where elements are bytes
const Dimension& share_percent();            // %
const Dimension& energy_pj();                // fJ, pJ, nJ
const Dimension& power_mw();                 // uW, mW, W

/// What came of reading a text: the value in base units, or a complaint ("has no unit; write '512 KiB'").
struct Quantity {
  double value = 0;
  std::string complaint;  // empty when fine
};

/// Reads "512 KiB" or "512KiB". Complains about a missing or foreign unit, about what is no number, and where the
/// dimension is counted in whole base units about a fraction of one and about values beyond the most.
Quantity read(const Dimension& dimension, const std::string& text);

/// Shows a value of base units with the largest unit that keeps it short: "512 KiB", "1.5 GHz".
std::string show(const Dimension& dimension, double value);

/// Shows a number without trailing zeros.
std::string show_number(double value);

/// Reads a bare decimal number; false for anything else (hexadecimal, inf, nan, trailing text).
bool read_number(const std::string& text, double& value);

}  // namespace presil::yaml
