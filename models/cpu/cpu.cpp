#include "models/cpu/cpu.hpp"

namespace presil::cpu {

Cpu::Cpu(sc_core::sc_module_name name, const CpuSpec& spec) : sc_module(name), timing_(spec), clock_(spec.hz) {}

void Cpu::run(const Work& work) {
  occupy(clock_.duration(timing_.cost(work).total()));
}

void Cpu::hand_over(Tick fixed, std::int64_t bytes) {
  occupy(fixed + clock_.duration(timing_.maintenance_cycles(bytes)));
}

void Cpu::occupy(Tick duration) {
  while (working_) {
    ++waiting_;
    sc_core::wait(freed_);
    --waiting_;
  }
  working_ = true;
  if (duration > 0) sc_core::wait(sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(duration)));
  working_ = false;
  busy_ += duration;
  if (waiting_ > 0) freed_.notify();
}

}  // namespace presil::cpu
