// Measured rows beside predicted ones, and how large the errors are: as a whole, by chip, by family of networks.
#pragma once

#include <string>
#include <vector>

#include "sim/study/cases.hpp"
#include "sim/study/predict.hpp"

namespace presil::study {

struct ValidatedRow {
  Case row;
  double predicted = 0;  // in the row's unit; only for rows that ran
  double error = 0;      // predicted / measured - 1
  double base = 0;       // predicted, in ps, bytes or uJ
  bool ran = false;
};

/// Of absolute relative errors.
struct Errors {
  std::size_t rows = 0, networks = 0;
  double mean = 0, median = 0, p90 = 0;  // MAPE; 90th percentile by nearest rank
  double bias = 0;                       // mean of the signed errors
  double worst = 0;                      // signed
  std::string worst_network;
};

struct ErrorGroup {
  std::string chip, what;  // what: a quantity, or a family
  Errors errors;
};

/// The rows of one chip in a fit of several.
struct LeftOutChip {
  std::string chip;
  Errors fitted, without_network, without_family;
};

/// What is left of the trust in a fit when networks or families are left out of it.
struct LeftOut {
  std::string what;    // the suite or hardware file whose figures were fitted anew
  std::string reason;  // why they were not; then nothing below is set
  std::size_t figures = 0;
  Errors fitted, without_network, without_family;  // no rows: there was but one
  std::vector<LeftOutChip> by_chip;                // in the order of the suite
};

struct Validation {
  std::string suite;
  std::vector<ValidatedRow> rows;
  std::vector<ErrorGroup> by_quantity;  // chip and quantity, in the order of the suite
  std::vector<ErrorGroup> by_family;    // chip and family, of the rows that are times
  Errors times;                         // of all rows that are times
  std::vector<LeftOut> left_out;        // on request
};

Errors errors_of(const std::vector<const ValidatedRow*>& rows);

/// Runs all that can run; a row whose network or chip cannot run becomes a fault with the reason.
Validation validate(const std::string& suite, const Cases& cases, const Networks& networks, const Prospect& prospect);

/// One line for each fault: table:line, network, what is wrong.
std::vector<std::string> faults(const Validation& validation);

}  // namespace presil::study
