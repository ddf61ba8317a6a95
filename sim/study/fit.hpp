// Fits bounded figures of a hardware file to measured times: least mean squared logarithm of predicted over measured.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/hw/calibrated.hpp"
#include "sim/study/cases.hpp"
#include "sim/study/predict.hpp"

namespace presil::study {

/// A figure that a fit may move within its range. The fit works on x in [0, 1]: logarithmic where the range allows.
struct Parameter {
  hw::CalibratedFigure figure;
  bool whole = false;   // counted in whole units: 12 cycles, not 12.3
  bool suites = false;  // figure.path is the name of a suite's own figure

  double at(double x) const;  // the figure's number
  double x_of(double number) const;
  std::string text(double x) const;  // "512 cycles"
};

/// "units.npu.launch.hardware=100..2000": a path in the file (`units.` may be left out) and its range; without one a
/// quarter to four times the present value, or the range in `calibrated:`. Throws common::Error.
Parameter parameter_of(const std::string& text, const std::filesystem::path& hardware);

/// The parameters of the file's `calibrated:` section: its entries with a range.
std::vector<Parameter> parameters_in(const std::filesystem::path& hardware);

/// The figures that a suite says were fitted to it. Throws common::Error for a path that its hardware does not have.
std::vector<Parameter> parameters_of_suite(const Cases& cases, const std::string& suite);

using Vector = std::vector<double>;

/// Logarithms of predicted over measured of all points, for parameters at x; a point that does not run there counts as
/// far off. Prediction is the costly step: one plan and replay for each different network.
class Objective {
 public:
  Objective(const Cases& cases, std::vector<std::size_t> points, const Networks& networks,
            std::vector<Parameter> parameters, int processes);

  Vector residuals(const Vector& x) const;
  /// The same for the points chosen alone; 0 for the others.
  Vector residuals(const Vector& x, const std::vector<bool>& which) const;
  /// Throws common::Error when a point cannot run at x.
  void require_runs(const Vector& x) const;
  /// d residual / d x, a row a point, by central differences.
  std::vector<Vector> jacobian(const Vector& x) const;

  const std::vector<Parameter>& parameters() const { return parameters_; }
  const std::vector<std::size_t>& points() const { return points_; }
  const Case& point(std::size_t index) const { return cases_.cases[points_[index]]; }
  int evaluations() const { return evaluations_; }
  Vector start() const;

 private:
  std::vector<Prediction> predictions(const Vector& x, const std::vector<std::size_t>& points) const;

  const Cases& cases_;
  std::vector<std::size_t> points_;
  const Networks& networks_;
  std::vector<Parameter> parameters_;
  int processes_;
  mutable int evaluations_ = 0;
};

double mean_square(const Vector& residuals);

/// The best x that NLopt's bounded search (BOBYQA; subplex for one parameter) finds from the present figures. The same
/// every time. `progress(evaluations, best mean square)` is called for each evaluation.
Vector fit(const Objective& objective, const std::function<void(int, double)>& progress = {});

/// Half the width of the 95 % confidence interval of each x, from the Jacobian at the fit (J'J) and the residuals left;
/// infinite where the points do not determine the parameter.
Vector half_widths(const std::vector<Vector>& jacobian, const Vector& residuals);

/// What is left over for each point when the fit is repeated without the group that it belongs to: steps of Gauss and
/// Newton from `x` with the Jacobian there. A small one is taken as it is; a larger one only if a replay of the others
/// confirms it. The points left out are replayed where the fit ends.
Vector left_out(const Objective& objective, const Vector& x, const std::vector<Vector>& jacobian,
                const Vector& residuals, const std::vector<std::string>& groups);

/// Where those steps lead with all points: figures rounded by hand lie beside the least error.
Vector settled(const Objective& objective, const Vector& x, const std::vector<Vector>& jacobian,
               const Vector& residuals);

}  // namespace presil::study
