#include "sim/cli/places.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/common/error.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/hw/load.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::cli {

namespace fs = std::filesystem;

fs::path zoo_dir(const Surroundings& around) {
  return around.home / "traces" / "networks";
}
fs::path hardware_dir(const Surroundings& around) {
  return around.home / "hwconfigs";
}

fs::path study_dir(const Surroundings& around) {
  return around.home / "traces" / "studies";
}

std::vector<std::string> shipped(const fs::path& dir) {
  std::vector<std::string> names;
  std::error_code error;
  for (fs::directory_iterator file(dir, error), end; !error && file != end; file.increment(error))
    if (file->path().extension() == ".yaml") names.push_back(file->path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

graph::Graph network(const std::string& name_or_path, const Surroundings& around, const graph::Drawing& drawing) {
  if (name_or_path.empty())
    throw common::Error("the network's name is empty; name a .tflite file, a network YAML or one of the zoo");
  return graph::load_network(name_or_path, zoo_dir(around), drawing);
}

fs::path hardware_file(const std::string& name_or_path, const Surroundings& around) {
  std::error_code ignored;
  const bool looks_like_path = name_or_path.find('/') != std::string::npos;
  if (!name_or_path.empty() && (looks_like_path || fs::is_regular_file(name_or_path, ignored))) return name_or_path;
  const fs::path dir = hardware_dir(around);
  for (const fs::path& file : {dir / (name_or_path + ".yaml"), dir / name_or_path})
    if (fs::is_regular_file(file, ignored)) return file;
  if (fs::exists(name_or_path, ignored)) return name_or_path;  // a directory, say: the reader says what is wrong
  const std::vector<std::string> known = shipped(dir);
  const std::string cure = around.home.empty() ? "set PRESIL_HOME to the folder that holds hwconfigs/"
                                               : yaml::suggestion(name_or_path, known);
  throw common::Error(fmt::format("{}: no such hardware file, nor shipped under that name; {}", name_or_path, cure));
}

hw::Hardware hardware(const std::string& name_or_path, const Call& call) {
  return hw::load(hardware_file(name_or_path, call.around), call.texts("set"));
}

}  // namespace presil::cli
