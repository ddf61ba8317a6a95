// Writes a Result's timeline as Chrome trace events, which Perfetto (ui.perfetto.dev) and chrome://tracing open.
#pragma once

#include <string>

#include "sim/replay/result.hpp"

namespace presil::report {

/// One process per unit, one track per queue, one slice per job named after its operator and tile; the slice's
/// arguments say what it did, which job held it back and where its time went. Needs Result::timeline; without it only
/// tracks.
std::string perfetto(const replay::Result& result);

}  // namespace presil::report
