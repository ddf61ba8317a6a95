// The sections of the table report, each appended to a text; table() puts them in order.
#pragma once

#include <string>

#include "sim/replay/result.hpp"
#include "sim/report/grid.hpp"
#include "sim/report/text.hpp"

namespace presil::report {

/// What all sections share.
struct Page {
  const replay::Result& result;
  Paint paint;
  int width;
  TimeScale scale;
  std::string text;

  void heading(const std::string& title, const std::string& remark = "");
  /// `text` wrapped at the page's width, indented, after a first word that stands out.
  void paragraph(Style style, const std::string& lead, const std::string& text);
};

/// Share of the page's latency.
double share_of_latency(const Page& page, common::Tick time);

void notes(Page& page);
void header(Page& page);
void operators(Page& page);      // one row each, and totals
void latency_stack(Page& page);  // bars by cause
void units(Page& page);
void memories(Page& page);
void masters(Page& page);  // only with masters beside the inference
void tiling(Page& page);
void worst(Page& page);  // the five worst operators and why
void fallback_groups(Page& page);
void free_groups(Page& page);

}  // namespace presil::report
