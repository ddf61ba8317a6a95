// Where the time went: the latency stack, the units, the memories, and what tiling cost.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "sim/report/derived.hpp"
#include "sim/report/findings.hpp"
#include "sim/report/sections.hpp"

namespace presil::report {
namespace {

using common::Cause;
using common::CauseTimes;
using common::Tick;

/// Causes that hold any time, the longest first, ties in the order of the enumeration.
std::vector<Cause> by_weight(const CauseTimes& times) {
  std::vector<Cause> causes;
  for (std::size_t c = 0; c < common::cause_count; ++c)
    if (times.ps[c] != 0) causes.push_back(static_cast<Cause>(c));
  std::stable_sort(causes.begin(), causes.end(), [&](Cause a, Cause b) { return times[a] > times[b]; });
  return causes;
}

/// The two longest causes with their shares of `whole`: "weights 12 %, row 3.1 %".
std::string main_causes(const CauseTimes& times, Tick whole) {
  std::string text;
  const auto causes = by_weight(times);
  for (std::size_t i = 0; i < std::min<std::size_t>(2, causes.size()); ++i)
    text += fmt::format("{}{} {}", i > 0 ? ", " : "", common::name(causes[i]),
                        percent(static_cast<double>(times[causes[i]]) / std::max<Tick>(1, whole)));
  return text;
}

/// Busy, stalled and idle side by side: ███▒▒···
std::string activity(const Page& page, Tick busy, Tick stalled, int width) {
  const double latency = std::max<double>(1, static_cast<double>(page.result.latency));
  const int to_busy = static_cast<int>(std::lround(std::clamp(busy / latency, 0.0, 1.0) * width));
  const int to_stalled = static_cast<int>(std::lround(std::clamp((busy + stalled) / latency, 0.0, 1.0) * width));
  std::string text;
  for (int i = 0; i < width; ++i) text += i < to_busy ? "█" : i < to_stalled ? "▒" : "·";
  return text;
}

}  // namespace

void latency_stack(Page& page) {
  const CauseTimes& stack = page.result.stack;
  page.heading("Where the time goes", fmt::format("along the critical path; sums to {}", duration(stack.total())));
  Grid grid(page.width, {{"cause", false, 0, 0},
                         {page.scale.unit, true, 0, 0},
                         {"share", true, 0, 0},
                         {"", false, 0, 1},
                         {"", false, 20, 2}});
  for (Cause cause : by_weight(stack)) {
    const double share = share_of_latency(page, stack[cause]);
    grid.add({{common::name(cause)},
              {in_scale(stack[cause], page.scale)},
              {percent(share)},
              {bar(share, 30), Style::accent},
              {in_words(cause), Style::dim}});
  }
  page.text += grid.draw(page.paint);
}

void units(Page& page) {
  if (page.result.units.empty()) return;
  page.heading("Units", fmt::format("█ busy ▒ stalled · idle; {} of all stalls are plain dependencies",
                                    percent(page.result.dependency_share)));
  Grid grid(page.width, {{"queue", false, 8, 0},
                         {"", false, 0, 1},
                         {"busy", true, 0, 0},
                         {"stalled", true, 0, 0},
                         {"idle", true, 0, 0},
                         {"jobs", true, 0, 3},
                         {"mostly stalled by", false, 12, 2}});
  for (const auto& unit : page.result.units) {
    const Tick stalled = unit.stalls.total();
    grid.add({{printable(unit.name)},
              {activity(page, unit.busy, stalled, 32), Style::accent},
              {percent(share_of_latency(page, unit.busy))},
              {percent(share_of_latency(page, stalled))},
              {percent(share_of_latency(page, unit.idle))},
              {grouped(unit.jobs)},
              {main_causes(unit.stalls, page.result.latency)}});
  }
  page.text += grid.draw(page.paint);
}

void memories(Page& page) {
  if (page.result.memories.empty()) return;
  page.heading("Memories", "bytes as moved; by kind as asked for; again: halo, fetched again, spilled");
  Grid grid(page.width, {{"memory", false, 8, 0},
                         {"read", true, 0, 0},
                         {"written", true, 0, 0},
                         {"input", true, 0, 3},
                         {"weights", true, 0, 3},
                         {"output", true, 0, 3},
                         {"spill", true, 0, 3},
                         {"again", true, 0, 2},
                         {"rate", true, 0, 5},
                         {"of peak", true, 0, 6},
                         {"row hits", true, 0, 4},
                         {"peak use", true, 0, 0},
                         {"of", true, 0, 1}});
  for (const auto& memory : page.result.memories) {
    std::int64_t redundant = 0;
    std::vector<std::string> kinds;
    for (const replay::Traffic& traffic : memory.kinds) {
      kinds.push_back(bytes(traffic.read_bytes + traffic.write_bytes));
      redundant += traffic.redundant_read_bytes + traffic.redundant_write_bytes;
    }
    const auto& counters = memory.counters;
    const std::int64_t accesses = counters.row_hits + counters.row_misses + counters.row_conflicts;
    const double rate = per_second(moved_bytes(memory), page.result.latency);
    grid.add({{printable(memory.name)},
              {bytes(counters.read_bytes)},
              {bytes(counters.write_bytes)},
              {kinds[0]},
              {kinds[1]},
              {kinds[2]},
              {kinds[3]},
              {bytes(redundant)},
              {si(rate, "B/s")},
              {memory.peak_bytes_per_second > 0 ? percent(rate / memory.peak_bytes_per_second) : "-"},
              {accesses > 0 ? percent(static_cast<double>(counters.row_hits) / accesses) : "-"},
              {bytes(memory.peak_bytes)},
              {bytes(memory.size_bytes)}});
  }
  page.text += grid.draw(page.paint);

  Grid times(page.width, {{"", false, 8, 0},
                          {"", false, 0, 1},
                          {"busy", true, 0, 0},
                          {"pending", true, 0, 0},
                          {"idle", true, 0, 0},
                          {"requests mostly pending for", false, 12, 2}});
  for (const auto& memory : page.result.memories) {
    const Tick stalled = memory.stalls.total();
    times.add({{printable(memory.name)},
               {activity(page, memory.busy, stalled, 32), Style::accent},
               {percent(share_of_latency(page, memory.busy))},
               {percent(share_of_latency(page, stalled))},
               {percent(share_of_latency(page, memory.idle))},
               {main_causes(memory.stalls, page.result.latency)}});
  }
  page.text += times.draw(page.paint);

  Grid caches(page.width, {{"cache of", false, 8, 0},
                           {"hits", true, 0, 3},
                           {"misses", true, 0, 2},
                           {"hit rate", true, 0, 0},
                           {"read", true, 0, 1},
                           {"written", true, 0, 1},
                           {"around it", true, 0, 4},
                           {"fetched ahead", true, 0, 5},
                           {"of use", true, 0, 5},
                           {"written back", true, 0, 4}});
  bool any = false;
  for (const auto& memory : page.result.memories) {
    if (!memory.cache) continue;
    any = true;
    const auto& c = *memory.cache;
    const double lines = static_cast<double>(std::max<std::int64_t>(1, c.hits + c.misses));
    caches.add({{printable(memory.name)},
                {grouped(c.hits)},
                {grouped(c.misses)},
                {percent(static_cast<double>(c.hits) / lines)},
                {bytes(c.read_bytes)},
                {bytes(c.write_bytes)},
                {bytes(c.passed_bytes)},
                {grouped(c.prefetches)},
                {grouped(c.useful_prefetches)},
                {grouped(c.write_backs)}});
  }
  if (!any) return;
  page.heading("Caches before memories", "lines that bursts asked for; bytes; lines");
  page.text += caches.draw(page.paint);
}

void tiling(Page& page) {
  const replay::TilingOverhead& tiling = page.result.tiling;
  if (tiling.extra_bytes == 0 && tiling.extra_macs == 0 && !tiling.overhead) return;
  page.heading("Tiling");
  page.paragraph(Style::plain, "moved again:",
                 fmt::format("{} (halo {}, fetched again {}, spilled {})", bytes(tiling.extra_bytes),
                             bytes(tiling.halo_bytes), bytes(tiling.refetch_bytes), bytes(tiling.spill_bytes)));
  if (tiling.extra_macs > 0)
    page.paragraph(Style::plain, "computed again:", si(static_cast<double>(tiling.extra_macs), "MAC"));
  if (!tiling.overhead) return;
  std::string cost = fmt::format("{} ({} of the latency)", duration(*tiling.overhead),
                                 percent(share_of_latency(page, *tiling.overhead)));
  const auto part = [&](const char* what, const std::optional<Tick>& time) {
    if (time) cost += fmt::format(", {} {}", what, duration(*time));
  };
  part("bytes", tiling.bytes_part), part("MACs", tiling.macs_part), part("set-up", tiling.setup_part);
  page.paragraph(Style::plain, "costs:", cost);
}

}  // namespace presil::report
