#include "traces/check.hpp"

#include "traces/check_parts.hpp"

namespace presil::traces {

void check(const Schedule& schedule, const KnownHardware& hardware, const std::string& place) {
  check_references(schedule, place);
  check_jobs(schedule, hardware, place);
  check_buffers(schedule, hardware, place);
  check_order(schedule, place);
}

}  // namespace presil::traces
