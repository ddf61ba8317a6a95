// The NPU as a SystemC module: a process that calls it spends the time that the tile or the launch takes.
#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "models/common/time.hpp"
#include "models/npu/npu_spec.hpp"
#include "models/npu/npu_timing.hpp"

namespace presil::npu {

using common::Tick;

/// Bytes are moved by DMA modules beside it; this one holds the cores' arrays. Call from SystemC processes only.
class Npu : public sc_core::sc_module {
 public:
  Npu(sc_core::sc_module_name name, const NpuSpec& spec);
  ~Npu() override;

  /// Runs one tile on `core`; returns when it has ended. A core runs one tile at a time: later callers wait for it.
  void compute(const Work& work, int core = 0);

  /// Starts one hardware operator.
  void launch(OpClass op_class);

  /// `compute` for a caller that has costed the tile already.
  void occupy(Tick duration, int core = 0);

  const NpuTiming& timing() const { return timing_; }

  /// Time that `core` has been computing.
  Tick busy(int core) const;

 private:
  struct Core;
  NpuTiming timing_;
  common::Clock clock_;
  Tick launch_host_time_ = 0;
  std::vector<std::unique_ptr<Core>> cores_;
};

}  // namespace presil::npu
