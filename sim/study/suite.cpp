#include "sim/study/suite.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/common/error.hpp"
#include "sim/hw/calibrated.hpp"
#include "sim/transform/variant.hpp"

namespace presil::study {
namespace {

using yaml::Map;
using yaml::Value;

std::vector<std::string> texts(const Value& value) {
  std::vector<std::string> all;
  for (const Value& one : value.one_or_list()) all.push_back(one.text());
  if (all.empty()) value.fail("is empty; give a text");
  return all;
}

void read_conditions(Map& map, const char* key, Condition::Kind kind, std::vector<Condition>& conditions) {
  const auto given = map.find(key);
  if (!given) return;
  for (const auto& [column, value] : given->map().all()) conditions.push_back({kind, column, texts(value)});
}

std::regex pattern(const Value& value) {
  try {
    return std::regex(value.text(), std::regex::ECMAScript);
  } catch (const std::regex_error& error) {
    value.fail(
        fmt::format("{} is no regular expression ({}); see ECMAScript's", yaml::quoted(value.text()), error.what()));
  }
}

Rule read_rule(const Value& value, bool of_networks) {
  Rule rule;
  rule.where = value.place() + ": " + value.path();
  if (value.is_scalar()) {
    rule.use = value.text();
    return rule;
  }
  Map map = value.map();
  if (const auto use = map.find("use")) rule.use = use->text();
  if (const auto set = map.find("set")) rule.set = texts(*set);
  if (const auto skip = map.find("skip")) rule.skip = skip->text();
  if (const auto assumed = map.find("assumed")) rule.assumed = assumed->boolean();
  if (!of_networks && rule.assumed) map.fail("'assumed' is for networks; leave it out");
  if (const auto transform = map.find("transform")) {
    if (!of_networks) map.fail("'transform' is for networks; leave it out");
    rule.transforms = texts(*transform);
    for (const std::string& text : rule.transforms) transform::replacement(text, rule.where);
  }
  if (rule.transforms.empty() ? rule.use.empty() == rule.skip.empty() : !rule.skip.empty())
    map.fail(of_networks ? "needs 'use: ...' or 'transform: ...', or 'skip: reason'"
                         : "needs 'use: ...' or 'skip: reason', one of the two");
  for (const auto& [column, regex] : map.all())
    if (column != "use" && column != "set" && column != "skip" && column != "assumed" && column != "transform")
      rule.patterns.push_back({column, pattern(regex)});
  return rule;
}

std::vector<Rule> read_rules(const Value& value, bool of_networks) {
  std::vector<Rule> rules;
  if (value.is_map() && of_networks) {  // {pattern of the name: what to take}
    for (const auto& [name, use] : value.map().all()) {
      Rule rule = read_rule(use, of_networks);
      try {
        rule.patterns.push_back({"", std::regex(name)});
      } catch (const std::regex_error& error) {
        use.fail(fmt::format("{} is no regular expression ({})", yaml::quoted(name), error.what()));
      }
      rules.push_back(std::move(rule));
    }
    return rules;
  }
  for (const Value& one : value.one_or_list()) rules.push_back(read_rule(one, of_networks));
  if (rules.empty()) value.fail("is empty; give a rule or a name");
  return rules;
}

std::pair<std::string, Figure> read_quantity(const std::string& name, const Value& value) {
  const std::string where = value.place() + ": " + value.path();
  if (value.is_scalar()) return {name, figure_of(value.text(), where)};
  Map map = value.map();
  Figure figure = figure_of(map.text("figure", "latency"), where);
  if (map.has("beat")) figure.beat = map.bytes("beat");
  if (map.has("times")) figure.times = map.number("times", 1e-6, 1e9);
  map.finish();
  return {name, figure};
}

std::vector<std::pair<std::string, Figure>> read_quantities(const std::optional<Value>& given) {
  std::vector<std::pair<std::string, Figure>> quantities;
  if (!given) return {{"latency_ms", Figure{}}};
  if (given->is_map()) {
    for (const auto& [name, value] : given->map().all()) quantities.push_back(read_quantity(name, value));
  } else {
    for (const Value& value : given->one_or_list()) {
      const auto figure = usual_figure(value.text());
      if (!figure)
        value.fail(fmt::format("{} does not say by itself what it is; write '{}: latency' or 'peak sram', say",
                               yaml::quoted(value.text()), value.text()));
      quantities.emplace_back(value.text(), *figure);
    }
  }
  if (quantities.empty()) given->fail("is empty; name a quantity, 'latency_ms' say");
  return quantities;
}

std::vector<Condition> usual_apart() {
  return {{Condition::Kind::contains, "note", {"INCONSISTENT", "SUSPECT", "SPILL"}}};
}

/// One for each file under `measured`, alike but for that.
std::vector<SuiteTable> read_tables(const Value& value) {
  SuiteTable table;
  table.where = value.place() + ": " + value.path();
  Map map = value.map();
  const std::vector<std::string> files = texts(map.at("measured", "board.csv"));
  table.hardware = read_rules(map.at("hardware", "edge-npu"), false);
  if (const auto chip = map.find("chip")) table.chip = chip->text();
  if (const auto set = map.find("set")) table.set = texts(*set);
  if (const auto cold = map.find("cold")) table.cold = cold->boolean();
  if (const auto fits = map.find("fit")) table.fits = fits->boolean();
  read_conditions(map, "where", Condition::Kind::equals, table.conditions);
  read_conditions(map, "contains", Condition::Kind::contains, table.conditions);
  read_conditions(map, "without", Condition::Kind::without, table.conditions);
  if (map.has("apart"))
    read_conditions(map, "apart", Condition::Kind::contains, table.apart);
  else
    table.apart = usual_apart();
  if (const auto given = map.find("columns")) {
    Map columns = given->map();
    const std::pair<const char*, std::string*> all[] = {
        {"network", &table.network}, {"quantity", &table.quantity}, {"value", &table.value}, {"unit", &table.unit}};
    for (const auto& [key, text] : all)
      if (const auto found = columns.find(key)) *text = found->text();
    columns.finish();
  }
  table.quantities = read_quantities(map.find("quantities"));
  if (const auto rules = map.find("networks")) table.networks = read_rules(*rules, true);
  if (const auto missing = map.find("missing_networks"))
    table.skip_missing = missing->choice<bool>({{"fault", false}, {"skip", true}});
  if (const auto given = map.find("operators")) {
    Map operators = given->map();
    table.operator_row = operators.text("row", "{id}");
    if (operators.has("first")) table.first_operator = operators.integer("first", 0, 1'000'000);
    operators.finish();
  }
  map.finish();
  std::vector<SuiteTable> tables;
  for (const std::string& file : files) {
    tables.push_back(table);
    tables.back().measured = file;
  }
  return tables;
}

SuiteFigure read_fitted(const std::string& name, const Value& value) {
  SuiteFigure figure;
  figure.name = name;
  Map map = value.map();
  if (name.find_first_of("{}*.:") != std::string::npos) map.fail("a name of letters, digits and _ is enough");
  if (const auto path = map.find("path")) figure.path = path->text();
  if (map.has("value")) figure.value = map.number("value", 0, 1e12);
  if (map.has("value") == map.has("path")) map.fail("needs 'path' (of a hardware file) or 'value', one of the two");
  const Value range = map.at("range", "0.5..2");
  hw::read_range(range.text(), range.place() + ": " + range.path(), figure.low, figure.high);
  map.finish();
  return figure;
}

}  // namespace

Suite read_suite(const std::filesystem::path& file) {
  const yaml::Document document = yaml::read_file(file);
  Map map = yaml::root_of_kind(document, {"suite"});
  Suite suite;
  suite.file = file;
  suite.name = map.text("name", file.stem().string());
  map.find("description");
  if (const auto folders = map.find("network_folders"))
    for (const Value& folder : folders->one_or_list())
      suite.network_folders.push_back(file.parent_path() / folder.text());
  if (const auto families = map.find("families"))
    for (const auto& [name, glob] : families->map().all()) suite.families.emplace_back(name, glob.text());
  if (const auto fitted = map.find("fitted"))
    for (const auto& [name, value] : fitted->map().all()) suite.fitted.push_back(read_fitted(name, value));
  const Value tables = map.at("tables", "[{measured: board.csv, hardware: edge-npu}]");
  for (const Value& table : tables.list())
    for (SuiteTable& one : read_tables(table)) suite.tables.push_back(std::move(one));
  if (suite.tables.empty()) tables.fail("is empty; a suite compares at least one table");
  map.finish();
  return suite;
}

Suite suite_of(const std::filesystem::path& measured, const std::string& hardware) {
  Suite suite;
  suite.name = measured.stem().string();
  suite.file = measured;
  suite.network_folders = {measured.parent_path()};
  SuiteTable table;
  table.where = measured.string();
  table.measured = measured.filename().string();
  Rule rule;
  rule.where = table.where;
  rule.use = hardware;
  table.hardware = {rule};
  table.apart = usual_apart();
  for (const char* quantity : {"latency_ms", "latency_us", "latency_s", "cycles", "fps", "latency"})
    table.quantities.emplace_back(quantity, *usual_figure(quantity));
  suite.tables = {table};
  return suite;
}

}  // namespace presil::study
