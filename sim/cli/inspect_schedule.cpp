#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <numeric>

#include "sim/cli/inspect.hpp"
#include "sim/report/text.hpp"

namespace presil::cli {
namespace {

using report::Grid;
using report::Paint;
using traces::JobKind;
using traces::Schedule;

constexpr std::array<JobKind, 6> kinds = {JobKind::transfer, JobKind::copy,   JobKind::launch,
                                          JobKind::compute,  JobKind::kernel, JobKind::hand_over};

std::string queues(const Schedule& schedule, const Surroundings& around) {
  std::vector<std::array<std::int64_t, kinds.size()>> counts(schedule.queues.size());
  for (const traces::Job& job : schedule.jobs)
    if (job.queue < counts.size()) ++counts[job.queue][static_cast<std::size_t>(job.kind)];
  std::vector<report::Column> columns = {{"queue", false, 8, 0}, {"unit", false, 6, 1}};
  for (JobKind kind : kinds) columns.push_back({traces::name(kind), true, 0, 0});
  Grid grid(around.width, columns);
  for (std::size_t q = 0; q < schedule.queues.size(); ++q) {
    std::vector<report::Cell> row = {{report::printable(schedule.queues[q].name)},
                                     {report::printable(schedule.queues[q].unit)}};
    for (std::int64_t count : counts[q]) row.push_back({report::grouped(count)});
    grid.add(row);
  }
  return grid.draw(Paint(around.color));
}

/// Bytes as the jobs ask for them, by memory and kind of data, and the highest address any buffer reaches.
std::string memories(const Schedule& schedule, const Surroundings& around) {
  std::vector<std::array<std::int64_t, traces::data_kind_count>> moved(schedule.memories.size());
  const auto count = [&](std::int32_t area, traces::DataKind data) {
    if (area < 0) return;
    const traces::Area& place = schedule.areas[area];
    moved[place.memory][static_cast<std::size_t>(data)] += place.bytes();
  };
  for (const traces::Job& job : schedule.jobs) {
    count(job.area, job.data);
    count(job.to_area, job.data);
  }
  std::vector<std::uint64_t> peak(schedule.memories.size(), 0);
  for (const traces::Buffer& buffer : schedule.buffers)
    peak[buffer.memory] = std::max(peak[buffer.memory], buffer.address + static_cast<std::uint64_t>(buffer.bytes));

  std::vector<report::Column> columns = {{"memory", false, 8, 0}};
  for (int k = 0; k < traces::data_kind_count; ++k)
    columns.push_back({traces::name(static_cast<traces::DataKind>(k)), true, 0, 0});
  columns.push_back({"buffers end at", true, 0, 0});
  Grid grid(around.width, columns);
  for (std::size_t m = 0; m < schedule.memories.size(); ++m) {
    std::vector<report::Cell> row = {{report::printable(schedule.memories[m])}};
    for (std::int64_t bytes : moved[m]) row.push_back({report::bytes(bytes)});
    row.push_back({report::bytes(static_cast<std::int64_t>(peak[m]))});
    grid.add(row);
  }
  return grid.draw(Paint(around.color));
}

std::string operators(const Schedule& schedule, const Surroundings& around) {
  std::vector<std::int64_t> jobs(schedule.operators.size(), 0);
  for (const traces::Job& job : schedule.jobs)
    if (job.op >= 0 && static_cast<std::size_t>(job.op) < jobs.size()) ++jobs[job.op];
  Grid grid(around.width, {{"#", true, 0, 0},
                           {"operator", false, 12, 0},
                           {"output", false, 8, 2},
                           {"unit", false, 6, 0},
                           {"jobs", true, 0, 0},
                           {"tiles", true, 0, 0},
                           {"tile h x w x oc", false, 0, 1},
                           {"remark", false, 20, 0}});
  for (std::size_t i = 0; i < schedule.operators.size(); ++i) {
    const traces::OperatorInfo& op = schedule.operators[i];
    std::string remark = op.fused_into >= 0 ? fmt::format("in #{}", op.fused_into) : "";
    for (const std::string* reason : {&op.free_reason, &op.fallback_reason, &op.note})
      if (!reason->empty()) remark += (remark.empty() ? "" : "; ") + report::printable(*reason);
    grid.add({{std::to_string(op.index)},
              {report::printable(op.type)},
              {report::shape(op.output_shape.data(), op.output_shape.size())},
              {report::printable(op.unit)},
              {report::grouped(jobs[i])},
              {std::to_string(op.tiles)},
              {op.tile_oc > 0 ? fmt::format("{}x{}x{}", op.tile_h, op.tile_w, op.tile_oc) : ""},
              {remark, report::Style::dim}});
  }
  return grid.draw(Paint(around.color));
}

}  // namespace

std::string inspect_schedule(const Schedule& schedule, const Surroundings& around) {
  std::string text =
      fmt::format("{} on {}: {} jobs, {} edges\n", report::shorten(report::printable(schedule.network), 40),
                  report::shorten(report::printable(schedule.hardware), 40), report::grouped(schedule.jobs.size()),
                  report::grouped(schedule.edges.size()));
  text += fmt::format("  network {}, hardware {}\n\n", report::printable(schedule.network_digest),
                      report::printable(schedule.hardware_digest));
  return text + queues(schedule, around) + "\n" + memories(schedule, around) + "\n" + operators(schedule, around);
}

}  // namespace presil::cli
