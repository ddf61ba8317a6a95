// A SystemC simulation of its own for each test, so that many run in one process.
#pragma once

#include <gtest/gtest.h>

#define SC_INCLUDE_DYNAMIC_PROCESSES
#include <systemc>

namespace presil::test {

/// Modules of the derived fixture or test must be destroyed before the fixture is.
class WithFreshContext : public ::testing::Test {
 protected:
  WithFreshContext()
      : current_(sc_core::sc_curr_simcontext),
        global_(sc_core::sc_default_global_context),
        context_(new sc_core::sc_simcontext) {
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context_;
  }
  ~WithFreshContext() override {
    delete context_;
    sc_core::sc_curr_simcontext = current_;
    sc_core::sc_default_global_context = global_;
  }

  /// Simulated time in picoseconds.
  static std::int64_t now() { return static_cast<std::int64_t>(sc_core::sc_time_stamp().value()); }

 private:
  sc_core::sc_simcontext *current_, *global_, *context_;
};

}  // namespace presil::test
