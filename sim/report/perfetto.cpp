#include "sim/report/perfetto.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <vector>

namespace presil::report {
namespace {

constexpr const char* job_kinds[] = {"transfer", "copy",   "launch",
                                     "compute",  "kernel", "hand-over"};           // traces::JobKind
constexpr const char* data_kinds[] = {"input", "weights", "output", "spill", ""};  // traces::DataKind

template <std::size_t n>
const char* at(const char* const (&names)[n], std::size_t index) {
  return index < n ? names[index] : "";
}

std::string json_string(const std::string& text) {
  return nlohmann::json(text).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// Trace events count in microseconds; six decimals keep every picosecond.
std::string microseconds(common::Tick ps) {
  return fmt::format("{}.{:06}", ps / 1'000'000, ps % 1'000'000);
}

}  // namespace

std::string perfetto(const replay::Result& result) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);

  // A unit is a process: its number is its place among the units, in the order in which their queues appear.
  std::vector<std::string> units;
  std::vector<std::size_t> processes;  // by queue
  const char* separator = "";
  const auto event = [&](const std::string& body) {
    fmt::format_to(out, "{}{}", separator, body);
    separator = ",\n";
  };

  fmt::format_to(out, "{{\"displayTimeUnit\":\"ns\",\"traceEvents\":[\n");
  for (std::size_t q = 0; q < result.units.size(); ++q) {
    const auto found = std::find(units.begin(), units.end(), result.units[q].unit);
    const std::size_t pid = static_cast<std::size_t>(found - units.begin()) + 1;
    processes.push_back(pid);
    if (found == units.end()) {
      units.push_back(result.units[q].unit);
      event(fmt::format(R"({{"ph":"M","pid":{},"name":"process_name","args":{{"name":{}}}}})", pid,
                        json_string(result.units[q].unit)));
    }
    event(fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_name","args":{{"name":{}}}}})", pid, q + 1,
                      json_string(result.units[q].name)));
    event(fmt::format(R"({{"ph":"M","pid":{},"tid":{},"name":"thread_sort_index","args":{{"sort_index":{}}}}})", pid,
                      q + 1, q + 1));
  }

  std::vector<std::string> labels;  // of operators, escaped once
  for (const auto& op : result.operators)
    labels.push_back(json_string(fmt::format("#{} {} {}", op.index, op.type, op.name)));

  for (const auto& job : result.timeline) {
    const bool known = job.op >= 0 && static_cast<std::size_t>(job.op) < labels.size();
    const char* kind = at(job_kinds, job.kind);
    const char* data = at(data_kinds, job.data);
    std::string name = kind;
    if (known) {
      const auto& op = result.operators[job.op];
      name = fmt::format("#{} {} {}", op.index, op.type, *data ? data : kind);
    }
    fmt::format_to(out, R"({}{{"ph":"X","pid":{},"tid":{},"name":{},"cat":"{}","ts":{},"dur":{},"args":{{"job":{})",
                   separator, job.queue < processes.size() ? processes[job.queue] : units.size() + 1, job.queue + 1,
                   json_string(name), kind, microseconds(job.start), microseconds(job.end - job.start), job.id);
    separator = ",\n";
    if (known) fmt::format_to(out, R"(,"operator":{})", labels[job.op]);
    fmt::format_to(out, R"(,"tile":{},"inference":{})", job.tile, job.inference);
    if (job.bind >= 0) fmt::format_to(out, R"(,"held_back_by":{})", job.bind);
    for (std::size_t c = 0; c < common::cause_count; ++c)
      if (job.causes.ps[c] != 0)
        fmt::format_to(out, R"(,"{}_ns":{}.{:03})", common::name(static_cast<common::Cause>(c)),
                       job.causes.ps[c] / 1000, job.causes.ps[c] % 1000);
    fmt::format_to(out, "}}}}");
  }
  fmt::format_to(out, "\n]}}\n");
  return fmt::to_string(text);
}

}  // namespace presil::report
