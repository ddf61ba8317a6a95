#include "sim/plan/builder.hpp"

#include <algorithm>

namespace presil::plan {

std::uint16_t Builder::queue(const std::string& name, const std::string& unit, int core) {
  for (std::size_t i = 0; i < schedule_.queues.size(); ++i)
    if (schedule_.queues[i].name == name) return static_cast<std::uint16_t>(i);
  schedule_.queues.push_back({name, unit, core});
  entered_.push_back(false);
  return static_cast<std::uint16_t>(schedule_.queues.size() - 1);
}

void Builder::begin_step(std::int32_t op, std::vector<JobId> entry) {
  op_ = op;
  entry_ = std::move(entry);
  entered_.assign(schedule_.queues.size(), false);
  step_works_ = schedule_.works.size();
}

void Builder::after(JobId job) {
  if (job < 0) return;
  const auto id = static_cast<std::uint32_t>(job);
  if (std::find(edges_.begin(), edges_.end(), id) == edges_.end()) edges_.push_back(id);
}

JobId Builder::add(traces::Job job) {
  if (!entered_[job.queue]) {
    entered_[job.queue] = true;
    for (JobId e : entry_) after(e);
  }
  job.op = op_;
  job.first_edge = static_cast<std::uint32_t>(schedule_.edges.size());
  job.edge_count = static_cast<std::uint32_t>(edges_.size());
  std::sort(edges_.begin(), edges_.end());
  schedule_.edges.insert(schedule_.edges.end(), edges_.begin(), edges_.end());
  edges_.clear();
  schedule_.jobs.push_back(job);
  return static_cast<JobId>(schedule_.jobs.size()) - 1;
}

JobId Builder::transfer(std::uint16_t queue, traces::DataKind data, bool write, const traces::Area& area,
                        bool redundant, std::int32_t tile) {
  traces::Job job;
  job.kind = traces::JobKind::transfer;
  job.data = data;
  job.write = write;
  job.redundant = redundant;
  job.queue = queue;
  job.tile = tile;
  job.area = static_cast<std::int32_t>(schedule_.areas.size());
  schedule_.areas.push_back(area);
  return add(job);
}

JobId Builder::copy(std::uint16_t queue, traces::DataKind data, const traces::Area& from, const traces::Area& to,
                    bool redundant, std::int32_t tile) {
  traces::Job job;
  job.kind = traces::JobKind::copy;
  job.data = data;
  job.redundant = redundant;
  job.queue = queue;
  job.tile = tile;
  job.area = static_cast<std::int32_t>(schedule_.areas.size());
  schedule_.areas.push_back(from);
  job.to_area = static_cast<std::int32_t>(schedule_.areas.size());
  schedule_.areas.push_back(to);
  return add(job);
}

std::int32_t Builder::work_index(const traces::Work& work) {
  for (std::size_t i = schedule_.works.size(); i-- > step_works_;)
    if (schedule_.works[i] == work) return static_cast<std::int32_t>(i);
  schedule_.works.push_back(work);
  return static_cast<std::int32_t>(schedule_.works.size() - 1);
}

JobId Builder::work(std::uint16_t queue, traces::JobKind kind, const traces::Work& work, std::int32_t tile) {
  traces::Job job;
  job.kind = kind;
  job.queue = queue;
  job.tile = tile;
  job.work = work_index(work);
  return add(job);
}

}  // namespace presil::plan
