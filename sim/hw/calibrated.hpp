// The `calibrated:` section: figures found by fitting, which stand in for the plain ones, and the range of each.
#pragma once

#include <string>
#include <vector>

#include "sim/yaml/document.hpp"

namespace presil::hw {

/// A figure as number and unit: "512 cycles" is {512, " cycles"}.
struct FigureText {
  double number = 0;
  std::string unit;
};

/// False where `text` does not begin with a number.
bool split_figure(const std::string& text, FigureText& figure);

/// A fitted figure and how far a fit may move it.
struct CalibratedFigure {
  std::string path;
  FigureText value;
  double low = 0, high = 0;  // in the value's unit
};

/// Reads "100..2000" (numbers in the value's unit). Throws common::Error with `where` in front.
void read_range(const std::string& text, const std::string& where, double& low, double& high);

/// Puts each `value` of the section at its path below `prefix` ("" or ending in a dot), as if it stood there. Throws
/// common::Error for a path that leads nowhere.
void apply_calibrated(yaml::Document& document, const yaml::Node& section, const std::string& prefix);

/// The entries of the file's own section that have a range, in its order; an entry without a value of its own speaks of
/// the plain figure at its path.
std::vector<CalibratedFigure> calibrated_figures(const yaml::Document& document);

}  // namespace presil::hw
