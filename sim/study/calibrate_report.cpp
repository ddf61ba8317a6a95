// A Calibration as a table, as JSON, and as the section of a hardware file.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "models/common/error.hpp"
#include "sim/report/grid.hpp"
#include "sim/report/text.hpp"
#include "sim/study/calibrate.hpp"

namespace presil::study {
namespace {

using Json = nlohmann::ordered_json;
using report::Grid;
using report::Paint;
using report::Style;

std::string percent(double share) {
  return fmt::format("{:.1f} %", 100 * share);
}

std::string figure_text(const FittedFigure& figure, double number) {
  return fmt::format("{:.6g}{}", number, figure.parameter.figure.value.unit);
}

std::string confidence_text(const FittedFigure& figure) {
  if (!figure.confidence) return "not determined";
  const double percent = 100 * *figure.confidence;
  return percent < 10 ? fmt::format("+-{:.1f} %", percent) : fmt::format("+-{:.0f} %", percent);
}

void add(Grid& grid, const char* what, const Errors& errors) {
  if (errors.rows == 0) return;
  grid.add({{what},
            {percent(errors.mean)},
            {percent(errors.median)},
            {percent(errors.p90)},
            {fmt::format("{:+.1f} %", 100 * errors.worst)},
            {report::printable(errors.worst_network), Style::dim}});
}

std::string folds(const std::vector<FoldError>& folds, const char* title, const Paint& paint, int width) {
  if (folds.empty()) return "";
  Grid grid(width, {{title, false, 16, 0}, {"rows", true, 0, 1}, {"MAPE", true, 0, 0}, {"worst", true, 0, 0}});
  for (const FoldError& fold : folds)
    grid.add({{report::printable(fold.what)},
              {std::to_string(fold.errors.rows)},
              {percent(fold.errors.mean)},
              {fmt::format("{:+.1f} %", 100 * fold.errors.worst)}});
  return "\n" + grid.draw(paint);
}

Json json_of(const Errors& errors) {
  if (errors.rows == 0) return nullptr;
  return {{"rows", errors.rows},
          {"mape", errors.mean},
          {"median", errors.median},
          {"p90", errors.p90},
          {"bias", errors.bias},
          {"worst", errors.worst},
          {"worst_network", errors.worst_network}};
}

std::string entry_of(const FittedFigure& figure, const Calibration& calibration) {
  std::string source = fmt::format("{} times of {} ({} networks): mean error {} before, {} after",
                                   calibration.after.rows, calibration.measured, calibration.networks,
                                   percent(calibration.before.mean), percent(calibration.after.mean));
  if (calibration.without_network.rows > 0)
    source += fmt::format(", {} for a network left out", percent(calibration.without_network.mean));
  if (calibration.without_family.rows > 0)
    source += fmt::format(", {} for a family left out", percent(calibration.without_family.mean));
  if (figure.at_edge) source += "; at the edge of its range";
  const hw::CalibratedFigure& range = figure.parameter.figure;
  return fmt::format("  {}: {{value: {}, range: {:g}..{:g}, confidence: \"{}\", fitted_to: \"{}\"}}\n", range.path,
                     figure_text(figure, figure.after), range.low, range.high, confidence_text(figure), source);
}

bool blank_or_comment(const std::string& line) {
  const std::size_t first = line.find_first_not_of(" \t\r");
  return first == std::string::npos || line[first] == '#';
}

}  // namespace

std::string table(const Calibration& calibration, bool color, int width) {
  const Paint paint(color);
  std::string text =
      paint(Style::bold, report::printable(calibration.hardware)) +
      paint(Style::dim, fmt::format("  {} times of {} networks, {} evaluations\n\n", calibration.after.rows,
                                    calibration.networks, calibration.evaluations));
  Grid figures(width, {{"figure", false, 20, 0},
                       {"before", true, 0, 0},
                       {"after", true, 0, 0},
                       {"range", true, 0, 0},
                       {"95 % confidence", true, 0, 0},
                       {"", false, 0, 1}});
  for (const FittedFigure& figure : calibration.figures)
    figures.add(
        {{report::printable(figure.parameter.figure.path)},
         {figure_text(figure, figure.before)},
         {figure_text(figure, figure.after)},
         {fmt::format("{:g}..{:g}", figure.parameter.figure.low, figure.parameter.figure.high)},
         {confidence_text(figure), figure.confidence && *figure.confidence < 0.5 ? Style::plain : Style::warning},
         {figure.at_edge ? "at the edge of its range" : "", Style::warning}});
  text += figures.draw(paint);
  Grid errors(width, {{"error", false, 0, 0},
                      {"MAPE", true, 0, 0},
                      {"median", true, 0, 0},
                      {"P90", true, 0, 0},
                      {"worst", true, 0, 0},
                      {"of", false, 12, 1}});
  add(errors, "before", calibration.before);
  add(errors, "after", calibration.after);
  add(errors, "of networks left out of the fit", calibration.without_network);
  add(errors, "of families left out of the fit", calibration.without_family);
  text += "\n" + errors.draw(paint);
  text += folds(calibration.families_out, "fitted without", paint, width);
  return text;
}

std::string json(const Calibration& calibration) {
  Json root;
  root["hardware"] = calibration.hardware;
  root["measured"] = calibration.measured;
  root["points"] = calibration.after.rows;
  root["networks"] = calibration.networks;
  root["evaluations"] = calibration.evaluations;
  root["figures"] = Json::array();
  for (const FittedFigure& figure : calibration.figures)
    root["figures"].push_back({{"path", figure.parameter.figure.path},
                               {"before", figure.before},
                               {"after", figure.after},
                               {"low", figure.parameter.figure.low},
                               {"high", figure.parameter.figure.high},
                               {"unit", figure.parameter.figure.value.unit},
                               {"confidence", figure.confidence ? Json(*figure.confidence) : Json(nullptr)},
                               {"at_edge", figure.at_edge}});
  root["before"] = json_of(calibration.before);
  root["after"] = json_of(calibration.after);
  root["without_network"] = json_of(calibration.without_network);
  root["without_family"] = json_of(calibration.without_family);
  const auto list = [&](const char* key, const char* what, const std::vector<FoldError>& folds) {
    root[key] = Json::array();
    for (const FoldError& fold : folds) {
      Json one = {{what, fold.what}};
      one.update(json_of(fold.errors));
      root[key].push_back(std::move(one));
    }
  };
  list("networks_out", "network", calibration.networks_out);
  list("families_out", "family", calibration.families_out);
  return root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string with_calibrated(const std::string& text, const Calibration& calibration) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  std::string entries;
  for (const FittedFigure& figure : calibration.figures) entries += entry_of(figure, calibration);

  std::string out;
  std::size_t at = 0;
  const auto begins_section = [](const std::string& line) { return line.rfind("calibrated:", 0) == 0; };
  while (at < lines.size() && !begins_section(lines[at])) out += lines[at++] + "\n";
  if (at == lines.size())
    return out + "\n# What was fitted, in place of the plain figures above.\ncalibrated:\n" + entries;
  if (!blank_or_comment(lines[at].substr(11)))
    throw common::Error(fmt::format("{}:{}: 'calibrated' stands on one line; write its entries on lines of their own",
                                    calibration.hardware, at + 1));
  out += lines[at++] + "\n";
  const auto same = [&](const std::string& line) {  // an entry that is replaced: "  PATH: ..."
    for (const FittedFigure& figure : calibration.figures) {
      const std::size_t first = line.find_first_not_of(" '\"");
      const std::string& path = figure.parameter.figure.path;
      if (first != std::string::npos && line.compare(first, path.size(), path) == 0 &&
          (line[first + path.size()] == ':' || line[first + path.size()] == '\'' || line[first + path.size()] == '"'))
        return true;
    }
    return false;
  };
  std::string kept, between;  // `between`: comments and blank lines that may belong to what follows the section
  for (bool dropping = false; at < lines.size(); ++at) {
    const std::string& line = lines[at];
    if (blank_or_comment(line)) {
      between += line + "\n";
      continue;
    }
    if (line[0] != ' ') break;
    const std::size_t indent = line.find_first_not_of(' ');
    if (indent <= 2) dropping = same(line);
    if (!dropping) kept += between + line + "\n";
    between.clear();
  }
  out += kept + entries + between;
  while (at < lines.size()) out += lines[at++] + "\n";
  return out;
}

}  // namespace presil::study
