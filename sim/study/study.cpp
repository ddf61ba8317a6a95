#include "sim/study/study.hpp"

#include <fmt/format.h>

#include "models/common/error.hpp"
#include "sim/yaml/document.hpp"
#include "sim/yaml/value.hpp"

namespace presil::study {
namespace {

constexpr std::size_t most_trials = 10'000;

using Pairs = std::vector<std::pair<std::string, std::string>>;

/// What the transforms say of a text, with the place in the file in front.
template <class Read>
auto at_place(const yaml::Value& value, Read&& read) {
  try {
    return read(value.text(), value.path().substr(value.path().rfind('.') + 1));
  } catch (const common::Error& error) {
    throw common::Error(fmt::format("{}: {}", value.place(), error.what()));
  }
}

Pairs pairs(yaml::Map& keys, const std::string& key) {
  Pairs found;
  if (const auto value = keys.find(key))
    for (const auto& [name, text] : value->map().all()) found.emplace_back(name, text.text());
  return found;
}

std::vector<std::string> texts(const std::optional<yaml::Value>& value) {
  std::vector<std::string> found;
  if (value)
    for (const yaml::Value& one : value->one_or_list()) found.push_back(one.text());
  return found;
}

/// `weight_bits: 4`, or a map of pattern to bits.
template <class Rule>
void read_bits(yaml::Map& keys, const std::string& key, std::vector<transform::BitRule>& rules, Rule&& rule) {
  const auto value = keys.find(key);
  if (!value) return;
  if (!value->is_map()) {
    rules.push_back(at_place(*value, rule));
    return;
  }
  for (const auto& [pattern, bits] : value->map().all())
    rules.push_back(at_place(bits, [&, p = pattern](const std::string& text, const std::string& what) {
      return rule(p + "=" + text, what);
    }));
}

struct Lists {
  std::vector<std::string> networks, hardware;
};

void read_point(yaml::Map keys, Trial& trial, Lists& lists) {
  if (const auto name = keys.find("name")) trial.name = name->text();
  if (const auto network = keys.find("network")) lists.networks = texts(network);
  if (const auto hardware = keys.find("hardware")) lists.hardware = texts(hardware);
  for (const auto& [path, value] : pairs(keys, "set")) trial.set.push_back(path + "=" + value);
  if (const auto size = keys.find("input_size")) trial.variant.input_size = at_place(*size, transform::input_size);
  if (const auto list = keys.find("transform"))
    for (const yaml::Value& one : list->one_or_list())
      trial.variant.replacements.push_back(at_place(one, transform::replacement));
  read_bits(keys, "weight_bits", trial.variant.bits, transform::weight_rule);
  read_bits(keys, "activation_bits", trial.variant.bits, transform::activation_rule);
  trial.place = pairs(keys, "place");
  trial.cold = keys.boolean_or("cold", false);
  trial.tiling_overhead = keys.boolean_or("tiling_overhead", false);
  keys.finish();
}

/// Trials with one more key swept: each with each of the values.
std::vector<Trial> swept(const std::vector<Trial>& trials, const std::string& key, const yaml::Value& values) {
  std::vector<Trial> all;
  for (const Trial& trial : trials)
    for (const yaml::Value& value : values.one_or_list()) {
      Trial one = trial;
      if (key == "input_size")
        one.variant.input_size = at_place(value, transform::input_size);
      else if (key == "weight_bits")
        one.variant.bits.push_back(at_place(value, transform::weight_rule));
      else if (key == "activation_bits")
        one.variant.bits.push_back(at_place(value, transform::activation_rule));
      else
        one.set.push_back(key + "=" + value.text());
      one.name += fmt::format("{}{}={}", one.name.empty() ? "" : " ", key.substr(key.rfind('.') + 1), value.text());
      all.push_back(std::move(one));
    }
  if (all.size() > most_trials) values.fail(fmt::format("makes {} runs; up to {} would do", all.size(), most_trials));
  return all;
}

}  // namespace

Study read_study(const std::filesystem::path& file) {
  const yaml::Document document = yaml::read_file(file);
  yaml::Map keys = yaml::root_of_kind(document, {"study"});
  Study study;
  study.name = keys.text("name", file.stem().string());
  study.folder = file.parent_path();
  if (const auto question = keys.find("question")) study.question = question->text();
  if (const auto source = keys.find("source")) study.source = source->text();
  const Lists lists{texts(keys.find("networks")), texts(keys.find("hardware"))};
  const Pairs set = pairs(keys, "set");
  const auto points = keys.find("points"), sweep = keys.find("sweep");
  keys.finish();

  const auto add = [&](Trial trial, const Lists& on, const std::string& place) {
    if (on.networks.empty()) throw common::Error(place + ": on which network? give 'networks: [mobilenet_v2]', say");
    if (on.hardware.empty()) throw common::Error(place + ": on which chip? give 'hardware: [edge-npu]', say");
    for (const std::string& network : on.networks)
      for (const std::string& hardware : on.hardware) {
        trial.network = network;
        trial.hardware = hardware;
        study.trials.push_back(trial);
      }
  };
  Trial common;
  for (const auto& [path, value] : set) common.set.push_back(path + "=" + value);
  if (!points) add(common, lists, file.string());
  if (points)
    for (const yaml::Value& point : points->list()) {
      Trial trial = common;
      Lists on = lists;
      read_point(point.map(), trial, on);
      add(trial, on, point.place());
    }
  if (sweep)
    for (const auto& [key, values] : sweep->map().all()) study.trials = swept(study.trials, key, values);
  if (study.trials.empty())
    throw common::Error(fmt::format("{}: has no point; give one under 'points:'", file.string()));
  return study;
}

}  // namespace presil::study
