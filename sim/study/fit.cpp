#include "sim/study/fit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <nlopt.hpp>

#include "models/common/error.hpp"
#include "sim/hw/load.hpp"
#include "sim/hw/provenance.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::study {
namespace {

using common::Error;

constexpr double far_off = 3;  // residual of a point that cannot run: a factor of 20

bool logarithmic(const Parameter& parameter) {
  return parameter.figure.low > 0 && parameter.figure.high / parameter.figure.low >= 2;
}

/// Does the reader take fractions of this figure?
bool is_whole(const hw::CalibratedFigure& figure, const std::filesystem::path& hardware) {
  const double fraction = std::floor(figure.value.number) + 0.37;
  try {
    hw::load(hardware, {fmt::format("{}={}{}", figure.path, fraction, figure.value.unit)});
    return false;
  } catch (const Error&) {
    return true;
  }
}

}  // namespace

double Parameter::at(double x) const {
  const double low = figure.low, high = figure.high;
  const double number = logarithmic(*this) ? low * std::pow(high / low, x) : low + (high - low) * x;
  return std::clamp(whole ? std::round(number) : number, low, high);
}

double Parameter::x_of(double number) const {
  const double low = figure.low, high = figure.high, inside = std::clamp(number, low, high);
  return logarithmic(*this) ? std::log(inside / low) / std::log(high / low) : (inside - low) / (high - low);
}

std::string Parameter::text(double x) const {
  return fmt::format("{:.6g}{}", at(x), figure.value.unit);
}

Parameter parameter_of(const std::string& text, const std::filesystem::path& hardware) {
  const std::size_t equals = text.find('=');
  const std::string where = fmt::format("--fit {}", text);
  const yaml::Document document = hw::read_document(hardware);
  Parameter parameter;
  hw::CalibratedFigure& figure = parameter.figure;
  figure.path = text.substr(0, equals);
  const yaml::Node* node = figure.path.empty() ? nullptr : hw::find_path(document, figure.path);
  if (node == nullptr && !figure.path.empty()) {
    node = hw::find_path(document, "units." + figure.path);
    if (node != nullptr) figure.path = "units." + figure.path;
  }
  if (node == nullptr && hw::find_path(document, "units." + figure.path.substr(0, figure.path.find('.'))) != nullptr)
    figure.path = "units." + figure.path;  // where it goes wrong
  if (node == nullptr)
    throw Error(fmt::format("{}: nothing in {} lies there; {}", where, hardware.string(),
                            hw::suggest_path(document, figure.path)));
  if (node->kind != yaml::Kind::scalar || !hw::split_figure(node->text, figure.value)) {
    std::vector<std::string> keys;
    for (const yaml::Entry& entry : node->entries) keys.push_back(entry.key);
    throw Error(fmt::format("{}: {} is no figure{}", where, figure.path,
                            keys.empty() ? "" : fmt::format("; name one in it: {}", fmt::join(keys, ", "))));
  }
  if (equals != std::string::npos) {
    hw::read_range(text.substr(equals + 1), where, figure.low, figure.high);
  } else {
    for (const hw::CalibratedFigure& known : hw::calibrated_figures(document))
      if (known.path == figure.path) figure.low = known.low, figure.high = known.high;
    if (figure.high == 0) figure.low = figure.value.number / 4, figure.high = figure.value.number * 4;
    if (figure.low >= figure.high)
      throw Error(
          fmt::format("{}: from {} no range can be guessed; give one: {}=LOW..HIGH", where, node->text, figure.path));
  }
  parameter.whole = is_whole(figure, hardware);
  return parameter;
}

std::vector<Parameter> parameters_in(const std::filesystem::path& hardware) {
  std::vector<Parameter> parameters;
  for (const hw::CalibratedFigure& figure : hw::calibrated_figures(hw::read_document(hardware)))
    parameters.push_back({figure, is_whole(figure, hardware), false});
  return parameters;
}

std::vector<Parameter> parameters_of_suite(const Cases& cases, const std::string& suite) {
  std::vector<Parameter> parameters;
  for (const SuiteFigure& fitted : cases.fitted) {
    if (fitted.name.rfind(suite + ":", 0) != 0) continue;
    Parameter parameter;
    if (fitted.path.empty()) {
      parameter.figure = {fitted.name, {fitted.value, ""}, fitted.low, fitted.high};
      parameter.suites = true;
    } else {
      const auto any = std::find_if(cases.cases.begin(), cases.cases.end(), [&](const Case& one) {
        return one.suite == suite && one.standing == Standing::counted;
      });
      if (any == cases.cases.end()) continue;
      parameter =
          parameter_of(fmt::format("{}={}..{}", fitted.path, fitted.low, fitted.high), cases.runs[any->run].hardware);
    }
    parameters.push_back(parameter);
  }
  return parameters;
}

Objective::Objective(const Cases& cases, std::vector<std::size_t> points, const Networks& networks,
                     std::vector<Parameter> parameters, int processes)
    : cases_(cases),
      points_(std::move(points)),
      networks_(networks),
      parameters_(std::move(parameters)),
      processes_(processes) {}

Vector Objective::start() const {
  Vector x;
  for (const Parameter& parameter : parameters_) x.push_back(parameter.x_of(parameter.figure.value.number));
  return x;
}

std::vector<Prediction> Objective::predictions(const Vector& x, const std::vector<std::size_t>& points) const {
  ++evaluations_;
  Prospect prospect;
  prospect.processes = processes_;
  for (std::size_t p = 0; p < x.size(); ++p) {
    const Parameter& parameter = parameters_[p];
    if (parameter.suites)
      prospect.figures[parameter.figure.path] = parameter.at(x[p]);
    else
      prospect.set.push_back(parameter.figure.path + "=" + parameter.text(x[p]));
  }
  return predict(cases_, points, networks_, prospect);
}

Vector Objective::residuals(const Vector& x) const {
  return residuals(x, std::vector<bool>(points_.size(), true));
}

Vector Objective::residuals(const Vector& x, const std::vector<bool>& which) const {
  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < points_.size(); ++i)
    if (which[i]) chosen.push_back(points_[i]);
  const std::vector<Prediction> found = predictions(x, chosen);
  Vector residuals(points_.size(), 0);
  for (std::size_t i = 0, f = 0; i < points_.size(); ++i) {
    if (!which[i]) continue;
    const Prediction& one = found[f++];
    residuals[i] = one.error.empty() && one.value > 0 ? std::log(one.value / point(i).measured) : far_off;
  }
  return residuals;
}

void Objective::require_runs(const Vector& x) const {
  const std::vector<Prediction> all = predictions(x, points_);
  for (std::size_t i = 0; i < all.size(); ++i)
    if (!all[i].error.empty())
      throw Error(fmt::format("{}:{}: {}: {}", point(i).table, point(i).line, point(i).network, all[i].error));
}

std::vector<Vector> Objective::jacobian(const Vector& x) const {
  std::vector<Vector> rows(points_.size(), Vector(x.size(), 0));
  for (std::size_t p = 0; p < x.size(); ++p) {
    double step = 0.01;        // of the range: some per cent of the figure
    if (parameters_[p].whole)  // at least one unit to either side
      while (step < 0.5 && parameters_[p].at(std::min(1.0, x[p] + step)) == parameters_[p].at(x[p]) &&
             parameters_[p].at(std::max(0.0, x[p] - step)) == parameters_[p].at(x[p]))
        step *= 2;
    Vector above = x, below = x;
    above[p] = std::min(1.0, x[p] + step);
    below[p] = std::max(0.0, x[p] - step);
    const Vector high = residuals(above), low = residuals(below);
    const double width =
        parameters_[p].x_of(parameters_[p].at(above[p])) - parameters_[p].x_of(parameters_[p].at(below[p]));
    for (std::size_t i = 0; i < rows.size(); ++i) rows[i][p] = width > 0 ? (high[i] - low[i]) / width : 0;
  }
  return rows;
}

double mean_square(const Vector& residuals) {
  double sum = 0;
  for (double residual : residuals) sum += residual * residual;
  return residuals.empty() ? 0 : sum / static_cast<double>(residuals.size());
}

Vector fit(const Objective& objective, const std::function<void(int, double)>& progress) {
  Vector best = objective.start();
  const auto count = static_cast<unsigned>(best.size());
  double least = mean_square(objective.residuals(best));
  int evaluations = 0;
  nlopt::opt search(count > 1 ? nlopt::LN_BOBYQA : nlopt::LN_SBPLX, count);
  const std::function<double(const Vector&)> value = [&](const Vector& x) {
    const double now = mean_square(objective.residuals(x));
    if (now < least) least = now, best = x;
    if (progress) progress(++evaluations, least);
    return now;
  };
  search.set_min_objective(
      [](const Vector& x, Vector&, void* data) {
        return (*static_cast<const std::function<double(const Vector&)>*>(data))(x);
      },
      const_cast<void*>(static_cast<const void*>(&value)));
  search.set_lower_bounds(0.0);
  search.set_upper_bounds(1.0);
  search.set_initial_step(0.1);
  search.set_xtol_abs(5e-4);
  search.set_ftol_abs(1e-8);
  search.set_maxeval(static_cast<int>(40 + 25 * count));
  Vector x = best;
  double found = 0;
  try {
    search.optimize(x, found);
  } catch (const nlopt::roundoff_limited&) {  // flat ground: the best so far stands
  }
  return best;
}

}  // namespace presil::study
