// The plan while it grows: steps (one hardware operator or CPU kernel each) over storages (where tensors really lie).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"
#include "sim/hw/hardware.hpp"
#include "sim/plan/nest.hpp"

namespace presil::plan {

/// What was decided for one operator of the graph.
struct Assignment {
  int unit = -1;                // index in Hardware::units; -1: no unit, the operator is free
  std::string free_reason;      // folded at import, or an alias
  std::string fallback_reason;  // why not on a unit preferred to this one
  std::string note;             // generic rate and the like
  int fused_into = -1;          // operator index
};

/// One scheduled piece: a leading operator with those fused into it.
struct Step {
  int op = -1;               // the leading operator, whose row carries the time
  std::vector<int> members;  // all its operators, the leading one included, in order
  int unit = -1;
  std::vector<int> inputs;     // tensors that are activations, in operand order; the first is the nest's input
  std::vector<int> constants;  // constant operands; weights of the nest first
  int weights = -1;            // the constant operand that follows the output channels, -1: none
  std::vector<int> outputs;
  bool beside = false;       // runs while the step before does, on another unit
  Nest nest;                 // of windows that run tile by tile one after the other, the window they make together
  std::vector<Nest> stages;  // those windows in order; empty for a single one
  std::vector<Nest> behind;  // pooling and reductions that the stream runs through before it is stored

  const Nest& last() const { return behind.empty() ? nest : behind.back(); }
};

/// Bytes in a memory that one tensor, or several that alias each other, occupy.
struct Storage {
  std::vector<int> tensors;  // the first is the one that is produced
  std::int64_t bytes = 0;
  bool constant = false;
  bool blocked = false;  // channel-blocked layout, else plain row-major
  int block = 0;         // channels of a block
  int memory = -1;       // index in Hardware::memories
  std::uint64_t address = 0;
  int first_step = 0, last_step = 0;
  std::int64_t traffic = 0;  // bytes read and written by all steps, for the choice of what to spill
  bool spilled = false;      // not in its preferred memory
};

struct Program {
  const graph::Graph* graph = nullptr;
  const hw::Hardware* hardware = nullptr;
  std::vector<Assignment> assignments;  // by operator
  std::vector<Step> steps;              // in execution order
  std::vector<Storage> storages;
  std::vector<int> storage_of;  // by tensor, -1: none (folded, or never touched)

  const Storage& storage(int tensor) const {
    return storages[static_cast<std::size_t>(storage_of[static_cast<std::size_t>(tensor)])];
  }
  const graph::Tensor& tensor(int t) const { return graph->tensors[static_cast<std::size_t>(t)]; }
};

}  // namespace presil::plan
