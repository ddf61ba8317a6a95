// Where the time of each job went: a job knows three or four of all causes, and there are many jobs.
#pragma once

#include <cstdint>
#include <vector>

#include "models/common/causes.hpp"
#include "sim/replay/cost.hpp"

namespace presil::replay {

class JobCauses {
 public:
  JobCauses() = default;

  /// At first what each job takes without any transfer.
  explicit JobCauses(const Costs& costs) : cost_of_job_(costs.of_job), moved_(costs.of_job.size()) {
    costs_.reserve(costs.distinct.size());
    for (const Cost& cost : costs.distinct) costs_.push_back(keep(cost.causes));
    parts_.reserve(parts_.size() + 4 * moved_.size());
  }

  /// What the transfer of job `id` took, once.
  void add_transfer(std::uint32_t id, const CauseTimes& times) { moved_[id] = keep(times); }

  void add_to(CauseTimes& sum, std::size_t id) const {
    for (const Span& span : {costs_[static_cast<std::size_t>(cost_of_job_[id])], moved_[id]})
      for (std::uint32_t i = span.begin; i < span.end; ++i) sum[parts_[i].cause] += parts_[i].ps;
  }
  CauseTimes operator[](std::size_t id) const {
    CauseTimes times;
    add_to(times, id);
    return times;
  }

 private:
  struct Part {
    Tick ps;
    common::Cause cause;
  };
  struct Span {
    std::uint32_t begin = 0, end = 0;  // in parts_
  };

  Span keep(const CauseTimes& times) {
    const auto begin = static_cast<std::uint32_t>(parts_.size());
    for (std::size_t c = 0; c < common::cause_count; ++c)
      if (times.ps[c] != 0) parts_.push_back({times.ps[c], static_cast<common::Cause>(c)});
    return {begin, static_cast<std::uint32_t>(parts_.size())};
  }

  std::vector<Part> parts_;
  std::vector<Span> costs_;                // by distinct cost
  std::vector<std::int32_t> cost_of_job_;  // index in costs_
  std::vector<Span> moved_;                // by job
};

}  // namespace presil::replay
