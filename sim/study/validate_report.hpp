// Writes a Validation as a table for people, JSON for programs, CSV for spreadsheets.
#pragma once

#include <string>

#include "sim/study/validate.hpp"

namespace presil::study {

/// Every row; then errors by chip and quantity and by family; then what was set apart, skipped or at fault, with why.
std::string table(const Validation& validation, bool color, int width);

/// Keys: suite; rows[]: table, line, chip, network, family, quantity, unit, measured, predicted, error (predicted /
/// measured - 1), standing (counted, apart, skipped, fault), reason, topology_assumed; predicted and error are null
/// where nothing ran; times, by_quantity[] and by_family[]: rows, networks, mape, median, p90, bias, worst,
/// worst_network, with chip and quantity or family; left_out[]: fit, reason (why not), figures, fitted,
/// without_network, without_family, and by_chip[]: chip and the same three. Errors are shares, not percent.
std::string json(const Validation& validation);

/// A line a row, with the columns of JSON's rows.
std::string csv(const Validation& validation);

}  // namespace presil::study
