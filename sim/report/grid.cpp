#include "sim/report/grid.hpp"

#include <algorithm>

#include "sim/report/text.hpp"

namespace presil::report {
namespace {

constexpr int margin = 2;

}  // namespace

int Grid::total(const std::vector<int>& widths) const {
  int sum = margin, shown = 0;
  for (int width : widths) {
    if (width < 0) continue;
    sum += width + (shown++ > 0 ? gap_ : 0);
  }
  return sum;
}

std::string Paint::operator()(Style style, const std::string& text) const {
  if (!color_ || style == Style::plain || text.empty()) return text;
  const char* code = "0";
  switch (style) {
    case Style::plain:
      break;
    case Style::bold:
      code = "1";
      break;
    case Style::dim:
      code = "2";
      break;
    case Style::good:
      code = "32";
      break;
    case Style::bad:
      code = "31";
      break;
    case Style::accent:
      code = "36";
      break;
    case Style::warning:
      code = "1;33";
      break;
  }
  return "\x1b[" + std::string(code) + "m" + text + "\x1b[0m";
}

std::vector<int> Grid::fit() const {
  std::vector<int> natural(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    natural[c] = columns(columns_[c].title);
    for (const auto& row : rows_)
      if (c < row.size()) natural[c] = std::max(natural[c], columns(row[c].text));
  }
  for (;;) {
    std::vector<int> widths = natural;
    // Take from the widest column that may still give: long ones lose their middles before short ones are touched.
    const auto shrink = [&](auto&& least) {
      while (total(widths) > width_) {
        std::size_t widest = columns_.size();
        for (std::size_t c = 0; c < columns_.size(); ++c)
          if (widths[c] > least(c) && (widest == columns_.size() || widths[c] > widths[widest])) widest = c;
        if (widest == columns_.size()) return;
        --widths[widest];
      }
    };
    shrink([&](std::size_t c) { return columns_[c].least > 0 ? columns_[c].least : widths[c]; });
    if (total(widths) <= width_) return widths;
    std::size_t victim = columns_.size();
    for (std::size_t c = 0; c < columns_.size(); ++c)
      if (columns_[c].drop_order > 0 && natural[c] >= 0 &&
          (victim == columns_.size() || columns_[c].drop_order < columns_[victim].drop_order))
        victim = c;
    if (victim == columns_.size()) {  // nothing may go: cut what is left, the widest first
      shrink([](std::size_t) { return 1; });
      return widths;
    }
    natural[victim] = -1;
  }
}

std::string Grid::draw(const Paint& paint) const {
  const std::vector<int> widths = fit();
  std::string result;
  const auto line = [&](auto&& cell_of) {
    std::string text;
    std::string spaces(margin, ' ');  // held back until something follows, so that no line ends in spaces
    bool first = true;
    for (std::size_t c = 0; c < columns_.size(); ++c) {
      if (widths[c] < 0) continue;
      if (!first) spaces.append(gap_, ' ');
      first = false;
      const Cell cell = cell_of(c);
      const std::string shown = shorten(cell.text, widths[c]);
      const int missing = widths[c] - columns(shown);
      if (columns_[c].right) spaces.append(missing, ' ');
      if (!shown.empty()) {
        text += spaces + paint(cell.style, shown);
        spaces.clear();
      }
      if (!columns_[c].right) spaces.append(missing, ' ');
    }
    result += text + "\n";
  };
  line([&](std::size_t c) { return Cell{columns_[c].title, Style::dim}; });
  for (const auto& row : rows_) line([&](std::size_t c) { return c < row.size() ? row[c] : Cell{}; });
  return result;
}

}  // namespace presil::report
