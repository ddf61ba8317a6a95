// Writes a Result for people: a report that reads from the top in a 120-column terminal.
#pragma once

#include <string>

#include "sim/replay/result.hpp"

namespace presil::report {

struct TableOptions {
  bool color = false;  // ANSI colours; ask for them only when a terminal reads
  int width = 120;     // columns; below 60 the report is laid out for 60
};

std::string table(const replay::Result& result, const TableOptions& options = {});

}  // namespace presil::report
