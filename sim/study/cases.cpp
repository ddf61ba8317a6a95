#include "sim/study/cases.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/common/error.hpp"
#include "sim/graph/glob.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/study/csv_table.hpp"
#include "sim/yaml/suggest.hpp"
#include "sim/yaml/units.hpp"

namespace presil::study {
namespace {

namespace fs = std::filesystem;
using common::Error;

/// A row's fault: which column, and what of it.
struct RowFault {
  std::string column, what;
};

/// One row of a table, with the columns by name and what the patterns of a rule captured.
class Row {
 public:
  Row(const CsvTable& table, const CsvRow& row, const std::string& where) : table_(table), row_(row), where_(where) {}

  const std::string& field(const std::string& column) const {
    return row_.fields[static_cast<std::size_t>(table_.need_column(column, where_))];
  }

  /// `{column}` and, of a rule that matched, `{column.N}`; `{suite:name}` is for later.
  std::string expand(const std::string& text,
                     const std::vector<std::pair<std::string, std::smatch>>& groups = {}) const {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t close = text[at] == '{' ? text.find('}', at) : std::string::npos;
      if (close == std::string::npos) {
        out += text[at++];
        continue;
      }
      const std::string name = text.substr(at + 1, close - at - 1);
      out += name.find(':') != std::string::npos ? "{" + name + "}" : named(name, groups);
      at = close + 1;
    }
    return out;
  }

  /// The groups that the rule's patterns captured when all of them match whole fields; `network` goes under "".
  bool matches(const Rule& rule, const std::string& network,
               std::vector<std::pair<std::string, std::smatch>>& groups) const {
    groups.clear();
    for (const Rule::Pattern& pattern : rule.patterns) {
      const bool named = pattern.column.empty() || (pattern.column == "network" && table_.column("network") < 0);
      std::smatch found;
      if (!std::regex_match(named ? network : field(pattern.column), found, pattern.regex)) return false;
      groups.emplace_back(named ? "network" : pattern.column, found);
    }
    return true;
  }

  int line() const { return row_.line; }

 private:
  std::string named(const std::string& name, const std::vector<std::pair<std::string, std::smatch>>& groups) const {
    const std::size_t dot = name.rfind('.');
    if (dot != std::string::npos && dot + 2 == name.size() && name[dot + 1] >= '0' && name[dot + 1] <= '9') {
      const auto number = static_cast<std::size_t>(name[dot + 1] - '0');
      for (const auto& [column, groups_of] : groups)
        if (column == name.substr(0, dot) && number < groups_of.size()) return groups_of[number].str();
      if (table_.column(name) < 0)
        throw Error(fmt::format("{}: '{{{}}}' has no group: the rule has no pattern for that column with so many",
                                where_, name));
    }
    return field(name);
  }

  const CsvTable& table_;
  const CsvRow& row_;
  const std::string& where_;
};

bool holds(const Condition& condition, const Row& row) {
  const std::string& field = row.field(condition.column);
  const bool any = std::any_of(condition.texts.begin(), condition.texts.end(), [&](const std::string& text) {
    return condition.kind == Condition::Kind::equals ? field == text : field.find(text) != std::string::npos;
  });
  return condition.kind == Condition::Kind::without ? !any : any;
}

/// The row's rule of a list, or nullptr.
const Rule* rule_for(const std::vector<Rule>& rules, const Row& row, const std::string& network,
                     std::vector<std::pair<std::string, std::smatch>>& groups) {
  for (const Rule& rule : rules)
    if (row.matches(rule, network, groups)) return &rule;
  return nullptr;
}

/// Where the run stands in the list; it is added when it is new.
std::size_t index_of(Run run, std::vector<Run>& runs) {
  const auto found = std::find(runs.begin(), runs.end(), run);
  if (found != runs.end()) return static_cast<std::size_t>(found - runs.begin());
  runs.push_back(std::move(run));
  return runs.size() - 1;
}

/// Resolves the rows of one suite.
class Expansion {
 public:
  Expansion(const Suite& suite, const Places& places) : suite_(suite), places_(places) {
    folders_ = places.networks;
    folders_.insert(folders_.end(), suite.network_folders.begin(), suite.network_folders.end());
    for (const auto& entry : graph::list_zoo(places.zoo)) zoo_.push_back(entry.name);
  }

  Cases run() {
    for (SuiteFigure figure : suite_.fitted) {
      figure.name = suite_.name + ":" + figure.name;
      cases_.fitted.push_back(std::move(figure));
    }
    for (const SuiteTable& table : suite_.tables) {
      const CsvTable csv = read_csv(find_table(table.measured, suite_.file, places_));
      check_columns(table, csv);
      for (const CsvRow& row : csv.rows) take(table, csv, Row(csv, row, table.where));
    }
    return std::move(cases_);
  }

 private:
  /// A column that the suite names but the table lacks is the suite's fault, whatever rows there are.
  static void check_columns(const SuiteTable& table, const CsvTable& csv) {
    for (const Condition& condition : table.conditions) csv.need_column(condition.column, table.where);
    const auto check_rules = [&](const std::vector<Rule>& rules) {
      for (const Rule& rule : rules)
        for (const Rule::Pattern& pattern : rule.patterns)
          if (!pattern.column.empty() && !(pattern.column == "network" && csv.column("network") < 0))
            csv.need_column(pattern.column, rule.where);
    };
    check_rules(table.networks);
    check_rules(table.hardware);
  }

  void take(const SuiteTable& table, const CsvTable& csv, const Row& row) {
    for (const Condition& condition : table.conditions)
      if (!holds(condition, row)) return;
    Case one;
    one.suite = suite_.name;
    one.fits = table.fits;
    one.table = csv.file;
    one.line = row.line();
    one.quantity = row.expand(table.quantity);
    const auto quantity = std::find_if(table.quantities.begin(), table.quantities.end(),
                                       [&](const auto& known) { return known.first == one.quantity; });
    if (quantity == table.quantities.end()) return;
    one.figure = quantity->second;
    one.network = row.expand(table.network);
    one.family = family_of(one.network, suite_.families);
    one.unit = row.expand(table.unit);
    try {
      read_value(table, row, one);
      resolve(table, row, one);
      for (const Condition& condition : table.apart)
        if (csv.column(condition.column) >= 0 && holds(condition, row) && one.standing == Standing::counted) {
          one.standing = Standing::apart;
          one.reason = row.field(condition.column);
        }
    } catch (const RowFault& fault) {
      one.standing = Standing::fault;
      one.reason = fmt::format("column '{}': {}", fault.column, fault.what);
    }
    cases_.cases.push_back(std::move(one));
  }

  static void read_value(const SuiteTable& table, const Row& row, Case& one) {
    const std::string text = row.expand(table.value);
    if (!yaml::read_number(text, one.measured))
      throw RowFault{"value", fmt::format("{} is no number; write a figure like 12.5", yaml::quoted(text))};
    if (one.measured <= 0)
      throw RowFault{"value", fmt::format("{} cannot be: a measured {} is more than 0", text, one.quantity)};
    try {
      in_unit(one.figure, 1, one.unit, 1);
    } catch (const Error& error) {
      throw RowFault{"unit", error.what()};
    }
    if (table.operator_row.empty()) return;
    double number = -1;
    const std::string at = row.expand(table.operator_row);
    if (!yaml::read_number(at, number) || number != std::floor(number) || number < table.first_operator || number > 1e6)
      throw RowFault{table.operator_row, fmt::format("{} is no number of an operator", yaml::quoted(at))};
    one.operator_index = static_cast<std::int32_t>(number - static_cast<double>(table.first_operator));
  }

  void resolve(const SuiteTable& table, const Row& row, Case& one) {
    std::vector<std::pair<std::string, std::smatch>> groups;
    Run run;
    run.cold = table.cold;
    for (const std::string& assignment : table.set) run.set.push_back(row.expand(qualified(assignment)));
    const Rule* hardware = rule_for(table.hardware, row, one.network, groups);
    if (hardware == nullptr) throw RowFault{"hardware", "no rule of the suite's 'hardware' fits the row; add one"};
    if (hardware->use.empty()) return skip(one, hardware->skip);
    const std::string name = places_.only_hardware.empty() ? row.expand(hardware->use, groups) : places_.only_hardware;
    run.hardware = hardware_file(name, hardware->where);
    for (const std::string& assignment : hardware->set) run.set.push_back(row.expand(qualified(assignment), groups));
    run.set.insert(run.set.end(), places_.set.begin(), places_.set.end());
    one.chip = table.chip.empty() ? fs::path(run.hardware).stem().string() : row.expand(table.chip);

    const Rule* rule = rule_for(table.networks, row, one.network, groups);
    if (rule != nullptr && !rule->skip.empty()) return skip(one, rule->skip);
    if (rule != nullptr) run.transforms = rule->transforms;
    run.network = in_folders(one.network);
    if (run.network.empty() && rule != nullptr && !rule->use.empty()) {
      const std::string use = row.expand(rule->use, groups);
      run.network = network_named(use);
      one.assumed = rule->assumed;
      if (run.network.empty()) throw missing(one, table, use);
    }
    if (run.network.empty()) run.network = network_named(one.network);
    if (run.network.empty()) {
      if (table.skip_missing) return skip(one, "its network is not here: give --networks DIR");
      throw missing(one, table, one.network);
    }
    one.run = index_of(std::move(run), cases_.runs);
  }

  /// "{v8*m4}" of fitted figures as "{suite:v8*suite:m4}".
  std::string qualified(const std::string& text) const {
    std::string out = text;
    for (const SuiteFigure& figure : suite_.fitted)
      for (const char* before : {"{", "*"})
        for (const char* behind : {"}", "*"}) {
          const std::string own = before + figure.name + behind;
          for (std::size_t at = out.find(own); at != std::string::npos; at = out.find(own, at + own.size()))
            out.replace(at, own.size(), before + suite_.name + ":" + figure.name + behind);
        }
    return out;
  }

  static void skip(Case& one, const std::string& reason) {
    one.standing = Standing::skipped;
    one.reason = reason;
  }

  RowFault missing(const Case& one, const SuiteTable& table, const std::string& name) const {
    const std::string near = yaml::nearest(name, zoo_);
    return {"network",
            fmt::format("no network {}; {}give --networks DIR with {}.tflite, or a rule under 'networks' of {}",
                        yaml::quoted(name), near.empty() ? "" : fmt::format("did you mean '{}'? or ", near),
                        one.network, table.where)};
  }

  std::string in_folders(const std::string& name) const {
    if (name.empty() || name.find('/') != std::string::npos) return {};
    std::error_code ignored;
    for (const fs::path& folder : folders_)
      for (const char* ending : {".tflite", ".yaml", ""})
        if (fs::is_regular_file(folder / (name + ending), ignored)) return (folder / (name + ending)).string();
    return {};
  }

  /// What graph::load_network takes for `text`, which may carry parameters; empty when there is no such network.
  std::string network_named(const std::string& text) const {
    const std::size_t open = text.find('(');
    std::string name = text.substr(0, open);
    while (!name.empty() && name.back() == ' ') name.pop_back();
    const std::string parameters = open == std::string::npos ? "" : text.substr(open);
    if (name.empty()) return {};
    std::error_code ignored;
    const fs::path beside = suite_.file.parent_path() / name;
    if (fs::is_regular_file(beside, ignored)) return beside.string() + parameters;
    if (const std::string file = in_folders(name); !file.empty()) return file + parameters;
    return std::find(zoo_.begin(), zoo_.end(), name) != zoo_.end() ? text : "";
  }

  std::string hardware_file(const std::string& name, const std::string& where) const {
    const fs::path beside = suite_.file.parent_path() / name;
    std::error_code ignored;
    if (fs::is_regular_file(beside, ignored)) return beside.string();
    try {
      return places_.hardware(name).string();
    } catch (const Error& error) {
      throw Error(fmt::format("{}: {}", where, error.what()));
    }
  }

  const Suite& suite_;
  const Places& places_;
  std::vector<fs::path> folders_;
  std::vector<std::string> zoo_;
  Cases cases_;
};

}  // namespace

Cases expand(const Suite& suite, const Places& places) {
  return Expansion(suite, places).run();
}

void append(Cases& all, const Cases& more) {
  all.fitted.insert(all.fitted.end(), more.fitted.begin(), more.fitted.end());
  for (Case one : more.cases) {
    if (one.standing == Standing::counted || one.standing == Standing::apart)
      one.run = index_of(more.runs[one.run], all.runs);
    all.cases.push_back(std::move(one));
  }
}

fs::path find_table(const std::string& name, const fs::path& suite, const Places& places) {
  std::vector<fs::path> folders = {suite.parent_path()};
  folders.insert(folders.end(), places.data.begin(), places.data.end());
  std::error_code ignored;
  for (const fs::path& folder : folders)
    if (fs::is_regular_file(folder / name, ignored)) return folder / name;
  std::string looked;
  for (const fs::path& folder : folders)
    looked += (looked.empty() ? "" : ", ") + (folder.empty() ? "." : folder.string());
  throw Error(fmt::format("{}: no measured table '{}' in {}; give --data DIR", suite.string(), name, looked));
}

std::string family_of(const std::string& network, const std::vector<std::pair<std::string, std::string>>& own) {
  for (const auto& [family, glob] : own)
    if (graph::glob(glob, network)) return family;
  // Detectors before the backbones in their names; what is part of another name after it.
  static const std::pair<const char*, const char*> usual[] = {{"st_ssd", "ssd"},
                                                              {"ssd", "ssd"},
                                                              {"yolo", "yolo"},
                                                              {"fdmobilenet", "fdmobilenet"},
                                                              {"mobilenet_v3", "mobilenet_v3"},
                                                              {"mobilenetv3", "mobilenet_v3"},
                                                              {"mobilenet_v2", "mobilenet_v2"},
                                                              {"mobilenetv2", "mobilenet_v2"},
                                                              {"mobilenet_v1", "mobilenet_v1"},
                                                              {"mobilenetv1", "mobilenet_v1"},
                                                              {"mobilenet", "mobilenet_v1"},
                                                              {"vww", "mobilenet_v1"},
                                                              {"person_detect", "mobilenet_v1"},
                                                              {"efficientnet", "efficientnet"},
                                                              {"inception", "inception"},
                                                              {"resnet", "resnet"},
                                                              {"kws", "ds_cnn"},
                                                              {"ds_cnn", "ds_cnn"},
                                                              {"yamnet", "yamnet"},
                                                              {"movenet", "movenet"},
                                                              {"ad01", "autoencoder"},
                                                              {"conv2d", "single conv"},
                                                              {"depthwise", "single depthwise"}};
  std::string lower = network;
  std::transform(lower.begin(), lower.end(), lower.begin(), [](unsigned char c) { return std::tolower(c); });
  for (const auto& [part, family] : usual)
    if (lower.find(part) != std::string::npos) return family;
  return network.substr(0, network.find_first_of("( "));
}

}  // namespace presil::study
