// Weights copied ahead into a faster memory: how much room they get, and in which slices they travel.
#pragma once

#include <vector>

#include "sim/plan/arena.hpp"
#include "sim/plan/program.hpp"

namespace presil::plan {

struct Staging {
  int memory = -1;  // -1: not staged, weights are read from their home
  std::uint64_t address = 0;
  std::int64_t bytes = 0;  // of the staging area
  bool whole = false;      // the area holds all weights of the step; else `buffers` slices in turn
  int slices = 1, buffers = 1;
  bool ahead = false;  // the area is free while the step before runs: the copy may start then
};

/// Finds room in the arena of the unit's staging memory for the step's weights (position `index` in the steps): all of
/// them, ahead if possible; else in slices that take turns; else not staged. Takes the room.
Staging stage_weights(const Program& program, int index, std::vector<Arena>& arenas);

}  // namespace presil::plan
