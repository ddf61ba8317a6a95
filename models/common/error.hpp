// The one exception that means "the user can mend this": a single line saying where, what, and what would do.
#pragma once

#include <stdexcept>
#include <string>

namespace presil::common {

/// Caught once, in main, which prints `what()` on one line and exits with 1. Faults of presil itself are asserts.
/// The message names the place first (file, line, operator), then what was found, then what would do.
class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

}  // namespace presil::common
