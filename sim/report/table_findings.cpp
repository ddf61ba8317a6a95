// What to look at first: the worst operators and why, what fell back, what costs nothing.
#include <fmt/format.h>

#include <algorithm>

#include "sim/report/findings.hpp"
#include "sim/report/sections.hpp"

namespace presil::report {
namespace {

/// "#3 RESHAPE, #9 RESHAPE": the first few of a group, then how many more.
std::string members(const Group& group, std::size_t most) {
  std::string text;
  for (std::size_t i = 0; i < std::min(most, group.operators.size()); ++i)
    text += fmt::format("{}#{} {}", i > 0 ? ", " : "", group.operators[i]->index,
                        shorten(printable(group.operators[i]->type), 24));
  if (group.operators.size() > most) text += fmt::format(" and {} more", group.operators.size() - most);
  return text;
}

std::string count_of(const Group& group) {
  return fmt::format("{} operator{}", group.operators.size(), group.operators.size() == 1 ? "" : "s");
}

}  // namespace

void worst(Page& page) {
  const auto found = worst_operators(page.result, 5);
  if (found.empty()) return;
  page.heading(found.size() == 5 ? "The five worst operators" : "The worst operators",
               "by time lost: all but computing on a fully used array");
  for (const Finding& finding : found) {
    const OperatorResult& op = *finding.op;
    const std::string loss = fmt::format("loses {} ({} of the latency)", duration(finding.lost),
                                         percent(share_of_latency(page, finding.lost)));
    const std::string title =
        shorten(fmt::format("#{} {}", op.index, printable(op.type)), std::min(32, page.width - 2 - columns(loss) - 2));
    page.text += "  " + page.paint(Style::bold, title) + "  " + loss;
    const int room = page.width - 2 - columns(title) - 2 - columns(loss) - 2;
    if (room > 0 && !op.name.empty()) page.text += "  " + page.paint(Style::dim, shorten(printable(op.name), room));
    page.text += "\n";
    for (const std::string& reason : finding.reasons) page.paragraph(Style::dim, "   -", reason);
  }
}

void fallback_groups(Page& page) {
  const auto groups = fallbacks(page.result);
  if (groups.empty()) return;
  common::Tick time = 0;
  std::size_t count = 0;
  for (const Group& group : groups) time += group.time, count += group.operators.size();
  page.heading("Fallbacks", fmt::format("{} operator{}, {} ({} of the latency)", count, count == 1 ? "" : "s",
                                        duration(time), percent(share_of_latency(page, time))));
  for (const Group& group : groups)
    page.paragraph(
        Style::warning, fmt::format("{} on {}:", count_of(group), shorten(printable(group.unit), 16)),
        fmt::format("{} ({}); {}", group.reason, percent(share_of_latency(page, group.time)), members(group, 6)));
}

void free_groups(Page& page) {
  const auto groups = free_operators(page.result);
  if (groups.empty()) return;
  page.heading("Free");
  for (const Group& group : groups)
    page.paragraph(Style::dim, count_of(group) + ":", fmt::format("{}; {}", group.reason, members(group, 6)));
}

}  // namespace presil::report
