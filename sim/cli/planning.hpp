// What the verbs that plan share: options --hw, --set, --place, --cold, and the walk from names to a schedule.
#pragma once

#include "sim/cli/verb.hpp"
#include "sim/graph/graph.hpp"
#include "sim/hw/hardware.hpp"
#include "sim/plan/plan.hpp"
#include "sim/transform/variant.hpp"

namespace presil::cli {

void declare_hardware(po::options_description& options);   // --hw, --set
void declare_placement(po::options_description& options);  // --place, --cold

/// --input-size, --transform, --weight-bits, --activation-bits
void declare_network(po::options_description& options);
transform::Variant variant_of(const Call& call);

/// The network of that name or file, as those options want it. Throws common::Error.
graph::Graph network_of(const Call& call, const std::string& name);

/// The only value of an option or argument that must be there. Throws common::Error, saying `cure` when it is missing.
std::string needed(const Call& call, const char* option, const char* cure);

/// The hardware that --hw and --set describe. Throws common::Error, listing the shipped files when --hw is missing.
hw::Hardware hardware_of(const Call& call);

/// From --place and --cold; every unit named must be one of the hardware. Throws common::Error.
plan::Options plan_options(const Call& call, const hw::Hardware& hardware);

}  // namespace presil::cli
