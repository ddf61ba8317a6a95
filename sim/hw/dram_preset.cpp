#include "sim/hw/dram_preset.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/common/error.hpp"
#include "models/dram/dram_check.hpp"
#include "sim/hw/sections.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::hw {
namespace {

using common::Error;
using yaml::Map;
namespace fs = std::filesystem;

std::vector<fs::path> folders(const fs::path& beside) {
  std::vector<fs::path> list = {fs::path(PRESIL_SHIPPED_HARDWARE) / "drams"};
  if (!beside.empty()) list.insert(list.begin(), beside / "drams");
  return list;
}

/// What depends on the density of a channel: of the entries, from small to large, the first that holds it. Several
/// devices behind one channel refresh together, so the last goes for anything larger.
void read_densities(Map map, dram::DramSpec& spec) {
  dram::DramTimingSpec& t = spec.timing;
  const std::pair<const char*, int*> fields[] = {{"tRFC", &t.tRFC}, {"tRFCpb", &t.tRFCpb}, {"tXS", &t.tXS}};
  double before = 0;
  bool found = false;
  for (const auto& [key, value] : map.all()) {
    const yaml::Quantity size = yaml::read(yaml::size_bytes(), key);
    if (!size.complaint.empty()) value.fail("the key is no size; write e.g. '512 MiB'");
    if (size.value <= before) value.fail("comes behind a larger density; put the smallest first");
    before = size.value;
    Map entry = value.map();
    for (const auto& [name, field] : fields) {
      const auto time = entry.find(name);
      if (time && !found) *field = read_dram_time(*time, spec.hz);
    }
    entry.finish();
    found = found || static_cast<double>(spec.size_bytes) <= size.value * spec.channels;
  }
}

dram::DramSpec read_preset(const fs::path& file, const std::string& width, std::int64_t size_bytes) {
  const yaml::Document document = yaml::read_file(file);
  Map map = yaml::root_of_kind(document, {"dram"});
  map.text("name", file.stem().string());
  map.find("description");
  dram::DramSpec spec;
  spec.size_bytes = size_bytes;
  spec.hz = map.hertz("clock");
  std::string mapping;
  Map widths = map.at("widths", "{x16: {channels: 1}}").map();
  for (const auto& [name, value] : widths.all()) {
    Map entry = value.map();
    const int channels = static_cast<int>(entry.integer("channels", 1, 64));
    const auto own_mapping = entry.find("mapping");
    entry.finish();
    if (name != width) continue;
    spec.channels = channels;
    if (own_mapping) mapping = own_mapping->text();
  }
  if (const auto densities = map.find("densities")) read_densities(densities->map(), spec);
  read_dram_keys(map, Hardware{}, spec);
  if (!mapping.empty()) spec.mapping = mapping;
  read_sources(map.at("sources", "{timing: \"datasheet: ...\"}").map(), document, "", "");
  map.finish();
  return spec;
}

std::vector<std::string> widths_of(const fs::path& file) {
  const yaml::Document document = yaml::read_file(file);
  std::vector<std::string> names;
  if (const yaml::Node* widths = document.root.find("widths"))
    for (const yaml::Entry& entry : widths->entries) names.push_back(entry.key);
  return names;
}

struct Device {
  fs::path file;  // empty: there is none
  std::string width;
};

Device find_device(const std::string& name, const fs::path& beside) {
  const std::size_t dash = std::min(name.rfind("-x"), name.size());
  const std::string device = name.substr(0, dash), width = dash < name.size() ? name.substr(dash + 1) : "";
  for (const fs::path& folder : folders(beside)) {
    const fs::path file = folder / (device + ".yaml");
    std::error_code status;
    if (device.empty() || device.find('/') != std::string::npos || !fs::exists(file, status)) continue;
    const std::vector<std::string> widths = widths_of(file);
    if (std::find(widths.begin(), widths.end(), width) != widths.end()) return {file, width};
  }
  return {};
}

}  // namespace

std::vector<std::string> dram_preset_names(const fs::path& beside) {
  std::vector<std::string> names;
  for (const fs::path& folder : folders(beside)) {
    std::error_code status;
    for (const auto& entry : fs::directory_iterator(folder, status)) {
      if (entry.path().extension() != ".yaml") continue;
      for (const std::string& width : widths_of(entry.path()))
        names.push_back(entry.path().stem().string() + "-" + width);
    }
  }
  std::sort(names.begin(), names.end());
  names.erase(std::unique(names.begin(), names.end()), names.end());
  return names;
}

dram::DramSpec dram_preset(const std::string& name, std::int64_t size_bytes, const fs::path& beside) {
  if (const Device device = find_device(name, beside); !device.file.empty()) {
    dram::DramSpec spec = read_preset(device.file, device.width, size_bytes);
    spec.preset = name;
    dram::check(spec);
    return spec;
  }
  const std::vector<std::string> known = dram_preset_names(beside);
  const std::string near = yaml::nearest(name, known);
  throw Error(fmt::format("unknown preset {}; {}known: {}", yaml::quoted(name),
                          near.empty() ? "" : fmt::format("did you mean '{}'? ", near), fmt::join(known, ", ")));
}

std::vector<Provenance> dram_preset_sources(const std::string& name, const fs::path& beside) {
  const Device device = find_device(name, beside);
  if (device.file.empty()) return {};
  const yaml::Document document = yaml::read_file(device.file);
  Map map = yaml::root_of_kind(document, {"dram"});
  return read_sources(map.at("sources", "{timing: \"datasheet: ...\"}").map(), document, "", "unstated");
}

}  // namespace presil::hw
