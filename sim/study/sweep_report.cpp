// A study's rows as table, CSV and JSON.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "sim/report/grid.hpp"
#include "sim/report/text.hpp"
#include "sim/study/sweep.hpp"

namespace presil::study {
namespace {

using Json = nlohmann::ordered_json;
using report::Cell;
using report::Style;

/// What table and CSV say of a row.
struct Figures {
  std::int64_t latency_ps = 0, cycles = 0, moved_bytes = 0;
  double tiling_share = -1;  // of the latency; -1: was not asked for
  double energy_uj = -1;     // -1: unknown
  int fallbacks = 0;
  std::string stall;  // the cause that holds most of the stack besides compute
};

Figures figures(const Row& row) {
  Figures f;
  if (row.result.empty()) return f;
  const Json result = Json::parse(row.result);
  f.latency_ps = result["latency_ps"];
  f.cycles = result["cycles"];
  for (const auto& [name, memory] : result["memories"].items())
    f.moved_bytes += memory["read_bytes"].get<std::int64_t>() + memory["write_bytes"].get<std::int64_t>();
  const Json& overhead = result["tiling"]["overhead_ps"];
  if (!overhead.is_null() && f.latency_ps > 0)
    f.tiling_share = overhead.get<double>() / static_cast<double>(f.latency_ps);
  if (!result["energy_uj"].is_null()) f.energy_uj = result["energy_uj"];
  for (const Json& op : result["operators"]) f.fallbacks += !op["fallback_reason"].is_null();
  std::int64_t most = 0;
  for (const auto& [cause, ps] : result["stack_ps"].items()) {
    if (cause == "compute" || ps.get<std::int64_t>() <= most) continue;
    most = ps;
    f.stall = cause;
  }
  if (most > 0) f.stall += " " + report::percent(static_cast<double>(most) / static_cast<double>(f.latency_ps));
  return f;
}

const std::vector<report::Column>& columns() {
  static const std::vector<report::Column> kColumns = {
      {"point", false, 24, 0}, {"network", false, 12, 4}, {"hardware", false, 10, 3}, {"latency", true, 0, 0},
      {"", true, 0, 0},        {"cycles", true, 0, 2},    {"moved", true, 0, 0},      {"weights", true, 0, 5},
      {"tiling", true, 0, 0},  {"energy", true, 0, 7},    {"fallbacks", true, 0, 6},  {"main stall", false, 8, 1}};
  return kColumns;
}

std::string name_of(const Row& row) {
  return row.trial.name.empty() ? row.trial.network : row.trial.name;
}

std::string quoted(const std::string& text) {
  if (text.find_first_of(",\"\n") == std::string::npos) return text;
  std::string safe = "\"";
  for (const char c : text) safe += c == '"' ? std::string("\"\"") : std::string(1, c);
  return safe + "\"";
}

}  // namespace

std::string table(const Study& study, const std::vector<Row>& rows, bool color, int width) {
  const report::Paint paint(color);
  std::vector<std::vector<Cell>> cells;
  std::string errors;
  std::map<std::string, std::int64_t>
      first;  // latency of the first point, by network: what the others are held against
  for (const Row& row : rows) {
    const Figures f = figures(row);
    std::vector<Cell> line = {{report::printable(name_of(row))},
                              {report::printable(row.trial.network)},
                              {report::printable(row.trial.hardware)}};
    if (!row.error.empty()) {
      errors += report::wrap("  " + report::printable(name_of(row) + ": " + row.error), width, 4) + "\n";
      line.push_back({"-", Style::bad});
    } else {
      const std::int64_t base = first.emplace(row.trial.network, f.latency_ps).first->second;
      line.insert(line.end(), {{report::duration(f.latency_ps)},
                               {fmt::format("{:.2f}x", static_cast<double>(f.latency_ps) / static_cast<double>(base)),
                                Style::accent},
                               {report::grouped(f.cycles)},
                               {report::bytes(f.moved_bytes)},
                               {report::bytes(row.weight_bytes)},
                               {f.tiling_share < 0 ? "" : report::percent(f.tiling_share)},
                               {f.energy_uj < 0 ? "" : report::energy(f.energy_uj)},
                               {f.fallbacks == 0 ? "" : std::to_string(f.fallbacks)},
                               {f.stall}});
    }
    line.resize(columns().size());
    cells.push_back(std::move(line));
  }

  // A column that says the same in every row stands in the title, and one that says nothing is left out.
  std::string title = paint(Style::bold, report::printable(study.name));
  std::vector<report::Column> kept;
  std::vector<std::size_t> places;
  for (std::size_t c = 0; c < columns().size(); ++c) {
    const bool same = std::all_of(cells.begin(), cells.end(),
                                  [&](const auto& line) { return line[c].text == cells.front()[c].text; });
    const bool names = c == 1 || c == 2;
    if (same && names) title += (c == 1 ? "  " : " on ") + cells.front()[c].text;
    if (same && (names || cells.front()[c].text.empty())) continue;
    kept.push_back(columns()[c]);
    places.push_back(c);
  }
  report::Grid grid(width, kept);
  for (const std::vector<Cell>& line : cells) {
    std::vector<Cell> row;
    for (const std::size_t c : places) row.push_back(line[c]);
    grid.add(std::move(row));
  }
  std::string text = title + "\n";
  if (!study.question.empty()) text += "  " + report::wrap(report::printable(study.question), width - 2, 2) + "\n";
  return text + "\n" + grid.draw(paint) + (errors.empty() ? "" : "\n" + errors);
}

std::string csv(const std::vector<Row>& rows) {
  std::string text =
      "point,network,hardware,latency_ps,cycles,moved_bytes,macs,weight_bytes,peak_activation_bytes,tiling_share,"
      "energy_uj,fallbacks,error\n";
  for (const Row& row : rows) {
    const Figures f = figures(row);
    text += fmt::format("{},{},{},", quoted(row.trial.name), quoted(row.trial.network), quoted(row.trial.hardware));
    if (row.error.empty())
      text +=
          fmt::format("{},{},{},{},{},{},{},{},{},", f.latency_ps, f.cycles, f.moved_bytes, row.macs, row.weight_bytes,
                      row.peak_activation_bytes, f.tiling_share < 0 ? "" : fmt::format("{:.6f}", f.tiling_share),
                      f.energy_uj < 0 ? "" : fmt::format("{}", f.energy_uj), f.fallbacks);
    else
      text += ",,,,,,,,,";
    text += quoted(row.error) + "\n";
  }
  return text;
}

std::string json(const Study& study, const std::vector<Row>& rows) {
  Json list = Json::array();
  for (const Row& row : rows) {
    Json one = {{"point", row.trial.name},
                {"network", row.trial.network},
                {"hardware", row.trial.hardware},
                {"set", row.trial.set},
                {"macs", row.macs},
                {"weight_bytes", row.weight_bytes},
                {"peak_activation_bytes", row.peak_activation_bytes},
                {"error", row.error.empty() ? Json(nullptr) : Json(row.error)},
                {"result", nullptr}};
    if (row.error.empty()) {
      one["result"] = Json::parse(row.result);
      one["result"].erase("buffers");
    }
    list.push_back(std::move(one));
  }
  const Json all = {{"study", study.name}, {"question", study.question}, {"rows", std::move(list)}};
  return all.dump(2) + "\n";
}

}  // namespace presil::study
