// The verbs on shipped networks and hardware, from names to files.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/cli/command.hpp"

namespace presil::cli {
namespace {

using Json = nlohmann::json;
using CliVerbs = InFolder;

TEST_F(CliVerbs, RunWritesItsReportsAndPrintsTheFormatAskedFor) {
  const Outcome outcome = presil(
      {"run", "resnet8", "--hw", "edge-npu", "--format", "json", "--out", in("out"), "--timeline", in("t.json")});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  EXPECT_EQ(outcome.out, read("out/result.json"));
  const Json result = Json::parse(outcome.out);
  EXPECT_EQ(result["network"], "resnet8");
  EXPECT_EQ(result["operators"].size(), 16u);
  EXPECT_GT(result["latency_ps"], 0);
  EXPECT_FALSE(read("out/report.txt").empty());
  EXPECT_EQ(read("out/operators.csv").rfind("index,name,", 0), 0u);
  EXPECT_GT(Json::parse(read("t.json"))["traceEvents"].size(), 16u);
}

TEST_F(CliVerbs, RunPrintsATableUnlessToldOtherwise) {
  const Outcome table = presil({"run", "resnet8", "--hw", "edge-npu"});
  ASSERT_EQ(table.code, 0) << table.err;
  EXPECT_NE(table.out.find("resnet8 on edge-npu"), std::string::npos);
  EXPECT_EQ(table.out.find('\x1b'), std::string::npos);
  const Outcome csv = presil({"run", "resnet8", "--hw", "edge-npu", "--format", "csv"});
  EXPECT_EQ(csv.out.rfind("index,name,", 0), 0u);
}

TEST_F(CliVerbs, SetChangesTheHardware) {
  const auto latency = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments = {"run", "resnet8", "--hw", "edge-npu", "--format", "json"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Outcome outcome = presil(arguments);
    EXPECT_EQ(outcome.code, 0) << outcome.err;
    return Json::parse(outcome.out)["latency_ps"].get<std::int64_t>();
  };
  EXPECT_GT(latency({"--set", "clocks.npu=100MHz"}), latency({}));
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--set", "clocks.npu"}, "--set");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--set", "units.npu.tile_bufer.size=1KiB"}, "tile_buffer");
}

TEST_F(CliVerbs, PlaceMovesOperatorsToAnotherUnit) {
  const Outcome outcome =
      presil({"run", "resnet8", "--hw", "edge-npu", "--place", "FULLY_CONNECTED=cpu", "--format", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json result = Json::parse(outcome.out);
  for (const Json& op : result["operators"]) {
    if (op["type"] == "FULLY_CONNECTED") {
      EXPECT_EQ(op["unit"], "cpu");
    } else if (op["type"] == "CONV_2D") {
      EXPECT_EQ(op["unit"], "npu");
    }
  }
}

TEST_F(CliVerbs, SeveralInferencesReportColdWarmAndInterval) {
  const Outcome once = presil({"run", "resnet8", "--hw", "edge-npu", "--format", "json"});
  const Outcome outcome = presil({"run", "resnet8", "--hw", "edge-npu", "--inferences", "3", "--format", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const Json several = Json::parse(outcome.out)["inferences"];
  EXPECT_EQ(several["count"], 3);
  EXPECT_EQ(several["warm_ps"], Json::parse(once.out)["latency_ps"]);
  EXPECT_GE(several["cold_ps"], several["warm_ps"]);
  EXPECT_GT(several["interval_ps"], 0);
}

TEST_F(CliVerbs, PlanThenReplayGivesWhatRunGives) {
  const Outcome plan = presil({"plan", "resnet8", "--hw", "edge-npu", "-o", in("r.sched")});
  ASSERT_EQ(plan.code, 0) << plan.err;
  const Outcome run = presil({"run", "resnet8", "--hw", "edge-npu", "--format", "csv"});
  for (const char* file : {"r.sched", "r.sched.json"}) {
    const Outcome replay = presil({"replay", in(file), "--hw", "edge-npu", "--format", "csv"});
    ASSERT_EQ(replay.code, 0) << replay.err;
    EXPECT_EQ(replay.out, run.out);
  }
}

TEST_F(CliVerbs, ReplayRefusesAScheduleForOtherHardwareUnlessToldToIgnoreIt) {
  ASSERT_EQ(presil({"plan", "resnet8", "--hw", "edge-npu", "-o", in("r.sched")}).code, 0);
  const std::vector<std::string> replay = {"replay", in("r.sched"), "--hw", "edge-npu", "--set", "clocks.npu=400MHz"};
  expect_mistake(replay, "r.sched");
  std::vector<std::string> anyway = replay;
  anyway.push_back("--ignore-digests");
  EXPECT_EQ(presil(anyway).code, 0);
}

TEST_F(CliVerbs, InspectDecidesByContentAndNotByName) {
  ASSERT_EQ(presil({"network", "resnet8", "-o", in("n.tflite")}).code, 0);
  ASSERT_EQ(presil({"plan", "resnet8", "--hw", "edge-npu", "-o", in("r.sched")}).code, 0);
  std::filesystem::rename(in("n.tflite"), in("a"));
  std::filesystem::rename(in("r.sched"), in("b"));
  std::filesystem::rename(in("r.sched.json"), in("c"));
  std::filesystem::copy_file(std::string(PRESIL_SOURCE_DIR) + "/hwconfigs/edge-npu.yaml", in("d"));
  std::filesystem::copy(std::string(PRESIL_SOURCE_DIR) + "/hwconfigs/libraries", in("libraries"));
  EXPECT_NE(presil({"inspect", in("a")}).out.find("12,501,632 in convolutions"), std::string::npos);
  for (const char* schedule : {"b", "c"})
    EXPECT_NE(presil({"inspect", in(schedule)}).out.find("resnet8 on edge-npu"), std::string::npos);
  const Outcome hardware = presil({"inspect", in("d")});
  EXPECT_EQ(hardware.code, 0) << hardware.err;
  const auto below_the_title = [](const std::string& text) { return text.substr(text.find('\n')); };
  EXPECT_EQ(below_the_title(hardware.out), below_the_title(presil({"inspect", "edge-npu"}).out));
  expect_mistake({"inspect", write("e.yaml", "kind: recipe\n")}, "e.yaml");
  expect_mistake({"inspect", write("f.yaml", "name: nothing\n")}, "kind");
  expect_mistake({"inspect", write("g.tflite", "")}, "g.tflite");
  expect_mistake({"inspect", in("")}, "director");
}

TEST_F(CliVerbs, InspectPreviewsWhatATransformChangesAndRunRunsIt) {
  const Outcome preview = presil({"inspect", "resnet8", "--transform", "separable:conv_1"});
  EXPECT_EQ(preview.code, 0) << preview.err;
  // 3x3 over 32 x 32 pixels, 16 to 16 channels: 2,359,296 MACs become 147,456 + 262,144.
  EXPECT_THAT(preview.out, testing::HasSubstr("separable:conv_1  replaces 1 operator: operator 1 (CONV_2D)"));
  EXPECT_THAT(preview.out, testing::HasSubstr("MACs                   12,501,632 -> 10,551,936 (-15.6 %)"));
  EXPECT_THAT(preview.out, testing::HasSubstr("weight bytes"));
  EXPECT_THAT(preview.out, testing::HasSubstr("peak activation bytes  "));
  const Outcome run =
      presil({"run", "resnet8", "--hw", "edge-npu", "--transform", "separable:conv_1", "--format", "csv"});
  EXPECT_THAT(run.out, testing::HasSubstr("DEPTHWISE_CONV_2D"));
  EXPECT_THAT(presil({"run", "resnet8", "--hw", "edge-npu", "--transform", "separable:conv_1"}).out,
              testing::HasSubstr("NOTE the network is changed: separable in place of operator 1 (CONV_2D)"));
  EXPECT_THAT(presil({"run", "resnet8", "--hw", "edge-npu", "--transform", "separable:nobody"}).err,
              testing::HasSubstr("'separable' applies to no operator that 'nobody' means"));
  EXPECT_THAT(presil({"run", "resnet8", "--hw", "edge-npu", "--transform", "winograd"}).err,
              testing::HasSubstr("names: depthwise-5x5-as-3x3, separable"));
}

TEST_F(CliVerbs, InspectTransformsListsThemAll) {
  const std::string shown = presil({"inspect", "transforms"}).out;
  for (const char* name :
       {"depthwise-5x5-as-3x3", "separable", "unfuse-activation", "unfuse-batch-norm", "fuse-activation",
        "fuse-batch-norm", "dense-as-convolution", "pool-as-convolutions", "split", "drop-dead-filters"})
    EXPECT_THAT(shown, testing::HasSubstr(name));
}

TEST_F(CliVerbs, WrittenWeightsAreAsSparseAndNarrowAsAskedFor) {
  const std::string file = in("sparse.tflite");
  const Outcome written = presil({"network", "resnet8", "--sparsity", "0.5", "--dead-filters", "0.25", "--weight-range",
                                  "7", "--seed", "3", "-o", file});
  EXPECT_EQ(written.code, 0) << written.err;
  const std::string shown = presil({"inspect", file}).out;
  EXPECT_THAT(shown, testing::HasSubstr("87 of 346 filters dead"));  // a quarter of each layer's
  // A quarter dead, half of the rest zero, and of 15 values from -7 to 7 the middle one: two thirds and more.
  EXPECT_THAT(shown, testing::ContainsRegex("77,360 weights, (6[5-9]|7[0-9]) % of them zero"));
  expect_mistake({"network", "resnet8", "--sparsity", "1.5", "-o", file}, "give a number from 0 to 1");
  expect_mistake({"network", file, "--sparsity", "0.5", "-o", file}, "is a .tflite file, whose weights are drawn");
}

TEST_F(CliVerbs, SweepRunsAStudyAndFindsWhatLiesBesideIt) {
  write("small.yaml", "kind: network\nname: small\ninput: [1, 8, 8, 4]\nlayers: [conv: {filters: 8, kernel: 3}]\n");
  const std::string study =
      write("study.yaml",
            "kind: study\nname: s\nquestion: Which?\nnetworks: [small.yaml]\nhardware: [edge-npu]\n"
            "points:\n  - {name: a}\n  - {name: b, weight_bits: 4}\n");
  const Outcome shown = presil({"sweep", study, "-j", "2", "--out", in("out")});
  EXPECT_EQ(shown.code, 0) << shown.err;
  EXPECT_THAT(shown.out, testing::HasSubstr("Which?"));
  EXPECT_EQ(read("out/study.csv"), presil({"sweep", study, "--format", "csv"}).out);
  EXPECT_EQ(read("out/study.json"), presil({"sweep", study, "--format", "json"}).out);
  EXPECT_THAT(read("out/study.csv"), testing::HasSubstr("\na,small.yaml,edge-npu,"));
  expect_mistake({"sweep", "no_such_study"}, "no such study, nor shipped under that name");
  expect_mistake({"sweep", study, "-j", "0"}, "give a number from 1 to 256");
  expect_mistake({"inspect", study}, "'presil sweep' runs it");
}

TEST_F(CliVerbs, BitsMayDifferByOperator) {
  const Outcome mixed = presil({"inspect", "resnet8", "--weight-bits", "4", "--weight-bits", "fully_connected=8"});
  EXPECT_EQ(mixed.code, 0) << mixed.err;
  // 76,720 weights of convolutions in 4 bits, 640 of the dense layer in 8, 346 biases of 4 bytes: 40,384 bytes.
  EXPECT_THAT(mixed.out, testing::HasSubstr("weights      39.4 KiB"));
  EXPECT_THAT(presil({"inspect", "resnet8", "--weight-bits", "=8"}).err, testing::HasSubstr("write PATTERN=N"));
  EXPECT_THAT(presil({"inspect", "resnet8", "--weight-bits", "dense=3"}).err, testing::HasSubstr("--weight-bits"));
}

TEST_F(CliVerbs, InspectZooListsEveryShippedNetwork) {
  const Outcome zoo = presil({"inspect", "zoo"});
  ASSERT_EQ(zoo.code, 0) << zoo.err;
  for (const char* name : {"mobilenet_v2", "resnet8"}) EXPECT_NE(zoo.out.find(name), std::string::npos) << name;
}

TEST_F(CliVerbs, CompareShowsRatiosToTheFirstChip) {
  const Outcome same = presil({"compare", "resnet8", "--hw", "edge-npu", "--hw", "edge-npu", "--format", "json"});
  ASSERT_EQ(same.code, 0) << same.err;
  const Json comparison = Json::parse(same.out);
  ASSERT_EQ(comparison["points"].size(), 2u);
  EXPECT_EQ(comparison["points"][1]["ratio"], 1.0);
  EXPECT_EQ(comparison["mean_ratio"][1], 1.0);
  const Outcome table = presil({"compare", "resnet8", "--hw", "edge-npu", "--hw", "edge-npu"});
  EXPECT_NE(table.out.find("1.00x"), std::string::npos);
}

TEST_F(CliVerbs, FailedOutputLeavesNothingBehind) {
  write("file", "a file");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--out", in("file")}, "cannot write");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--timeline", in("file/t.json")}, "cannot write");
  expect_mistake({"plan", "resnet8", "--hw", "edge-npu", "-o", in("file/r.sched")}, "cannot write");
  expect_mistake({"network", "resnet8", "-o", in("file/n.tflite")}, "cannot write");
  EXPECT_EQ(read("file"), "a file");
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(dir_), std::filesystem::directory_iterator()), 1);
  if (std::filesystem::exists("/dev/full")) expect_mistake({"network", "resnet8", "-o", "/dev/full"}, "No space left");
}

TEST_F(CliVerbs, EveryOutputMakesTheFoldersItNeeds) {
  EXPECT_EQ(presil({"network", "resnet8", "-o", in("a/b/n.tflite")}).code, 0);
  EXPECT_EQ(presil({"plan", "resnet8", "--hw", "edge-npu", "-o", in("c/d/r.sched")}).code, 0);
  EXPECT_EQ(presil({"run", "resnet8", "--hw", "edge-npu", "--timeline", in("e/f/t.json")}).code, 0);
  for (const char* file : {"a/b/n.tflite", "c/d/r.sched", "c/d/r.sched.json", "e/f/t.json"})
    EXPECT_FALSE(read(file).empty()) << file;
}

/// A stream whose device takes nothing.
class FullBuffer : public std::streambuf {};

TEST_F(CliVerbs, OutputThatCannotBeWrittenIsAnError) {
  FullBuffer full;
  std::ostream out(&full);
  std::ostringstream err;
  const char* argv[] = {"presil", "--version"};
  EXPECT_EQ(run(2, argv, out, err, {}), 1);
  EXPECT_EQ(err.str().rfind("presil: standard output: cannot write", 0), 0u) << err.str();
}

}  // namespace
}  // namespace presil::cli
