// Where a Result goes: standard output in the format asked for, a folder of reports, a timeline.
#pragma once

#include "sim/cli/verb.hpp"
#include "sim/replay/replay.hpp"
#include "sim/replay/result.hpp"

namespace presil::cli {

/// Declares --format, --out, --timeline and --tiling-overhead.
void declare_output(po::options_description& options);

/// Checks those options; call it before the work, so that a misspelt format costs no time. Throws common::Error.
replay::Options replay_options(const Call& call);

/// Writes files first, then standard output. Throws common::Error.
void put_out(const replay::Result& result, const Call& call);

/// The value of --format, which must be one of `known` (the first is the default). Throws common::Error.
std::string format_of(const Call& call, const std::vector<std::string>& known);

}  // namespace presil::cli
