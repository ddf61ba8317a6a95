// Studies: what the file may say, which runs it becomes, and what is refused with its place.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "models/common/error.hpp"
#include "sim/study/sweep.hpp"
#include "tests/support/walk.hpp"

namespace presil::study {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

Study read(const std::string& text) {
  const auto file = std::filesystem::temp_directory_path() / ("presil_study_" + std::to_string(::getpid()) + ".yaml");
  std::ofstream(file) << text;
  const struct Gone {
    std::filesystem::path file;
    ~Gone() { std::filesystem::remove(file); }
  } gone{file};
  return read_study(file);
}

std::string complaint(const std::string& text) {
  try {
    read(text);
  } catch (const common::Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos);
    return message;
  }
  return "";
}

const std::string kHead = "kind: study\nname: s\nnetworks: [resnet8]\nhardware: [edge-npu]\n";

TEST(AStudy, IsEveryPointOnEveryNetworkAndChipWithEveryValueOfTheSweep) {
  const Study study = read(
      "kind: study\nname: s\nnetworks: [a, b]\nhardware: [x, y]\nset: {clocks.npu: 1 GHz}\n"
      "points:\n  - {name: p}\n  - {name: q, network: c, set: {clocks.bus: 2 GHz}}\nsweep: {input_size: [32x32, "
      "64x64]}\n");
  ASSERT_EQ(study.trials.size(), (2u * 2u + 1u * 2u) * 2u);
  EXPECT_EQ(study.trials[0].name, "p input_size=32x32");
  EXPECT_EQ(study.trials[1].variant.input_size->height, 64);
  EXPECT_THAT(study.trials[0].set, ElementsAre("clocks.npu=1 GHz"));
  EXPECT_EQ(study.trials[8].network, "c");
  EXPECT_THAT(study.trials[8].set, ElementsAre("clocks.npu=1 GHz", "clocks.bus=2 GHz"));
}

TEST(AStudy, MixesWidthsByClassOrNameAndTheLastCounts) {
  const Study study = read(kHead + "points:\n  - {weight_bits: {\"*\": 4, conv_1*: 2}, activation_bits: 16}\n");
  const auto& bits = study.trials.at(0).variant.bits;
  ASSERT_EQ(bits.size(), 3u);
  EXPECT_EQ(bits[0].weights->bits, 4);
  EXPECT_EQ(bits[1].pattern, "conv_1*");
  EXPECT_EQ(bits[1].weights->bits, 2);
  EXPECT_EQ(bits[2].activations->bits, 16);
  EXPECT_FALSE(bits[2].weights);
}

TEST(AStudy, IsRefusedWithLineColumnAndCure) {
  EXPECT_THAT(complaint(kHead + "point: []\n"), HasSubstr(":5:"));
  EXPECT_THAT(complaint(kHead + "point: []\n"), HasSubstr("did you mean 'points'?"));
  EXPECT_THAT(complaint(kHead + "points:\n  - {name: p, weight_bits: 3}\n"), HasSubstr(":6:"));
  EXPECT_THAT(complaint(kHead + "points:\n  - {name: p, weight_bits: 3}\n"), HasSubstr("1, 2, 4, 8, 16 and float are"));
  EXPECT_THAT(complaint(kHead + "points:\n  - {name: p, input_size: 0 by 3}\n"), HasSubstr("write HEIGHTxWIDTH"));
  EXPECT_THAT(complaint(kHead + "points:\n  - {name: p, transform: winograd}\n"), HasSubstr("separable"));
  EXPECT_THAT(complaint("kind: study\nname: s\nhardware: [x]\npoints: [{name: p}]\n"), HasSubstr("on which network?"));
  EXPECT_THAT(complaint("kind: study\nname: s\nnetworks: [x]\n"), HasSubstr("on which chip?"));
  EXPECT_THAT(complaint(kHead + "points: []\n"), HasSubstr("has no point"));
}

TEST(ASweep, GivesTheSameBytesInOneProcessAndInThreeAndGoesOnBehindAFault) {
  const Study study = read(kHead +
                           "points:\n  - {name: a}\n  - {name: b, place: {softmax*: nobody}}\n"
                           "  - {name: c, transform: 'separable:conv_1', weight_bits: 4}\n");
  const Finder finder = {
      [](const std::string& name) { return test::zoo(name); },
      [](const std::string& name, const std::vector<std::string>& set) { return test::chip(name, set); }};
  const std::vector<Row> one = sweep(study, finder, 1), three = sweep(study, finder, 3);
  EXPECT_EQ(json(study, one), json(study, three));
  EXPECT_EQ(csv(one), csv(three));
  ASSERT_EQ(one.size(), 3u);
  EXPECT_THAT(one[1].error, HasSubstr("nobody"));
  EXPECT_EQ(one[0].macs, 12'501'632);
  EXPECT_EQ(one[2].macs, 10'551'936);
  EXPECT_LT(one[2].weight_bytes, one[0].weight_bytes);
  const std::string shown = table(study, one, false, 120);
  EXPECT_THAT(shown, HasSubstr("s  resnet8 on edge-npu"));
  EXPECT_THAT(shown, HasSubstr("1.00x"));
}

}  // namespace
}  // namespace presil::study
