#include "sim/study/predict.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "models/common/error.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/hw/load.hpp"
#include "sim/plan/plan.hpp"
#include "sim/replay/replay.hpp"
#include "sim/study/workers.hpp"
#include "sim/transform/variant.hpp"

namespace presil::study {
namespace {

using common::Error;
using Json = nlohmann::json;

double figure(const std::string& name, const Cases& cases, const Prospect& prospect) {
  if (const auto given = prospect.figures.find(name); given != prospect.figures.end()) return given->second;
  for (const SuiteFigure& known : cases.fitted)
    if (known.name == name && known.path.empty()) return known.value;
  throw Error(fmt::format("'{}' is no fitted figure of the suite with a value", name));
}

/// "x={s:a*s:b}" with the product of the figures in place of the braces. A space in them marks a map of the YAML, which
/// stays: "x={oc: 16}".
std::string filled(const std::string& text, const Cases& cases, const Prospect& prospect) {
  const std::size_t open = text.find('{');
  const std::size_t close = text.find('}', open == std::string::npos ? 0 : open);
  if (open == std::string::npos || close == std::string::npos || text.find(':', open) > close ||
      text.find(' ', open) < close)
    return text;
  double product = 1;
  for (std::size_t at = open + 1; at < close;) {
    const std::size_t end = std::min(text.find('*', at), close);
    product *= figure(text.substr(at, end - at), cases, prospect);
    at = end + 1;
  }
  return fmt::format("{}{:.9g}{}", text.substr(0, open), product, text.substr(close + 1));
}

std::vector<std::string> overrides(const Prospect& prospect, const Cases& cases, const Run& run) {
  std::vector<std::string> all = prospect.set;
  for (const std::string& assignment : run.set) all.push_back(filled(assignment, cases, prospect));
  return all;
}

/// One run and the figures that its cases ask for, as JSON: [[value, base, error], ...].
std::string figures(const Cases& cases, const Run& run, const std::vector<std::size_t>& of, const Networks& networks,
                    const hw::Hardware& hardware) {
  plan::Options planning;
  planning.cold = run.cold;
  replay::Options replaying;
  replaying.cold_caches = run.cold;
  const replay::Result result = replay::replay(plan::plan(networks.at(run), hardware, planning), hardware, replaying);
  Json values = Json::array();
  for (std::size_t index : of) {
    const Case& one = cases.cases[index];
    try {
      const double base = value_of(one.figure, result, one.operator_index);
      values.push_back({in_unit(one.figure, base, one.unit, result.main_hz), base, ""});
    } catch (const Error& error) {
      values.push_back({0.0, 0.0, error.what()});
    }
  }
  return values.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

Networks::Networks(const Cases& cases, const std::filesystem::path& zoo) {
  for (const Run& run : cases.runs) {
    const Key key{run.network, run.transforms};
    if (graphs_.count(key) || errors_.count(key)) continue;
    try {
      graph::Graph network = graph::load_network(run.network, zoo);
      transform::Variant variant;
      for (const std::string& text : run.transforms) variant.replacements.push_back(transform::replacement(text, ""));
      graphs_.emplace(key, run.transforms.empty() ? std::move(network) : transform::vary(network, variant, nullptr));
    } catch (const Error& error) {
      errors_.emplace(key, error.what());
    }
  }
}

const graph::Graph& Networks::at(const Run& run) const {
  const Key key{run.network, run.transforms};
  const auto found = graphs_.find(key);
  if (found == graphs_.end()) throw Error(errors_.at(key));
  return found->second;
}

std::vector<Prediction> predict(const Cases& cases, const std::vector<std::size_t>& which, const Networks& networks,
                                const Prospect& prospect) {
  std::vector<std::size_t> runs;                             // that are needed, each once
  std::map<std::size_t, std::vector<std::size_t>> asked_of;  // run -> cases
  for (std::size_t index : which) {
    std::vector<std::size_t>& asked = asked_of[cases.cases[index].run];
    if (asked.empty()) runs.push_back(cases.cases[index].run);
    asked.push_back(index);
  }
  std::map<std::vector<std::string>, hw::Hardware> chips;  // each child fills its own
  const auto chip = [&](const Run& run) -> const hw::Hardware& {
    const std::vector<std::string> set = overrides(prospect, cases, run);
    std::vector<std::string> key = set;
    key.push_back(run.hardware);
    const auto found = chips.find(key);
    if (found != chips.end()) return found->second;
    return chips.emplace(key, hw::load(run.hardware, set)).first->second;
  };
  const std::vector<Outcome> outcomes = in_processes(
      runs.size(), prospect.processes,
      [&](std::size_t job) {
        const Run& run = cases.runs[runs[job]];
        return figures(cases, run, asked_of.at(runs[job]), networks, chip(run));
      },
      [&](std::size_t done) {
        if (prospect.progress) prospect.progress(done, runs.size());
      });

  std::map<std::size_t, Prediction> by_case;
  for (std::size_t job = 0; job < runs.size(); ++job) {
    const std::vector<std::size_t>& asked = asked_of.at(runs[job]);
    if (!outcomes[job].done) {
      for (std::size_t index : asked) by_case[index].error = outcomes[job].text;
      continue;
    }
    const Json values = Json::parse(outcomes[job].text);
    for (std::size_t i = 0; i < asked.size(); ++i)
      by_case[asked[i]] = {values[i][0].get<double>(), values[i][1].get<double>(), values[i][2].get<std::string>(),
                           "quantity"};
  }
  std::vector<Prediction> predictions;
  for (std::size_t index : which) predictions.push_back(by_case.at(index));
  return predictions;
}

}  // namespace presil::study
