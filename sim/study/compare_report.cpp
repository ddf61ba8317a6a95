#include "sim/study/compare_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "sim/report/grid.hpp"
#include "sim/report/text.hpp"

namespace presil::study {
namespace {

using Json = nlohmann::ordered_json;
using report::Cell;
using report::Grid;
using report::Paint;
using report::Style;

/// How a point compares with the first chip's; empty where either did not run.
std::optional<double> ratio(const Comparison& comparison, std::size_t network, std::size_t hardware) {
  const double first = static_cast<double>(comparison.at(network, 0).latency);
  const double other = static_cast<double>(comparison.at(network, hardware).latency);
  if (first <= 0 || other <= 0) return std::nullopt;
  return other / first;
}

std::string times(const std::optional<double>& factor) {
  return factor ? fmt::format("{:.2f}x", *factor) : "-";
}

/// A block of the table: a column a chip, and beside all but the first its ratio to the first.
template <class Value, class Figure>
std::string block(const Comparison& comparison, const Paint& paint, int width, const char* title, Value&& value,
                  Figure&& figure) {
  std::vector<report::Column> columns = {{"", false, 12, 0}};
  for (std::size_t h = 0; h < comparison.hardware.size(); ++h) {
    columns.push_back({report::printable(comparison.hardware[h]), true, 8, 0});
    if (h > 0) columns.push_back({"", true, 0, 1});
  }
  Grid grid(width, columns);
  for (std::size_t n = 0; n < comparison.networks.size(); ++n) {
    std::vector<Cell> row = {{report::printable(comparison.networks[n])}};
    const std::optional<double> first = value(comparison.at(n, 0));
    for (std::size_t h = 0; h < comparison.hardware.size(); ++h) {
      const std::optional<double> own = value(comparison.at(n, h));
      row.push_back({own ? figure(*own) : "-"});
      if (h > 0) row.push_back({own && first && *first > 0 ? times(*own / *first) : "-", Style::accent});
    }
    grid.add(row);
  }
  return "\n" + paint(Style::bold, title) + "\n" + grid.draw(paint);
}

}  // namespace

std::string table(const Comparison& comparison, bool color, int width) {
  const Paint paint(color);
  const auto ran = [](const Point& point) { return point.error.empty(); };
  std::string text = paint(Style::bold, "Comparison") + paint(Style::dim, "  ratios are to the first column\n");
  text += block(
      comparison, paint, width, "Latency",
      [&](const Point& p) { return ran(p) ? std::optional<double>(static_cast<double>(p.latency)) : std::nullopt; },
      [](double ps) { return report::duration(static_cast<common::Tick>(ps)); });
  if (comparison.networks.size() > 1 && comparison.hardware.size() > 1) {
    text += "  geometric mean:";
    for (std::size_t h = 1; h < comparison.hardware.size(); ++h)
      text += fmt::format(" {} {}", report::shorten(report::printable(comparison.hardware[h]), 24),
                          times(mean_ratio(comparison, h)));
    text += "\n";
  }
  text += block(
      comparison, paint, width, "Traffic of all memories",
      [&](const Point& p) {
        return ran(p) ? std::optional<double>(static_cast<double>(p.traffic_bytes)) : std::nullopt;
      },
      [](double bytes) { return report::bytes(static_cast<std::int64_t>(bytes)); });
  const auto known = [](const Point& point) { return point.energy_uj.has_value(); };
  if (std::any_of(comparison.points.begin(), comparison.points.end(), known))
    text += block(
        comparison, paint, width, "Energy", [&](const Point& p) { return p.energy_uj; },
        [](double uj) { return report::energy(uj); });
  for (const Point& point : comparison.points)
    if (!ran(point)) {
      const std::string own = point.network + ": ";  // how the planner's messages begin
      const bool begins = point.error.rfind(own, 0) == 0;
      const std::string line = fmt::format("{} on {}: {}", point.network, point.hardware,
                                           begins ? point.error.substr(own.size()) : point.error);
      text += "\n  " + report::wrap(report::printable(line), width - 2, 4) + "\n";
    }
  return text;
}

std::string json(const Comparison& comparison) {
  Json root;
  root["hardware"] = comparison.hardware;
  root["networks"] = comparison.networks;
  Json points = Json::array();
  for (std::size_t n = 0; n < comparison.networks.size(); ++n)
    for (std::size_t h = 0; h < comparison.hardware.size(); ++h) {
      const Point& point = comparison.at(n, h);
      const bool ran = point.error.empty();
      const std::optional<double> to_first = ratio(comparison, n, h);
      Json row;
      row["network"] = point.network;
      row["hardware"] = point.hardware;
      row["error"] = ran ? Json(nullptr) : Json(point.error);
      row["latency_ps"] = ran ? Json(point.latency) : Json(nullptr);
      row["latency_ms"] = ran ? Json(static_cast<double>(point.latency) / 1e9) : Json(nullptr);
      row["ratio"] = to_first ? Json(*to_first) : Json(nullptr);
      row["traffic_bytes"] = ran ? Json(point.traffic_bytes) : Json(nullptr);
      row["energy_uj"] = point.energy_uj ? Json(*point.energy_uj) : Json(nullptr);
      row["stack_ps"] = nullptr;
      if (ran) {
        row["stack_ps"] = Json::object();
        for (std::size_t c = 0; c < common::cause_count; ++c)
          row["stack_ps"][common::name(static_cast<common::Cause>(c))] = point.stack.ps[c];
      }
      row["network_digest"] = point.network_digest;
      row["hardware_digest"] = point.hardware_digest;
      points.push_back(std::move(row));
    }
  root["points"] = std::move(points);
  root["mean_ratio"] = Json::array();
  for (std::size_t h = 0; h < comparison.hardware.size(); ++h) {
    const std::optional<double> mean = mean_ratio(comparison, h);
    root["mean_ratio"].push_back(mean ? Json(*mean) : Json(nullptr));
  }
  return root.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace presil::study
