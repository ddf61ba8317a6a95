// Every network on every shipped chip: it runs, its books balance, both engines agree, and the same input gives the
// same bytes. Networks: the zoo and generated ones always; those beside the project when they are there.
#include <fmt/format.h>

#include "models/common/error.hpp"
#include "sim/report/json.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

/// Pairs that cannot run by nature, with the reason that the error must give.
struct CannotRun {
  const char *chip, *network, *reason;
};
const std::vector<CannotRun> cannot_run = {};  // every shipped chip has a memory large enough for every network

const char* expected_refusal(const std::string& chip, const std::string& network) {
  for (const CannotRun& c : cannot_run)
    if (chip == c.chip && network == c.network) return c.reason;
  return nullptr;
}

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

class OnEveryChip : public ::testing::TestWithParam<std::string> {};

TEST_P(OnEveryChip, NetworksOfTheZooAndGeneratedOnesRunWithBalancedBooks) {
  const hw::Hardware hardware = test::chip(GetParam());
  check_pair(test::zoo("resnet8"), hardware);
  check_pair(test::zoo("mobilenet_v2(alpha=0.35,resolution=96)"), hardware);
  for (std::uint64_t seed = 1; seed <= 25; ++seed) check_pair(test::generated(seed), hardware);
}

TEST_P(OnEveryChip, NetworksBesideTheProjectRunWithBalancedBooksOrSayWhyTheyCannot) {
  const auto files = test::network_files();
  if (files.empty()) GTEST_SKIP() << "no networks beside the project: their runs on " << GetParam() << " are skipped";
  const hw::Hardware hardware = test::chip(GetParam());
  for (const auto& file : files) {
    const graph::Graph graph = graph::import_tflite(file);
    const char* reason = expected_refusal(GetParam(), graph.name);
    if (reason == nullptr) {
      check_pair(graph, hardware);
      continue;
    }
    try {
      plan::plan(graph, hardware);
      ADD_FAILURE() << graph.name << " was expected not to run";
    } catch (const common::Error& e) {
      EXPECT_NE(std::string(e.what()).find(reason), std::string::npos) << e.what();
    }
  }
  std::cout << files.size() << " networks on " << GetParam() << "\n";
}

INSTANTIATE_TEST_SUITE_P(Shipped, OnEveryChip, ::testing::ValuesIn(test::chips), [](const auto& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
});

}  // namespace
}  // namespace presil
