#include "sim/study/csv_table.hpp"

#include <gtest/gtest.h>

#include "tests/unit/study/bench.hpp"

namespace presil::study {
namespace {

TEST(CsvTable, QuotedFieldsHoldCommasQuotesAndLineBreaks) {
  const CsvTable table = parse_csv("a,b\r\n\"x, y\",\"say \"\"hi\"\"\"\n\n\"two\nlines\",3\nlast,4", "t.csv");
  ASSERT_EQ(table.columns, (std::vector<std::string>{"a", "b"}));
  ASSERT_EQ(table.rows.size(), 3u);
  EXPECT_EQ(table.rows[0].fields, (std::vector<std::string>{"x, y", "say \"hi\""}));
  EXPECT_EQ(table.rows[1].fields, (std::vector<std::string>{"two\nlines", "3"}));
  EXPECT_EQ(table.rows[1].line, 4);
  EXPECT_EQ(table.rows[2].line, 6);
}

TEST(CsvTable, AByteOrderMarkIsNoPartOfTheFirstColumn) {
  EXPECT_EQ(parse_csv("\xef\xbb\xbfnetwork,value\n", "t.csv").columns[0], "network");
}

TEST(CsvTable, FaultsNameTheLine) {
  EXPECT_NE(complaint([] { parse_csv("a,b\n1,2\n3\n", "t.csv"); }).find("t.csv:3: 1 fields where the header names 2"),
            std::string::npos);
  EXPECT_NE(complaint([] { parse_csv("a,b\n\"x,2\n", "t.csv"); }).find("t.csv:2: a quote is open"), std::string::npos);
  EXPECT_NE(complaint([] { parse_csv("a,a\n", "t.csv"); }).find("column 'a' stands twice"), std::string::npos);
  EXPECT_NE(complaint([] { parse_csv("", "t.csv"); }).find("is empty"), std::string::npos);
}

TEST(CsvTable, AnUnknownColumnIsAnswered) {
  const CsvTable table = parse_csv("network,value\n", "t.csv");
  EXPECT_EQ(table.need_column("value", "s.yaml"), 1);
  EXPECT_NE(complaint([&] { table.need_column("netwrok", "s.yaml:3"); }).find("did you mean 'network'"),
            std::string::npos);
}

}  // namespace
}  // namespace presil::study
