#include <fmt/format.h>

#include "models/common/error.hpp"
#include "traces/check.hpp"

namespace presil::traces {
namespace {

using common::Error;

/// One index of a job: `what` is "queue", "area", ...
void check_index(std::int64_t index, std::int64_t smallest, std::size_t count, const char* what, std::size_t job,
                 const std::string& place) {
  if (index < smallest || index >= static_cast<std::int64_t>(count))
    throw Error(fmt::format("{}: job {}: {} {} does not exist; there are {}", place, job, what, index, count));
}

void check_memory(std::int32_t memory, const Schedule& s, const char* what, std::size_t index,
                  const std::string& place) {
  if (memory < 0 || static_cast<std::size_t>(memory) >= s.memories.size())
    throw Error(fmt::format("{}: {} {}: memory {} does not exist; there are {}", place, what, index, memory,
                            s.memories.size()));
}

}  // namespace

void check_references(const Schedule& s, const std::string& place) {
  constexpr std::size_t most = 65535;  // Job::queue is 16 bits wide
  if (s.queues.size() > most)
    throw Error(fmt::format("{}: {} queues; at most {} will do", place, s.queues.size(), most));
  for (std::size_t i = 0; i < s.areas.size(); ++i) check_memory(s.areas[i].memory, s, "area", i, place);
  for (std::size_t i = 0; i < s.buffers.size(); ++i) check_memory(s.buffers[i].memory, s, "buffer", i, place);
  for (std::size_t i = 0; i < s.operators.size(); ++i) {
    const std::int32_t into = s.operators[i].fused_into;
    if (into < -1 || into >= static_cast<std::int32_t>(s.operators.size()))
      throw Error(fmt::format("{}: operator {}: fused into operator {}, which does not exist; there are {}", place, i,
                              into, s.operators.size()));
  }
  for (std::size_t i = 0; i < s.works.size(); ++i)
    if (static_cast<unsigned>(s.works[i].post_op) > static_cast<unsigned>(common::PostOp::lut))
      throw Error(fmt::format("{}: work {}: unknown post-operation; use none, relu or lut", place, i));
  for (std::size_t i = 0; i < s.jobs.size(); ++i) {
    const Job& j = s.jobs[i];
    if (static_cast<unsigned>(j.kind) > static_cast<unsigned>(JobKind::hand_over))
      throw Error(fmt::format("{}: job {}: unknown kind {}; use 0 ... 5", place, i, static_cast<unsigned>(j.kind)));
    if (static_cast<unsigned>(j.data) > static_cast<unsigned>(DataKind::none))
      throw Error(
          fmt::format("{}: job {}: unknown kind of data {}; use 0 ... 4", place, i, static_cast<unsigned>(j.data)));
    check_index(j.queue, 0, s.queues.size(), "queue", i, place);
    check_index(j.op, 0, s.operators.size(), "operator", i, place);
    check_index(j.area, -1, s.areas.size(), "area", i, place);
    check_index(j.to_area, -1, s.areas.size(), "area", i, place);
    check_index(j.work, -1, s.works.size(), "work", i, place);
    if (j.first_edge > s.edges.size() || j.edge_count > s.edges.size() - j.first_edge)
      throw Error(fmt::format("{}: job {}: its edges {} ... {} lie outside the list of {}; write the list again", place,
                              i, j.first_edge, std::uint64_t{j.first_edge} + j.edge_count, s.edges.size()));
    for (std::uint32_t e = 0; e < j.edge_count; ++e)
      if (s.edges[j.first_edge + e] >= s.jobs.size())
        throw Error(fmt::format("{}: job {}: waits for job {}, which does not exist; take that edge out", place, i,
                                s.edges[j.first_edge + e]));
  }
}

}  // namespace presil::traces
