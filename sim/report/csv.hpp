// Writes a Result's operators as CSV, one row an operator, for spreadsheets and data frames.
#pragma once

#include <string>

#include "sim/replay/result.hpp"

namespace presil::report {

/// A header line, then one row per operator in the network's order; fields quoted as RFC 4180 says, lines end in '\n'.
/// Columns are those of the JSON's rows; causes and memories become columns stack_<cause>_ps, read_bytes_<memory>,
/// write_bytes_<memory>. Empty fields are what JSON calls null.
std::string csv(const replay::Result& result);

/// One field, quoted only where it must be.
std::string csv_field(const std::string& text);

}  // namespace presil::report
