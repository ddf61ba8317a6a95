// Finds a network by file name or by its name in the zoo, with parameters in brackets.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>

#include "sim/graph/expression.hpp"
#include "sim/graph/fail.hpp"
#include "sim/graph/import.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::graph {

namespace {

struct Request {
  std::string name;
  std::map<std::string, double> parameters;
};

std::string trim(const std::string& text) {
  const auto begin = text.find_first_not_of(' '), end = text.find_last_not_of(' ');
  return begin == std::string::npos ? "" : text.substr(begin, end - begin + 1);
}

/// `name(key=value, key=value)`; a text without brackets at its end is a name as it stands.
Request split(const std::string& text) {
  const auto open = text.find('(');
  if (open == std::string::npos || text.back() != ')') return {text, {}};
  Request request{trim(text.substr(0, open)), {}};
  const std::string inside = text.substr(open + 1, text.size() - open - 2);
  std::size_t begin = 0;
  while (begin <= inside.size() && !trim(inside).empty()) {
    const std::size_t end = std::min(inside.find(',', begin), inside.size());
    const std::string part = inside.substr(begin, end - begin);
    const auto equals = part.find('=');
    const std::string key = equals == std::string::npos ? "" : trim(part.substr(0, equals));
    if (key.empty()) {
      fail(printable(text), "",
           fmt::format("'{}' is no parameter; write e.g. 'mobilenet_v2(alpha=0.35, resolution=128)'", printable(part)));
    }
    double value = 0;
    try {
      value = evaluate_expression(trim(part.substr(equals + 1)), {});
    } catch (const std::invalid_argument& problem) {
      fail(printable(text), fmt::format("parameter '{}'", printable(key)), problem.what());
    }
    if (!request.parameters.emplace(key, value).second) {
      fail(printable(text), "", fmt::format("parameter '{}' is given twice; give it once", printable(key)));
    }
    begin = end + 1;
  }
  return request;
}

/// The names in the zoo, in alphabetical order.
std::vector<std::string> zoo(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  std::error_code error;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path().extension() == ".yaml") names.push_back(entry.path().stem().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

bool holds_tflite(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  char head[8] = {};
  return file.read(head, 8) && std::string(head + 4, head + 7) == "TFL";
}

bool is_yaml(const std::filesystem::path& path) {
  return path.extension() == ".yaml" || path.extension() == ".yml";
}

Graph load_file(const std::filesystem::path& path, const Request& request, const Drawing& drawing) {
  if (is_yaml(path) && !holds_tflite(path)) return import_network_yaml(path, request.parameters, drawing);
  if (!request.parameters.empty()) {
    fail(path.string(), "", "is a .tflite file, which takes no parameters; leave the brackets out");
  }
  if (!drawing.empty()) fail(path.string(), "", "is a .tflite file, whose weights are drawn; a network YAML would do");
  return import_tflite(path);
}

}  // namespace

std::vector<ZooEntry> list_zoo(const std::filesystem::path& zoo_dir) {
  std::vector<ZooEntry> entries;
  for (const std::string& name : zoo(zoo_dir)) entries.push_back(read_zoo_entry(zoo_dir / (name + ".yaml")));
  return entries;
}

Graph load_network(const std::string& name_or_path, const std::filesystem::path& zoo_dir, const Drawing& drawing) {
  std::error_code error;
  if (std::filesystem::exists(name_or_path, error)) return load_file(name_or_path, {name_or_path, {}}, drawing);
  const Request request = split(name_or_path);
  if (std::filesystem::exists(request.name, error)) return load_file(request.name, request, drawing);

  const std::vector<std::string> names = zoo(zoo_dir);
  if (std::find(names.begin(), names.end(), request.name) != names.end()) {
    return import_network_yaml(zoo_dir / (request.name + ".yaml"), request.parameters, drawing);
  }
  const std::filesystem::path path = request.name;
  const bool looks_like_file = path.has_parent_path() || path.extension() == ".tflite" || is_yaml(path);
  const std::string near = yaml::nearest(request.name, names);
  fail(printable(request.name), "",
       fmt::format("{}; {}the zoo holds: {}",
                   looks_like_file ? "no such file; check the path" : "no such file and no network of the zoo",
                   near.empty() ? "" : fmt::format("did you mean '{}'? ", near),
                   names.empty() ? "nothing" : fmt::format("{}", fmt::join(names, ", "))));
}

}  // namespace presil::graph
