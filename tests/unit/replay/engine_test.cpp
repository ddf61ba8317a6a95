// What the engines do with schedules that slip past the checks: they stop with an Error and leave nothing behind.
#include "sim/replay/engine.hpp"

#include <gmock/gmock.h>

#include "models/common/error.hpp"
#include "tests/support/schedule_builder.hpp"
#include "tests/support/tiny_hardware.hpp"

namespace presil::replay {
namespace {

using test::JobKind;
using test::ScheduleBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

std::string error_of(Engine engine, const traces::Schedule& s, const hw::Hardware& h, const Wiring& wiring) {
  try {
    engine(s, h, wiring, cost_jobs(s, h));
  } catch (const common::Error& e) {
    return e.what();
  }
  ADD_FAILURE() << "no common::Error was thrown";
  return {};
}

traces::Schedule load_and_compute() {
  ScheduleBuilder b;
  const auto in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu");
  b.op("conv");
  common::Work w;
  w.op_class = common::OpClass::pointwise;
  const auto load = b.read(in, 0, b.area(0, 0, 64));
  b.run(JobKind::compute, npu, 0, b.work(w), {load});
  return b.s;
}

class Engines : public ::testing::TestWithParam<Engine> {};

TEST_P(Engines, a_schedule_that_cannot_finish_says_who_waits_for_whom) {
  traces::Schedule s = load_and_compute();
  const hw::Hardware h = test::tiny_hardware();
  const Wiring wiring = wire(s, h);
  s.jobs[0].first_edge = static_cast<std::uint32_t>(s.edges.size()), s.jobs[0].edge_count = 1;
  s.edges.push_back(1);  // the load waits for the compute
  EXPECT_EQ(
      error_of(GetParam(), s, h, wiring),
      "schedule cannot finish: job 0 (transfer of operator 'conv', queue 'npu.in') waits for job 1 (compute of "
      "operator 'conv', queue 'npu'); job 1 (compute of operator 'conv', queue 'npu') waits for job 0 (transfer of "
      "operator 'conv', queue 'npu.in')");
}

TEST_P(Engines, an_error_of_the_fabric_keeps_its_type) {
  hw::Hardware h = test::tiny_hardware();
  test::add_tcm(h);
  traces::Schedule s = load_and_compute();
  s.memories.push_back("tcm");
  s.areas[0].memory = 1;
  const Wiring wiring = wire(s, h);
  h.buses[0].memories.pop_back();  // now no bus reaches it
  EXPECT_THAT(error_of(GetParam(), s, h, wiring), HasSubstr("transfer 0: port 'npu.in' reaches"));
}

TEST_P(Engines, a_failed_replay_leaves_nothing_behind_for_the_next) {
  const traces::Schedule good = load_and_compute();
  traces::Schedule bad = good;
  const hw::Hardware h = test::tiny_hardware();
  const Wiring wiring = wire(good, h);
  bad.jobs[0].first_edge = static_cast<std::uint32_t>(bad.edges.size()), bad.jobs[0].edge_count = 1;
  bad.edges.push_back(1);
  for (int i = 0; i < 50; ++i) error_of(GetParam(), bad, h, wiring);
  const Outcome outcome = GetParam()(good, h, wiring, cost_jobs(good, h));
  EXPECT_THAT(outcome.end, ElementsAre(29'000, 40'000));  // 20 + 8 + 1 ns; 1 + 10 ns
}

INSTANTIATE_TEST_SUITE_P(Plain, Engines, ::testing::Values(&run_plain));
INSTANTIATE_TEST_SUITE_P(SystemC, Engines, ::testing::Values(&run_systemc));

}  // namespace
}  // namespace presil::replay
