// What was fitted must hold for networks that the fit has not seen: promised errors with each network, and each family
// of networks, left out of the fit in turn.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/cli/cli.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

struct Promise {
  const char* suite;
  double mean, worst;     // of networks left out, in per cent
  double chip_mean = 0;   // likewise, of each chip (or family of libraries) by itself; 0: not promised
  std::size_t chips = 1;  // that the fit is about
};

class LeaveOneOut : public ::testing::TestWithParam<Promise> {};

TEST_P(LeaveOneOut, NetworksThatTheFitHasNotSeenStayInsideThePromise) {
  const Promise& promise = GetParam();
  if (test::network_files().empty())
    GTEST_SKIP() << "no networks beside the project: " << promise.suite << " is not fitted anew";
  std::ostringstream out, err;
  const char* const arguments[] = {"presil", "validate", promise.suite, "--leave-one-out", "--format", "json"};
  ASSERT_EQ(cli::run(6, arguments, out, err, {false, 120, PRESIL_SOURCE_DIR}), 0) << err.str();
  const nlohmann::json all = nlohmann::json::parse(out.str());
  ASSERT_EQ(all["left_out"].size(), 1u);
  const nlohmann::json& fit = all["left_out"][0];
  ASSERT_EQ(fit["reason"], "");
  EXPECT_LE(100 * fit["without_network"]["mape"].get<double>(), promise.mean);
  EXPECT_LE(100 * std::abs(fit["without_network"]["worst"].get<double>()), promise.worst)
      << fit["without_network"]["worst_network"];
  EXPECT_LE(fit["without_family"]["mape"].get<double>(), 2 * fit["fitted"]["mape"].get<double>())
      << "a family that the fit has not seen may have twice the error";
  if (promise.chip_mean <= 0) return;
  EXPECT_EQ(fit["by_chip"].size(), promise.chips);
  for (const nlohmann::json& chip : fit["by_chip"]) {
    EXPECT_LE(100 * chip["without_network"]["mape"].get<double>(), promise.chip_mean) << chip["chip"];
    EXPECT_EQ(chip["without_network"]["rows"], chip["fitted"]["rows"]) << chip["chip"];
  }
}

INSTANTIATE_TEST_SUITE_P(Suites, LeaveOneOut,
                         // mlperf_tiny's worst: ResNet-8 of X-CUBE-AI in MLPerf Tiny 0.7, on the Cortex-M4
                         ::testing::Values(Promise{"stm32n6", 5, 15}, Promise{"mlperf_tiny", 8, 32, 8, 3},
                                           Promise{"stm32h747", 5, 18}, Promise{"coral-edgetpu", 20, 45},
                                           Promise{"cpus", 15, 30}, Promise{"imx8mp", 20, 45}),
                         [](const auto& info) {
                           std::string name = info.param.suite;
                           std::replace(name.begin(), name.end(), '-', '_');
                           return name;
                         });

}  // namespace
}  // namespace presil
