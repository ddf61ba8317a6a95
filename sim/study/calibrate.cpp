#include "sim/study/calibrate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "models/common/error.hpp"

namespace presil::study {
namespace {

using common::Error;

/// Does the row take part in fits?
bool is_point(const Case& one) {
  return one.standing == Standing::counted && one.fits && is_time(one.figure);
}

/// Rows as validate() has them, from logarithms of predicted over measured.
std::vector<ValidatedRow> rows_of(const Objective& objective, const Vector& residuals) {
  std::vector<ValidatedRow> rows;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    ValidatedRow row;
    row.row = objective.point(i);
    row.ran = true;
    row.error = std::exp(residuals[i]) - 1;
    row.predicted = row.row.measured * (row.error + 1);
    rows.push_back(std::move(row));
  }
  return rows;
}

/// Of all rows, or of those of one chip.
Errors errors(const Objective& objective, const Vector& residuals, const std::string* chip = nullptr) {
  const std::vector<ValidatedRow> rows = rows_of(objective, residuals);
  std::vector<const ValidatedRow*> of;
  for (const ValidatedRow& row : rows)
    if (chip == nullptr || row.row.chip == *chip) of.push_back(&row);
  return errors_of(of);
}

/// `left` of networks and of families: empty where there is but one.
std::vector<LeftOutChip> by_chip(const Objective& objective, const Vector& fitted, const Vector& without_network,
                                 const Vector& without_family) {
  std::vector<LeftOutChip> chips;
  for (std::size_t i = 0; i < fitted.size(); ++i) {
    const std::string& chip = objective.point(i).chip;
    if (std::any_of(chips.begin(), chips.end(), [&](const LeftOutChip& one) { return one.chip == chip; })) continue;
    chips.push_back({chip, errors(objective, fitted, &chip), errors(objective, without_network, &chip),
                     errors(objective, without_family, &chip)});
  }
  return chips;
}

std::vector<FoldError> folds(const Objective& objective, const Vector& residuals,
                             const std::vector<std::string>& groups) {
  const std::vector<ValidatedRow> rows = rows_of(objective, residuals);
  std::vector<FoldError> folds;
  for (const std::string& group : std::set<std::string>(groups.begin(), groups.end())) {
    std::vector<const ValidatedRow*> of;
    for (std::size_t i = 0; i < rows.size(); ++i)
      if (groups[i] == group) of.push_back(&rows[i]);
    folds.push_back({group, errors_of(of)});
  }
  return folds;
}

/// All that is known once the parameters stand at x.
Calibration judged(const Objective& objective, const std::string& hardware, const Vector& before, const Vector& x) {
  Calibration calibration;
  calibration.hardware = hardware;
  const Vector start = objective.residuals(before);
  const Vector residuals = x == before ? start : objective.residuals(x);
  const std::vector<Vector> jacobian = objective.jacobian(x);
  const Vector widths = half_widths(jacobian, residuals);
  for (std::size_t p = 0; p < x.size(); ++p) {
    const Parameter& parameter = objective.parameters()[p];
    FittedFigure figure{parameter, parameter.figure.value.number, parameter.at(x[p]), std::nullopt, false};
    if (widths[p] < 1) {  // else wider than the range
      const double high = parameter.at(std::min(1.0, x[p] + widths[p])),
                   low = parameter.at(std::max(0.0, x[p] - widths[p]));
      if (figure.after > 0) figure.confidence = std::max(high - figure.after, figure.after - low) / figure.after;
    }
    figure.at_edge = x[p] < 0.01 || x[p] > 0.99;
    calibration.figures.push_back(figure);
  }
  std::vector<std::string> networks, families;
  for (std::size_t i = 0; i < residuals.size(); ++i) {
    networks.push_back(objective.point(i).network);
    families.push_back(objective.point(i).family);
  }
  calibration.networks = std::set<std::string>(networks.begin(), networks.end()).size();
  calibration.before = errors(objective, start);
  calibration.after = errors(objective, residuals);
  const Vector best = settled(objective, x, jacobian, residuals);
  const Vector there = objective.residuals(best);
  Vector without_network, without_family;
  if (calibration.networks > 1) {
    without_network = left_out(objective, best, jacobian, there, networks);
    calibration.without_network = errors(objective, without_network);
    calibration.networks_out = folds(objective, without_network, networks);
  }
  if (std::set<std::string>(families.begin(), families.end()).size() > 1) {
    without_family = left_out(objective, best, jacobian, there, families);
    calibration.without_family = errors(objective, without_family);
    calibration.families_out = folds(objective, without_family, families);
  }
  calibration.by_chip = by_chip(objective, residuals, without_network, without_family);
  calibration.evaluations = objective.evaluations();
  return calibration;
}

}  // namespace

std::vector<std::size_t> points_on(const Cases& cases, const std::string& hardware) {
  std::vector<std::size_t> points;
  std::error_code ignored;
  for (std::size_t i = 0; i < cases.cases.size(); ++i) {
    const Case& one = cases.cases[i];
    if (is_point(one) && std::filesystem::equivalent(cases.runs[one.run].hardware, hardware, ignored))
      points.push_back(i);
  }
  return points;
}

std::string refusal(std::size_t parameters, std::size_t points) {
  if (points < 8)
    return fmt::format("{} measured times are too few to fit anything to: eight at least; documented figures stand",
                       points);
  if (4 * parameters > points)
    return fmt::format("{} figures are too many for {} measured times: at most {}, a quarter of them", parameters,
                       points, points / 4);
  return {};
}

Calibration calibrate(const Cases& cases, const Networks& networks, const std::string& hardware,
                      const std::vector<Parameter>& parameters, int processes,
                      const std::function<void(int, double)>& progress) {
  const std::vector<std::size_t> points = points_on(cases, hardware);
  if (const std::string no = refusal(parameters.size(), points.size()); !no.empty())
    throw Error(fmt::format("{}: {}", hardware, no));
  const Objective objective(cases, points, networks, parameters, processes);
  const Vector before = objective.start();
  objective.require_runs(before);
  return judged(objective, hardware, before, fit(objective, progress));
}

namespace {

/// What one fit rests on.
struct Basis {
  std::string what;
  std::vector<std::size_t> points;
  std::vector<Parameter> parameters;
};

std::vector<std::size_t> points_of_suite(const Cases& cases, const std::string& suite) {
  std::vector<std::size_t> points;
  for (std::size_t i = 0; i < cases.cases.size(); ++i) {
    const Case& one = cases.cases[i];
    if (one.suite == suite && is_point(one)) points.push_back(i);
  }
  return points;
}

std::vector<Basis> bases_of(const Cases& cases) {
  std::vector<Basis> bases;
  std::set<std::string> suites, with_figures, files;
  for (const Case& one : cases.cases) {
    if (!is_point(one)) continue;
    if (suites.insert(one.suite).second) {
      Basis basis{one.suite, points_of_suite(cases, one.suite), parameters_of_suite(cases, one.suite)};
      if (!basis.parameters.empty()) with_figures.insert(one.suite), bases.push_back(std::move(basis));
    }
    const std::string& file = cases.runs[one.run].hardware;
    if (with_figures.count(one.suite) || !files.insert(file).second) continue;
    Basis basis{std::filesystem::path(file).stem().string(), points_on(cases, file), parameters_in(file)};
    if (!basis.parameters.empty()) bases.push_back(std::move(basis));
  }
  return bases;
}

}  // namespace

std::vector<Calibration> leave_one_out(const Cases& cases, const Networks& networks, int processes, bool refit) {
  std::vector<Calibration> calibrations;
  for (const Basis& basis : bases_of(cases)) {
    Calibration refused;
    refused.hardware = basis.what;
    refused.refused = refusal(basis.parameters.size(), basis.points.size());
    if (!refused.refused.empty()) {
      calibrations.push_back(refused);
      continue;
    }
    const Objective objective(cases, basis.points, networks, basis.parameters, processes);
    const Vector start = objective.start();
    objective.require_runs(start);
    calibrations.push_back(judged(objective, basis.what, start, refit ? fit(objective) : start));
  }
  return calibrations;
}

LeftOut left_out_of(const Calibration& calibration) {
  return {calibration.hardware,        calibration.refused,        calibration.figures.size(), calibration.after,
          calibration.without_network, calibration.without_family, calibration.by_chip};
}

}  // namespace presil::study
