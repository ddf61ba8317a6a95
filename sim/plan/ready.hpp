// Which store jobs must have ended before given rows of a feature map can be read.
#pragma once

#include <cstdint>
#include <vector>

#include "sim/plan/builder.hpp"

namespace presil::plan {

/// Stores are noted in the order of their jobs; queues are in order, so the latest store that touches rows below a
/// bound stands for all before it on the same queue.
class Ready {
 public:
  void start(std::int64_t rows) {
    rows_ = rows;
    by_queue_.clear();
  }
  void stored(std::uint16_t queue, std::int64_t first_row, JobId job) { of(queue).push_back({first_row, job}); }
  std::int64_t rows() const { return rows_; }

  /// Appends the jobs that readers of rows [0, end) wait for; pass rows() or more for the whole map.
  void wait_for(std::int64_t end, std::vector<JobId>& jobs) const {
    for (const auto& [queue, stores] : by_queue_)
      for (auto it = stores.rbegin(); it != stores.rend(); ++it)
        if (it->first_row < end || end >= rows_) {
          jobs.push_back(it->job);
          break;
        }
  }

 private:
  struct Store {
    std::int64_t first_row;
    JobId job;
  };
  std::vector<Store>& of(std::uint16_t queue) {
    for (auto& [q, stores] : by_queue_)
      if (q == queue) return stores;
    by_queue_.push_back({queue, {}});
    return by_queue_.back().second;
  }
  std::int64_t rows_ = 0;
  std::vector<std::pair<std::uint16_t, std::vector<Store>>> by_queue_;
};

}  // namespace presil::plan
