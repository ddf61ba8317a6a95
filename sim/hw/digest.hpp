// The fingerprint of a chip: changes when a figure that a plan or a replay uses changes, not with comments or sources.
#pragma once

#include <string>

#include "sim/hw/hardware.hpp"

namespace presil::hw {

/// All that influences a plan or a replay, one "path = value" a line, in base units and fixed order.
std::string canonical(const Hardware& hardware);

/// 64-bit FNV-1a of canonical(), as 16 hexadecimal digits.
std::string digest(const Hardware& hardware);

}  // namespace presil::hw
