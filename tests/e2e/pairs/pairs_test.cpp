// Every network on every shipped chip: it runs, its books balance, both engines agree, and the same input gives the
// same bytes. Networks: the zoo and generated ones always; those beside the project when they are there.
#include "models/common/error.hpp"
#include "sim/hw/dram_preset.hpp"
#include "sim/report/json.hpp"
#include "tests/e2e/pairs/refusals.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

/// MACs are dealt out over tiles without loss, and no operator is free without a reason.
void expect_all_work_done(const graph::Graph& graph, const traces::Schedule& schedule) {
  std::vector<std::int64_t> macs(schedule.operators.size(), 0), jobs(schedule.operators.size(), 0);
  for (const traces::Job& job : schedule.jobs) {
    ++jobs[static_cast<std::size_t>(job.op)];
    if (job.kind != traces::JobKind::compute && job.kind != traces::JobKind::kernel) continue;
    const common::Work& work = schedule.works[static_cast<std::size_t>(job.work)];
    macs[static_cast<std::size_t>(job.op)] += work.macs - work.recomputed_macs;
  }
  for (const traces::OperatorInfo& op : schedule.operators) {
    const auto i = static_cast<std::size_t>(op.index);
    if (op.fused_into >= 0 || !op.free_reason.empty()) {
      EXPECT_EQ(jobs[i], 0) << i;
    } else {
      EXPECT_GT(jobs[i], 0) << "operator " << i << " (" << op.type << ") is silently free";
      EXPECT_EQ(macs[i], graph.operators[i].macs) << "operator " << i << " (" << op.type << ")";
    }
  }
}

void expect_each_operator_costs(const replay::Result& result) {
  for (const auto& op : result.operators)
    EXPECT_TRUE(op.end > op.start || op.fused_into >= 0 || !op.free_reason.empty()) << op.index << " " << op.type;
}

void check_pair(const graph::Graph& graph, const hw::Hardware& hardware) {
  SCOPED_TRACE(graph.name + " on " + hardware.name);
  const traces::Schedule schedule = plan::plan(graph, hardware);
  replay::Options options;
  options.timeline = true;
  const replay::Result systemc = replay::replay(schedule, hardware, options);
  const replay::Result plain = replay::replay_plain(schedule, hardware, options);
  test::expect_consistent(systemc);
  test::expect_same(systemc, plain);
  expect_all_work_done(graph, schedule);
  expect_each_operator_costs(systemc);
  EXPECT_EQ(report::json(systemc), report::json(replay::replay(plan::plan(graph, hardware), hardware, options)));
}

void expect_refusal(const graph::Graph& graph, const hw::Hardware& hardware) {
  try {
    plan::plan(graph, hardware);
    ADD_FAILURE() << graph.name << " fits " << hardware.name << " now: take it out of the refusals";
  } catch (const common::Error& e) {
    EXPECT_NE(std::string(e.what()).find("does not fit"), std::string::npos) << e.what();
  }
}

/// `network`: as the refusals name it.
void check_pair_or_refusal(const std::string& network, const graph::Graph& graph, const std::string& chip) {
  const auto refused_by = test::refusals.find(network);
  if (refused_by != test::refusals.end() && refused_by->second.count(chip) != 0)
    expect_refusal(graph, test::chip(chip));
  else
    check_pair(graph, test::chip(chip));
}

class OnEveryChip : public ::testing::TestWithParam<std::string> {};

TEST_P(OnEveryChip, NetworksOfTheZooAndGeneratedOnesRunWithBalancedBooks) {
  for (const char* network : {"resnet8", "mobilenet_v2(alpha=0.35,resolution=96)"})
    check_pair_or_refusal(network, test::zoo(network), GetParam());
  for (std::uint64_t seed = 1; seed <= 25; ++seed) check_pair(test::generated(seed), test::chip(GetParam()));
}

TEST_P(OnEveryChip, NetworksBesideTheProjectRunWithBalancedBooksOrSayWhyTheyCannot) {
  const auto files = test::network_files();
  if (files.empty()) GTEST_SKIP() << "no networks beside the project: their runs on " << GetParam() << " are skipped";
  for (const auto& file : files) check_pair_or_refusal(file.stem().string(), graph::import_tflite(file), GetParam());
}

std::string as_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shipped, OnEveryChip, ::testing::ValuesIn(test::chips()), as_name);

class WithEveryDram : public ::testing::TestWithParam<std::string> {};

/// Bursts of 256 bytes lie over all bank groups of a device; ends of rows and whoever else is there do not.
TEST_P(WithEveryDram, NetworksRunWithBalancedBooks) {
  const hw::Hardware hardware =
      test::chip("edge-npu", {"memories.dram.preset=" + GetParam(), "buses.main.max_burst=256 B",
                              "traffic={host: {bus: main, memory: dram, load: 5 %, burst: 64 B, region: 1 MiB}}"});
  for (const char* network : {"resnet8", "mobilenet_v2(alpha=0.35,resolution=96)"})
    check_pair(test::zoo(network), hardware);
  for (std::uint64_t seed = 1; seed <= 5; ++seed) check_pair(test::generated(seed), hardware);
}

INSTANTIATE_TEST_SUITE_P(Devices, WithEveryDram, ::testing::ValuesIn(hw::dram_preset_names()), as_name);

}  // namespace
}  // namespace presil
