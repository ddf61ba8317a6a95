// presil calibrate: exit codes and what is written.
#include <fmt/format.h>

#include "tests/unit/cli/command.hpp"
#include "tests/unit/study/bench.hpp"

namespace presil::cli {
namespace {

class CalibrateVerb : public InFolder {
 protected:
  void SetUp() override {
    InFolder::SetUp();
    write("chip.yaml", study::bench_chip);
    write("dense.yaml", study::bench_network);
    std::string csv = "network,quantity,value,unit\n";
    for (int units : {10, 20, 50, 100, 200, 400, 800, 1500})
      csv += fmt::format("\"dense.yaml(units={})\",latency_us,{},us\n", units, (100.0 * units * 7 + 5000) / 1000);
    write("board.csv", csv);
  }
  std::vector<std::string> call(const std::vector<std::string>& more) const {
    std::vector<std::string> all = {"calibrate", in("chip.yaml"), "--measured", in("board.csv")};
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  const std::string mac_ = "cpu.library.rates.fully_connected.cycles_per_mac";
  const std::string operator_ = "cpu.library.rates.fully_connected.cycles_per_operator=100..50000";
};

TEST_F(CalibrateVerb, TenMeasurementsMakeAFileToTrust) {
  const Outcome outcome = presil(call({"--fit", mac_ + "," + operator_, "-o", in("fitted.yaml")}));
  EXPECT_EQ(outcome.code, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("of networks left out of the fit"), std::string::npos) << outcome.out;
  EXPECT_EQ(read("chip.yaml"), study::bench_chip) << "the old file stays";
  const Outcome after =
      presil({"validate", "--measured", in("board.csv"), "--hw", in("fitted.yaml"), "--leave-one-out"});
  EXPECT_EQ(after.code, 0) << after.err;
  EXPECT_NE(after.out.find("8 rows of time: MAPE 0.0 %"), std::string::npos) << after.out;
  EXPECT_NE(after.out.find("Fitted anew without each network"), std::string::npos) << after.out;
  EXPECT_NE(presil({"inspect", in("fitted.yaml")}).out.find("(fitted): "), std::string::npos);
}

TEST_F(CalibrateVerb, WithoutATargetTheFileItselfIsWritten) {
  EXPECT_EQ(presil(call({"--fit", mac_, "--dry-run"})).code, 0);
  EXPECT_EQ(read("chip.yaml"), study::bench_chip);
  EXPECT_EQ(presil(call({"--fit", mac_})).code, 0);
  EXPECT_NE(read("chip.yaml").find("\ncalibrated:\n"), std::string::npos);
}

TEST_F(CalibrateVerb, MistakesAreAnswered) {
  expect_mistake({"calibrate"}, "which hardware file?");
  expect_mistake({"calibrate", "stm32h747", "--measured", in("board.csv"), "--fit",
                  "cpu.library.generic.cycles_per_output", "-o", in("fitted.yaml")},
                 "would not be found from there");
  expect_mistake({"calibrate", in("chip.yaml"), "--fit", mac_}, "give --measured or --suite");
  expect_mistake(call({}), "fit what?");
  expect_mistake(call({"--fit", "cpu.libary"}), "did you mean");
  expect_mistake(call({"--fit", mac_ + "," + mac_}), "is given twice");
  expect_mistake(call({"--fit", mac_ + "," + operator_ + ",cpu.library.generic.cycles_per_output"}),
                 "3 figures are too many for 8");
}

TEST_F(CalibrateVerb, ABadRowIsToldAndTheRestIsFitted) {
  write("board.csv", read("board.csv") + "nowhere,latency_us,1,us\n");
  const Outcome outcome = presil(call({"--fit", mac_, "-o", in("fitted.yaml")}));
  EXPECT_EQ(outcome.code, 1);
  EXPECT_NE(outcome.err.find("board.csv:10: nowhere: column 'network'"), std::string::npos) << outcome.err;
  EXPECT_NE(read("fitted.yaml").find("8 times of board.csv"), std::string::npos);
}

}  // namespace
}  // namespace presil::cli
