#include "sim/hw/calibrated.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "models/common/error.hpp"
#include "sim/hw/provenance.hpp"
#include "sim/yaml/units.hpp"

namespace presil::hw {

using common::Error;

bool split_figure(const std::string& text, FigureText& figure) {
  std::size_t end = text.find_first_not_of("+-.0123456789");
  if (end == std::string::npos) end = text.size();
  if (end + 1 < text.size() && (text[end] == 'e' || text[end] == 'E') &&
      text.find_first_of("+-0123456789", end) == end + 1)
    end = std::min(text.size(), text.find_first_not_of("+-0123456789", end + 1));  // "1e-3", but not "8 elements"
  figure.unit = text.substr(end);
  return yaml::read_number(text.substr(0, end), figure.number);
}

void read_range(const std::string& text, const std::string& where, double& low, double& high) {
  const std::size_t dots = text.find("..");
  const auto trimmed = [](const std::string& part) {
    const std::size_t first = part.find_first_not_of(' ');
    return first == std::string::npos ? "" : part.substr(first, part.find_last_not_of(' ') - first + 1);
  };
  if (dots == std::string::npos || !yaml::read_number(trimmed(text.substr(0, dots)), low) ||
      !yaml::read_number(trimmed(text.substr(dots + 2)), high) || low >= high || low < 0)
    throw Error(fmt::format("{}: {} is no range; write 'LOW..HIGH' in the unit of the value, '100..2000' say", where,
                            yaml::quoted(text)));
}

void apply_calibrated(yaml::Document& document, const yaml::Node& section, const std::string& prefix) {
  for (const yaml::Entry& entry : section.entries) {
    const yaml::Node* value = entry.value.find("value");
    if (value == nullptr) continue;
    const std::string path = prefix + entry.key;
    const std::string place = document.place(entry.value);
    if (find_path(document, path.substr(0, path.rfind('.'))) == nullptr)
      throw Error(fmt::format("{}: calibrated: nothing in the file lies at {}; {}", place, yaml::quoted(path),
                              suggest_path(document, path)));
    const yaml::Node copy = *value;  // the section may move with the tree
    yaml::put_value(document, path, copy, place);
  }
}

std::vector<CalibratedFigure> calibrated_figures(const yaml::Document& document) {
  std::vector<CalibratedFigure> figures;
  const yaml::Node* section = document.root.find("calibrated");
  if (section == nullptr) return figures;
  for (const yaml::Entry& entry : section->entries) {
    const yaml::Node* value = entry.value.find("value");
    const yaml::Node* range = entry.value.find("range");
    if (value == nullptr) value = find_path(document, entry.key);
    if (value == nullptr || range == nullptr) continue;
    CalibratedFigure figure;
    figure.path = entry.key;
    const std::string where = fmt::format("{}: calibrated.{}", document.place(entry.value), entry.key);
    if (!split_figure(value->text, figure.value))
      throw Error(fmt::format("{}: {} does not begin with a number", where, yaml::quoted(value->text)));
    read_range(range->text, where + ".range", figure.low, figure.high);
    figures.push_back(std::move(figure));
  }
  return figures;
}

}  // namespace presil::hw
