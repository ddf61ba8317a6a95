// Serial memories by name: clocks, lanes and limits of classes of parts, each with its source.
#pragma once

#include <string>
#include <vector>

#include "models/flash/flash_spec.hpp"

namespace presil::flash {

/// "hexadeca-psram-200": the figures of a class of parts at the clock in MHz that ends the name; without a size. Throws
/// common::Error for an unknown name, listing the known ones.
FlashSpec preset(const std::string& name);

struct PresetSource {
  std::string status;  // as in the `sources` of a hardware file
  std::string text;
};

/// Where the figures of preset(name) come from.
const PresetSource& preset_source(const std::string& name);

/// Names that preset() knows, in a fixed order.
std::vector<std::string> preset_names();

}  // namespace presil::flash
