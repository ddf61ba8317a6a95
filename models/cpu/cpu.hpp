// The CPU (or DSP) as a SystemC module: a process that calls it spends the time that the kernel or hand-over takes.
#pragma once

#include <systemc>

#include "models/common/time.hpp"
#include "models/cpu/cpu_spec.hpp"
#include "models/cpu/cpu_timing.hpp"

namespace presil::cpu {

using common::Tick;

/// A kernel takes all cores of the CPU (its timing counts their speed-up), so kernels and hand-overs run one at a time:
/// later callers wait. Memory traffic goes over the fabric beside it. Call from SystemC processes only.
class Cpu : public sc_core::sc_module {
 public:
  Cpu(sc_core::sc_module_name name, const CpuSpec& spec);

  /// Runs one kernel; returns when it has ended.
  void run(const Work& work);

  /// Interrupt or driver call of `fixed` picoseconds, and cache maintenance of `bytes`.
  void hand_over(Tick fixed, std::int64_t bytes);

  /// `run` for a caller that has costed the kernel already.
  void occupy(Tick duration);

  const CpuTiming& timing() const { return timing_; }

  /// Time that it has been at work.
  Tick busy() const { return busy_; }

 private:
  CpuTiming timing_;
  common::Clock clock_;
  bool working_ = false;
  int waiting_ = 0;
  sc_core::sc_event freed_;
  Tick busy_ = 0;
};

}  // namespace presil::cpu
