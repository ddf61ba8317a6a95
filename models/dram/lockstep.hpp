// Bank groups in lockstep: a burst that lies over all of them alike goes as if there were one group of wide banks.
#pragma once

#include "models/dram/address_map.hpp"
#include "models/dram/distances.hpp"
#include "models/dram/dram_spec.hpp"

namespace presil::dram {

/// A row command to a wide bank stands for one to the same bank of each group, as far apart as tRRD_S and tPPD ask. A
/// column command stands for all device bursts between two repetitions of the groups in the address: two groups
/// alternate at tCCD_S, so that tCCD_L never binds, then the next two, as by address. Each has its own clocks of the
/// command bus, and all rules between commands are kept; where a rule binds one group, all wait for it.
bool can_lockstep(const DramSpec& spec, const AddressMap& map);

/// Geometry, queues and turns in wide banks and wide device bursts; `group_columns`: AddressMap's.
DramSpec lockstep_spec(const DramSpec& spec, int group_columns);

/// Distances between the first commands of each.
Distances lockstep_distances(const DramSpec& spec, int group_columns);

}  // namespace presil::dram
