// Whether the description of a DRAM makes sense.
#pragma once

#include "models/dram/dram_spec.hpp"

namespace presil::dram {

/// Throws common::Error when timing is inconsistent (tRAS < tRCD), a geometry is impossible, policies contradict each
/// other, the mapping does not cover the address or the size disagrees with rows.
void check(const DramSpec& spec);

}  // namespace presil::dram
