// The five sizes of Arm's Ethos-U85. Nothing is measured: what any of them must show.
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

}  // namespace
}  // namespace presil
