// A fresh SystemC simulation: many can run in one process, one after another.
#pragma once

namespace sc_core {
class sc_simcontext;
}

namespace presil::replay {

/// While it lives, modules and processes are made in a kernel context of their own, and time starts at 0. Destroy the
/// modules first, then this: it destroys the context and puts the former one back. Contexts nest like scopes; never use
/// two from two threads. About 15 us each. SystemC's notes ("simulation stopped") are not printed meanwhile.
class SimulationContext {
 public:
  SimulationContext();
  ~SimulationContext();
  SimulationContext(const SimulationContext&) = delete;
  SimulationContext& operator=(const SimulationContext&) = delete;

 private:
  sc_core::sc_simcontext* former_current_;
  sc_core::sc_simcontext* former_default_;
  sc_core::sc_simcontext* context_;
  unsigned former_actions_;
};

}  // namespace presil::replay
