// What validate and calibrate share: suites by file or shipped name, where tables and networks lie, progress.
#pragma once

#include <vector>

#include "sim/cli/verb.hpp"
#include "sim/study/cases.hpp"
#include "sim/study/predict.hpp"

namespace presil::cli {

void declare_suite(po::options_description& options);  // --measured, --data, --networks, -j

/// The suites given (files, shipped names, 'all' for all shipped ones), or that of --measured with --hw. Throws
/// common::Error.
std::vector<study::Suite> suites_of(const Call& call);

/// Where to look, with --hw and --set as the choice of hardware.
study::Places places_of(const Call& call);

/// How many processes, and a line of progress on the error stream when a person reads it.
study::Prospect prospect_of(const Call& call);

}  // namespace presil::cli
