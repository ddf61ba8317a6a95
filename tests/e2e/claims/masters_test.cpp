// Other masters beside an inference: what a camera needs, what the NPU loses to it, and that the report says both.
#include <nlohmann/json.hpp>

#include "sim/report/json.hpp"
#include "sim/report/table.hpp"
#include "tests/support/hand_chip.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

/// A display that reads frames of 16 KiB every 4 us, 512 B a line: a third of the bus and more while a line lasts; the
/// NPU is bound by its weights and asks for all of it.
replay::Result run(const std::string& shares, bool with_display = true) {
  std::vector<std::string> overrides = {"buses.main.arbitration=fixed_priority"};
  if (with_display) {
    overrides.push_back("buses.main.shares=" + shares);
    overrides.push_back(
        "traffic={display: {bus: main, memory: sram, write: false, frame: 16 KiB, frame_rate: 250 kHz, line: 512 B, "
        "line_blanking: 20 %, fifo: 256 B, burst: 128 B, address: 256 KiB, priority: 1}}");
  }
  graph::Builder b("dense");
  const auto x = b.input({1, 1024});
  const graph::Graph graph = b.finish({b.dense(x, 256, graph::Activation::none, {})}, "test");
  const replay::Result result = test::run(graph, test::chip_from_text(test::hand_chip, overrides)).result;
  test::expect_consistent(result);
  return result;
}

TEST(ADisplayBesideASaturatingNpu, MeetsItsDeadlinesWithPriorityAndTheReportShowsTheCost) {
  const replay::Result alone = run("", false), beside = run("{npu: {priority: 0}}");
  ASSERT_EQ(beside.traffic.size(), 1u);
  const replay::TrafficMaster& display = beside.traffic[0];
  EXPECT_GT(display.periods, 3);
  EXPECT_EQ(display.missed_periods, 0);
  EXPECT_NEAR(static_cast<double>(display.bytes) / static_cast<double>(beside.latency), 16384.0 / 4e6, 0.05 * 0.004096);
  EXPECT_GT(beside.latency, alone.latency);
  EXPECT_GT(display.taken, 0);
  // What the critical path lost, it lost to arbitration; the queues that ran side by side may have lost more in sum.
  EXPECT_GE(display.taken, beside.latency - alone.latency);

  const auto json = nlohmann::json::parse(report::json(beside));
  EXPECT_EQ(json["traffic"]["display"]["missed_periods"], 0);
  EXPECT_EQ(json["traffic"]["display"]["taken_ps"], display.taken);
  EXPECT_GT(json["traffic"]["display"]["bytes_per_second"], 3.9e9);
  common::Tick lost = 0;
  for (const auto& [name, unit] : json["units"].items()) lost += unit["lost_to_ps"].value("display", common::Tick{0});
  EXPECT_EQ(lost, display.taken);
  const std::string table = report::table(beside, {});
  EXPECT_NE(table.find("Masters"), std::string::npos);
  EXPECT_NE(table.find("to display"), std::string::npos);
  EXPECT_EQ(report::table(alone, {}).find("Masters"), std::string::npos);
}

TEST(ADisplayBesideASaturatingNpu, MissesThemBelowTheNpusPriority) {
  const replay::Result beside = run("{npu: {priority: 2}}");
  EXPECT_GT(beside.traffic[0].missed_periods, 0);
  EXPECT_GT(beside.traffic[0].late_bursts, 0);
}

}  // namespace
}  // namespace presil
