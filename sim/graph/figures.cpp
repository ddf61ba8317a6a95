#include "sim/graph/figures.hpp"

#include <fmt/format.h>
#include <algorithm>

#include <cmath>
#include <stdexcept>

#include "sim/graph/complete.hpp"

namespace presil::graph {

double real(const yaml::Value& value, const Scope& scope, double least, double most) {
  double result = 0;
  try {
    result = evaluate_expression(value.text(), scope);
  } catch (const std::invalid_argument& problem) {
    value.fail(problem.what());
  }
  if (result < least || result > most) value.fail_found(fmt::format("is {}; {} to {} would do", result, least, most));
  return result;
}

std::int64_t whole(const yaml::Value& value, const Scope& scope, std::int64_t least, std::int64_t most) {
  const double result = real(value, scope, static_cast<double>(least), static_cast<double>(most));
  if (result != std::floor(result))
    value.fail_found(fmt::format("is {}, not a whole number; round it with floor()", result));
  return static_cast<std::int64_t>(result);
}

/// One figure for both directions, or [height, width].
Pair pair(const yaml::Value& value, const Scope& scope, std::int64_t least) {
  const std::vector<yaml::Value> list = value.one_or_list();
  if (list.size() != 1 && list.size() != 2) value.fail("has more than two figures; write one, or [height, width]");
  const auto h = static_cast<int>(whole(list.front(), scope, least, kMaxWindow));
  const auto w = static_cast<int>(whole(list.back(), scope, least, kMaxWindow));
  return {h, w};
}

Pair pair_or(yaml::Map& keys, const std::string& key, const Scope& scope, Pair otherwise) {
  const auto value = keys.find(key);
  return value ? pair(*value, scope, 1) : otherwise;
}

std::string activation_function(yaml::Map& keys, const std::string& otherwise, bool fused_only) {
  const auto value = keys.find("activation");
  if (!value) return otherwise;
  std::vector<std::string> known = activation_functions();
  if (fused_only)
    known.erase(std::remove_if(known.begin(), known.end(), [](const auto& f) { return !is_fused(f); }), known.end());
  const std::string text = value->text();
  for (const std::string& word : known) {
    if (word == text) return text;
  }
  value->fail_choice(known);
}

const std::vector<std::string>& activation_functions() {
  static const std::vector<std::string> kFunctions = {"none",       "relu",         "relu6",      "relu_n1_to_1",
                                                      "hard_swish", "hard_sigmoid", "leaky_relu", "swish",
                                                      "gelu",       "logistic",     "tanh",       "prelu"};
  return kFunctions;
}

std::string gate_function(yaml::Map& keys) {
  const auto value = keys.find("gate");
  if (!value) return "logistic";
  return value->choice<std::string>({{"logistic", "logistic"}, {"hard_sigmoid", "hard_sigmoid"}});
}

bool is_fused(const std::string& function) {
  return function == "none" || fused_activation(function) != Activation::none;
}

Activation fused_activation(const std::string& function) {
  if (function == "relu") return Activation::relu;
  if (function == "relu6") return Activation::relu6;
  if (function == "relu_n1_to_1") return Activation::relu_n1_to_1;
  return Activation::none;
}

}  // namespace presil::graph
