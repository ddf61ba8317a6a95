// What is typed wrong, and what help says.
#include <gtest/gtest.h>

#include "tests/unit/cli/command.hpp"

namespace presil::cli {
namespace {

TEST(CliArguments, HelpNamesEveryVerbAndEveryVerbHasHelpWithExamples) {
  const Outcome help = presil({"--help"});
  EXPECT_EQ(help.code, 0);
  for (const std::string verb : {"run", "plan", "replay", "inspect", "compare", "network"}) {
    EXPECT_NE(help.out.find("\n  " + verb + " "), std::string::npos) << verb;
    const Outcome own = presil({verb, "--help"});
    EXPECT_EQ(own.code, 0);
    EXPECT_NE(own.out.find("usage: presil " + verb + " "), std::string::npos);
    EXPECT_NE(own.out.find("examples:\n  presil "), std::string::npos);
    EXPECT_EQ(own.err, "");
  }
}

TEST(CliArguments, VersionIsOneLine) {
  const Outcome outcome = presil({"--version"});
  EXPECT_EQ(outcome.code, 0);
  EXPECT_EQ(outcome.out.rfind("presil ", 0), 0u);
  EXPECT_EQ(outcome.out.find('\n') + 1, outcome.out.size());
}

TEST(CliArguments, HelpIsGivenWhateverElseIsWrong) {
  EXPECT_EQ(presil({"run", "--nonsense", "--help"}).code, 0);
  EXPECT_EQ(presil({"plan", "-h"}).code, 0);
}

TEST(CliArguments, AVerbMustBeKnown) {
  expect_mistake({}, "no verb given");
  expect_mistake({"rum"}, "there is no verb 'rum'; did you mean 'run'?");
  expect_mistake({"frobnicate"}, "known: run, plan");
}

TEST(CliArguments, VerbsThatAreNotBuiltDoNotExist) {
  for (const std::string verb : {"advise"}) expect_mistake({verb}, "there is no verb '" + verb + "'");
}

TEST(CliArguments, AnOptionMustBeKnown) {
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--fromat", "json"}, "did you mean '--format'?");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--form", "json"},
                 "there is no option '--form'");  // no guessing
  expect_mistake({"run", "resnet8", "--hw"}, "--hw");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--hw", "edge-npu"}, "--hw");
  expect_mistake({"run", "resnet8", "resnet8", "--hw", "edge-npu"}, "too many arguments");
}

TEST(CliArguments, WhatIsMissingIsNamedWithItsCure) {
  expect_mistake({"run", "--hw", "edge-npu"}, "which network?");
  expect_mistake({"run", "", "--hw", "edge-npu"}, "which network?");
  expect_mistake({"run", "resnet8"}, "--hw is missing");
  expect_mistake({"run", "resnet8"}, "edge-npu");  // the shipped files are listed
  expect_mistake({"plan", "resnet8", "--hw", "edge-npu"}, "-o FILE.sched");
  expect_mistake({"replay", "--hw", "edge-npu"}, "which schedule?");
  expect_mistake({"inspect"}, "inspect: what?");
  expect_mistake({"compare", "resnet8"}, "--hw");
  expect_mistake({"network", "resnet8"}, "-o FILE.tflite");
}

TEST(CliArguments, ValuesAreChecked) {
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--format", "jsn"}, "did you mean 'json'?");
  expect_mistake({"compare", "resnet8", "--hw", "edge-npu", "--format", "csv"}, "there is no such format");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--inferences", "0"}, "from 1 to 1000");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--inferences", "1001"}, "from 1 to 1000");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--inferences", "many"}, "--inferences");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--inferences", "2", "--cold"}, "give one of them");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--out", ""}, "--out");
  for (const std::string place : {"softmax", "=cpu", "softmax="})
    expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--place", place}, "PATTERN=UNIT");
  expect_mistake({"run", "resnet8", "--hw", "edge-npu", "--place", "softmax=npv"}, "did you mean 'npu'?");
}

TEST(CliArguments, NamesOfNothingAreRefused) {
  expect_mistake({"run", "resnet8", "--hw", "edge-nqu"}, "did you mean 'edge-npu'?");
  expect_mistake({"run", "resnet8", "--hw", "./edge-npu"}, "./edge-npu");  // a path is not looked up among the shipped
  expect_mistake({"run", "resnet88", "--hw", "edge-npu"}, "resnet88");
  expect_mistake({"inspect", "resnet8x"}, "did you mean 'resnet8'?");
  expect_mistake({"replay", "nowhere.sched", "--hw", "edge-npu"}, "nowhere.sched");
}

TEST(CliArguments, AMessageStaysOnOneLineWhateverTheName) {
  expect_mistake({"inspect", "two\nlines\x1b[31m"}, "no such file");
  EXPECT_EQ(presil({"inspect", "\x1b[31m"}).err.find('\x1b'), std::string::npos);
}

}  // namespace
}  // namespace presil::cli
