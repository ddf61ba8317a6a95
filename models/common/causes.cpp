#include "models/common/causes.hpp"

namespace presil::common {

const char* name(Cause cause) {
  static constexpr const char* names[cause_count] = {
      "compute",  "input_stream", "weight_stream", "output_stream", "overhead",  "launch", "hand_over",
      "transfer", "latency",      "outstanding",   "arbitration",   "bank",      "row",    "turnaround",
      "refresh",  "input",        "weights",       "output_space",  "dependency"};
  return names[static_cast<std::size_t>(cause)];
}

}  // namespace presil::common
