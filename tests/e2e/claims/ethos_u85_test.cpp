// The five sizes of Arm's Ethos-U85. Nothing is measured: what any of them must show.
#include <cmath>

#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

TEST(TheEthosU85, IsFasterTheLargerItIsAndNeverBeatsItsArray) {
  for (const char* network : {"resnet8", "mobilenet_v2", "resnet50"}) {
    common::Tick before = common::never;
    for (const std::int64_t macs : {128, 256, 512, 1024, 2048}) {
      SCOPED_TRACE(std::string(network) + " on " + std::to_string(macs));
      const replay::Result r = test::run(test::zoo(network), test::chip("ethos-u85-" + std::to_string(macs))).result;
      test::expect_consistent(r);
      EXPECT_LT(r.latency, before);
      before = r.latency;
      std::int64_t work = 0;
      for (const auto& op : r.operators) work += op.macs;
      EXPECT_GT(r.latency, work / macs * 1000);  // 1 GHz: 1000 ps a cycle
    }
  }
}

/// Cycles that Vela 5.1 estimates (Ethos_U85_SYS_DRAM_Mid, 384 KiB of SRAM). It counts short bursts as whole ones,
/// which small maps feel; the mean is what is held.
TEST(TheEthosU85, AgreesInTheMeanWithTheEstimatesOfArmsCompiler) {
  struct Estimate {
    const char* network;
    double with_128, with_256;
  };
  constexpr Estimate estimates[] = {
      {"coral_mobilenet_v1_0.25_128_quant", 624867, 439359},
      {"coral_mobilenet_v1_1.0_224_quant_embedding_extractor", 7374051, 4092007},
      {"coral_tf2_mobilenet_v2_1.0_224_ptq", 7655324, 5035177},
      {"mlperf_ad01_int8", 63478, 62705},
      {"mlperf_kws_ref_model", 72088, 54311},
      {"mlperf_pretrainedResnet_quant", 165891, 99010},
      {"mlperf_vww_96_int8", 321884, 212034},
      {"tflm_person_detect", 286516, 181824},
  };
  if (test::network_files().empty())
    GTEST_SKIP() << "no networks beside the project: Ethos-U85 is not held against Vela";
  for (const bool large : {false, true}) {
    const hw::Hardware chip = test::chip(large ? "ethos-u85-256" : "ethos-u85-128");
    double sum = 0;
    for (const Estimate& e : estimates) {
      const auto file = test::networks_dir / (std::string(e.network) + ".tflite");
      const double cycles = static_cast<double>(test::run(graph::import_tflite(file), chip).result.latency) / 1000;
      sum += std::abs(cycles / (large ? e.with_256 : e.with_128) - 1);
    }
    EXPECT_LE(sum / std::size(estimates), 0.25) << chip.name;
  }
}

}  // namespace
}  // namespace presil
