#include "sim/report/findings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/report/text.hpp"

namespace presil::report {
namespace {

using common::Cause;

constexpr double worth_telling = 0.10;  // of an operator's time or traffic

std::int64_t traffic(const OperatorResult& op) {
  const std::int64_t read = std::accumulate(op.read_bytes.begin(), op.read_bytes.end(), std::int64_t{0});
  return std::accumulate(op.write_bytes.begin(), op.write_bytes.end(), read);
}

std::vector<std::string> reasons(const OperatorResult& op) {
  std::vector<std::string> found;
  if (!op.fallback_reason.empty()) found.push_back(fmt::format("runs on {}: {}", op.unit, op.fallback_reason));

  const common::Tick total = op.stack.total();
  const common::Tick compute = op.stack[Cause::compute];
  const bool compute_counts = total > 0 && compute >= worth_telling * total;
  if (compute_counts && op.macs > 0 && op.utilisation > 0 && op.utilisation < 0.95) {
    std::string sentence = fmt::format("uses {} of the array", percent(op.utilisation));
    if (!op.utilisation_reason.empty()) sentence += ": " + op.utilisation_reason;
    found.push_back(sentence);
  }

  std::vector<Cause> causes;
  for (std::size_t c = 0; c < common::cause_count; ++c) {
    const Cause cause = static_cast<Cause>(c);
    if (cause != Cause::compute && total > 0 && op.stack[cause] >= worth_telling * total) causes.push_back(cause);
  }
  std::stable_sort(causes.begin(), causes.end(), [&](Cause a, Cause b) { return op.stack[a] > op.stack[b]; });
  for (Cause cause : causes)
    found.push_back(
        fmt::format("{} of its time: {}", percent(static_cast<double>(op.stack[cause]) / total), in_words(cause)));

  const std::int64_t moved = traffic(op);
  if (moved > 0 && op.redundant_bytes >= worth_telling * moved)
    found.push_back(fmt::format("{} of its {} moved are halo, fetched again or spilled",
                                percent(static_cast<double>(op.redundant_bytes) / moved), bytes(moved)));
  if (found.empty() && op.utilisation <= 0 && compute_counts)
    found.push_back(
        fmt::format("{} of its time: {}", percent(static_cast<double>(compute) / total), in_words(Cause::compute)));
  if (!op.note.empty()) found.push_back(op.note);
  return found;
}

template <class Reason>
std::vector<Group> grouped_by(const Result& result, Reason&& reason_of) {
  std::vector<Group> groups;
  for (const OperatorResult& op : result.operators) {
    const std::string& reason = reason_of(op);
    if (reason.empty()) continue;
    const auto same = [&](const Group& group) { return group.reason == reason && group.unit == op.unit; };
    auto group = std::find_if(groups.begin(), groups.end(), same);
    if (group == groups.end()) {
      groups.push_back({reason, op.unit, {}, 0});
      group = std::prev(groups.end());
    }
    group->operators.push_back(&op);
    group->time += op.stack.total();
  }
  return groups;
}

}  // namespace

common::Tick lost_time(const OperatorResult& op) {
  const double useful = op.macs > 0 ? std::clamp(op.utilisation, 0.0, 1.0) : 0.0;
  return op.stack.total() - static_cast<common::Tick>(useful * static_cast<double>(op.stack[Cause::compute]));
}

std::vector<Finding> worst_operators(const Result& result, std::size_t count) {
  std::vector<Finding> found;
  for (const OperatorResult& op : result.operators)
    if (const common::Tick lost = lost_time(op); lost > 0) found.push_back({&op, lost, {}});
  std::stable_sort(found.begin(), found.end(), [](const Finding& a, const Finding& b) { return a.lost > b.lost; });
  if (found.size() > count) found.resize(count);
  for (Finding& finding : found) finding.reasons = reasons(*finding.op);
  return found;
}

std::vector<Group> fallbacks(const Result& result) {
  return grouped_by(result, [](const OperatorResult& op) -> const std::string& { return op.fallback_reason; });
}

std::vector<Group> free_operators(const Result& result) {
  return grouped_by(result, [](const OperatorResult& op) -> const std::string& { return op.free_reason; });
}

const char* in_words(Cause cause) {
  switch (cause) {
    case Cause::compute:
      return "computing";
    case Cause::input_stream:
      return "the array waits for input elements";
    case Cause::weight_stream:
      return "the array waits for weights to stream in";
    case Cause::output_stream:
      return "the output stage sets the pace";
    case Cause::overhead:
      return "fill, drain and other fixed costs of tiles and passes";
    case Cause::launch:
      return "launching the operator and its transfers";
    case Cause::hand_over:
      return "handing over between units";
    case Cause::transfer:
      return "its own bytes cross the memory";
    case Cause::latency:
      return "access latency that no other burst hides";
    case Cause::outstanding:
      return "the limit of outstanding bursts";
    case Cause::arbitration:
      return "another master holds the bus or the memory";
    case Cause::bank:
      return "a busy bank";
    case Cause::row:
      return "rows opened and closed, or commands and addresses of a serial memory";
    case Cause::turnaround:
      return "the data bus turns between reading and writing";
    case Cause::refresh:
      return "refresh, or page and chip-select limits";
    case Cause::input:
      return "waiting for input to arrive";
    case Cause::weights:
      return "waiting for weights to arrive";
    case Cause::output_space:
      return "waiting for room in the output buffer";
    case Cause::dependency:
      return "waiting for another operator";
  }
  return "";
}

}  // namespace presil::report
