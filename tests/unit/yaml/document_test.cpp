#include "sim/yaml/document.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

#include "tests/support/error_of.hpp"

namespace presil::yaml {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using ::testing::StrEq;

std::filesystem::path temporary(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::path(::testing::TempDir()) / name;
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

TEST(Document, KeepsTheOrderThePlacesAndTheTextOfAFile) {
  const Document document = parse("b: 1\na:\n  - x\n  - {k: '2'}\n", "f.yaml");
  ASSERT_EQ(document.root.kind, Kind::map);
  ASSERT_EQ(document.root.entries.size(), 2u);
  EXPECT_EQ(document.root.entries[0].key, "b");
  EXPECT_EQ(document.root.entries[1].key, "a");
  const Node& list = document.root.entries[1].value;
  ASSERT_EQ(list.items.size(), 2u);
  const Node* quoted_two = list.items[1].find("k");
  ASSERT_NE(quoted_two, nullptr);
  EXPECT_EQ(quoted_two->text, "2");
  EXPECT_TRUE(quoted_two->quoted);
  EXPECT_FALSE(document.root.entries[0].value.quoted);
  EXPECT_EQ(document.place(*quoted_two), "f.yaml:4:9");  // line 4, behind "  - {k: "
}

TEST(Document, RefusesADuplicateKeyNamingBothPlaces) {
  const std::string message = error_of([] { parse("m:\n  size: 1\n  type: a\n  size: 2\n", "f.yaml"); });
  EXPECT_THAT(message, StartsWith("f.yaml:4:3: duplicate key 'size' in m (first on line 2)"));
}

TEST(Document, TakesTheSameKeyInTwoMaps) {
  EXPECT_NO_THROW(parse("a: {size: 1}\nb: {size: 2}\n", "f.yaml"));
}

TEST(Document, CopiesWhatAnAliasStandsFor) {
  const Document document = parse("a: &x {k: 1}\nb: *x\n", "f.yaml");
  ASSERT_NE(document.root.find("b")->find("k"), nullptr);
  EXPECT_EQ(document.root.find("b")->find("k")->text, "1");
}

TEST(Document, RefusesAnAliasBomb) {
  // Ten levels of nine aliases each stand for 9^10 = 3.5 billion nodes.
  std::string text = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i < 10; ++i) {
    text += "a" + std::to_string(i) + ": &a" + std::to_string(i) + " [";
    for (int j = 0; j < 9; ++j) text += (j > 0 ? ", *a" : "*a") + std::to_string(i - 1);
    text += "]\n";
  }
  const std::string message = error_of([&] { parse(text, "bomb.yaml"); });
  EXPECT_THAT(message, StartsWith("bomb.yaml:"));
  EXPECT_THAT(message, HasSubstr("200000 nodes"));
}

TEST(Document, RefusesAnAliasInsideItself) {
  EXPECT_THAT(error_of([] { parse("a: &x [1, *x]\n", "f.yaml"); }), HasSubstr("f.yaml:1:11: an alias inside"));
}

TEST(Document, TakesSixtyFourLevelsAndRefusesOneMore) {
  // The root map is the first level; `levels` counts it.
  const auto nested = [](int levels) {
    return "a: " + std::string(static_cast<std::size_t>(levels - 1), '[') +
           std::string(static_cast<std::size_t>(levels - 1), ']') + "\n";
  };
  EXPECT_NO_THROW(parse(nested(64), "f.yaml"));
  EXPECT_THAT(error_of([&] { parse(nested(65), "f.yaml"); }), HasSubstr("nested deeper than 64 levels"));
}

TEST(Document, RefusesAHundredThousandBracketsWithoutCrashing) {
  const std::string open(100'000, '['), close(100'000, ']');
  EXPECT_THAT(error_of([&] { parse("a: " + open + close + "\n", "f.yaml"); }), StartsWith("f.yaml:1:"));
  error_of([&] { parse("a: " + open, "f.yaml"); });
  error_of([&] { parse(std::string(100'000, '{'), "f.yaml"); });
  std::string dashes;
  for (int i = 0; i < 100'000; ++i) dashes += "- ";
  error_of([&] { parse(dashes, "f.yaml"); });
}

TEST(Document, RefusesMoreNodesThanItCounts) {
  std::string text = "a:\n";
  for (std::size_t i = 0; i < max_nodes; ++i) text += "- x\n";
  EXPECT_THAT(error_of([&] { parse(text, "f.yaml"); }), HasSubstr("more than 200000 nodes"));
}

TEST(Document, NamesThePlaceOfASyntaxError) {
  EXPECT_THAT(error_of([] { parse("a: 1\nb: [1, 2\nc: 3\n", "f.yaml"); }), StartsWith("f.yaml:3:"));
  EXPECT_THAT(error_of([] { parse("a: 1\n b: 2\n", "f.yaml"); }), StartsWith("f.yaml:2:"));
}

TEST(Document, RefusesKeysThatAreNoWords) {
  EXPECT_THAT(error_of([] { parse("{[1, 2]: 3}\n", "f.yaml"); }),
              HasSubstr("f.yaml:1:2: a key of the file is not a plain word"));
  EXPECT_THAT(error_of([] { parse("[1, 2]: 3\n", "f.yaml"); }), HasSubstr("f.yaml:1:1: a key of the file is not"));
  EXPECT_THAT(error_of([] { parse("a: {? [1] : 2, {b: c}: d}\n", "f.yaml"); }), HasSubstr("f.yaml:1:7: a key of a is"));
}

TEST(Document, NamesTheBracketThatIsNeverClosed) {
  EXPECT_THAT(error_of([] { parse("{a: 1 cycles", "f.yaml"); }),
              StrEq("f.yaml:1:1: this bracket is never closed; add its '}'"));
  EXPECT_THAT(error_of([] { parse("[1, {b: c}, [2\n", "f.yaml"); }), StartsWith("f.yaml:1:13: this bracket is never"));
  EXPECT_THAT(error_of([] { parse("a: 1\nb: {c: [d,\n  # more\n", "f.yaml"); }),
              StrEq("f.yaml:2:8: this bracket is never closed; add its ']'"));
  // Closed, with something else wrong inside.
  EXPECT_THAT(error_of([] { parse("a: {b: 'x' c: 1}\n", "f.yaml"); }), StartsWith("f.yaml:1:12: not valid YAML"));
}

TEST(Document, RefusesTwoDocumentsInOneFile) {
  EXPECT_THAT(error_of([] { parse("a: 1\n---\nb: 2\n", "f.yaml"); }), HasSubstr("more than one YAML document"));
}

TEST(ReadFile, NamesWhatIsWrongWithAFileThatIsNone) {
  EXPECT_THAT(error_of([] { read_file("/nowhere/hw.yaml"); }), HasSubstr("/nowhere/hw.yaml: no such file"));
  EXPECT_THAT(error_of([] { read_file(::testing::TempDir()); }), HasSubstr("is a directory"));
  EXPECT_THAT(error_of([] { read_file(temporary("empty.yaml", "")); }), HasSubstr("empty.yaml: is empty"));
  EXPECT_THAT(error_of([] { read_file(temporary("blank.yaml", "\n \n")); }), HasSubstr("is empty"));
  EXPECT_THAT(error_of([] { read_file(temporary("comment.yaml", "# nothing\n")); }), HasSubstr("is empty"));
  EXPECT_THAT(error_of([] { read_file(temporary("list.yaml", "- a\n")); }), HasSubstr("a list where a YAML map"));
  EXPECT_THAT(error_of([] { read_file(temporary("word.yaml", "TFL3")); }), HasSubstr("a value where a YAML map"));
}

TEST(ReadFile, RefusesBinaryRubbishWithOneLine) {
  std::string rubbish;
  for (int i = 0; i < 4096; ++i) rubbish += static_cast<char>((i * 7919) >> 3);
  error_of([&] { read_file(temporary("rubbish.yaml", rubbish)); });
}

TEST(Override, ReplacesAValueAndNamesItselfAsThePlace) {
  Document document = parse("units:\n  npu: {clock: 1 GHz}\n", "f.yaml");
  override_value(document, "units.npu.clock=800MHz");
  const Node* clock = document.root.find("units")->find("npu")->find("clock");
  EXPECT_EQ(clock->text, "800MHz");
  EXPECT_EQ(document.place(*clock), "--set 'units.npu.clock=800MHz'");
}

TEST(Override, TakesListElementsByIndexAndWholeMaps) {
  Document document = parse("a: {modes: [{x: 1}, {x: 2}]}\n", "f.yaml");
  override_value(document, "a.modes.1.x=7");
  EXPECT_EQ(document.root.find("a")->find("modes")->items[1].find("x")->text, "7");
  EXPECT_EQ(document.root.find("a")->find("modes")->items[0].find("x")->text, "1");
  override_value(document, "a.modes={y: [1, 2]}");
  EXPECT_EQ(document.root.find("a")->find("modes")->find("y")->items.size(), 2u);
}

TEST(Override, AddsANewLastKeyButNoNewPath) {
  Document document = parse("units: {npu: {clock: 1 GHz}}\n", "f.yaml");
  override_value(document, "units.npu.cores=2");
  EXPECT_EQ(document.root.find("units")->find("npu")->find("cores")->text, "2");
  EXPECT_EQ(error_of([&] { override_value(document, "units.nqu.cores=2"); }),
            "--set 'units.nqu.cores=2': no 'nqu' in units; did you mean 'npu'?");
  EXPECT_EQ(error_of([&] { override_value(document, "units.npu.launch.host=2 us"); }),
            "--set 'units.npu.launch.host=2 us': no 'launch' in units.npu; known: clock, cores; to add it write "
            "units.npu.launch={host: ...}");
  EXPECT_THAT(error_of([&] { override_value(document, "units.npu.clock.x=2"); }),
              HasSubstr("units.npu.clock is a value"));
}

TEST(Override, FindsKeysThatHoldDots) {
  Document document = parse("sources: {units.npu: a, units.npu.clock: b}\n", "f.yaml");
  override_value(document, "sources.units.npu.clock=c");
  EXPECT_EQ(document.root.find("sources")->find("units.npu.clock")->text, "c");
  EXPECT_EQ(document.root.find("sources")->find("units.npu")->text, "a");
}

TEST(Override, RefusesWhatIsNoAssignment) {
  Document document = parse("a: {b: [1]}\n", "f.yaml");
  for (const char* text : {"a", "a=", "=1", ".a=1", "a.=1", "a..b=1"})
    EXPECT_THAT(error_of([&] { override_value(document, text); }), StartsWith("--set '" + std::string(text) + "': "));
  EXPECT_THAT(error_of([&] { override_value(document, "a.b.1=2"); }), HasSubstr("a list of 1 elements, '1' is none"));
  EXPECT_THAT(error_of([&] { override_value(document, "a.b.x=2"); }), HasSubstr("use an index from 0"));
  EXPECT_THAT(error_of([&] { override_value(document, "a=[1"); }), StartsWith("--set 'a=[1':"));
}

}  // namespace
}  // namespace presil::yaml
