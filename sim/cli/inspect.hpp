// Texts of `presil inspect`: what a network or a schedule holds.
#pragma once

#include <filesystem>
#include <string>

#include "sim/cli/cli.hpp"
#include "sim/graph/graph.hpp"
#include "sim/report/grid.hpp"
#include "sim/transform/variant.hpp"
#include "traces/schedule.hpp"

namespace presil::cli {

std::string inspect_network(const graph::Graph& graph, const Surroundings& around);
/// What each replacement changed in operators, work, weights and memory, and which operators it replaced.
std::string inspect_replacements(const std::vector<transform::Done>& done, const Surroundings& around);
/// The replacements there are, with what each does.
std::string inspect_transforms(const Surroundings& around);
std::string inspect_schedule(const traces::Schedule& schedule, const Surroundings& around);
std::string inspect_zoo(const std::filesystem::path& dir, const Surroundings& around);

}  // namespace presil::cli
