#include "sim/hw/load.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "models/common/error.hpp"
#include "sim/hw/calibrated.hpp"
#include "sim/hw/digest.hpp"
#include "sim/hw/sections.hpp"
#include "sim/yaml/suggest.hpp"
#include "sim/yaml/value.hpp"

namespace presil::hw {

using common::Error;
using yaml::Map;
using yaml::Value;

namespace {

/// Replaces each CPU's `library: NAME` by the content of libraries/NAME.yaml beside the hardware file, with what that
/// file has calibrated.
void take_in_libraries(yaml::Document& document) {
  yaml::Node* units = document.root.find("units");
  if (units == nullptr) return;
  const std::filesystem::path folder = std::filesystem::path(document.file()).parent_path() / "libraries";
  for (yaml::Entry& unit : units->entries) {
    yaml::Node* library = unit.value.find("library");
    if (library == nullptr || library->kind != yaml::Kind::scalar) continue;
    const std::string place = fmt::format("{}: units.{}.library", document.place(*library), unit.key);
    if (library->text.empty() || library->text.find('/') != std::string::npos || library->text[0] == '.')
      throw Error(fmt::format("{}: {} is no library's name; write the name of a file in {} without .yaml", place,
                              yaml::quoted(library->text), folder.string()));
    const std::filesystem::path file = folder / (library->text + ".yaml");
    std::error_code status;
    if (!std::filesystem::exists(file, status)) {
      std::vector<std::string> known;
      for (const auto& entry : std::filesystem::directory_iterator(folder, status))
        if (entry.path().extension() == ".yaml") known.push_back(entry.path().stem().string());
      std::sort(known.begin(), known.end());
      throw Error(fmt::format("{}: no library {} in {}; {}", place, yaml::quoted(library->text), folder.string(),
                              yaml::suggestion(library->text, known)));
    }
    const yaml::Document content = yaml::read_file(file);
    yaml::root_of_kind(content, {"library"});
    yaml::replace(document, *library, content);
    if (const yaml::Node* section = library->find("calibrated"))
      apply_calibrated(document, yaml::Node(*section), "units." + unit.key + ".library.");
  }
}

void read_clocks(Map map, Hardware& hardware) {
  for (const auto& [name, value] : map.all()) {
    if (name.empty() || (name[0] >= '0' && name[0] <= '9'))
      value.fail("the name of a clock must begin with a letter; rename it");
    hardware.clocks[name] = value.whole(yaml::frequency_hz());
  }
}

/// Two things of one name would be one row of a report.
void require_new_name(const Value& at, const std::string& name, const Hardware& hardware) {
  for (const Unit& unit : hardware.units)
    if (unit.name == name) at.fail("a unit has this name already; rename one");
  if (hardware.memory(name) != nullptr) at.fail("a memory has this name already; rename one");
}

void read_units(Map map, Hardware& hardware, const std::vector<std::string>& names) {
  enum class Type { npu, cpu };
  std::vector<std::string> buses;
  for (const fabric::BusSpec& bus : hardware.buses) buses.push_back(bus.name);
  for (const auto& [name, value] : map.all()) {
    require_new_name(value, name, hardware);
    Map unit_map = value.map();
    Unit unit;
    unit.name = name;
    const Type type =
        unit_map.at("type", "npu").choice<Type>({{"npu", Type::npu}, {"cpu", Type::cpu}, {"dsp", Type::cpu}});
    for (const Value& bus : unit_map.at("bus", "main").one_or_list()) {
      require_name(bus, "bus", buses);
      if (std::find(unit.buses.begin(), unit.buses.end(), bus.text()) != unit.buses.end())
        bus.fail_found("stands twice; keep one");
      unit.buses.push_back(bus.text());
    }
    if (unit.buses.empty()) unit_map.find("bus")->fail("is empty; name a bus");
    if (type == Type::npu) {
      unit.spec = read_npu(unit_map, hardware, names, name);
    } else {
      unit.spec = read_cpu(unit_map, hardware);
    }
    unit_map.finish();
    hardware.units.push_back(std::move(unit));
  }
}

bool reaches(const Hardware& hardware, const Unit& unit, const std::string& memory) {
  for (const fabric::BusSpec& bus : hardware.buses)
    if (std::find(unit.buses.begin(), unit.buses.end(), bus.name) != unit.buses.end() &&
        std::find(bus.memories.begin(), bus.memories.end(), memory) != bus.memories.end())
      return true;
  return false;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
  return text;
}

void require_reachable(const Value& at, const Hardware& hardware, const std::string& memory) {
  for (const Unit& unit : hardware.units)
    if (!reaches(hardware, unit, memory))
      at.fail(
          fmt::format("unit '{}' cannot reach '{}': none of its buses ({}) leads there; add '{}' to the memories of "
                      "one of them",
                      unit.name, memory, joined(unit.buses), memory));
}

void require_writable(const Value& at, const Hardware& hardware, const std::string& memory) {
  const auto* serial = std::get_if<flash::FlashSpec>(&hardware.memory(memory)->spec);
  if (serial != nullptr && !serial->writable)
    at.fail(fmt::format("'{}' cannot be written by an inference; name an SRAM, DRAM or PSRAM", memory));
}

Placement read_placement(Map map, const Hardware& hardware) {
  Placement placement;
  const std::vector<std::string> memories = memory_names(hardware);
  const auto one = [&](const Value& value, bool written) {
    require_name(value, "memory", memories);
    require_reachable(value, hardware, value.text());
    if (written) require_writable(value, hardware, value.text());
    return value.text();
  };
  const auto list = [&](const Value& given, bool written, std::vector<std::string>& names) {
    for (const Value& value : given.one_or_list()) {
      names.push_back(one(value, written));
      if (std::count(names.begin(), names.end(), value.text()) > 1) value.fail_found("stands twice; keep one");
    }
    if (names.empty()) given.fail("is empty; name a memory, e.g. '[sram]'");
  };
  list(map.at("weights", "flash"), false, placement.weights);
  list(map.at("activations", "[sram, dram]"), true, placement.activations);
  if (const auto together = map.find("together")) placement.together = together->boolean();
  if (const auto input = map.find("input")) placement.input = one(*input, true);
  if (const auto output = map.find("output")) placement.output = one(*output, true);
  if (const auto from = map.find("load_from")) placement.load_from = one(*from, false);
  map.finish();
  return placement;
}

/// Checks of NPUs that need all units and memories: staging memories must be reachable and writable.
void check_units(Map map, const Hardware& hardware) {
  for (const Unit& unit : hardware.units) {
    if (!unit.is_npu()) continue;
    const npu::Weights& weights = unit.npu().weights;
    if (weights.delivery != npu::WeightDelivery::staged) continue;
    const Value at = map.find(unit.name)->map().find("weights")->map().at("staging_memory");
    require_writable(at, hardware, weights.staging_memory);
    if (!reaches(hardware, unit, weights.staging_memory))
      at.fail(fmt::format("unit '{}' cannot reach '{}': none of its buses ({}) leads there; add it to one", unit.name,
                          weights.staging_memory, joined(unit.buses)));
  }
}

/// Who goes through a cache must exist: a unit or a traffic master.
void check_cache_users(Map map, const Hardware& hardware, const std::vector<std::string>& masters) {
  for (const Memory& memory : hardware.memories) {
    if (!memory.cache || memory.cache->users.empty()) continue;
    for (const Value& user : map.at(memory.name).map().at("cache").map().at("for").one_or_list())
      require_name(user, "unit or traffic", masters);
  }
}

/// `sources` and `calibrated` of the file, then those of the libraries with their place in front.
void read_all_sources(Map& file, Map& units, const yaml::Document& document, Hardware& hardware) {
  const auto append = [&](const std::optional<Value>& section, const std::string& prefix, const char* usual_status) {
    if (!section) return;
    const std::vector<Provenance> read = read_sources(section->map(), document, prefix, usual_status);
    for (const Provenance& one : read) {  // what was fitted replaces what was assumed
      auto& all = hardware.sources;
      const auto same = [&](const Provenance& other) { return other.key == one.key; };
      all.erase(std::remove_if(all.begin(), all.end(), same), all.end());
    }
    hardware.sources.insert(hardware.sources.end(), read.begin(), read.end());
  };
  append(file.find("sources"), "", "unstated");
  append(file.find("calibrated"), "", "fitted");
  for (const Unit& unit : hardware.units)
    if (!unit.is_npu()) {
      const std::string prefix = "units." + unit.name + ".library.";
      Map library = units.at(unit.name).map().at("library").map();
      append(library.find("sources"), prefix, "unstated");
      append(library.find("calibrated"), prefix, "fitted");
    }
}

std::string first_unit(const Hardware& hardware) {
  for (const Unit& unit : hardware.units)
    if (unit.is_npu()) return unit.name;
  return hardware.units.front().name;
}

}  // namespace

std::int64_t read_clock(Map& map, const Hardware& hardware, const std::string& key) {
  const Value value = map.at(key, "800 MHz");
  if (value.is_figure()) return value.whole(yaml::frequency_hz());
  const auto found = hardware.clocks.find(value.text());
  if (found != hardware.clocks.end()) return found->second;
  std::vector<std::string> names;
  for (const auto& [name, hz] : hardware.clocks) names.push_back(name);
  value.fail(fmt::format("no clock {}; {} (or give a frequency, e.g. '800 MHz')", yaml::quoted(value.text()),
                         yaml::suggestion(value.text(), names)));
}

void require_name(const Value& at, const char* what, const std::vector<std::string>& names) {
  const std::string word = at.text();
  if (std::find(names.begin(), names.end(), word) == names.end())
    at.fail(fmt::format("no {} {}; {}", what, yaml::quoted(word), yaml::suggestion(word, names)));
}

std::vector<std::string> memory_names(const Hardware& hardware) {
  std::vector<std::string> names;
  for (const Memory& memory : hardware.memories) names.push_back(memory.name);
  return names;
}

yaml::Document read_document(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  yaml::Document document = yaml::read_file(file);
  yaml::root_of_kind(document, {"hardware"});
  take_in_libraries(document);
  const auto of_section = [](const std::string& assignment) { return assignment.rfind("calibrated.", 0) == 0; };
  for (const std::string& assignment : overrides)
    if (of_section(assignment)) yaml::override_value(document, assignment);
  if (const yaml::Node* section = document.root.find("calibrated"))
    apply_calibrated(document, yaml::Node(*section), "");
  for (const std::string& assignment : overrides) {  // over fitted figures too
    if (of_section(assignment)) continue;
    yaml::override_value(document, assignment);
    take_in_libraries(document);  // the override may have named another one
  }
  return document;
}

Hardware from_document(const yaml::Document& document) {
  yaml::Notes notes;
  Hardware hardware;
  hardware.file = document.file();
  Map map = yaml::root_of_kind(document, {"hardware"}, &notes);
  hardware.name = map.text("name", "edge-npu");
  map.find("description");
  if (const auto clocks = map.find("clocks")) read_clocks(clocks->map(), hardware);

  Map memories = map.at("memories", "{sram: {type: sram, ...}}").map();
  for (const auto& [name, value] : memories.all())
    hardware.memories.push_back(read_memory(name, value.map(), hardware));
  if (hardware.memories.empty()) memories.fail("is empty; a chip needs a memory");

  Map units = map.at("units", "{npu: {type: npu, ...}}").map();
  std::vector<std::string> unit_names, masters;
  for (const auto& [name, value] : units.all()) unit_names.push_back(name);
  masters = unit_names;
  if (unit_names.empty()) units.fail("is empty; a chip needs a unit");
  const auto traffic = map.find("traffic");
  if (traffic)
    for (const auto& [name, value] : traffic->map().all()) masters.push_back(name);

  Map buses = map.at("buses", "{main: {clock: bus, width: 64 bit, memories: [sram]}}").map();
  for (const auto& [name, value] : buses.all())
    hardware.buses.push_back(read_bus(name, value.map(), hardware, masters));
  read_units(units, hardware, unit_names);
  check_units(units, hardware);
  check_cache_users(memories, hardware, masters);
  if (traffic)
    for (const auto& [name, value] : traffic->map().all()) {
      require_new_name(value, name, hardware);
      hardware.traffic.push_back(read_traffic(name, value.map(), hardware));
    }

  hardware.placement = read_placement(map.at("placement", "{weights: flash, activations: sram}").map(), hardware);
  if (const auto unit = map.find("main_unit")) {
    require_name(*unit, "unit", unit_names);
    hardware.main_unit = unit->text();
  } else {
    hardware.main_unit = first_unit(hardware);
  }
  if (const auto energy = map.find("energy")) hardware.energy = read_energy(energy->map(), hardware);
  read_all_sources(map, units, document, hardware);
  map.finish();
  hardware.defaults = std::move(notes.defaults);
  hardware.digest = digest(hardware);
  return hardware;
}

Hardware load(const std::filesystem::path& file, const std::vector<std::string>& overrides) {
  return from_document(read_document(file, overrides));
}

}  // namespace presil::hw
