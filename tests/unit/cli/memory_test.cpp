// presil memory: traces and sweeps of one memory.
#include <fmt/format.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "tests/unit/cli/command.hpp"

namespace presil::cli {
namespace {

namespace fs = std::filesystem;

class CliMemory : public ::testing::Test {
 protected:
  std::string trace(const std::string& text) {
    path_ = fs::temp_directory_path() / (std::string("presil_memory_") +
                                         ::testing::UnitTest::GetInstance()->current_test_info()->name() + ".trace");
    std::ofstream(path_) << text;
    return path_.string();
  }
  void TearDown() override {
    if (!path_.empty()) fs::remove(path_);
  }
  fs::path path_;
};

TEST_F(CliMemory, ReplaysATraceAndSaysWhereTheTimeWent) {
  // 64 requests of 64 B, one after another: 4096 B of an SRAM of 16 B a cycle of 400 MHz. At 6.4 GB/s 640 ns, and the
  // first one's latency of 2 cycles = 5 ns.
  std::string text = "# window=8\n";
  for (int i = 0; i < 64; ++i) text += fmt::format("{:x} 64 R 0\n", i * 64);
  const auto outcome =
      presil({"memory", "--hw", "edge-npu", "--memory", "sram", "--trace", trace(text), "--format", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto j = nlohmann::json::parse(outcome.out);
  EXPECT_EQ(j["bytes"], 4096);
  EXPECT_EQ(j["elapsed_ps"], 645'000);
  std::int64_t sum = 0;
  for (const auto& [cause, ps] : j["causes_ps"].items()) sum += ps.get<std::int64_t>();
  EXPECT_EQ(sum, 645'000);
}

TEST_F(CliMemory, SweepsBurstLengths) {
  const auto outcome = presil({"memory", "--hw", "edge-npu", "--memory", "flash", "--sweep", "--format", "json"});
  ASSERT_EQ(outcome.code, 0) << outcome.err;
  const auto j = nlohmann::json::parse(outcome.out);
  double random_16 = 0, random_4096 = 0;
  for (const auto& row : j) {
    EXPECT_TRUE(row["write_gbps"].is_null());  // a NOR flash takes no writes
    if (row["stride_bytes"] == 0 && row["burst_bytes"] == 16) random_16 = row["read_gbps"];
    if (row["stride_bytes"] == 0 && row["burst_bytes"] == 4096) random_4096 = row["read_gbps"];
  }
  // 25 clocks of overhead on 8 clocks of data, and on 2048, at 2 B a clock of 200 MHz.
  EXPECT_NEAR(random_16, 16 / (33 * 5.0), 0.005);
  EXPECT_NEAR(random_4096, 4096 / (2073 * 5.0), 0.005);
}

TEST_F(CliMemory, RefusesWhatMakesNoSense) {
  expect_mistake({"memory", "--hw", "edge-npu", "--memory", "dramm", "--sweep"}, "did you mean 'dram'");
  expect_mistake(
      {"memory", "--hw", "edge-npu", "--memory", "dram", "--trace", trace("# window=8\n0 64 R 0\nnonsense\n")}, "3");
  expect_mistake({"memory", "--hw", "edge-npu", "--memory", "sram", "--trace", trace("# window=8\nffffffff 64 R 0\n")},
                 ".trace: trace request 1: 64 bytes from 4294967295 on lie outside the memory");
  expect_mistake(
      {"memory", "--hw", "edge-npu", "--memory", "dram", "--trace", trace("# window=1\nffffffffffffffff 2 R 0\n")},
      "outside the memory");
  expect_mistake({"memory", "--hw", "edge-npu", "--memory", "flash", "--trace", trace("# window=1\n0 64 W 0\n")},
                 ".trace: serial flash");
  expect_mistake({"memory", "--hw", "edge-npu", "--memory", "dram", "--trace", fs::temp_directory_path().string()},
                 "is a directory");
  expect_mistake({"memory", "--hw", "edge-npu", "--memory", "dram", "--trace", trace("0 64 R 0\n")}, "--window");
  expect_mistake({"memory", "--hw", "edge-npu", "--memory", "dram", "--sweep", "--trace", "a.trace"}, "leave --trace");
  expect_mistake({"memory", "--hw", "edge-npu", "--memory", "dram", "--sweep", "--window", "4"}, "and --window out");
}

}  // namespace
}  // namespace presil::cli
