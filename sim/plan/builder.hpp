// Collects jobs, edges, areas and works into a schedule.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/schedule.hpp"

namespace presil::plan {

using JobId = std::int64_t;  // -1: none

class Builder {
 public:
  explicit Builder(traces::Schedule& schedule) : schedule_(schedule) {}

  /// Number of the queue, made on first use.
  std::uint16_t queue(const std::string& name, const std::string& unit, int core = 0);

  /// Jobs that follow belong to this operator; the first job on each queue also waits for `entry`.
  void begin_step(std::int32_t op, std::vector<JobId> entry);

  /// Adds an edge to the next job; -1 is ignored, doubles are dropped.
  void after(JobId job);

  /// Each returns the new job's id. `queue` must be one of queue()'s numbers.
  JobId transfer(std::uint16_t queue, traces::DataKind data, bool write, const traces::Area& area, bool redundant,
                 std::int32_t tile);
  JobId copy(std::uint16_t queue, traces::DataKind data, const traces::Area& from, const traces::Area& to,
             bool redundant, std::int32_t tile);
  JobId work(std::uint16_t queue, traces::JobKind kind, const traces::Work& work, std::int32_t tile);

 private:
  JobId add(traces::Job job);
  std::int32_t work_index(const traces::Work& work);

  traces::Schedule& schedule_;
  std::int32_t op_ = -1;
  std::vector<JobId> entry_;
  std::vector<bool> entered_;         // by queue: has had its first job of this step
  std::vector<std::uint32_t> edges_;  // of the next job
  std::size_t step_works_ = 0;        // works of this step begin here: only they are searched for equals
};

}  // namespace presil::plan
