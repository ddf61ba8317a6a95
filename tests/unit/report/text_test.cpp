#include "sim/report/text.hpp"

#include <gtest/gtest.h>

namespace presil::report {
namespace {

TEST(ReportText, ReplacesWhatATerminalMustNotSee) {
  EXPECT_EQ(printable("plain é 卷"), "plain é 卷");
  EXPECT_EQ(printable("a\x1b[31mb"), "a\xEF\xBF\xBD[31mb");  // an escape code in a tensor's name
  EXPECT_EQ(printable("a\nb"),
            "a\xEF\xBF\xBD"
            "b");
  EXPECT_EQ(printable("\xC3"), "\xEF\xBF\xBD");                  // cut in the middle of a character
  EXPECT_EQ(printable("\xC0\xAF"), "\xEF\xBF\xBD\xEF\xBF\xBD");  // overlong
  EXPECT_EQ(printable("\xE2\x80\xAE"
                      "evil"),
            "\xEF\xBF\xBD"
            "evil");  // right-to-left override
}

TEST(ReportText, CountsColumnsAndNotBytes) {
  EXPECT_EQ(columns("abc"), 3);
  EXPECT_EQ(columns("é…█"), 3);
  EXPECT_EQ(columns("卷积"), 4);       // two wide characters
  EXPECT_EQ(columns("e\xCC\x81"), 1);  // a letter with a combining accent
}

TEST(ReportText, ShortensInTheMiddleToExactlyTheWidth) {
  EXPECT_EQ(shorten("abcdefgh", 8), "abcdefgh");
  EXPECT_EQ(shorten("abcdefghi", 8), "abcd…ghi");
  EXPECT_EQ(shorten("abcdefghi", 1), "…");
  EXPECT_EQ(shorten("abcdefghi", 0), "");
  EXPECT_LE(columns(shorten("卷积卷积卷积", 6)), 6);
}

TEST(ReportText, DrawsBarsInEighths) {
  EXPECT_EQ(bar(0, 8), "");
  EXPECT_EQ(bar(1, 2), "██");
  EXPECT_EQ(bar(2, 2), "██");  // clamped
  EXPECT_EQ(bar(0.5, 1), "▌");
  EXPECT_EQ(bar(0.125, 8), "█");
  EXPECT_EQ(bar(0.0 / 0.0, 8), "");
}

TEST(ReportText, ChoosesUnitsThatFit) {
  EXPECT_EQ(bytes(0), "0 B");
  EXPECT_EQ(bytes(1023), "1023 B");
  EXPECT_EQ(bytes(1024), "1.00 KiB");
  EXPECT_EQ(bytes(64 * 1024), "64.0 KiB");
  EXPECT_EQ(bytes(1048575), "1.00 MiB");  // never "1024 KiB"
  EXPECT_EQ(si(3.2e9, "B/s"), "3.20 GB/s");
  EXPECT_EQ(si(999.6, "B"), "1.00 kB");
  EXPECT_EQ(si(12, "MAC"), "12.0 MAC");
  EXPECT_EQ(energy(0.0125), "12.5 nJ");
  EXPECT_EQ(energy(1234), "1.23 mJ");
  EXPECT_EQ(duration(999), "0.999 ns");
  EXPECT_EQ(duration(1'500'000), "1.500 us");
  EXPECT_EQ(duration(12'340'000'000), "12.34 ms");
  EXPECT_EQ(duration(1'234'000'000'000), "1.234 s");
}

TEST(ReportText, GroupsDigits) {
  EXPECT_EQ(grouped(0), "0");
  EXPECT_EQ(grouped(999), "999");
  EXPECT_EQ(grouped(1000), "1,000");
  EXPECT_EQ(grouped(-1234567), "-1,234,567");
}

TEST(ReportText, ShowsThatASmallShareIsNotNothing) {
  EXPECT_EQ(percent(0), "0 %");
  EXPECT_EQ(percent(0.0004), "<0.1 %");
  EXPECT_EQ(percent(0.0005), "0.1 %");
  EXPECT_EQ(percent(-0.0004), ">-0.1 %");
  EXPECT_EQ(percent(-0.031), "-3.1 %");
  EXPECT_EQ(percent(0.031), "3.1 %");
  EXPECT_EQ(percent(0.47), "47 %");
  EXPECT_EQ(percent(1), "100 %");
}

TEST(ReportText, WrapsAtSpacesAndIndents) {
  EXPECT_EQ(wrap("one two three", 9, 2), "one two\n  three");
  EXPECT_EQ(wrap("", 9, 2), "");
  EXPECT_EQ(wrap("abcdefghijkl", 6, 0), "abc…kl");  // a word that fits no line is shortened
}

TEST(ReportText, LeavesTheBatchOfOneOut) {
  const std::int64_t map[] = {1, 8, 9, 17}, vector[] = {1, 10};
  EXPECT_EQ(shape(map, 4), "8x9x17");
  EXPECT_EQ(shape(vector, 2), "1x10");
  EXPECT_EQ(shape(map, 0), "scalar");
}

}  // namespace
}  // namespace presil::report
