#include "traces/repeat.hpp"

#include <gmock/gmock.h>

#include "tests/unit/traces/sample.hpp"

namespace presil::traces {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::uint32_t> waits_for(const Schedule& s, std::size_t job) {
  const Job& j = s.jobs[job];
  return {s.edges.begin() + j.first_edge, s.edges.begin() + j.first_edge + j.edge_count};
}

/// Four tiles' weights through two slots:
///   0 load w0   1 load w1   2 input   3 tile 0 (0, 2)   4 load w2 (3)   5 tile 1 (1)   6 load w3 (5)   7 tile 2 (4)
///   8 tile 3 (6)   9 store (8)
Schedule two_slots() {
  test::ScheduleBuilder b;
  const auto w = b.queue("npu.weights", "npu"), in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu"),
             out = b.queue("npu.out", "npu");
  const auto op = b.op("conv"), a = b.area(0, 0, 64), k = b.work({});
  b.read(w, op, a, {}, DataKind::weights);
  b.read(w, op, a, {}, DataKind::weights);
  b.read(in, op, a);
  b.run(JobKind::compute, npu, op, k, {0, 2});
  b.read(w, op, a, {3}, DataKind::weights);
  b.run(JobKind::compute, npu, op, k, {1});
  b.read(w, op, a, {5}, DataKind::weights);
  b.run(JobKind::compute, npu, op, k, {4});
  b.run(JobKind::compute, npu, op, k, {6});
  b.write(out, op, a, {8});
  return b.s;
}

TEST(Repeat, one_inference_is_the_schedule_itself) {
  test::expect_equal(two_slots(), repeat(two_slots(), 1));
}

TEST(Repeat, the_jobs_follow_with_their_own_edges_and_number) {
  const Schedule s = repeat(two_slots(), 3);
  ASSERT_EQ(s.jobs.size(), 30u);
  EXPECT_EQ(s.jobs[9].inference, 0);
  EXPECT_EQ(s.jobs[10].inference, 1);
  EXPECT_EQ(s.jobs[29].inference, 2);
  EXPECT_THAT(waits_for(s, 29), ElementsAre(28));  // store after tile 3
  EXPECT_NO_THROW(check_references(s, "x"));
}

TEST(Repeat, an_input_waits_for_the_last_job_of_the_inference_before) {
  EXPECT_THAT(waits_for(repeat(two_slots(), 2), 12), ElementsAre(9));
  EXPECT_THAT(waits_for(repeat(two_slots(), 3), 22), ElementsAre(19));
}

TEST(Repeat, weights_run_ahead_as_soon_as_their_slot_is_free) {
  const Schedule s = repeat(two_slots(), 2);
  // Loads 0, 1, 4, 6 fill the slots A, B, A, B: the next inference's first load takes A, which job 7 read last, the
  // second takes B, which job 8 read last. Neither waits for the store.
  EXPECT_THAT(waits_for(s, 10), ElementsAre(7));
  EXPECT_THAT(waits_for(s, 11), ElementsAre(8));
  EXPECT_THAT(waits_for(s, 14), ElementsAre(13));  // later loads have only their own edge
}

TEST(Repeat, a_job_that_waits_only_for_weights_waits_for_the_inference_before_as_well) {
  const Schedule s = repeat(two_slots(), 2);
  EXPECT_THAT(waits_for(s, 15), ElementsAre(11, 9));   // tile 1: load w1, and the end of inference 0
  EXPECT_THAT(waits_for(s, 13), ElementsAre(10, 12));  // tile 0 follows its input, which waits
}

TEST(Repeat, a_lone_kernel_and_a_launch_wait_too) {
  test::ScheduleBuilder b;
  const auto npu = b.queue("npu", "npu"), cpu = b.queue("cpu", "cpu");
  const auto op = b.op("conv"), k = b.work({});
  b.run(JobKind::launch, npu, op, -1);
  b.run(JobKind::kernel, cpu, op, k);
  const Schedule s = repeat(b.s, 2);
  EXPECT_THAT(waits_for(s, 2), ElementsAre(0, 1));  // both queues end the inference
  EXPECT_THAT(waits_for(s, 3), ElementsAre(0, 1));
  EXPECT_THAT(waits_for(s, 0), IsEmpty());
}

}  // namespace
}  // namespace presil::traces
