#include "sim/yaml/value.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/error_of.hpp"

namespace presil::yaml {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Map, ReadsTypedValues) {
  const Document document = parse(
      "size: 64 KiB\nclock: 1 GHz\nratio: 0.5\ncount: 3\nflag: yes\nname: '8x8'\nlist: [a, b]\none: a\n", "f.yaml");
  Map map = root(document);
  EXPECT_EQ(map.bytes("size"), 65536);
  EXPECT_EQ(map.hertz("clock"), 1'000'000'000);
  EXPECT_EQ(map.number("ratio", 0, 1), 0.5);
  EXPECT_EQ(map.integer("count", 1, 10), 3);
  EXPECT_TRUE(map.boolean_or("flag", false));
  EXPECT_EQ(map.text("name", "x"), "8x8");
  EXPECT_EQ(map.at("list").list().size(), 2u);
  EXPECT_EQ(map.at("list").one_or_list()[1].text(), "b");
  EXPECT_EQ(map.at("one").one_or_list()[0].text(), "a");
  EXPECT_NO_THROW(map.finish());
}

TEST(Map, NamesFilePlacePathAndCureWhenAUnitIsMissing) {
  const Document document = parse("memories:\n  sram:\n    size: 512\n", "hw.yaml");
  Map sram = root(document).at("memories").map().at("sram").map();
  EXPECT_EQ(error_of([&] { sram.bytes("size"); }),
            "hw.yaml:3:11: memories.sram.size: '512' has no unit; write '512 KiB'");
}

TEST(Map, RefusesZeroAndNegativeWhereTheyMeanNothing) {
  const Document document = parse("a: 0 KiB\nb: -1 KiB\nc: 0 cycles\n", "f.yaml");
  Map map = root(document);
  EXPECT_THAT(error_of([&] { map.bytes("a"); }), HasSubstr("f.yaml:1:4: a: '0 KiB' must be more than 0"));
  EXPECT_THAT(error_of([&] { map.bytes("b"); }), HasSubstr("'-1 KiB' must be more than 0"));
  EXPECT_EQ(map.bytes_or("a", 0), 0);  // 0 is the default there, so it may be written
  EXPECT_THAT(error_of([&] { map.bytes_or("a", 64); }), HasSubstr("more than 0"));
  EXPECT_THAT(error_of([&] { map.bytes_or("b", 0); }), HasSubstr("must not be negative"));
  EXPECT_EQ(map.cycles_or("c", 5), 0);
}

TEST(Map, NotesEachDefaultWithItsPath) {
  const Document document = parse("units: {npu: {cores: 2}}\n", "f.yaml");
  Notes notes;
  Map npu = root(document, &notes).at("units").map().at("npu").map();
  EXPECT_EQ(npu.integer_or("cores", 1, 1, 8), 2);
  EXPECT_EQ(npu.integer_or("ports", 2, 1, 8), 2);
  EXPECT_EQ(npu.bytes_or("reserved", 4096), 4096);
  EXPECT_FALSE(npu.boolean_or("posted", false));
  EXPECT_THAT(notes.defaults,
              ElementsAre("units.npu.ports = 2", "units.npu.reserved = 4 KiB", "units.npu.posted = false"));
}

TEST(Map, RefusesAnUnknownKeyAndProposesTheNearestFreeOne) {
  const Document document = parse("npu:\n  clock: 1 GHz\n  tile_bufer: {size: 1 KiB}\n", "hw.yaml");
  Map npu = root(document).at("npu").map();
  npu.hertz("clock");
  npu.find("tile_buffer");
  EXPECT_EQ(error_of([&] { npu.finish(); }),
            "hw.yaml:3:3: unknown key 'tile_bufer' in npu; did you mean 'tile_buffer'?");
}

TEST(Map, SaysThatARequiredKeyIsMissingAndWhatMayHaveBeenMeant) {
  const Document document = parse("m:\n  sise: 1 KiB\n  type: sram\n", "hw.yaml");
  Map map = root(document).at("m").map();
  EXPECT_EQ(error_of([&] { map.bytes("size"); }),
            "hw.yaml:2:3: m: 'size' is missing, but there is 'sise'; did you mean 'size'?");
  EXPECT_EQ(error_of([&] { map.bytes("width"); }), "hw.yaml:2:3: m: 'width' is missing; write e.g. 'width: 512 KiB'");
}

TEST(Value, RefusesWrongKinds) {
  const Document document = parse("a: [1]\nb: {x: 1}\nc: text\nd:\ne: 1.5\nf: 99\ng: maybe\n", "f.yaml");
  Map map = root(document);
  EXPECT_THAT(error_of([&] { map.bytes("a"); }), HasSubstr("a list where a single value is expected"));
  EXPECT_THAT(error_of([&] { map.at("b").text(); }), HasSubstr("a map where a single value"));
  EXPECT_THAT(error_of([&] { map.at("c").map(); }), HasSubstr("'text' where a map is expected"));
  EXPECT_THAT(error_of([&] { map.at("c").list(); }), HasSubstr("where a list is expected"));
  EXPECT_THAT(error_of([&] { map.at("d").text(); }), HasSubstr("has no value"));
  EXPECT_THAT(error_of([&] { map.integer("e", 1, 9); }), HasSubstr("'1.5' is not a whole number"));
  EXPECT_THAT(error_of([&] { map.integer("f", 1, 9); }), HasSubstr("'99' is too large; write 9 or less"));
  EXPECT_THAT(error_of([&] { map.boolean_or("g", true); }), HasSubstr("neither true nor false"));
}

TEST(Value, ChoosesOneOfASetOfWords) {
  enum class Colour { red, green };
  const Document document = parse("a: green\nb: gren\nc: [red]\n", "f.yaml");
  Map map = root(document);
  const std::initializer_list<std::pair<const char*, Colour>> words = {{"red", Colour::red}, {"green", Colour::green}};
  EXPECT_EQ(map.at("a").choice<Colour>(words), Colour::green);
  EXPECT_THAT(error_of([&] { map.at("b").choice<Colour>(words); }), HasSubstr("did you mean 'green'?"));
  EXPECT_THAT(error_of([&] { map.at("c").choice<Colour>(words); }), HasSubstr("a list where one word is expected"));
  EXPECT_EQ(map.choice_or<Colour>("d", "red", words), Colour::red);
}

TEST(Root, RefusesAFileOfAnotherKind) {
  const Document document = parse("kind: network\n", "net.yaml");
  EXPECT_THAT(error_of([&] { root_of_kind(document, {"hardware"}); }),
              HasSubstr("net.yaml:1:7: kind: 'network' where a file of kind 'hardware' is expected"));
  EXPECT_THAT(error_of([&] { root_of_kind(parse("name: x\n", "f.yaml"), {"hardware"}); }),
              HasSubstr("'kind' is missing"));
  EXPECT_NO_THROW(root_of_kind(document, {"hardware", "network"}));
}

TEST(Value, KeepsLongAndStrangeTextOnOneLine) {
  const Document document = parse("a: \"line\\nbreak " + std::string(200, 'x') + "\"\n", "f.yaml");
  const std::string message = error_of([&] { root(document).bytes("a"); });
  EXPECT_LT(message.size(), 180u);
}

}  // namespace
}  // namespace presil::yaml
