// Draws measured against predicted times as a log-log scatter plot with a band of +-10 %, as SVG.
#pragma once

#include <string>

#include "sim/study/validate.hpp"

namespace presil::study {

/// All rows that are times and ran: counted ones filled, those set apart hollow, a colour and shape a chip; a tooltip
/// on each. The same Validation gives the same bytes.
std::string scatter_svg(const Validation& validation);

}  // namespace presil::study
