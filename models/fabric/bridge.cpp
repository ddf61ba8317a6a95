#include "models/fabric/bridge.hpp"

#include <algorithm>

namespace presil::fabric {

Tick Bridge::cross(std::uint32_t bytes, bool write, Tick from) {
  std::vector<Stretch>& taken = taken_[duplex_ && write ? 1 : 0];
  const std::int64_t beats = (bytes + width_ - 1) / width_;
  std::int64_t start = clock_.cycle_at_or_after(from);
  auto next = std::partition_point(taken.begin(), taken.end(), [&](const Stretch& s) { return s.end <= start; });
  for (; next != taken.end() && next->start < start + beats; ++next) start = next->end;
  taken.insert(next, {start, start + beats});
  if (taken.size() > remembered) taken.erase(taken.begin());
  return clock_.duration(start + beats);
}

}  // namespace presil::fabric
