// Least squares around a fit: how well the points determine each parameter, and the fit without some of them.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/study/fit.hpp"

namespace presil::study {
namespace {

using Matrix = std::vector<Vector>;

/// The inverse of a symmetric positive matrix by Gauss and Jordan; rows and columns that vanish come back infinite on
/// the diagonal. Empty when it is singular otherwise.
Matrix inverse(Matrix a) {
  const std::size_t n = a.size();
  double scale = 0;
  for (std::size_t i = 0; i < n; ++i) scale = std::max(scale, a[i][i]);
  Matrix b(n, Vector(n, 0));
  for (std::size_t i = 0; i < n; ++i) b[i][i] = 1;
  for (std::size_t c = 0; c < n; ++c) {
    std::size_t pivot = c;
    for (std::size_t r = c + 1; r < n; ++r)
      if (std::abs(a[r][c]) > std::abs(a[pivot][c])) pivot = r;
    if (std::abs(a[pivot][c]) <= 1e-10 * scale) return {};
    std::swap(a[c], a[pivot]), std::swap(b[c], b[pivot]);
    const double by = a[c][c];
    for (std::size_t k = 0; k < n; ++k) a[c][k] /= by, b[c][k] /= by;
    for (std::size_t r = 0; r < n; ++r) {
      if (r == c) continue;
      const double factor = a[r][c];
      for (std::size_t k = 0; k < n; ++k) a[r][k] -= factor * a[c][k], b[r][k] -= factor * b[c][k];
    }
  }
  return b;
}

/// J'J over the points that `in` chooses, of the parameters in `of`.
Matrix normal(const Matrix& jacobian, const std::vector<bool>& in, const std::vector<std::size_t>& of) {
  Matrix sum(of.size(), Vector(of.size(), 0));
  for (std::size_t i = 0; i < jacobian.size(); ++i)
    for (std::size_t a = 0; in[i] && a < of.size(); ++a)
      for (std::size_t b = 0; b < of.size(); ++b) sum[a][b] += jacobian[i][of[a]] * jacobian[i][of[b]];
  return sum;
}

/// The step that least squares takes from x over the chosen points, within [0, 1]: parameters that would leave stay at
/// the edge, the others are solved again.
Vector step_from(const Vector& x, const Matrix& jacobian, const Vector& residuals, const std::vector<bool>& in) {
  Vector step(x.size(), 0);
  std::vector<std::size_t> free;
  for (std::size_t p = 0; p < x.size(); ++p) free.push_back(p);
  while (!free.empty()) {
    Matrix sums = normal(jacobian, in, free);
    double scale = 0;
    for (std::size_t a = 0; a < free.size(); ++a) scale = std::max(scale, sums[a][a]);
    for (std::size_t a = 0; a < free.size(); ++a) sums[a][a] += 1e-6 * scale + 1e-12;  // what no point tells stays put
    const Matrix solved = inverse(sums);
    if (solved.empty()) return Vector(x.size(), 0);
    std::vector<std::size_t> inside;
    Vector wanted(free.size(), 0);
    for (std::size_t a = 0; a < free.size(); ++a) {
      for (std::size_t i = 0; i < jacobian.size(); ++i)
        for (std::size_t b = 0; in[i] && b < free.size(); ++b) {
          double fixed = residuals[i];
          for (std::size_t p = 0; p < x.size(); ++p)
            if (std::find(free.begin(), free.end(), p) == free.end()) fixed += jacobian[i][p] * step[p];
          wanted[a] -= solved[a][b] * jacobian[i][free[b]] * fixed;
        }
      if (x[free[a]] + wanted[a] >= 0 && x[free[a]] + wanted[a] <= 1) inside.push_back(free[a]);
    }
    if (inside.size() == free.size()) {
      for (std::size_t a = 0; a < free.size(); ++a) step[free[a]] = wanted[a];
      return step;
    }
    for (std::size_t a = 0; a < free.size(); ++a)
      if (std::find(inside.begin(), inside.end(), free[a]) == inside.end())
        step[free[a]] = std::clamp(x[free[a]] + wanted[a], 0.0, 1.0) - x[free[a]];
    free = inside;
  }
  return step;
}

double square_over(const Vector& residuals, const std::vector<bool>& in) {
  double sum = 0;
  for (std::size_t i = 0; i < residuals.size(); ++i)
    if (in[i]) sum += residuals[i] * residuals[i];
  return sum;
}

}  // namespace

Vector half_widths(const Matrix& jacobian, const Vector& residuals) {
  const std::size_t parameters = jacobian.empty() ? 0 : jacobian[0].size();
  Vector widths(parameters, std::numeric_limits<double>::infinity());
  if (residuals.size() <= parameters) return widths;
  std::vector<std::size_t> seen;  // parameters that move anything
  for (std::size_t p = 0; p < parameters; ++p)
    for (const Vector& row : jacobian)
      if (row[p] != 0) {
        seen.push_back(p);
        break;
      }
  const Matrix covariance = inverse(normal(jacobian, std::vector<bool>(residuals.size(), true), seen));
  if (covariance.empty()) return widths;
  const double freedom = static_cast<double>(residuals.size() - parameters);
  const double variance = square_over(residuals, std::vector<bool>(residuals.size(), true)) / freedom;
  const double t = 1.96 + 2.5 / freedom + 3 / (freedom * freedom);  // Student's 97.5 % point, within 1 % from 6 on
  for (std::size_t a = 0; a < seen.size(); ++a) widths[seen[a]] = t * std::sqrt(variance * covariance[a][a]);
  return widths;
}

namespace {

/// x moved by a share of the step, within [0, 1].
Vector moved(const Vector& x, const Vector& step, double share, double& longest) {
  Vector next = x;
  longest = 0;
  for (std::size_t p = 0; p < x.size(); ++p) {
    next[p] = std::clamp(x[p] + share * step[p], 0.0, 1.0);
    longest = std::max(longest, std::abs(next[p] - x[p]));
  }
  return next;
}

/// Where the fit to the chosen points ends that begins at x.
Vector refit(const Objective& objective, const Vector& x, const Matrix& jacobian, const Vector& residuals,
             const std::vector<bool>& in) {
  constexpr int most_steps = 4;
  constexpr double small = 0.02;  // of a range; the Jacobian holds that far
  Vector at = x, now = residuals;
  double share = 1;
  for (int step = 0; step < most_steps; ++step) {
    double longest = 0;
    const Vector next = moved(at, step_from(at, jacobian, now, in), share, longest);
    if (longest <= small) return next;
    const Vector then = objective.residuals(next, in);
    if (square_over(then, in) < square_over(now, in)) {
      at = next, now = then;
    } else {
      share /= 3;
    }
  }
  return at;
}

}  // namespace

Vector settled(const Objective& objective, const Vector& x, const Matrix& jacobian, const Vector& residuals) {
  return refit(objective, x, jacobian, residuals, std::vector<bool>(residuals.size(), true));
}

Vector left_out(const Objective& objective, const Vector& x, const Matrix& jacobian, const Vector& residuals,
                const std::vector<std::string>& groups) {
  std::vector<std::string> names;
  for (const std::string& group : groups)
    if (std::find(names.begin(), names.end(), group) == names.end()) names.push_back(group);
  Vector left(residuals.size(), 0);
  for (const std::string& name : names) {
    std::vector<bool> in, out;
    for (const std::string& group : groups) in.push_back(group != name), out.push_back(group == name);
    const Vector found = objective.residuals(refit(objective, x, jacobian, residuals, in), out);
    for (std::size_t i = 0; i < found.size(); ++i)
      if (out[i]) left[i] = found[i];
  }
  return left;
}

}  // namespace presil::study
