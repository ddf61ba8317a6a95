// Agreement with three public DRAM simulators on common request streams, every policy set by name and none per pattern.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <filesystem>

#include "models/dram/dram_timing.hpp"
#include "tests/support/dram_reference.hpp"

namespace presil::dram {
namespace {

const std::string folder = std::string(PRESIL_SOURCE_DIR) + "/../shared/reference/dram";

struct Errors {
  std::vector<double> values;  // absolute, in per cent
  double mean() const {
    double sum = 0;
    for (const double value : values) sum += value;
    return sum / static_cast<double>(values.size());
  }
  double percentile_95() const {
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    return sorted[(sorted.size() * 95 + 99) / 100 - 1];
  }
  double worst() const { return *std::max_element(values.begin(), values.end()); }
};

/// `max_run` 1 decides every column command alone; the default commits runs of them.
void compare(int max_run) {
  std::map<std::string, tests::Row> timing;
  for (const tests::Row& row : tests::read_csv(folder + "/timing.csv")) timing[row.at("config")] = row;
  const std::vector<tests::Row> rows = tests::read_csv(folder + "/reference.csv");
  ASSERT_GT(rows.size(), 100u);

  Errors bandwidth, latency;
  std::printf("max_run %d\n%-24s %-20s %10s %10s %8s\n", max_run, "config", "pattern", "reference", "presil", "error");
  for (const tests::Row& row : rows) {
    const Trace trace = read_trace(folder + "/" + row.at("trace"));
    tests::ReferenceConfig config = tests::reference_config(timing.at(row.at("config")), trace.window);
    config.spec.max_run = max_run;
    DramTiming memory(config.spec);
    const PlayerResult result = play(trace.requests, config.player, memory, config.spec.size_bytes);
    if (!config.player.ends_with_write_command) {
      EXPECT_EQ(result.causes.total(), result.elapsed) << row.at("pattern");
    }

    const double percent = std::stod(row.at("pct_peak"));
    const double error = 100 * (result.percent_of_peak / percent - 1);
    bandwidth.values.push_back(std::abs(error));
    std::printf("%-24s %-20s %9.2f%% %9.2f%% %+7.2f%%\n", row.at("config").c_str(), row.at("pattern").c_str(), percent,
                result.percent_of_peak, error);
    if (row.at("pattern").rfind("dep_", 0) == 0) {
      const double reference = std::stod(row.at("avg_rd_lat_ns")) * 1000;
      const double off = 100 * (static_cast<double>(result.mean_read_latency) / reference - 1);
      latency.values.push_back(std::abs(off));
      std::printf("%-45s %7.1f ns %7.1f ns %+7.2f%%  (latency)\n", "", reference / 1000,
                  static_cast<double>(result.mean_read_latency) / 1000, off);
    }
  }
  std::printf("bandwidth: mean %.2f %%, 95th percentile %.2f %%, worst %.2f %% of %zu; latency: worst %.2f %% of %zu\n",
              bandwidth.mean(), bandwidth.percentile_95(), bandwidth.worst(), bandwidth.values.size(), latency.worst(),
              latency.values.size());
  EXPECT_LE(bandwidth.mean(), 2);
  EXPECT_LE(bandwidth.percentile_95(), 6);
  EXPECT_LE(bandwidth.worst(), 12);
  EXPECT_LE(latency.worst(), 3);
}

class Reference : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(folder)) GTEST_SKIP() << "NO REFERENCE RESULTS in " << folder;
    if (!reads_gzip()) GTEST_SKIP() << "THIS BUILD READS NO GZIP: reference traces not replayed";
  }
};

TEST_F(Reference, BandwidthsAndLatenciesAgreeDecidingEveryColumnCommandAlone) {
  compare(1);
}
TEST_F(Reference, BandwidthsAndLatenciesAgreeCommittingRuns) {
  compare(DramSpec{}.max_run);
}

}  // namespace
}  // namespace presil::dram
