// Every network on every shipped chip: it runs, its books balance, both engines agree, and the same input gives the
// same bytes. Networks: the zoo and generated ones always; those beside the project when they are there.
#include <fmt/format.h>

#include "models/common/error.hpp"
#include "sim/report/json.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

/// Chips whose memories are too small for some of the networks beside the project, and for how many of them.
const std::map<std::string, int> too_small_for = {{"gap9", 12},    {"max78000", 20}, {"max78002", 5},
                                                  {"mcxn947", 12}, {"stm32f769", 5}, {"stm32u585", 12}};

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
    if (op.fused_into < 0 && op.free_reason.empty()) EXPECT_GT(op.end, op.start) << op.index << " " << op.type;
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

/// Runs the pair, or sees to it that a small chip says why it cannot; true when it ran.
bool check_pair_or_refusal(const graph::Graph& graph, const hw::Hardware& hardware) {
  try {
    plan::plan(graph, hardware);
  } catch (const common::Error& e) {
    EXPECT_EQ(too_small_for.count(hardware.name), 1u) << e.what();
    EXPECT_NE(std::string(e.what()).find("does not fit"), std::string::npos) << e.what();
    return false;
  }
  check_pair(graph, hardware);
  return true;
}

class OnEveryChip : public ::testing::TestWithParam<std::string> {};

TEST_P(OnEveryChip, NetworksOfTheZooAndGeneratedOnesRunWithBalancedBooks) {
  const hw::Hardware hardware = test::chip(GetParam());
  check_pair(test::zoo("resnet8"), hardware);
  check_pair_or_refusal(test::zoo("mobilenet_v2(alpha=0.35,resolution=96)"), hardware);
  for (std::uint64_t seed = 1; seed <= 25; ++seed) check_pair(test::generated(seed), hardware);
}

TEST_P(OnEveryChip, NetworksBesideTheProjectRunWithBalancedBooksOrSayWhyTheyCannot) {
  const auto files = test::network_files();
  if (files.empty()) GTEST_SKIP() << "no networks beside the project: their runs on " << GetParam() << " are skipped";
  const hw::Hardware hardware = test::chip(GetParam());
  int refused = 0;
  for (const auto& file : files)
    if (!check_pair_or_refusal(graph::import_tflite(file), hardware)) ++refused;
  const auto small = too_small_for.find(GetParam());
  EXPECT_EQ(refused, small == too_small_for.end() ? 0 : small->second);
  std::cout << files.size() - static_cast<std::size_t>(refused) << " networks on " << GetParam() << "\n";
}

std::string as_name(const ::testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Shipped, OnEveryChip, ::testing::ValuesIn(test::chips), as_name);
INSTANTIATE_TEST_SUITE_P(ShippedToo, OnEveryChip, ::testing::ValuesIn(test::further_chips), as_name);

}  // namespace
}  // namespace presil
