// Fits figures of one hardware file to what was measured on the chip, and says how far the result is to be trusted.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sim/study/fit.hpp"
#include "sim/study/validate.hpp"

namespace presil::study {

struct FittedFigure {
  Parameter parameter;
  double before = 0, after = 0;      // in the figure's unit
  std::optional<double> confidence;  // half the 95 % interval, relative to `after`; empty: the points do not tell
  bool at_edge = false;              // the best value lies at the edge of the range
};

struct FoldError {
  std::string what;  // the network or family left out
  Errors errors;     // of its points, predicted by a fit without it
};

struct Calibration {
  std::string hardware, measured;  // file; the suite or table
  std::string refused;             // why nothing was fitted
  std::vector<FittedFigure> figures;
  std::size_t networks = 0;
  Errors before, after, without_network, without_family;  // families: no rows where there is but one
  std::vector<FoldError> networks_out, families_out;
  std::vector<LeftOutChip> by_chip;
  int evaluations = 0;
};

/// Indices of the counted cases that are times, take part in fits and run on that hardware file.
std::vector<std::size_t> points_on(const Cases& cases, const std::string& hardware);

/// Why so many parameters must not be fitted to so many points (fewer than eight points; more parameters than a quarter
/// of them); empty when they may.
std::string refusal(std::size_t parameters, std::size_t points);

/// Throws common::Error with the refusal, or when a point cannot run with the present figures.
Calibration calibrate(const Cases& cases, const Networks& networks, const std::string& hardware,
                      const std::vector<Parameter>& parameters, int processes,
                      const std::function<void(int, double)>& progress = {});

/// Every fit that the cases rest on (figures that a suite says were fitted to it, else those that its hardware files
/// list under `calibrated:` with a range), made anew without each network and each family in turn. With `refit` first
/// to all points, from where the figures stand. A fit of too many figures comes back with the refusal.
std::vector<Calibration> leave_one_out(const Cases& cases, const Networks& networks, int processes, bool refit);
/// In the words of a validation.
LeftOut left_out_of(const Calibration& calibration);

std::string table(const Calibration& calibration, bool color, int width);
/// Keys: hardware, measured, points, networks, evaluations, figures[] (path, before, after, low, high, unit,
/// confidence, at_edge); before, after, without_network, without_family and the lists networks_out[], families_out[]:
/// rows, mape, median, p90, bias, worst, worst_network.
std::string json(const Calibration& calibration);

/// The text of a hardware file with the figures in its `calibrated:` section: entries of the same path are replaced,
/// all else stays as it is, comments too. Throws common::Error where the section is not written as a block.
std::string with_calibrated(const std::string& text, const Calibration& calibration);

}  // namespace presil::study
