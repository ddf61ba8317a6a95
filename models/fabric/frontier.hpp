// The frontier rule: every picosecond of a transfer is booked under what the burst that completes next waited for.
#pragma once

#include <vector>

#include "models/fabric/burst_record.hpp"

namespace presil::fabric {

/// Bursts are booked in order of (completion, id), each as its segments in order of time; what lies before the frontier
/// is booked already and is skipped. So the causes sum to the time from `start` to the last completion, exactly.
class Frontier {
 public:
  void start(Tick time) {
    at_ = time;
    causes_ = {};
  }
  Tick at() const { return at_; }
  const CauseTimes& causes() const { return causes_; }

  void book(Cause cause, Tick until) {
    if (until <= at_) return;
    causes_[cause] += until - at_;
    at_ = until;
  }

  /// Waiting for a burst of unit `culprit`; `lost` is by unit.
  void book(Cause cause, std::int32_t culprit, Tick until, std::vector<Tick>& lost) {
    if (until <= at_) return;
    if (culprit != nobody) lost[static_cast<std::size_t>(culprit)] += until - at_;
    causes_[cause] += until - at_;
    at_ = until;
  }

 private:
  Tick at_ = 0;
  CauseTimes causes_;
};

}  // namespace presil::fabric
