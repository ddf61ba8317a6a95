// Which operands of CPU kernels come from the last-level cache: whole tensors, least recently used, in steady
// operation.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/plan/program.hpp"

namespace presil::plan {

/// Tracks one CPU's last-level cache over the steps of the plan.
class CacheUse {
 public:
  CacheUse(const Program& program, int unit);

  /// True when the step's read of the tensor (its write of an output) is served by the cache and reaches no memory.
  /// A written map stays in the cache when all its readers find it there; else it is written back once.
  bool hit(int step, int tensor) const;

 private:
  struct Key {
    int step, storage;
  };
  std::vector<Key> hits_;  // sorted
  const Program& program_;
};

}  // namespace presil::plan
