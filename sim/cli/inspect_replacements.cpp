#include <fmt/format.h>

#include "sim/cli/inspect.hpp"
#include "sim/report/text.hpp"

namespace presil::cli {
namespace {

/// "301,000,000 -> 98,000,000 (-67 %)"
std::string change(std::int64_t before, std::int64_t after) {
  if (before == after) return report::grouped(before);
  const std::string both = fmt::format("{} -> {}", report::grouped(before), report::grouped(after));
  if (before == 0) return both;
  return fmt::format("{} ({:+.1f} %)", both, 100.0 * static_cast<double>(after - before) / static_cast<double>(before));
}

std::string list(const std::vector<std::string>& names) {
  constexpr std::size_t most = 6;
  std::string text;
  for (std::size_t i = 0; i < names.size() && i < most; ++i) text += (i > 0 ? ", " : "") + report::printable(names[i]);
  return names.size() > most ? fmt::format("{} and {} more", text, names.size() - most) : text;
}

}  // namespace

std::string inspect_transforms(const Surroundings& around) {
  report::Grid grid(around.width, {{"transform", false, 12, 0}, {"puts", false, 20, 0}});
  for (const transform::SubstitutionInfo& info : transform::substitutions())
    grid.add({{info.name}, {info.description}});
  return grid.draw(report::Paint(around.color)) +
         "\n  presil inspect NETWORK --transform NAME[:PATTERN] shows what changes; presil run takes the same option\n";
}

std::string inspect_replacements(const std::vector<transform::Done>& done, const Surroundings& around) {
  const report::Paint paint(around.color);
  std::string text;
  for (const transform::Done& one : done) {
    const transform::Footprint &was = one.result.before, &now = one.result.after;
    const std::string pattern = one.replacement.pattern == "*" ? "" : ":" + one.replacement.pattern;
    text += paint(report::Style::bold, one.replacement.name + report::printable(pattern)) +
            fmt::format("  replaces {} operator{}: {}\n", one.result.changed.size(),
                        one.result.changed.size() == 1 ? "" : "s", list(one.result.changed));
    text += fmt::format("  operators              {}\n", change(was.operators, now.operators));
    text += fmt::format("  MACs                   {}\n", change(was.macs, now.macs));
    text += fmt::format("  weight bytes           {}\n", change(was.weight_bytes, now.weight_bytes));
    text +=
        fmt::format("  peak activation bytes  {}\n\n", change(was.peak_activation_bytes, now.peak_activation_bytes));
  }
  return text;
}

}  // namespace presil::cli
