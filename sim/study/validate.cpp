#include "sim/study/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

namespace presil::study {
namespace {

/// The group of that name, made at the end where there is none.
template <class Groups>
auto& group(Groups& groups, const std::string& chip, const std::string& what) {
  for (auto& one : groups)
    if (one.first.first == chip && one.first.second == what) return one.second;
  groups.push_back({{chip, what}, {}});
  return groups.back().second;
}

using Members = std::vector<std::pair<std::pair<std::string, std::string>, std::vector<const ValidatedRow*>>>;

std::vector<ErrorGroup> summed(const Members& members) {
  std::vector<ErrorGroup> groups;
  for (const auto& [names, rows] : members) groups.push_back({names.first, names.second, errors_of(rows)});
  return groups;
}

}  // namespace

Errors errors_of(const std::vector<const ValidatedRow*>& rows) {
  Errors errors;
  errors.rows = rows.size();
  if (rows.empty()) return errors;
  std::vector<double> sizes;
  std::set<std::string> networks;
  for (const ValidatedRow* row : rows) {
    const double size = std::abs(row->error);
    sizes.push_back(size);
    networks.insert(row->row.network);
    errors.mean += size;
    errors.bias += row->error;
    if (errors.worst_network.empty() || size > std::abs(errors.worst)) {
      errors.worst = row->error;
      errors.worst_network = row->row.network;
    }
  }
  std::sort(sizes.begin(), sizes.end());
  const std::size_t count = sizes.size();
  errors.networks = networks.size();
  errors.mean /= static_cast<double>(count);
  errors.bias /= static_cast<double>(count);
  errors.median = count % 2 == 1 ? sizes[count / 2] : (sizes[count / 2 - 1] + sizes[count / 2]) / 2;
  errors.p90 = sizes[static_cast<std::size_t>(std::ceil(0.9 * static_cast<double>(count))) - 1];
  return errors;
}

Validation validate(const std::string& suite, const Cases& cases, const Networks& networks, const Prospect& prospect) {
  Validation validation;
  validation.suite = suite;
  std::vector<std::size_t> which;
  for (std::size_t i = 0; i < cases.cases.size(); ++i) {
    validation.rows.push_back({cases.cases[i]});
    const Standing standing = cases.cases[i].standing;
    if (standing == Standing::counted || standing == Standing::apart) which.push_back(i);
  }
  const std::vector<Prediction> predictions = predict(cases, which, networks, prospect);
  for (std::size_t i = 0; i < which.size(); ++i) {
    ValidatedRow& row = validation.rows[which[i]];
    if (!predictions[i].error.empty()) {
      row.row.standing = Standing::fault;
      row.row.reason = fmt::format("column '{}': {}", predictions[i].column, predictions[i].error);
      continue;
    }
    row.ran = true;
    row.predicted = predictions[i].value;
    row.base = predictions[i].base;
    row.error = row.predicted / row.row.measured - 1;
  }
  Members by_quantity, by_family;
  std::vector<const ValidatedRow*> times;
  for (const ValidatedRow& row : validation.rows) {
    if (!row.ran || row.row.standing != Standing::counted) continue;
    group(by_quantity, row.row.chip, row.row.quantity).push_back(&row);
    if (!is_time(row.row.figure)) continue;
    group(by_family, row.row.chip, row.row.family).push_back(&row);
    times.push_back(&row);
  }
  validation.by_quantity = summed(by_quantity);
  validation.by_family = summed(by_family);
  validation.times = errors_of(times);
  return validation;
}

std::vector<std::string> faults(const Validation& validation) {
  std::vector<std::string> lines;
  for (const ValidatedRow& row : validation.rows)
    if (row.row.standing == Standing::fault)
      lines.push_back(fmt::format("{}:{}: {}: {}", row.row.table, row.row.line, row.row.network, row.row.reason));
  return lines;
}

}  // namespace presil::study
