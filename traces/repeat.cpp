#include "traces/repeat.hpp"

#include <algorithm>
#include <cassert>

namespace presil::traces {
namespace {

bool loads_weights(const Job& j) {
  return j.data == DataKind::weights && (j.kind == JobKind::copy || (j.kind == JobKind::transfer && !j.write));
}

/// What the copies of one inference add to its edges.
class Seams {
 public:
  explicit Seams(const Schedule& s) : s_(s), used_by_(s.jobs.size()), ahead_(s.jobs.size(), 0) {
    const std::size_t count = s.jobs.size();
    for (std::size_t i = 0; i < count; ++i)
      for (std::uint32_t e = 0; e < s.jobs[i].edge_count; ++e)
        used_by_[edge(i, e)].push_back(static_cast<std::uint32_t>(i));
    find_ends();
    find_jobs_ahead();
    find_reused_slots();
  }

  /// Appends the jobs of the inference before that job `i` waits for.
  void add(std::size_t i, std::vector<std::uint32_t>& edges) const {
    if (ahead_[i]) {
      edges.insert(edges.end(), reuses_[i].begin(), reuses_[i].end());
      return;
    }
    const Job& j = s_.jobs[i];
    for (std::uint32_t e = 0; e < j.edge_count; ++e)
      if (!ahead_[edge(i, e)]) return;  // follows a job of its own inference that waits
    edges.insert(edges.end(), ends_.begin(), ends_.end());
  }

 private:
  std::uint32_t edge(std::size_t i, std::uint32_t e) const { return s_.edges[s_.jobs[i].first_edge + e]; }

  /// The last job of a queue ends after all others of it; those that nobody waits for end after everything.
  void find_ends() {
    std::vector<std::int64_t> last(s_.queues.size(), -1);
    for (std::size_t i = 0; i < s_.jobs.size(); ++i) last[s_.jobs[i].queue] = static_cast<std::int64_t>(i);
    for (const std::int64_t i : last)
      if (i >= 0 && used_by_[static_cast<std::size_t>(i)].empty()) ends_.push_back(static_cast<std::uint32_t>(i));
    std::sort(ends_.begin(), ends_.end());
  }

  /// Weight loads that hang on nothing but other such loads.
  void find_jobs_ahead() {
    for (std::size_t i = 0; i < s_.jobs.size(); ++i) {
      ahead_[i] = loads_weights(s_.jobs[i]);
      for (std::uint32_t e = 0; e < s_.jobs[i].edge_count && ahead_[i]; ++e) ahead_[i] = ahead_[edge(i, e)];
    }
  }

  /// With m loads ahead in a queue there are m slots: load i of the next inference takes the slot that load n - m + i
  /// of this one filled, so it waits for the readers of that one.
  void find_reused_slots() {
    reuses_.resize(s_.jobs.size());
    for (std::size_t q = 0; q < s_.queues.size(); ++q) {
      std::vector<std::uint32_t> loads, ahead;
      for (std::size_t i = 0; i < s_.jobs.size(); ++i)
        if (s_.jobs[i].queue == q && loads_weights(s_.jobs[i])) {
          loads.push_back(static_cast<std::uint32_t>(i));
          if (ahead_[i]) ahead.push_back(static_cast<std::uint32_t>(i));
        }
      for (std::size_t i = 0; i < ahead.size(); ++i)
        reuses_[ahead[i]] = used_by_[loads[loads.size() - ahead.size() + i]];
    }
  }

  const Schedule& s_;
  std::vector<std::vector<std::uint32_t>> used_by_, reuses_;
  std::vector<std::uint32_t> ends_;
  std::vector<char> ahead_;
};

}  // namespace

Schedule repeat(const Schedule& s, int inferences) {
  assert(inferences >= 1);
  Schedule out = s;
  if (inferences == 1) return out;
  const Seams seams(s);
  const auto count = static_cast<std::uint32_t>(s.jobs.size());
  out.jobs.reserve(s.jobs.size() * static_cast<std::size_t>(inferences));
  std::vector<std::uint32_t> before;
  for (int k = 1; k < inferences; ++k) {
    const std::uint32_t base = count * static_cast<std::uint32_t>(k);
    for (std::size_t i = 0; i < s.jobs.size(); ++i) {
      Job j = s.jobs[i];
      const std::uint32_t first = j.first_edge;
      j.inference = k;
      j.first_edge = static_cast<std::uint32_t>(out.edges.size());
      for (std::uint32_t e = 0; e < j.edge_count; ++e) out.edges.push_back(s.edges[first + e] + base);
      before.clear();
      seams.add(i, before);
      for (const std::uint32_t b : before) out.edges.push_back(b + base - count);
      j.edge_count = static_cast<std::uint32_t>(out.edges.size()) - j.first_edge;
      out.jobs.push_back(j);
    }
  }
  return out;
}

}  // namespace presil::traces
