#include "sim/replay/dispatcher.hpp"

#include <gmock/gmock.h>

#include "tests/support/schedule_builder.hpp"

namespace presil::replay {
namespace {

using test::JobKind;
using test::ScheduleBuilder;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Ends the head of `queue` and returns the queues that this woke.
std::vector<std::size_t> end(Dispatcher& d, std::size_t queue, Tick now) {
  std::vector<std::size_t> woken;
  d.end(queue, now, [&](std::size_t q) { woken.push_back(q); });
  return woken;
}

TEST(Dispatcher, a_head_is_ready_when_all_it_waits_for_has_ended) {
  ScheduleBuilder b;
  const auto a = b.queue("a", "npu"), c = b.queue("b", "npu", 1), e = b.queue("c", "cpu");
  b.op("op");
  b.run(JobKind::compute, a, 0, -1);         // 0
  b.run(JobKind::compute, c, 0, -1);         // 1
  b.run(JobKind::kernel, e, 0, -1, {0, 1});  // 2
  Dispatcher d(b.s);
  EXPECT_TRUE(d.ready(a));
  EXPECT_TRUE(d.ready(c));
  EXPECT_FALSE(d.ready(e));
  d.start(a, 0);
  EXPECT_THAT(end(d, a, 5), IsEmpty());
  EXPECT_FALSE(d.ready(e));
  d.start(c, 0);
  EXPECT_THAT(end(d, c, 7), ElementsAre(e));
  EXPECT_TRUE(d.ready(e));
  EXPECT_FALSE(d.finished());
  d.start(e, 7);
  EXPECT_THAT(end(d, e, 9), IsEmpty());
  EXPECT_TRUE(d.finished());
  EXPECT_THAT(d.take_starts(), ElementsAre(0, 0, 7));
  EXPECT_THAT(d.take_ends(), ElementsAre(5, 7, 9));
}

TEST(Dispatcher, a_job_behind_the_head_is_not_woken) {
  ScheduleBuilder b;
  const auto a = b.queue("a", "npu"), c = b.queue("b", "npu", 1);
  b.op("op");
  b.run(JobKind::compute, a, 0, -1);       // 0
  b.run(JobKind::compute, c, 0, -1);       // 1: head of b, still running when 2 becomes free
  b.run(JobKind::compute, c, 0, -1, {0});  // 2
  Dispatcher d(b.s);
  EXPECT_THAT(end(d, a, 5), IsEmpty());
  EXPECT_THAT(end(d, c, 6), IsEmpty());  // its own queue looks for itself
  EXPECT_TRUE(d.ready(c));
  EXPECT_EQ(d.head(c), 2u);
}

TEST(Dispatcher, an_edge_named_twice_counts_twice_and_ends_twice) {
  ScheduleBuilder b;
  const auto a = b.queue("a", "npu"), c = b.queue("b", "npu", 1);
  b.op("op");
  b.run(JobKind::compute, a, 0, -1);
  b.run(JobKind::compute, c, 0, -1, {0, 0});
  Dispatcher d(b.s);
  EXPECT_FALSE(d.ready(c));
  EXPECT_THAT(end(d, a, 1), ElementsAre(c));
}

TEST(Dispatcher, a_deadlock_says_who_waits_for_whom) {
  // Two heads that wait for each other's second job: no circle of edges alone, but one with the order of the queues.
  ScheduleBuilder b;
  const auto a = b.queue("a", "npu"), c = b.queue("b", "npu", 1);
  b.op("conv");
  b.run(JobKind::compute, a, 0, -1, {3});  // 0
  b.run(JobKind::compute, c, 0, -1, {2});  // 1
  b.run(JobKind::compute, a, 0, -1);       // 2
  b.run(JobKind::compute, c, 0, -1);       // 3
  const Dispatcher d(b.s);
  EXPECT_EQ(d.deadlock(b.s),
            "job 0 (compute of operator 'conv', queue 'a') waits for job 3 (compute of operator 'conv', queue 'b'); "
            "job 1 (compute of operator 'conv', queue 'b') waits for job 2 (compute of operator 'conv', queue 'a')");
}

TEST(Dispatcher, a_queue_that_has_run_dry_is_not_blamed) {
  ScheduleBuilder b;
  const auto a = b.queue("a", "npu"), c = b.queue("b", "npu", 1);
  b.op("conv");
  b.run(JobKind::compute, a, 0, -1);
  b.run(JobKind::compute, c, 0, -1, {1});  // waits for itself
  Dispatcher d(b.s);
  end(d, a, 3);
  EXPECT_EQ(d.deadlock(b.s),
            "job 1 (compute of operator 'conv', queue 'b') waits for job 1 (compute of operator 'conv', queue 'b')");
}

}  // namespace
}  // namespace presil::replay
