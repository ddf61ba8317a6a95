#include "sim/replay/dispatcher.hpp"

#include <fmt/format.h>

namespace presil::replay {

Dispatcher::Dispatcher(const traces::Schedule& s)
    : first_(s.queues.size() + 1, 0),
      order_(s.jobs.size()),
      successor_first_(s.jobs.size() + 1, 0),
      waits_(s.jobs.size()),
      queue_of_(s.jobs.size()),
      start_(s.jobs.size(), 0),
      end_(s.jobs.size(), 0) {
  std::size_t edges = 0;
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const traces::Job& j = s.jobs[i];
    queue_of_[i] = j.queue;
    waits_[i] = j.edge_count;
    edges += j.edge_count;
    ++first_[j.queue + 1u];
    for (std::uint32_t e = 0; e < j.edge_count; ++e) ++successor_first_[s.edges[j.first_edge + e] + 1];
  }
  for (std::size_t q = 0; q < s.queues.size(); ++q) first_[q + 1] += first_[q];
  for (std::size_t i = 0; i < s.jobs.size(); ++i) successor_first_[i + 1] += successor_first_[i];
  successors_.resize(edges);
  head_.assign(first_.begin(), first_.end() - 1);
  std::vector<std::uint32_t> queue_at = head_, edge_at(successor_first_.begin(), successor_first_.end() - 1);
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const traces::Job& j = s.jobs[i];
    order_[queue_at[j.queue]++] = static_cast<std::uint32_t>(i);
    for (std::uint32_t e = 0; e < j.edge_count; ++e)
      successors_[edge_at[s.edges[j.first_edge + e]]++] = static_cast<std::uint32_t>(i);
  }
}

std::string Dispatcher::deadlock(const traces::Schedule& s) const {
  std::vector<char> retired(s.jobs.size(), 0);
  for (std::size_t q = 0; q < queue_count(); ++q)
    for (std::uint32_t k = first_[q]; k < head_[q]; ++k) retired[order_[k]] = 1;

  // From the first stuck queue: its head waits for an unfinished job, whose queue's head waits in turn, ...
  const auto what = [&](std::uint32_t job) {
    const traces::Job& j = s.jobs[job];
    return fmt::format("job {} ({} of operator '{}', queue '{}')", job, name(j.kind),
                       s.operators[static_cast<std::size_t>(j.op)].name, s.queues[j.queue].name);
  };
  std::vector<char> seen(queue_count(), 0);
  std::size_t queue = 0;
  while (queue < queue_count() && exhausted(queue)) ++queue;
  if (queue == queue_count()) return "no job is left";
  std::string text;
  while (!seen[queue]) {
    seen[queue] = 1;
    const std::uint32_t job = head(queue);
    const traces::Job& j = s.jobs[job];
    std::int64_t waits_for = -1;
    for (std::uint32_t e = 0; e < j.edge_count && waits_for < 0; ++e)
      if (!retired[s.edges[j.first_edge + e]]) waits_for = s.edges[j.first_edge + e];
    text += (text.empty() ? "" : "; ") + what(job);
    if (waits_for < 0) return text + " never ended";
    text += " waits for " + what(static_cast<std::uint32_t>(waits_for));
    queue = queue_of_[static_cast<std::size_t>(waits_for)];
  }
  return text;
}

}  // namespace presil::replay
