// The operators: one row each, then totals.
#include <fmt/format.h>

#include <algorithm>
#include <numeric>

#include "sim/report/derived.hpp"
#include "sim/report/sections.hpp"

namespace presil::report {
namespace {

using common::Cause;
using replay::Bound;
using replay::OperatorResult;

constexpr int bar_width = 6;

std::int64_t sum(const std::vector<std::int64_t>& values) {
  return std::accumulate(values.begin(), values.end(), std::int64_t{0});
}

/// The cause other than compute that takes most of the operator's part of the latency stack: "weights 23 %".
std::string main_stall(const OperatorResult& op) {
  const common::Tick total = op.stack.total();
  std::size_t most = 0;
  common::Tick longest = 0;
  for (std::size_t c = 0; c < common::cause_count; ++c)
    if (static_cast<Cause>(c) != Cause::compute && op.stack.ps[c] > longest) most = c, longest = op.stack.ps[c];
  if (total <= 0 || longest * 200 < total) return "";
  return fmt::format("{} {}", common::name(static_cast<Cause>(most)),
                     compact_percent(static_cast<double>(longest) / total));
}

Style style_of(Bound bound) {
  switch (bound) {
    case Bound::compute:
      return Style::good;
    case Bound::memory:
      return Style::bad;
    case Bound::overhead:
      return Style::warning;
    case Bound::none:
      break;
  }
  return Style::plain;
}

/// A row that costs nothing of its own: `why` stands where the figures would.
std::vector<Cell> quiet_row(const OperatorResult& op, const std::string& output, const std::string& why) {
  return {{std::to_string(op.index), Style::dim},
          {printable(op.type), Style::dim},
          {output, Style::dim},
          {why, Style::dim}};
}

}  // namespace

void operators(Page& page) {
  const Result& result = page.result;
  Grid grid(page.width,
            {{"#", true, 0, 0},
             {"operator", false, 14, 0},
             {"output", false, 8, 5},
             {"unit", false, 6, 0},
             {"tiles", true, 0, 4},
             {fmt::format("start {}", page.scale.unit), true, 0, 3},
             {fmt::format("time {}", page.scale.unit), true, 0, 0},
             {"share", true, 0, 0},
             {"", false, 0, 1},
             {"util", true, 0, 0},
             {"bound", false, 0, 6},
             {"main stall", false, 16, 2},
             {"moved", true, 0, 0}},
            1);
  double largest = 1e-12;  // bars are drawn against the largest share: in a long network all shares are small
  for (const OperatorResult& op : result.operators)
    largest = std::max(largest, share_of_latency(page, op.stack.total()));
  std::int64_t free = 0, fused = 0, tiles = 0, moved = 0;
  common::Tick accounted = 0;
  for (const OperatorResult& op : result.operators) {
    const std::int64_t traffic = sum(op.read_bytes) + sum(op.write_bytes);
    const common::Tick stack = op.stack.total();
    tiles += op.tiles, moved += traffic, accounted += stack;
    const bool idle = stack == 0 && op.end == op.start && traffic == 0;
    const std::string output = shape(op.output_shape.data(), op.output_shape.size());
    if (!op.free_reason.empty() && idle) {
      ++free;  // summed up below the table
    } else if (op.fused_into >= 0 && idle) {
      ++fused;
      grid.add(quiet_row(op, output, fmt::format("in #{}", op.fused_into)));
    } else {
      const double share = share_of_latency(page, stack);
      grid.add({{std::to_string(op.index)},
                {printable(op.type), op.fallback_reason.empty() ? Style::plain : Style::warning},
                {output},
                {printable(op.unit)},
                {std::to_string(op.tiles)},
                {in_scale(op.start, page.scale)},
                {in_scale(op.end - op.start, page.scale)},
                {compact_percent(share)},
                {bar(share / largest, bar_width), Style::accent},
                {op.macs > 0 && op.utilisation > 0 ? compact_percent(op.utilisation) : "-"},
                {op.bound == Bound::none ? "-" : replay::name(op.bound), style_of(op.bound)},
                {main_stall(op)},
                {bytes(traffic)}});
    }
  }
  grid.add({{"", Style::bold},
            {"total", Style::bold},
            {"", Style::bold},
            {"", Style::bold},
            {std::to_string(tiles), Style::bold},
            {"", Style::bold},
            {in_scale(result.latency, page.scale), Style::bold},
            {compact_percent(share_of_latency(page, accounted)), Style::bold},
            {"", Style::bold},
            {"", Style::bold},
            {"", Style::bold},
            {"", Style::bold},
            {bytes(moved), Style::bold}});
  const std::size_t all = result.operators.size();
  std::string remark = free > 0 ? fmt::format("{} of {}, free ones below", all - free, all) : fmt::format("{}", all);
  remark += "; share: of the latency stack; main stall: longest besides compute";
  page.heading("Operators", remark);
  page.text += grid.draw(page.paint);
}

}  // namespace presil::report
