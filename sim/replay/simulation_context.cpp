#include "sim/replay/simulation_context.hpp"

#include <systemc>

namespace presil::replay {

namespace {
constexpr const char* kernel_notes = "/OSCI/SystemC";
}

SimulationContext::SimulationContext()
    : former_current_(sc_core::sc_curr_simcontext),
      former_default_(sc_core::sc_default_global_context),
      context_(new sc_core::sc_simcontext),
      former_actions_(sc_core::sc_report_handler::set_actions(kernel_notes, sc_core::SC_INFO, sc_core::SC_DO_NOTHING)) {
  sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context_;
}

SimulationContext::~SimulationContext() {
  sc_core::sc_report_handler::set_actions(kernel_notes, sc_core::SC_INFO, former_actions_);
  delete context_;
  sc_core::sc_curr_simcontext = former_current_;
  sc_core::sc_default_global_context = former_default_;
}

}  // namespace presil::replay
