// Lays out rows of cells as aligned columns that fit a terminal: wide columns shrink, then the least important go.
#pragma once

#include <string>
#include <vector>

namespace presil::report {

enum class Style { plain, bold, dim, good, bad, accent, warning };

/// Wraps text in terminal colours, or leaves it alone.
class Paint {
 public:
  explicit Paint(bool color) : color_(color) {}
  std::string operator()(Style style, const std::string& text) const;

 private:
  bool color_;
};

struct Cell {
  std::string text;
  Style style = Style::plain;
};

struct Column {
  std::string title;
  bool right = false;  // aligned to the right
  int least = 0;       // may shrink to this many columns; 0: never shrinks
  int drop_order = 0;  // 1 goes first when even the shrunk columns do not fit; 0: stays
};

class Grid {
 public:
  /// `gap` spaces stand between columns.
  Grid(int width, std::vector<Column> columns, int gap = 2) : width_(width), gap_(gap), columns_(std::move(columns)) {}

  /// One cell a column; missing cells are empty.
  void add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }

  bool empty() const { return rows_.empty(); }

  /// Title line and rows, each ending in a newline, none longer than the width given, trailing spaces removed.
  std::string draw(const Paint& paint) const;

 private:
  std::vector<int> fit() const;  // columns each gets; -1 = dropped

  int total(const std::vector<int>& widths) const;

  int width_, gap_;
  std::vector<Column> columns_;
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace presil::report
