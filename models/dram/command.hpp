// The commands a DRAM controller issues, as recorded on request, for tests and for people who want to see them.
#pragma once

#include <cstdint>

namespace presil::dram {

using Cycle = std::int64_t;  // command clocks since time 0

enum class CommandKind : std::uint8_t {
  activate,
  precharge,
  precharge_all,
  read,
  write,
  read_precharge,   // read with auto-precharge
  write_precharge,  // write with auto-precharge
  refresh,          // all banks
  refresh_bank,
  power_down,  // all banks; rows stay open
  power_up,
  self_refresh,  // all banks
  self_refresh_exit
};

struct Command {
  Cycle clock = 0;  // when it is on the command bus
  CommandKind kind = CommandKind::activate;
  std::int32_t channel = 0;
  std::int32_t bank = 0;  // over all groups; 0 for all-bank commands
  std::int32_t row = 0;
};

}  // namespace presil::dram
