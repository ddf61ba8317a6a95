#include "sim/study/validate_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/report/csv.hpp"
#include "sim/report/grid.hpp"
#include "sim/report/text.hpp"

namespace presil::study {
namespace {

using Json = nlohmann::ordered_json;
using report::Cell;
using report::Grid;
using report::Paint;
using report::Style;

const char* name(Standing standing) {
  switch (standing) {
    case Standing::counted:
      return "counted";
    case Standing::apart:
      return "apart";
    case Standing::skipped:
      return "skipped";
    case Standing::fault:
      return "fault";
  }
  return "?";
}

std::string figure(double value) {
  if (std::abs(value) >= 1e5) return report::grouped(std::llround(value));
  return fmt::format("{:.4g}", value);
}

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}
std::string signed_percent(double share) {
  return fmt::format("{:+.1f} %", 100 * share);
}

Style style_of(double error) {
  return std::abs(error) <= 0.10 ? Style::good : std::abs(error) <= 0.25 ? Style::plain : Style::bad;
}

void add(Grid& grid, const ValidatedRow& row) {
  const Case& one = row.row;
  grid.add({{report::printable(one.network) + (one.assumed ? " *" : "")},
            {report::printable(one.quantity)},
            {figure(one.measured)},
            {figure(row.predicted)},
            {signed_percent(row.error), style_of(row.error)}});
}

const std::vector<report::Column>& row_columns() {
  static const std::vector<report::Column> columns = {{"", false, 16, 0},
                                                      {"quantity", false, 10, 1},
                                                      {"measured", true, 0, 0},
                                                      {"predicted", true, 0, 0},
                                                      {"error", true, 0, 0}};
  return columns;
}

/// The rows that ran and stand so, a block a chip.
std::string rows_of(const Validation& validation, Standing standing, const Paint& paint, int width) {
  std::vector<std::pair<std::string, Grid>> chips;
  for (const ValidatedRow& row : validation.rows) {
    if (!row.ran || row.row.standing != standing) continue;
    auto chip = std::find_if(chips.begin(), chips.end(), [&](const auto& one) { return one.first == row.row.chip; });
    if (chip == chips.end()) chip = chips.insert(chips.end(), {row.row.chip, Grid(width, row_columns())});
    add(chip->second, row);
  }
  std::string text;
  for (const auto& [chip, grid] : chips)
    text += "\n" + paint(Style::bold, report::printable(chip)) + "\n" + grid.draw(paint);
  return text;
}

std::string groups(const std::vector<ErrorGroup>& groups, const char* title, const char* what, const Paint& paint,
                   int width) {
  if (groups.empty()) return "";
  Grid grid(width, {{"chip", false, 10, 0},
                    {what, false, 10, 0},
                    {"rows", true, 0, 2},
                    {"MAPE", true, 0, 0},
                    {"median", true, 0, 3},
                    {"P90", true, 0, 4},
                    {"bias", true, 0, 5},
                    {"worst", true, 0, 0},
                    {"of", false, 12, 1}});
  for (const ErrorGroup& group : groups)
    grid.add({{report::printable(group.chip)},
              {report::printable(group.what)},
              {std::to_string(group.errors.rows)},
              {percent(group.errors.mean), style_of(group.errors.mean)},
              {percent(group.errors.median)},
              {percent(group.errors.p90)},
              {signed_percent(group.errors.bias)},
              {signed_percent(group.errors.worst), style_of(group.errors.worst)},
              {report::printable(group.errors.worst_network), Style::dim}});
  return "\n" + paint(Style::bold, title) + "\n" + grid.draw(paint);
}

/// Reasons with the networks they hold for: a reason said once.
std::string reasons(const Validation& validation, Standing standing, const char* title, const Paint& paint, int width) {
  std::vector<std::pair<std::string, std::vector<std::string>>> by_reason;
  std::size_t rows = 0;
  for (const ValidatedRow& row : validation.rows) {
    if (row.row.standing != standing) continue;
    ++rows;
    const std::string what = row.row.network + (row.row.quantity == "latency_ms" ? "" : " " + row.row.quantity);
    auto found = by_reason.begin();
    while (found != by_reason.end() && found->first != row.row.reason) ++found;
    if (found == by_reason.end()) found = by_reason.insert(by_reason.end(), {row.row.reason, {}});
    found->second.push_back(what);
  }
  if (rows == 0) return "";
  std::string text =
      "\n" + paint(Style::warning, fmt::format("{}: {} {}", title, rows, rows == 1 ? "row" : "rows")) + "\n";
  for (const auto& [reason, networks] : by_reason) {
    const std::string line = fmt::format("{}: {}", reason, fmt::join(networks, ", "));
    text += "  " + report::wrap(report::printable(line), width - 2, 4) + "\n";
  }
  return text;
}

std::string left_out(const Validation& validation, const Paint& paint, int width) {
  if (validation.left_out.empty()) return "";
  Grid grid(width, {{"fit", false, 10, 0},
                    {"figures", true, 0, 1},
                    {"rows", true, 0, 2},
                    {"MAPE", true, 0, 0},
                    {"network out", true, 0, 0},
                    {"worst", true, 0, 0},
                    {"of", false, 12, 3},
                    {"family out", true, 0, 0},
                    {"worst", true, 0, 0}});
  std::string refused;
  for (const LeftOut& fit : validation.left_out) {
    if (!fit.reason.empty()) {
      refused += "  " + report::wrap(report::printable(fit.what + ": " + fit.reason), width - 2, 4) + "\n";
      continue;
    }
    const auto mean = [](const Errors& errors) { return errors.rows > 0 ? percent(errors.mean) : "-"; };
    const auto worst = [](const Errors& errors) { return errors.rows > 0 ? signed_percent(errors.worst) : "-"; };
    const auto line = [&](const std::string& what, const std::string& figures, const Errors& fitted,
                          const Errors& without_network, const Errors& without_family) {
      grid.add({{report::printable(what)},
                {figures},
                {std::to_string(fitted.rows)},
                {mean(fitted)},
                {mean(without_network)},
                {worst(without_network)},
                {report::printable(without_network.worst_network), Style::dim},
                {mean(without_family)},
                {worst(without_family)}});
    };
    line(fit.what, std::to_string(fit.figures), fit.fitted, fit.without_network, fit.without_family);
    if (fit.by_chip.size() > 1)
      for (const LeftOutChip& chip : fit.by_chip)
        line("  " + chip.chip, "", chip.fitted, chip.without_network, chip.without_family);
  }
  return "\n" + paint(Style::bold, "Fitted anew without each network, without each family") + "\n" +
         (grid.empty() ? "" : grid.draw(paint)) + refused;
}

Json json_of(const Errors& errors) {
  Json json;
  json["rows"] = errors.rows;
  json["networks"] = errors.networks;
  const auto figure = [&](const char* key, double value) { json[key] = errors.rows > 0 ? Json(value) : Json(nullptr); };
  figure("mape", errors.mean), figure("median", errors.median), figure("p90", errors.p90);
  figure("bias", errors.bias), figure("worst", errors.worst);
  json["worst_network"] = errors.worst_network;
  return json;
}

}  // namespace

std::string table(const Validation& validation, bool color, int width) {
  const Paint paint(color);
  std::string text = paint(Style::bold, report::printable(validation.suite)) +
                     paint(Style::dim, "  error: predicted against measured; * topology assumed\n");
  text += rows_of(validation, Standing::counted, paint, width);
  text += groups(validation.by_quantity, "By chip and quantity", "quantity", paint, width);
  text += groups(validation.by_family, "Times by family of networks", "family", paint, width);
  if (validation.times.rows > 0)
    text += fmt::format("\n{} rows of time: MAPE {}, median {}, P90 {}, worst {} ({})\n", validation.times.rows,
                        percent(validation.times.mean), percent(validation.times.median), percent(validation.times.p90),
                        signed_percent(validation.times.worst), report::printable(validation.times.worst_network));
  text += left_out(validation, paint, width);
  text += reasons(validation, Standing::apart, "Set apart, in no error", paint, width);
  text += rows_of(validation, Standing::apart, paint, width);
  text += reasons(validation, Standing::skipped, "Skipped", paint, width);
  text += reasons(validation, Standing::fault, "At fault", paint, width);
  return text;
}

std::string json(const Validation& validation) {
  Json root;
  root["suite"] = validation.suite;
  root["rows"] = Json::array();
  for (const ValidatedRow& row : validation.rows) {
    Json one;
    one["table"] = row.row.table;
    one["line"] = row.row.line;
    one["chip"] = row.row.chip;
    one["network"] = row.row.network;
    one["family"] = row.row.family;
    one["quantity"] = row.row.quantity;
    one["unit"] = row.row.unit;
    one["measured"] = row.row.measured;
    one["predicted"] = row.ran ? Json(row.predicted) : Json(nullptr);
    one["error"] = row.ran ? Json(row.error) : Json(nullptr);
    one["standing"] = name(row.row.standing);
    one["reason"] = row.row.reason;
    one["topology_assumed"] = row.row.assumed;
    root["rows"].push_back(std::move(one));
  }
  root["times"] = json_of(validation.times);
  const auto list = [&](const char* key, const char* what, const std::vector<ErrorGroup>& groups) {
    root[key] = Json::array();
    for (const ErrorGroup& group : groups) {
      Json one = {{"chip", group.chip}, {what, group.what}};
      one.update(json_of(group.errors));
      root[key].push_back(std::move(one));
    }
  };
  list("by_quantity", "quantity", validation.by_quantity);
  list("by_family", "family", validation.by_family);
  root["left_out"] = Json::array();
  for (const LeftOut& fit : validation.left_out) {
    Json chips = Json::array();
    for (const LeftOutChip& chip : fit.by_chip)
      chips.push_back({{"chip", chip.chip},
                       {"fitted", json_of(chip.fitted)},
                       {"without_network", json_of(chip.without_network)},
                       {"without_family", json_of(chip.without_family)}});
    root["left_out"].push_back({{"fit", fit.what},
                                {"reason", fit.reason},
                                {"figures", fit.figures},
                                {"fitted", json_of(fit.fitted)},
                                {"without_network", json_of(fit.without_network)},
                                {"without_family", json_of(fit.without_family)},
                                {"by_chip", chips}});
  }
  return root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string csv(const Validation& validation) {
  std::string text =
      "table,line,chip,network,family,quantity,unit,measured,predicted,error,standing,reason,topology_assumed\n";
  for (const ValidatedRow& row : validation.rows) {
    const Case& one = row.row;
    text += fmt::format("{},{},{},{},{},{},{},{},{},{},{},{},{}\n", report::csv_field(one.table), one.line,
                        report::csv_field(one.chip), report::csv_field(one.network), report::csv_field(one.family),
                        report::csv_field(one.quantity), report::csv_field(one.unit), one.measured,
                        row.ran ? fmt::format("{}", row.predicted) : "", row.ran ? fmt::format("{}", row.error) : "",
                        name(one.standing), report::csv_field(one.reason), one.assumed ? "true" : "false");
  }
  return text;
}

}  // namespace presil::study
