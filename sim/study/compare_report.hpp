// Writes a Comparison as a table for people or JSON for programs.
#pragma once

#include <string>

#include "sim/study/compare.hpp"

namespace presil::study {

/// Latency, traffic and energy, a row a network and a column a chip, each with its ratio to the first chip; then why
/// pairs that did not run did not.
std::string table(const Comparison& comparison, bool color, int width);

/// Keys: hardware[], networks[], points[] (row by row): network, hardware, error, latency_ps, latency_ms, ratio (to the
/// first chip), traffic_bytes, energy_uj, stack_ps.<cause>, network_digest, hardware_digest; null where a pair did not
/// run; mean_ratio[] (geometric, by chip).
std::string json(const Comparison& comparison);

}  // namespace presil::study
