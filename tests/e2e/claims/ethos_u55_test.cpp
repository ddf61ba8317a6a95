// The four sizes of Arm's Ethos-U55, from documented constants alone.
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

TEST(TheEthosU55, IsFasterTheLargerItIs) {
  for (const char* network : {"resnet8", "mobilenet_v2(alpha=0.35,resolution=96)"}) {
    common::Tick before = common::never;
    for (const char* size : {"32", "64", "128", "256"}) {
      const replay::Result r = test::run(test::zoo(network), test::chip(std::string("ethos-u55-") + size)).result;
      test::expect_consistent(r);
      EXPECT_LT(r.latency, before) << network << " on " << size;
      before = r.latency;
    }
  }
}

TEST(TheEthosU55, AgreesWithTheCyclesOfArmsOwnModel) {
  // Person detection on the Corstone-300 FVP, ethos-u55-64: 479 093 NPU cycles, 62 789 beats of 8 B written to SRAM
  // (github HimaxWiseEyePlus/ML_FVP_EVALUATION at bb77a76, images/npu_inference_result.png).
  const auto file = test::networks_dir / "tflm_person_detect.tflite";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "tflm_person_detect is not beside the project";
  const replay::Result r = test::run(graph::import_tflite(file), test::chip("ethos-u55-64")).result;
  const double cycles = static_cast<double>(r.latency) / 2000;  // 500 MHz
  EXPECT_NEAR(cycles / 479093, 1.0, 0.06);
  EXPECT_NEAR(static_cast<double>(test::memory(r, "sram").counters.write_bytes) / 8 / 62789, 1.0, 0.05);
}

}  // namespace
}  // namespace presil
