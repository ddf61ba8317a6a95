// DRAM devices by name: the shipped files, and what a reader of one's own gets to hear.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>

#include "models/dram/address_map.hpp"
#include "models/dram/dram_timing.hpp"
#include "sim/hw/dram_preset.hpp"
#include "sim/hw/load.hpp"
#include "sim/yaml/document.hpp"
#include "tests/support/error_of.hpp"

namespace presil::hw {
namespace {

using ::testing::HasSubstr;
namespace fs = std::filesystem;

constexpr std::int64_t gib = std::int64_t{1} << 30;

TEST(Presets, EveryNameGivesAMemoryOfTheAskedSize) {
  for (const std::string& name : dram_preset_names()) {
    for (const std::int64_t size : {gib / 4, gib, 2 * gib}) {
      const dram::DramSpec spec = dram_preset(name, size);
      EXPECT_EQ(spec.preset, name);
      EXPECT_EQ(
          dram::rows_per_bank(spec) * dram::row_bytes(spec) * spec.bank_groups * spec.banks_per_group * spec.channels,
          size);
    }
  }
}

TEST(Presets, AShippedChipTakesAnyOther) {
  for (const auto& entry : fs::directory_iterator(fs::path(PRESIL_SOURCE_DIR) / "hwconfigs")) {
    if (entry.path().extension() != ".yaml") continue;
    for (const Memory& m : load(entry.path(), {}).memories) {
      const auto* dram = std::get_if<dram::DramSpec>(&m.spec);
      if (dram == nullptr || dram->preset.empty()) continue;
      for (const std::string& name : dram_preset_names())
        EXPECT_NO_THROW(load(entry.path(), {"memories." + m.name + ".preset=" + name})) << entry << " " << name;
    }
  }
}

TEST(Presets, NamesSayThePeakRate) {
  const auto peak = [](const char* name) {
    return dram::DramTiming(dram_preset(name, gib)).peak_bytes_per_second() / 1e9;
  };
  EXPECT_NEAR(peak("ddr3-1600-x16"), 3.2, 1e-9);
  EXPECT_NEAR(peak("ddr4-2400-x16"), 4.8, 1e-9);
  EXPECT_NEAR(peak("lpddr3-1600-x32"), 6.4, 1e-9);
  EXPECT_NEAR(peak("lpddr4-3200-x16"), 6.4, 1e-9);
  EXPECT_NEAR(peak("lpddr4x-4266-x16"), 8.533, 1e-3);
  EXPECT_NEAR(peak("lpddr4x-4266-x32"), 17.067, 1e-3);
  EXPECT_NEAR(peak("lpddr5-6400-x16"), 12.8, 1e-9);
}

TEST(Presets, RefreshTimeFollowsDensity) {
  EXPECT_EQ(dram_preset("ddr3-1600-x16", gib / 4).timing.tRFC, 128);    // 2 Gbit: 160 ns at 800 MHz
  EXPECT_EQ(dram_preset("ddr3-1600-x16", gib / 2).timing.tRFC, 208);    // 4 Gbit: 260 ns
  EXPECT_EQ(dram_preset("lpddr4-3200-x16", 2 * gib).timing.tRFC, 608);  // 16 Gbit a channel: 380 ns at 1600 MHz
  EXPECT_EQ(dram_preset("lpddr4-3200-x32", 2 * gib).timing.tRFC, 448);  // 8 Gbit a channel: 280 ns
}

TEST(Presets, UnknownNameListsTheKnownOnesAndTheNearest) {
  const std::string error = error_of([] { dram_preset("lpddr4-3200", gib); });
  EXPECT_NE(error.find("did you mean 'lpddr4-3200-x16'"), std::string::npos) << error;
  EXPECT_NE(error.find("ddr3-1600-x16, ddr4-2400-x16"), std::string::npos) << error;
  EXPECT_EQ(error_of([] { dram_preset("flux-capacitor", gib); }).find("did you mean"), std::string::npos);
}

TEST(Presets, ImpossibleSizeIsAnError) {
  EXPECT_NE(error_of([] { dram_preset("lpddr4-3200-x16", 1000); }).find("not a multiple"), std::string::npos);
}

/// A copy of a shipped file with one text changed, beside a hardware file of one's own.
std::string error_with(const std::string& from, const std::string& to) {
  // A folder of the test's own: others run beside it.
  const std::string test = ::testing::UnitTest::GetInstance()->current_test_info()->name();
  const fs::path folder = fs::path(::testing::TempDir()) / ("presil_dram_preset_" + test) / "drams";
  fs::create_directories(folder);
  std::ifstream shipped(std::string(PRESIL_SOURCE_DIR) + "/hwconfigs/drams/lpddr4-3200.yaml");
  std::string text((std::istreambuf_iterator<char>(shipped)), std::istreambuf_iterator<char>());
  const std::size_t at = text.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  text.replace(at, from.size(), to);
  std::ofstream(folder / "own.yaml") << text;
  const std::string error = error_or_none([&] { dram_preset("own-x32", gib, folder.parent_path()); });
  fs::remove_all(folder.parent_path());
  return error;
}

TEST(Presets, OnesOwnFileStandsBesideTheHardwareFile) {
  EXPECT_EQ(error_with("name: lpddr4-3200", "name: own"), "");
}

TEST(Presets, FaultsInAFileAreNamedWithTheirPlace) {
  EXPECT_THAT(error_with("  tRCD: 29 clocks\n", ""), HasSubstr("'tRCD' is missing; write e.g. 'tRCD: 18 ns'"));
  EXPECT_THAT(error_with("tRCD: 29 clocks", "tRCD: 29 furlongs"),
              HasSubstr("own.yaml:18:9: timing.tRCD: '29 furlongs'"));
  EXPECT_THAT(error_with("tRCD: 29", "tRDC: 29"), HasSubstr("tRCD"));
  EXPECT_THAT(error_with("512 MiB: {tRFC", "100 MiB: {tRFC"), HasSubstr("put the smallest first"));
  EXPECT_THAT(error_with("512 MiB: {tRFC", "half: {tRFC"), HasSubstr("the key is no size"));
  EXPECT_THAT(error_with("tRFCpb: 90 ns", "tRFCpd: 90 ns"), HasSubstr("did you mean 'tRFCpb'?"));
  EXPECT_THAT(error_with("kind: dram", "kind: hardware"), HasSubstr("where a file of kind 'dram' is expected"));
  EXPECT_THAT(error_with("  x32: {channels: 2,", "  x32: {channels: 3,"), HasSubstr("channels"));
}

/// Clock, geometry, mapping and each timing: a source of its own, or of the map it stands in.
TEST(Presets, EachFigureHasASource) {
  for (const auto& entry : fs::directory_iterator(std::string(PRESIL_SOURCE_DIR) + "/hwconfigs/drams")) {
    const yaml::Document document = yaml::read_file(entry.path());
    const yaml::Node* sources = document.root.find("sources");
    ASSERT_NE(sources, nullptr) << entry.path();
    for (const yaml::Entry& figure : document.root.entries) {
      if (figure.key == "kind" || figure.key == "name" || figure.key == "sources") continue;
      if (figure.key == "widths" && figure.value.entries.size() == 1) continue;  // one channel: nothing to say
      EXPECT_NE(sources->find(figure.key), nullptr) << entry.path() << ": " << figure.key;
    }
  }
}

}  // namespace
}  // namespace presil::hw
