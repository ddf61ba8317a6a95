#include "sim/hw/describe.hpp"

#include <gmock/gmock.h>

#include <sstream>

#include "sim/hw/provenance.hpp"
#include "tests/unit/hw/support.hpp"

namespace presil::hw {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(Describe, ShowsPartsPeaksAndPlacement) {
  const std::string text = describe(from_text(small_chip));
  EXPECT_THAT(text, HasSubstr("npu (NPU) at 800 MHz"));
  EXPECT_THAT(text, HasSubstr("256 MAC/cycle = 0.41 TOPS"));  // 2 x 256 x 0.8e9 = 0.4096e12
  EXPECT_THAT(text, HasSubstr("6.4 GB/s"));
  EXPECT_THAT(text, HasSubstr("sram, then dram"));
  EXPECT_THAT(text, HasSubstr("lpddr4-3200-x16"));
}

TEST(Describe, NamesAssumedFiguresAndDefaultsLoudly) {
  const Hardware hardware =
      from_text(std::string(small_chip) + "sources: {clocks: 'assumed: round numbers', buses: 'datasheet: DS1'}\n");
  const std::string text = describe(hardware);
  EXPECT_THAT(text, HasSubstr("ASSUMED (2)"));  // the clocks and the generic kernel rate
  EXPECT_THAT(text, HasSubstr("! clocks: round numbers"));
  EXPECT_THAT(text, HasSubstr("generic"));
  EXPECT_THAT(text, HasSubstr("buses"));
  EXPECT_THAT(text, HasSubstr("DS1"));
  EXPECT_THAT(text, HasSubstr("ports = 1"));
  EXPECT_THAT(assumed_figures(hardware), Contains("clocks: round numbers"));
}

TEST(Describe, ShowsWhatADevicesFiguresRestOnUnlessTheFileGivesThem) {
  const auto text = [](const std::string& keys) {
    return describe(yaml::parse(with(small_chip, "x16, size", "x16, " + keys + "size"), "hw.yaml"));
  };
  EXPECT_THAT(text(""), HasSubstr("memories.dram.preset, timing (inferred): JESD209-4B"));
  EXPECT_THAT(text(""), HasSubstr("! memories.dram.preset, mapping: "));  // assumed there
  EXPECT_THAT(text("mapping: row-bank-column, "), Not(HasSubstr("memories.dram.preset, mapping")));
  EXPECT_THAT(text("timing: {tREFI: 2 us}, "), HasSubstr("memories.dram.preset, timing (inferred)"));
}

TEST(Describe, ShowsWhatASerialMemorysPresetRestsOn) {
  const std::string chip =
      with(small_chip, "clock: 200 MHz, lanes: 8, ddr: true, dummy: 20 clocks", "preset: octal-nor-200");
  EXPECT_THAT(describe(yaml::parse(chip, "hw.yaml")),
              HasSubstr("memories.flash.preset (recall-unverified): MX66UW1G45G class"));
}

TEST(Describe, NamesTheFiguresThatNobodyVouchesFor) {
  const std::string bare = describe(yaml::parse(small_chip, "hw.yaml"));
  EXPECT_THAT(bare, HasSubstr("\nNO SOURCE ("));
  EXPECT_THAT(bare, HasSubstr("! clocks.npu, clocks.bus, clocks.cpu, memories.sram.size"));
  const std::string sourced =
      std::string(small_chip) + "sources: {clocks: a, memories: b, buses: c, units: 'assumed: d'}\n";
  EXPECT_THAT(describe(yaml::parse(sourced, "hw.yaml")), Not(HasSubstr("NO SOURCE")));
}

TEST(Describe, StaysWithin120Columns) {
  for (const char* chip : {"edge-npu", "ethos-u55-128", "ethos-u65-256", "stm32n6", "stm32h747"}) {
    const std::string text = describe(read_document(shipped(chip)));
    std::istringstream lines(text.substr(text.find('\n') + 1));  // the first names a path
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 120u) << chip << ": " << line;
      EXPECT_TRUE(line.empty() || line.back() != ' ') << chip << ": " << line;
    }
  }
}

TEST(FiguresWithoutSource, AreThoseThatNoKeyOrPrefixCovers) {
  const yaml::Document document = yaml::parse(
      "kind: hardware\nname: 8bit\nclocks: {npu: 1 GHz, cpu: 2 GHz}\nmemories: {sram: {type: sram, size: 1 MiB, clock: "
      "npu}}\n"
      "units: {npu: {array: {modes: [{x: 4}]}, words: [a, b]}, npu2: {x: 1}}\n"
      "library: {rates: {a: {cycles: 1, source: book}, b: {cycles: 2, assumed: true}, c: {cycles: 3}}, sources: "
      "{rates.c: b}}\n"
      "sources: {clocks.npu: a, memories.sram: b, units.npu: c}\n",
      "f.yaml");
  EXPECT_THAT(figures_without_source(document), ElementsAre("clocks.cpu", "units.npu2.x"));  // npu is no prefix of npu2
}

TEST(FiguresWithoutSource, NamesAllFiguresOfAFileWithoutSources) {
  EXPECT_THAT(figures_without_source(yaml::parse(small_chip, "hw.yaml")), Contains("units.npu.tile_buffer.size"));
  EXPECT_THAT(figures_without_source(yaml::parse(small_chip, "hw.yaml")), Not(Contains("units.npu.clock")));  // a name
}

}  // namespace
}  // namespace presil::hw
