#include <fmt/format.h>

#include <algorithm>

#include "models/common/error.hpp"
#include "traces/check_parts.hpp"

namespace presil::traces {
namespace {

using common::Error;

/// The job that `job` waits for and that is itself stuck: along its edges, then the job before it in its queue.
std::size_t stuck_predecessor(const Schedule& s, std::size_t job, const std::vector<std::int64_t>& before,
                              const std::vector<char>& done) {
  const Job& j = s.jobs[job];
  for (std::uint32_t e = 0; e < j.edge_count; ++e)
    if (!done[s.edges[j.first_edge + e]]) return s.edges[j.first_edge + e];
  return static_cast<std::size_t>(before[job]);
}

[[noreturn]] void report_cycle(const Schedule& s, const std::vector<std::int64_t>& before,
                               const std::vector<char>& done, const std::string& place) {
  std::size_t job = static_cast<std::size_t>(std::find(done.begin(), done.end(), 0) - done.begin());
  std::vector<char> seen(s.jobs.size(), 0);
  while (!seen[job]) seen[job] = 1, job = stuck_predecessor(s, job, before, done);
  std::string path = fmt::format("{}", job);
  int length = 0;
  std::size_t next = stuck_predecessor(s, job, before, done);
  for (; next != job && length < 8; ++length) {
    path += fmt::format(", which waits for {}", next);
    next = stuck_predecessor(s, next, before, done);
  }
  path += next == job ? fmt::format(", which waits for {}", job) : ", and so on round a circle";
  throw Error(fmt::format("{}: jobs wait for each other in a circle: job {}; take one of these edges out",
                          describe_job(s, job, place), path));
}

}  // namespace

void check_order(const Schedule& s, const std::string& place) {
  const std::size_t count = s.jobs.size();
  bool forward = false;  // an edge to a later job, or to itself: only edited files have one
  for (std::size_t i = 0; i < count && !forward; ++i)
    for (std::uint32_t e = 0; e < s.jobs[i].edge_count; ++e) forward |= s.edges[s.jobs[i].first_edge + e] >= i;
  if (!forward) return;  // ids are a topological order, of the queues as well

  // Kahn's algorithm over edges and queue order.
  std::vector<std::int64_t> before(count, -1), last(s.queues.size(), -1), after(count, -1);
  std::vector<std::uint32_t> first(count + 1, 0), successors, waits(count, 0);
  for (std::size_t i = 0; i < count; ++i) {
    const Job& j = s.jobs[i];
    before[i] = last[j.queue];
    if (before[i] >= 0) after[static_cast<std::size_t>(before[i])] = static_cast<std::int64_t>(i);
    last[j.queue] = static_cast<std::int64_t>(i);
    waits[i] = j.edge_count + (before[i] >= 0 ? 1 : 0);
    for (std::uint32_t e = 0; e < j.edge_count; ++e) ++first[s.edges[j.first_edge + e] + 1];
  }
  for (std::size_t i = 0; i < count; ++i) first[i + 1] += first[i];
  successors.resize(first[count]);
  std::vector<std::uint32_t> cursor(first.begin(), first.end() - 1);
  for (std::size_t i = 0; i < count; ++i)
    for (std::uint32_t e = 0; e < s.jobs[i].edge_count; ++e)
      successors[cursor[s.edges[s.jobs[i].first_edge + e]]++] = static_cast<std::uint32_t>(i);
  std::vector<std::uint32_t> ready;
  std::vector<char> done(count, 0);
  for (std::size_t i = 0; i < count; ++i)
    if (waits[i] == 0) ready.push_back(static_cast<std::uint32_t>(i));
  std::size_t finished = 0;
  while (!ready.empty()) {
    const std::uint32_t job = ready.back();
    ready.pop_back();
    done[job] = 1;
    ++finished;
    for (std::uint32_t k = first[job]; k < first[job + 1]; ++k)
      if (--waits[successors[k]] == 0) ready.push_back(successors[k]);
    if (after[job] >= 0 && --waits[static_cast<std::size_t>(after[job])] == 0)
      ready.push_back(static_cast<std::uint32_t>(after[job]));
  }
  if (finished != count) report_cycle(s, before, done, place);
}

}  // namespace presil::traces
