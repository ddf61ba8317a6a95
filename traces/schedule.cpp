#include "traces/schedule.hpp"

namespace presil::traces {

const char* name(JobKind kind) {
  static constexpr const char* names[] = {"transfer", "copy", "launch", "compute", "kernel", "hand_over"};
  return names[static_cast<std::size_t>(kind)];
}

const char* name(DataKind kind) {
  static constexpr const char* names[] = {"input", "weights", "output", "spill", "none"};
  return names[static_cast<std::size_t>(kind)];
}

}  // namespace presil::traces
