#include "sim/replay/cost.hpp"

#include <gmock/gmock.h>

#include "models/common/error.hpp"
#include "tests/support/schedule_builder.hpp"
#include "tests/support/tiny_hardware.hpp"

namespace presil::replay {
namespace {

using common::Cause;
using common::Clock;
using common::StageCycles;
using test::JobKind;
using test::ScheduleBuilder;
using ::testing::HasSubstr;

StageCycles stages(std::int64_t array, std::int64_t weights, std::int64_t input, std::int64_t output,
                   std::int64_t overhead = 0) {
  StageCycles c;
  c.array = array, c.weights = weights, c.input = input, c.output = output, c.overhead = overhead;
  return c;
}

TEST(StageCost, the_slowest_stage_is_the_cause_and_ties_go_down_the_line) {
  const Clock ghz(1'000'000'000);
  EXPECT_EQ(stage_cost(stages(5, 5, 5, 5), ghz).causes[Cause::compute], 5000);
  EXPECT_EQ(stage_cost(stages(4, 5, 5, 5), ghz).causes[Cause::weight_stream], 5000);
  EXPECT_EQ(stage_cost(stages(4, 4, 5, 5), ghz).causes[Cause::input_stream], 5000);
  EXPECT_EQ(stage_cost(stages(4, 4, 4, 5), ghz).causes[Cause::output_stream], 5000);
  EXPECT_EQ(stage_cost(stages(4, 4, 4, 5), ghz).causes[Cause::compute], 0);
}

TEST(StageCost, overhead_is_added_and_the_cycles_are_converted_as_a_whole) {
  // 1.2 GHz: 1 cycle is 833.33 ps. 5 cycles are 4166.67 -> 4167; 5 + 2 are 5833.33 -> 5834, so the overhead gets 1667.
  const Cost c = stage_cost(stages(5, 1, 1, 1, 2), Clock(1'200'000'000));
  EXPECT_EQ(c.duration, 5834);
  EXPECT_EQ(c.causes[Cause::compute], 4167);
  EXPECT_EQ(c.causes[Cause::overhead], 1667);
}

common::Work pixels(int n) {
  common::Work w;
  w.op_class = common::OpClass::pointwise;
  w.ow = n, w.oc = 16, w.ic = 16, w.macs = 256 * n;
  return w;
}

TEST(JobCost, equal_work_on_one_unit_is_costed_once) {
  ScheduleBuilder b;
  const auto npu = b.queue("npu", "npu"), cpu = b.queue("cpu", "cpu"), in = b.queue("npu.in", "npu");
  const auto op = b.op("conv"), w = b.work(pixels(8));
  b.run(JobKind::compute, npu, op, w);
  b.run(JobKind::compute, npu, op, w);
  b.run(JobKind::kernel, cpu, op, w);
  b.read(in, op, b.area(0, 0, 64));
  b.read(in, op, b.area(0, 64, 128));
  const Costs costs = cost_jobs(b.s, test::tiny_hardware());
  EXPECT_EQ(costs.distinct.size(), 3u);
  EXPECT_EQ(costs.job(0).duration, 18'000);  // 8 steps + 10
  EXPECT_EQ(costs.job(1).duration, 18'000);
  EXPECT_EQ(costs.job(2).duration, (2 * 2048 + 50) * 1000);
  EXPECT_EQ(costs.job(4).causes[Cause::launch], 20'000);  // set-up; the bytes are the fabric's
}

TEST(JobCost, a_launch_adds_host_time_and_what_is_paid_once_per_operator) {
  hw::Hardware h = test::tiny_hardware();
  auto& npu_spec = std::get<npu::NpuSpec>(h.units[0].spec);
  npu_spec.launch.host_ps = 7'000'000;
  npu::Overhead per_op;
  per_op.per = npu::Per::op, per_op.cycles = 3, per_op.classes = {common::OpClass::convolution};
  npu_spec.overheads.push_back(per_op);
  ScheduleBuilder b;
  const auto npu = b.queue("npu", "npu");
  b.op("pointwise"), b.op("conv", common::OpClass::convolution);
  b.run(JobKind::launch, npu, 0, -1);
  b.run(JobKind::launch, npu, 1, -1);
  const Costs costs = cost_jobs(b.s, h);
  EXPECT_EQ(costs.job(0).causes[Cause::launch], 7'100'000);
  EXPECT_EQ(costs.job(1).causes[Cause::launch], 7'103'000);
}

TEST(JobCost, a_strided_transfer_pays_for_its_rows_and_a_contiguous_one_does_not) {
  hw::Hardware h = test::tiny_hardware();
  std::get<npu::NpuSpec>(h.units[0].spec).dma.cycles_per_row = 2;
  ScheduleBuilder b;
  const auto in = b.queue("npu.in", "npu");
  b.op("conv");
  common::Area a;
  a.row_bytes = 16, a.rows = 4, a.planes = 3, a.row_stride = 16, a.plane_stride = 64;
  b.read(in, 0, b.area(a));  // one run of 192 bytes
  a.plane_stride = 100;
  b.read(in, 0, b.area(a));  // three runs
  a.row_stride = 20;
  b.read(in, 0, b.area(a));  // twelve
  const Costs costs = cost_jobs(b.s, h);
  EXPECT_EQ(costs.job(0).duration, 20'000);
  EXPECT_EQ(costs.job(1).duration, 26'000);
  EXPECT_EQ(costs.job(2).duration, 44'000);
}

TEST(JobCost, a_hand_over_takes_its_figure_from_the_npu_that_falls_back) {
  hw::Hardware h = test::tiny_hardware();
  test::add_second_npu(h);
  std::get<npu::NpuSpec>(h.units[2].spec).fallback.hand_over_ps = 9'000'000;
  ScheduleBuilder b;
  const auto cpu = b.queue("cpu", "cpu"), npu2 = b.queue("npu2", "npu2");
  b.op("a", common::OpClass::softmax, "cpu"), b.op("b", common::OpClass::pointwise, "npu2");
  const auto compute = b.run(JobKind::compute, npu2, 1, b.work(pixels(1)));
  b.run(JobKind::hand_over, cpu, 1, -1);             // of an operator on npu2
  b.run(JobKind::hand_over, cpu, 0, -1, {compute});  // after a job of npu2
  b.run(JobKind::hand_over, cpu, 0, -1);             // the first NPU that falls back to the CPU
  const Costs costs = cost_jobs(b.s, h);
  EXPECT_EQ(costs.job(1).duration, 9'000'000);
  EXPECT_EQ(costs.job(2).duration, 9'000'000);
  EXPECT_EQ(costs.job(3).duration, 5'000'000);
}

TEST(JobCost, recomputed_work_and_later_tiles_set_up_can_be_left_out) {
  ScheduleBuilder b;
  const auto npu = b.queue("npu", "npu"), in = b.queue("npu.in", "npu");
  b.op("conv");
  common::Work w = pixels(8);
  w.recomputed_macs = w.macs / 4;
  const auto k = b.work(w), a = b.area(0, 0, 64);
  b.run(JobKind::compute, npu, 0, k, {}, 0);
  b.run(JobKind::compute, npu, 0, k, {}, 1);
  b.read(in, 0, a);
  b.s.jobs[b.read(in, 0, a)].tile = 1;
  CostOptions options;
  options.without_recomputation = true;
  EXPECT_EQ(cost_jobs(b.s, test::tiny_hardware(), options).job(0).duration, 16'000);  // 6 steps + 10
  options.without_tile_setup = true;
  const Costs costs = cost_jobs(b.s, test::tiny_hardware(), options);
  EXPECT_EQ(costs.job(0).duration, 16'000);  // the first tile's set-up is the operator's own
  EXPECT_EQ(costs.job(1).duration, 6'000);
  EXPECT_EQ(costs.job(2).duration, 20'000);
  EXPECT_EQ(costs.job(3).duration, 0);
}

TEST(JobCost, a_mode_that_the_array_does_not_have_is_refused) {
  ScheduleBuilder b;
  const auto npu = b.queue("npu", "npu");
  b.op("conv");
  common::Work w = pixels(8);
  w.mode = 1;
  b.run(JobKind::compute, npu, 0, b.work(w));
  try {
    cost_jobs(b.s, test::tiny_hardware());
    FAIL();
  } catch (const common::Error& e) {
    EXPECT_THAT(e.what(), HasSubstr("job 0: 'npu' has no mode 1 for pointwise; it has 1, counted from 0"));
  }
}

}  // namespace
}  // namespace presil::replay
