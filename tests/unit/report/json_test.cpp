#include "sim/report/json.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/report/sample.hpp"

namespace presil::report {
namespace {

using Json = nlohmann::json;

Json parsed(const replay::Result& result) {
  return Json::parse(json(result));
}

std::int64_t sum(const Json& times) {
  std::int64_t total = 0;
  for (const auto& time : times) total += time.get<std::int64_t>();
  return total;
}

TEST(ReportJson, HasEveryKeyThatOtherProgramsRelyOn) {
  const Json root = parsed(sample_result());
  for (const char* key : {"network", "hardware", "latency_ps", "latency_ms", "cycles", "stack_ps", "units", "memories",
                          "tiling", "peak_bytes", "energy_uj", "operators", "roofline", "inferences", "notes"})
    EXPECT_TRUE(root.contains(key)) << key;
  for (const char* cause :
       {"compute", "input_stream", "output_stream", "weight_stream", "transfer", "launch", "hand_over", "overhead",
        "arbitration", "bank", "row", "refresh", "turnaround", "outstanding", "dependency", "latency"})
    EXPECT_TRUE(root["stack_ps"].contains(cause)) << cause;
  for (const char* key : {"busy_ps", "stall_ps", "idle_ps", "stalls_ps"})
    EXPECT_TRUE(root["units"]["npu"].contains(key)) << key;
  for (const char* key : {"read_bytes", "write_bytes", "useful_bytes", "row_hits", "row_misses", "row_conflicts",
                          "busy_ps", "stall_ps", "idle_ps", "stalls_ps"})
    EXPECT_TRUE(root["memories"]["dram"].contains(key)) << key;
  for (const char* key : {"extra_bytes", "extra_macs", "overhead_ps"}) EXPECT_TRUE(root["tiling"].contains(key)) << key;
  for (const char* key : {"index", "name", "type", "unit", "fused_into", "free_reason", "fallback_reason", "start_ps",
                          "end_ps", "stack_ps", "macs", "tiles", "utilisation", "bound", "read_bytes", "write_bytes"})
    EXPECT_TRUE(root["operators"][0].contains(key)) << key;
}

TEST(ReportJson, GivesTheCountsOfACacheBeforeAMemory) {
  replay::Result result = sample_result();
  EXPECT_FALSE(parsed(result)["memories"]["dram"].contains("cache"));
  auto& cache = result.memories[1].cache.emplace();
  cache.hits = 750, cache.misses = 250, cache.fills = 240, cache.write_backs = 3, cache.read_bytes = 64'000;
  const Json row = parsed(result)["memories"]["dram"]["cache"];
  EXPECT_EQ(row["hits"], 750);
  EXPECT_EQ(row["misses"], 250);
  EXPECT_EQ(row["hit_rate"], 0.75);
  EXPECT_EQ(row["fills"], 240);
  EXPECT_EQ(row["write_backs"], 3);
  EXPECT_EQ(row["read_bytes"], 64'000);
}

TEST(ReportJson, KeepsTimesWholeAndDerivesMilliseconds) {
  const Json root = parsed(sample_result());
  EXPECT_EQ(root["latency_ps"], 1'000'000'000);
  EXPECT_EQ(root["latency_ms"], 1.0);
  EXPECT_EQ(root["cycles"], 800'000);  // 1 ms at 800 MHz
  EXPECT_EQ(root["operators"][3]["start_ps"], 380'000'000);
  EXPECT_EQ(root["operators"][3]["duration_ps"], 270'000'000);
  EXPECT_EQ(root["operators"][3]["end_ms"], 0.65);
}

TEST(ReportJson, SumsOfStacksUnitsAndMemoriesGiveTheLatency) {
  const Json root = parsed(sample_result());
  EXPECT_EQ(sum(root["stack_ps"]), root["latency_ps"]);
  std::int64_t operators = 0;
  for (const Json& op : root["operators"]) operators += sum(op["stack_ps"]);
  EXPECT_EQ(operators, root["latency_ps"]);
  for (const char* section : {"units", "memories"})
    for (const auto& [name, row] : root[section].items()) {
      EXPECT_EQ(
          row["busy_ps"].get<std::int64_t>() + row["stall_ps"].get<std::int64_t>() + row["idle_ps"].get<std::int64_t>(),
          root["latency_ps"])
          << name;
      EXPECT_EQ(sum(row["stalls_ps"]), row["stall_ps"]) << name;
    }
}

TEST(ReportJson, WritesNullForWhatIsUnknownAndNeverZero) {
  const Json root = parsed(sample_result());
  EXPECT_TRUE(root["energy_uj"].is_null());
  EXPECT_EQ(root["energy"][0]["uj"], 6.5);
  EXPECT_TRUE(root["energy"][1]["uj"].is_null());
  EXPECT_TRUE(root["tiling"]["overhead_ps"].is_null());
  EXPECT_TRUE(root["operators"][0]["fallback_reason"].is_null());
  EXPECT_TRUE(root["operators"][0]["fused_into"].is_null());
  EXPECT_EQ(root["operators"][1]["fused_into"], 0);
  EXPECT_TRUE(root["operators"][1]["bound"].is_null());
  EXPECT_TRUE(root["operators"][4]["utilisation"].is_null());  // a softmax has no multiply-accumulates
  EXPECT_EQ(root["operators"][4]["bound"], "overhead");
}

TEST(ReportJson, NamesMemoriesInEveryRow) {
  const Json root = parsed(sample_result());
  EXPECT_EQ(root["operators"][3]["read_bytes"]["sram"], 1088);
  EXPECT_EQ(root["operators"][3]["read_bytes"]["dram"], 20'000);
  EXPECT_EQ(root["memories"]["dram"]["kinds"]["weights"]["read_bytes"], 20'000);
  EXPECT_EQ(root["memories"]["dram"]["kinds"]["input"]["redundant_read_bytes"], 1024);
  EXPECT_EQ(root["peak_bytes"]["sram"], 2176);
}

TEST(ReportJson, ASingleInferenceHasNoInterval) {
  const Json several = parsed(sample_result())["inferences"];
  EXPECT_EQ(several["count"], 1);
  EXPECT_TRUE(several["cold_ps"].is_null());
  EXPECT_TRUE(several["interval_ps"].is_null());
}

TEST(ReportJson, SeveralInferencesGiveColdWarmAndSteadyInterval) {
  replay::Result result = sample_result();
  result.inference_ends = {500'000'000, 800'000'000, 1'000'000'000};
  result.cold_latency = 700'000'000;
  result.warm_latency = 450'000'000;
  const Json root = parsed(result);
  EXPECT_EQ(root["inferences"]["count"], 3);
  EXPECT_EQ(root["inferences"]["cold_ps"], 700'000'000);
  EXPECT_EQ(root["inferences"]["warm_ps"], 450'000'000);
  EXPECT_EQ(root["inferences"]["interval_ps"], 200'000'000);  // 1000 - 800 us
  EXPECT_EQ(root["inferences_per_second"], 5000.0);           // one every 200 us
}

TEST(ReportJson, RooflineNamesTheLowestRoof) {
  const Json roof = parsed(sample_result())["roofline"];
  // 33 M MACs over 24,096 bytes of DRAM: 1369.5 MACs a byte, far above what 256 MACs a cycle need.
  EXPECT_EQ(roof["macs"], 33'000'000);
  EXPECT_EQ(roof["limit"], "npu");
  EXPECT_EQ(roof["peak_macs_per_second"], 204.8e9);
  EXPECT_EQ(roof["attained_macs_per_second"], 33e9);
  replay::Result slow = sample_result();
  slow.memories[1].peak_bytes_per_second = 100e6;  // 1369.5 MACs a byte x 0.1 GB/s = 137 GMAC/s < 204.8
  EXPECT_EQ(parsed(slow)["roofline"]["limit"], "dram");
}

TEST(ReportJson, SurvivesNamesThatAreNotUtf8) {
  replay::Result result = sample_result();
  result.operators[0].name = "caf\xE9 \"quoted\"\n";
  EXPECT_EQ(parsed(result)["operators"][0]["name"], "caf\xEF\xBF\xBD \"quoted\"\n");
}

TEST(ReportJson, GivesTheSameBytesTwice) {
  EXPECT_EQ(json(sample_result()), json(sample_result()));
}

TEST(ReportJson, PutsEveryOperatorOnALineOfItsOwn) {
  const std::string text = json(sample_result());
  const std::size_t start = text.find("\"operators\": [\n");
  ASSERT_NE(start, std::string::npos);
  for (int index = 0; index < 5; ++index)
    EXPECT_NE(text.find("\n    {\"index\":" + std::to_string(index) + ",", start - 1), std::string::npos) << index;
}

TEST(ReportJson, AnEmptyResultIsStillJson) {
  const Json root = parsed(replay::Result{});
  EXPECT_EQ(root["latency_ps"], 0);
  EXPECT_TRUE(root["cycles"].is_null());
  EXPECT_TRUE(root["operators"].empty());
}

}  // namespace
}  // namespace presil::report
