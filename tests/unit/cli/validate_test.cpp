// presil validate: exit codes, files, and where things are looked for.
#include "tests/unit/cli/command.hpp"

namespace presil::cli {
namespace {

class ValidateVerb : public InFolder {
 protected:
  std::string table(const std::string& rows) const {
    return write("board.csv", "network,quantity,value,unit\n" + rows);
  }
};

TEST_F(ValidateVerb, ATableOfOnesOwnNeedsNoSuite) {
  const Outcome outcome = presil({"validate", "--measured", table("resnet8,latency_us,120,us\n"), "--hw", "edge-npu"});
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("1 rows of time: MAPE"), std::string::npos) << outcome.out;
}

TEST_F(ValidateVerb, ABadRowCostsExitCodeOneAndALineButNotTheReport) {
  const Outcome outcome = presil(
      {"validate", "--measured", table("resnet8,latency_us,120,us\nds_cnnn,latency_us,1,us\n"), "--hw", "edge-npu"});
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.out.find("1 rows of time"), std::string::npos);
  EXPECT_NE(outcome.err.find("board.csv:3: ds_cnnn: column 'network'"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("did you mean 'ds_cnn'"), std::string::npos) << outcome.err;
}

TEST_F(ValidateVerb, ReportsArePutIntoAFolder) {
  ASSERT_EQ(
      presil({"validate", "--measured", table("resnet8,cycles,96000,cycles\n"), "--hw", "edge-npu", "--out", in("out")})
          .code,
      0);
  for (const char* name : {"out/report.txt", "out/validation.json", "out/rows.csv", "out/scatter.svg"})
    EXPECT_FALSE(read(name).empty()) << name;
}

TEST_F(ValidateVerb, ShippedSuitesAreFoundByNameAndOthersAnswered) {
  expect_mistake({"validate", "stm32n7"}, "did you mean 'stm32n6'?");
  expect_mistake({"validate"}, "which suite?");
  expect_mistake({"validate", "--measured", table("")}, "give --hw");
  expect_mistake({"validate", "--measured", table(""), "--hw", "edge-npu"}, "selects no row");
  expect_mistake({"validate", "--measured", in("none.csv"), "--hw", "edge-npu"}, "no measured table 'none.csv'");
  expect_mistake({"validate", "--measured", table("a,latency_ms,1,ms\n"), "--hw", "edge-npu", "-j", "0"},
                 "give a number");
}

TEST_F(ValidateVerb, ASuiteIsReadStrictly) {
  table("resnet8,latency_us,120,us\n");
  const std::string head = "kind: suite\nname: s\ntables:\n  - measured: board.csv\n    hardware: edge-npu\n";
  expect_mistake({"validate", write("a.yaml", head + "    quantites: [latency_us]\n")}, "did you mean 'quantities'?");
  expect_mistake({"validate", write("b.yaml", head + "    quantities: [heat]\n")},
                 "'heat' does not say by itself what it is");
  expect_mistake({"validate", write("c.yaml", "kind: hardware\n")},
                 "'hardware' where a file of kind 'suite' is expected");
  expect_mistake({"validate", write("d.yaml", "kind: suite\nname: s\ntables: []\n")}, "compares at least one table");
}

TEST(ShippedSuites, AllRunAndNoRowIsAtFaultForWantOfATable) {
  const Outcome outcome = presil({"validate", "all", "--format", "json"});
  EXPECT_NE(outcome.code, 2) << outcome.err;
  EXPECT_NE(outcome.out.find("\"by_family\""), std::string::npos) << outcome.err;
}

}  // namespace
}  // namespace presil::cli
