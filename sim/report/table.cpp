#include "sim/report/table.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "sim/report/derived.hpp"
#include "sim/report/sections.hpp"

namespace presil::report {

std::string table(const replay::Result& result, const TableOptions& options) {
  Page page{result, Paint(options.color), std::max(60, options.width), time_scale(result.latency), ""};
  header(page);
  notes(page);
  operators(page);
  latency_stack(page);
  units(page);
  memories(page);
  masters(page);
  tiling(page);
  worst(page);
  fallback_groups(page);
  free_groups(page);
  return page.text;
}

void Page::heading(const std::string& title, const std::string& remark) {
  text += "\n" + paint(Style::bold, title);
  if (!remark.empty()) text += paint(Style::dim, "  " + shorten(remark, width - columns(title) - 2));
  text += "\n";
}

void Page::paragraph(Style style, const std::string& lead, const std::string& body) {
  const int indent = 2 + columns(lead) + 1;
  const std::string wrapped = wrap(printable(body), width - indent, 0);
  std::string line = "  " + paint(style, lead) + " ";
  for (char c : wrapped) {
    line += c;
    if (c == '\n') line.append(indent, ' ');
  }
  text += line + "\n";
}

double share_of_latency(const Page& page, common::Tick time) {
  return page.result.latency > 0 ? static_cast<double>(time) / static_cast<double>(page.result.latency) : 0;
}

void notes(Page& page) {
  if (page.result.notes.empty()) return;
  page.text += "\n";
  for (const std::string& note : page.result.notes) page.paragraph(Style::warning, "NOTE", note);
}

void header(Page& page) {
  const Result& result = page.result;
  const int half = (page.width - 4) / 2;
  page.text += page.paint(Style::bold, shorten(printable(result.network), half)) + " on " +
               page.paint(Style::bold, shorten(printable(result.hardware), half)) + "\n";

  std::vector<std::string> figures = {duration(result.latency)};
  const Inferences several = inferences(result);
  if (several.count > 1) figures[0] += fmt::format(" for {} inferences", several.count);
  if (const auto whole = cycles(result))
    figures.push_back(fmt::format("{} cycles of {} at {}", grouped(*whole), shorten(printable(result.main_unit), 16),
                                  si(static_cast<double>(result.main_hz), "Hz")));
  figures.push_back(fmt::format("{:.4g} inferences/s", inferences_per_second(result)));
  if (result.energy_uj)
    figures.push_back(energy(*result.energy_uj));
  else
    figures.push_back("energy unknown");
  std::string line;
  for (const std::string& figure : figures) line += (line.empty() ? "" : "  ·  ") + figure;
  page.text += "  " + wrap(line, page.width - 2, 2) + "\n";

  std::string lone;
  if (several.cold) lone += fmt::format("cold {}", duration(*several.cold));
  if (several.warm) lone += fmt::format("{}warm {}", lone.empty() ? "" : ", ", duration(*several.warm));
  if (several.interval) {
    if (!lone.empty()) lone = fmt::format("a lone inference: {}; ", lone);
    page.text += "  " +
                 wrap(fmt::format("{}steadily one every {}", lone, duration(*several.interval)), page.width - 2, 2) +
                 "\n";
  }
  const Roofline roof = roofline(result);
  if (roof.macs > 0) {
    std::string rate = fmt::format("{} at {}", si(static_cast<double>(roof.macs), "MAC"), si(roof.attained, "MAC/s"));
    if (roof.peak) {
      rate += fmt::format(", {} of the peak", percent(roof.attained / *roof.peak));
      if (roof.limit >= 0)
        rate += fmt::format(" and {} of what {} allows", percent(roof.attained / *roof.attainable),
                            shorten(printable(result.memories[roof.limit].name), 24));
    }
    page.text += "  " + wrap(rate, page.width - 2, 2) + "\n";
  }
}

}  // namespace presil::report
