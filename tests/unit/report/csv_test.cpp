#include "sim/report/csv.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "tests/unit/report/sample.hpp"

namespace presil::report {
namespace {

/// A reader by the letter of RFC 4180, apart from the code under test.
std::vector<std::vector<std::string>> read_csv(const std::string& text) {
  std::vector<std::vector<std::string>> rows(1, std::vector<std::string>(1));
  bool quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted && c == '"' && i + 1 < text.size() && text[i + 1] == '"')
      rows.back().back() += text[i++];
    else if (c == '"')
      quoted = !quoted;
    else if (!quoted && c == ',')
      rows.back().emplace_back();
    else if (!quoted && c == '\n')
      rows.emplace_back(1);
    else
      rows.back().back() += c;
  }
  rows.pop_back();  // the text ends in a newline
  return rows;
}

std::string field(const std::vector<std::vector<std::string>>& rows, std::size_t row, const std::string& column) {
  const auto at = std::find(rows[0].begin(), rows[0].end(), column);
  return at == rows[0].end() ? "no column " + column : rows[row][at - rows[0].begin()];
}

TEST(ReportCsv, QuotesOnlyFieldsThatNeedIt) {
  EXPECT_EQ(csv_field("plain name"), "plain name");
  EXPECT_EQ(csv_field("a,b"), "\"a,b\"");
  EXPECT_EQ(csv_field("say \"hi\""), "\"say \"\"hi\"\"\"");
  EXPECT_EQ(csv_field("two\nlines"), "\"two\nlines\"");
  EXPECT_EQ(csv_field(""), "");
}

TEST(ReportCsv, HasOneRowAnOperatorAndOneFieldAColumn) {
  const auto rows = read_csv(csv(sample_result()));
  ASSERT_EQ(rows.size(), 6u);  // header and five operators
  for (const auto& row : rows) EXPECT_EQ(row.size(), rows[0].size());
}

TEST(ReportCsv, KeepsAwkwardNamesWhole) {
  const auto rows = read_csv(csv(sample_result()));
  EXPECT_EQ(field(rows, 5, "name"), "tiny/softmax, \"last\"");
}

TEST(ReportCsv, SaysWhatTheJsonSays) {
  const auto rows = read_csv(csv(sample_result()));
  EXPECT_EQ(field(rows, 1, "stack_ps"), "400000000");
  EXPECT_EQ(field(rows, 1, "stack_compute_ps"), "300000000");
  EXPECT_EQ(field(rows, 1, "read_bytes_dram"), "4096");
  EXPECT_EQ(field(rows, 1, "output_shape"), "1x8x8x17");
  EXPECT_EQ(field(rows, 1, "utilisation"), "0.53125");
  EXPECT_EQ(field(rows, 1, "fused_into"), "");
  EXPECT_EQ(field(rows, 2, "fused_into"), "0");
  EXPECT_EQ(field(rows, 5, "utilisation"), "");
  EXPECT_EQ(field(rows, 5, "energy_uj"), "");
}

}  // namespace
}  // namespace presil::report
