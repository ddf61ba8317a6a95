// The energy, sources and calibrated sections.
#include <fmt/format.h>

#include <algorithm>

#include "sim/hw/provenance.hpp"
#include "sim/hw/sections.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::hw {

using yaml::Map;
using yaml::Value;

Energy read_energy(Map map, const Hardware& hardware) {
  std::vector<std::string> components = memory_names(hardware);
  for (const Unit& unit : hardware.units) components.push_back(unit.name);
  for (const fabric::BusSpec& bus : hardware.buses) components.push_back(bus.name);
  Energy energy;
  for (const auto& [component, value] : map.all()) {
    if (std::find(components.begin(), components.end(), component) == components.end())
      value.fail(fmt::format("no unit, memory or bus {} exists; {}", yaml::quoted(component),
                             yaml::suggestion(component, components)));
    Map figures = value.map();
    for (const char* key : {"mac_int4", "mac_int8", "mac_int16", "mac_float16", "mac_float32", "per_cycle", "per_byte",
                            "read_per_byte", "write_per_byte", "activate", "refresh"})
      if (const auto figure = figures.find(key))
        energy.pj[component][key] = figure->real(yaml::energy_pj(), yaml::Least::zero);
    if (const auto power = figures.find("static"))
      energy.static_mw[component] = power->real(yaml::power_mw(), yaml::Least::zero);
    for (const char* key : {"power_down", "self_refresh"})
      if (const auto power = figures.find(key))
        energy.rest_mw[component][key] = power->real(yaml::power_mw(), yaml::Least::zero);
    figures.finish();
  }
  return energy;
}

namespace {

/// "datasheet: DS12110 rev 9" -> status "datasheet" and the rest; a text without a known status keeps all of itself.
Provenance from_text(const std::string& text, const std::string& usual_status) {
  Provenance provenance;
  provenance.source = text;
  provenance.status = usual_status;
  for (const std::string& status : provenance_statuses()) {
    if (text.rfind(status, 0) != 0) continue;
    if (text.size() == status.size()) return {"", text, status};
    if (text[status.size()] != ':' && text[status.size()] != ',') continue;
    const std::size_t rest = text.find_first_not_of(' ', status.size() + 1);
    return {"", rest == std::string::npos ? text : text.substr(rest), status};
  }
  return provenance;
}

}  // namespace

std::vector<Provenance> read_sources(Map map, const yaml::Document& document, const std::string& prefix,
                                     const std::string& usual_status) {
  std::vector<Provenance> sources;
  for (const auto& [last, value] : map.all()) {
    const std::string key = prefix + last;
    if (find_path(document, key) == nullptr)
      value.fail(fmt::format("nothing in the file lies at {}; {}", yaml::quoted(key), suggest_path(document, key)));
    Provenance provenance;
    if (value.is_scalar()) {
      provenance = from_text(value.text(), usual_status);
    } else {
      Map both = value.map();
      const auto fitted = both.find("value");  // applied before anything was read
      provenance.source =
          fitted ? both.text("fitted_to", "12 latencies of board.csv") : both.text("source", "datasheet DS12345");
      const auto range = both.find("range");  // of a later fit
      if (fitted) {
        const auto confidence = both.find("confidence");
        const std::string spread = confidence ? confidence->text() : "of unknown confidence";
        provenance.source = fmt::format("{} {}{}: fitted to {}", fitted->text(), spread,
                                        range ? ", range " + range->text() : "", provenance.source);
      }
      provenance.status = usual_status;
      if (const auto status = both.find("status")) {
        require_name(*status, "status", provenance_statuses());
        provenance.status = status->text();
      }
      both.finish();
    }
    provenance.key = key;
    sources.push_back(provenance);
  }
  return sources;
}

}  // namespace presil::hw
