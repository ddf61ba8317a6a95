// Gives every storage a memory and an address: feature maps by lifetime, spilling where the preferred memory is full.
#pragma once

#include <vector>

#include "sim/plan/arena.hpp"
#include "sim/plan/program.hpp"

namespace presil::plan {

/// Fills memory and address of every storage; returns one arena per memory, for buffers that come later. Of several
/// orders of placement the one with the least traffic to the less preferred memories is taken.
/// Throws common::Error when something fits nowhere: says by how much, and names the largest tensors of that moment.
std::vector<Arena> allocate(Program& program);

}  // namespace presil::plan
