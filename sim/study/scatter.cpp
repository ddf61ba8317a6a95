#include "sim/study/scatter.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <iterator>

#include "sim/report/text.hpp"

namespace presil::study {
namespace {

constexpr double left = 76, top = 46, side = 560, bottom_gap = 56, legend_x = left + side + 22;

struct Dot {
  double measured_ms, predicted_ms;
  const ValidatedRow* row;
};

/// For text and tooltips; line breaks of a tooltip stay.
std::string escaped(const std::string& text) {
  std::string out;
  const std::size_t line_end = text.find('\n');
  for (char c : report::printable(text.substr(0, line_end))) {
    switch (c) {
      case '&':
        out += "&amp;";
        break;
      case '<':
        out += "&lt;";
        break;
      case '>':
        out += "&gt;";
        break;
      case '"':
        out += "&quot;";
        break;
      default:
        out += c;
    }
  }
  return line_end == std::string::npos ? out : out + "\n" + escaped(text.substr(line_end + 1));
}

/// A rate is measured the other way round: more is faster.
bool is_rate(const std::string& unit) {
  return unit == "fps" || unit == "1/s";
}

std::vector<Dot> dots_of(const Validation& validation) {
  std::vector<Dot> dots;
  for (const ValidatedRow& row : validation.rows) {
    if (!row.ran || !is_time(row.row.figure) || row.base <= 0 || row.predicted <= 0) continue;
    const double ratio = row.predicted / row.row.measured;
    const double predicted = row.base / 1e9;
    dots.push_back({is_rate(row.row.unit) ? predicted * ratio : predicted / ratio, predicted, &row});
  }
  return dots;
}

/// Both axes have one scale, so that the diagonal is the ideal.
struct Axis {
  double low, high;  // powers of ten or parts of them, log10
  double x(double ms) const { return left + side * (std::log10(ms) - low) / (high - low); }
  double y(double ms) const { return top + side - side * (std::log10(ms) - low) / (high - low); }
};

Axis axis_of(const std::vector<Dot>& dots) {
  double low = 1e300, high = 0;
  for (const Dot& dot : dots) {
    low = std::min({low, dot.measured_ms, dot.predicted_ms});
    high = std::max({high, dot.measured_ms, dot.predicted_ms});
  }
  if (dots.empty()) low = 0.1, high = 10;
  Axis axis{std::log10(low) - 0.12, std::log10(high) + 0.12};
  const double middle = (axis.low + axis.high) / 2;  // at least one decade
  axis.low = std::min(axis.low, middle - 0.5);
  axis.high = std::max(axis.high, middle + 0.5);
  return axis;
}

std::string time_label(double ms) {
  if (ms >= 1000) return fmt::format("{:g} s", ms / 1000);
  if (ms >= 1) return fmt::format("{:g} ms", ms);
  if (ms >= 1e-3) return fmt::format("{:g} us", ms * 1e3);
  return fmt::format("{:g} ns", ms * 1e6);
}

void draw_grid(fmt::memory_buffer& svg, const Axis& axis) {
  const auto out = std::back_inserter(svg);
  const bool few = axis.high - axis.low < 2.2;
  for (int decade = static_cast<int>(std::floor(axis.low)); decade <= static_cast<int>(std::ceil(axis.high)); ++decade)
    for (int part = 1; part < 10; ++part) {
      const double ms = part * std::pow(10.0, decade);
      const double at = std::log10(ms);
      if (at < axis.low || at > axis.high) continue;
      const bool labelled = part == 1 || (few && (part == 2 || part == 5));
      fmt::format_to(out,
                     "<line class=\"{0}\" x1=\"{1:.1f}\" y1=\"{2:.1f}\" x2=\"{1:.1f}\" y2=\"{3:.1f}\"/>\n"
                     "<line class=\"{0}\" x1=\"{4:.1f}\" y1=\"{5:.1f}\" x2=\"{6:.1f}\" y2=\"{5:.1f}\"/>\n",
                     labelled ? "major" : "minor", axis.x(ms), top, top + side, left, axis.y(ms), left + side);
      if (!labelled) continue;
      fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{}</text>\n", axis.x(ms),
                     top + side + 18, time_label(ms));
      fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"end\">{}</text>\n", left - 7, axis.y(ms) + 4,
                     time_label(ms));
    }
}

void draw_band(fmt::memory_buffer& svg, const Axis& axis) {
  const auto out = std::back_inserter(svg);
  const double low = std::pow(10.0, axis.low), high = std::pow(10.0, axis.high);
  fmt::format_to(out,
                 "<g clip-path=\"url(#plot)\"><polygon class=\"band\" points=\"{0:.1f},{1:.1f} {2:.1f},{3:.1f} "
                 "{2:.1f},{4:.1f} {0:.1f},{5:.1f}\"/>\n<line class=\"ideal\" x1=\"{0:.1f}\" y1=\"{6:.1f}\" "
                 "x2=\"{2:.1f}\" y2=\"{7:.1f}\"/></g>\n",
                 axis.x(low), axis.y(low * 1.1), axis.x(high), axis.y(high * 1.1), axis.y(high * 0.9),
                 axis.y(low * 0.9), axis.y(low), axis.y(high));
}

// Okabe and Ito's colours, told apart by the colour-blind too; shapes when chips outnumber them.
constexpr std::array<const char*, 8> colours = {"#0072B2", "#D55E00", "#009E73", "#CC79A7",
                                                "#E69F00", "#56B4E9", "#000000", "#8C6D31"};

std::string mark(std::size_t chip, double x, double y, bool hollow, const std::string& title) {
  const char* colour = colours[chip % colours.size()];
  const std::string paint =
      hollow ? fmt::format("fill=\"none\" stroke=\"{}\" stroke-width=\"1.4\"", colour)
             : fmt::format("fill=\"{}\" fill-opacity=\"0.8\" stroke=\"white\" stroke-width=\"0.6\"", colour);
  const std::string tip = title.empty() ? "" : "<title>" + escaped(title) + "</title>";
  // From the centre, drawn as lines relative to the first point; a circle is no polygon.
  static const std::array<const char*, 4> shapes = {"m-4 -4h8v8h-8z", "m0 -5.5l5 9h-10z",
                                                    "m0 -5.5l5.5 5.5l-5.5 5.5l-5.5 -5.5z", "m0 5.5l5 -9h-10z"};
  const std::size_t shape = chip / colours.size() % (shapes.size() + 1);
  if (shape == 0)
    return fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" {}>{}</circle>\n", x, y, paint, tip);
  return fmt::format("<path d=\"M{:.1f} {:.1f}{}\" {}>{}</path>\n", x, y, shapes[shape - 1], paint, tip);
}

}  // namespace

std::string scatter_svg(const Validation& validation) {
  const std::vector<Dot> dots = dots_of(validation);
  const Axis axis = axis_of(dots);
  std::vector<std::string> chips;
  for (const Dot& dot : dots)
    if (std::find(chips.begin(), chips.end(), dot.row->row.chip) == chips.end()) chips.push_back(dot.row->row.chip);

  const double height = std::max(top + side + bottom_gap, top + 20.0 * static_cast<double>(chips.size() + 4));
  fmt::memory_buffer svg;
  const auto out = std::back_inserter(svg);
  fmt::format_to(
      out,
      "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"{0:.0f}\" viewBox=\"0 0 900 {0:.0f}\" "
      "font-family=\"sans-serif\" font-size=\"12\">\n<style>.major{{stroke:#d4d4d4}} .minor{{stroke:#f0f0f0}} "
      ".band{{fill:#4caf50;fill-opacity:0.14}} .ideal{{stroke:#4c8f50;stroke-width:1.2}} "
      ".frame{{fill:none;stroke:#888}} text{{fill:#222}}</style>\n"
      "<rect width=\"900\" height=\"{0:.0f}\" fill=\"white\"/>\n"
      "<clipPath id=\"plot\"><rect x=\"{1}\" y=\"{2}\" width=\"{3}\" height=\"{3}\"/></clipPath>\n"
      "<text x=\"{1}\" y=\"26\" font-size=\"16\" font-weight=\"bold\">{4}: predicted against measured time</text>\n",
      height, left, top, side, escaped(report::shorten(validation.suite, 48)));
  draw_grid(svg, axis);
  draw_band(svg, axis);
  fmt::format_to(
      out,
      "<rect class=\"frame\" x=\"{0}\" y=\"{1}\" width=\"{2}\" height=\"{2}\"/>\n"
      "<text x=\"{3}\" y=\"{4}\" text-anchor=\"middle\" font-size=\"13\">measured</text>\n"
      "<text transform=\"translate(18 {5}) rotate(-90)\" text-anchor=\"middle\" font-size=\"13\">predicted</text>\n",
      left, top, side, left + side / 2, top + side + 42, top + side / 2);

  const auto chip_of = [&](const Dot& dot) {
    return static_cast<std::size_t>(std::find(chips.begin(), chips.end(), dot.row->row.chip) - chips.begin());
  };
  bool any_apart = false;
  for (const Dot& dot : dots) {
    const Case& row = dot.row->row;
    const bool apart = row.standing != Standing::counted;
    any_apart = any_apart || apart;
    svg.append(mark(chip_of(dot), axis.x(dot.measured_ms), axis.y(dot.predicted_ms), apart,
                    fmt::format("{}\n{}: {}\nmeasured {:.5g} {}, predicted {:.5g} {} ({:+.1f} %){}", row.network,
                                row.chip, row.quantity, row.measured, row.unit, dot.row->predicted, row.unit,
                                100 * dot.row->error, apart ? "\nset apart: " + row.reason : "")));
  }
  double y = top + 10;
  for (std::size_t chip = 0; chip < chips.size(); ++chip, y += 20) {
    svg.append(mark(chip, legend_x, y, false, ""));
    fmt::format_to(out, "<text x=\"{:.1f}\" y=\"{:.1f}\">{}</text>\n", legend_x + 12, y + 4,
                   escaped(report::shorten(chips[chip], 34)));
  }
  if (any_apart) {
    fmt::format_to(out,
                   "<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"4.5\" fill=\"none\" stroke=\"#555\"/>"
                   "<text x=\"{:.1f}\" y=\"{:.1f}\">set apart: not counted</text>\n",
                   legend_x, y, legend_x + 12, y + 4);
    y += 20;
  }
  fmt::format_to(out,
                 "<rect class=\"band\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"10\" height=\"10\"/>"
                 "<text x=\"{:.1f}\" y=\"{:.1f}\">within 10 %</text>\n</svg>\n",
                 legend_x - 5, y - 5, legend_x + 12, y + 4);
  return fmt::to_string(svg);
}

}  // namespace presil::study
