// How many cycles a CPU needs for one operator of a network, by its kernel library; plain C++.
#pragma once

#include "models/common/work.hpp"
#include "models/cpu/cpu_spec.hpp"

namespace presil::cpu {

using common::StageCycles;
using common::Work;

class CpuTiming {
 public:
  explicit CpuTiming(const CpuSpec& spec);

  /// Kernel cycles, all in `array`; the per-operator part in `overhead`.
  StageCycles cost(const Work& work) const;

  /// The class's own rate, or the generic one.
  const KernelRate& rate(OpClass op_class) const;
  bool has_rate(OpClass op_class) const;

  /// Cycles of cleaning or invalidating `bytes` in the data cache.
  std::int64_t maintenance_cycles(std::int64_t bytes) const;

 private:
  CpuSpec spec_;
};

}  // namespace presil::cpu
