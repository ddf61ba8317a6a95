#include "models/npu/npu.hpp"

namespace presil::npu {

using sc_core::sc_time;

struct Npu::Core {
  bool computing = false;
  int waiting = 0;
  sc_core::sc_event freed;
  Tick busy = 0;
};

Npu::Npu(sc_core::sc_module_name name, const NpuSpec& spec)
    : sc_module(name), timing_(spec), clock_(spec.hz), launch_host_time_(spec.launch.host_ps) {
  for (int i = 0; i < spec.cores; ++i) cores_.push_back(std::make_unique<Core>());
}

Npu::~Npu() = default;

void Npu::compute(const Work& work, int core) {
  occupy(clock_.duration(timing_.cost(work).total()), core);
}

void Npu::launch(OpClass op_class) {
  sc_core::wait(sc_time::from_value(
      static_cast<sc_dt::uint64>(clock_.duration(timing_.launch_cycles(op_class)) + launch_host_time_)));
}

void Npu::occupy(Tick duration, int core) {
  Core& c = *cores_[static_cast<std::size_t>(core)];
  while (c.computing) {
    ++c.waiting;
    sc_core::wait(c.freed);
    --c.waiting;
  }
  c.computing = true;
  if (duration > 0) sc_core::wait(sc_time::from_value(static_cast<sc_dt::uint64>(duration)));
  c.computing = false;
  c.busy += duration;
  if (c.waiting > 0) c.freed.notify();
}

Tick Npu::busy(int core) const {
  return cores_[static_cast<std::size_t>(core)]->busy;
}

}  // namespace presil::npu
