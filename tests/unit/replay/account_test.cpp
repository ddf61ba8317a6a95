#include <gmock/gmock.h>

#include "sim/replay/account_parts.hpp"
#include "tests/support/schedule_builder.hpp"

namespace presil::replay {
namespace {

using common::Cause;
using test::DataKind;
using test::JobKind;
using test::ScheduleBuilder;
using ::testing::ElementsAre;

TEST(Bind, is_the_predecessor_that_ended_last) {
  ScheduleBuilder b;
  const auto a = b.queue("a", "npu"), c = b.queue("b", "npu", 1);
  b.op("op");
  b.run(JobKind::compute, a, 0, -1);       // 0 ends at 10
  b.run(JobKind::compute, c, 0, -1);       // 1 ends at 11
  b.run(JobKind::compute, a, 0, -1, {1});  // 2: edge 1 (11) against its queue's 0 (10)
  b.run(JobKind::compute, c, 0, -1, {0});  // 3: edge 0 (10) against its queue's 1 (11)
  EXPECT_THAT(find_binds(b.s, {10, 11, 20, 20}), ElementsAre(-1, -1, 1, 1));
}

TEST(Bind, a_tie_goes_to_the_lowest_id_wherever_it_stands) {
  ScheduleBuilder b;
  const auto a = b.queue("a", "npu"), c = b.queue("b", "npu", 1);
  b.op("op");
  b.run(JobKind::compute, a, 0, -1);
  b.run(JobKind::compute, c, 0, -1);
  b.run(JobKind::compute, c, 0, -1, {0});     // queue: 1, edge: 0
  b.run(JobKind::compute, a, 0, -1, {2, 1});  // queue: 0
  EXPECT_THAT(find_binds(b.s, {10, 10, 10, 30}), ElementsAre(-1, -1, 0, 0));
}

TEST(Bound, is_the_largest_group) {
  CauseTimes t;
  EXPECT_EQ(bound_of(t), Bound::none);
  t[Cause::launch] = 3;
  EXPECT_EQ(bound_of(t), Bound::overhead);
  t[Cause::transfer] = 2, t[Cause::row] = 1;
  EXPECT_EQ(bound_of(t), Bound::memory);  // 3 against 3
  t[Cause::compute] = 2, t[Cause::output_stream] = 1;
  EXPECT_EQ(bound_of(t), Bound::compute);
  t[Cause::weight_stream] = 1;
  EXPECT_EQ(bound_of(t), Bound::memory);
}

/// Two operators; one job of each sort for each.
class GapCause : public ::testing::Test {
 protected:
  GapCause() {
    q_ = b_.queue("q", "npu");
    b_.op("first"), b_.op("second");
  }
  std::uint32_t compute(int op) { return b_.run(JobKind::compute, q_, op, -1); }
  std::uint32_t load(int op, DataKind data = DataKind::input) { return b_.read(q_, op, -1, {}, data); }
  std::uint32_t store(int op) { return b_.write(q_, op, -1); }
  Cause cause(std::uint32_t job, std::uint32_t bind) const {
    return gap_cause(b_.s, job, static_cast<std::int32_t>(bind));
  }
  ScheduleBuilder b_;
  std::uint16_t q_ = 0;
};

TEST_F(GapCause, a_compute_waits_for_input_weights_or_output_space) {
  const auto c = compute(0);
  EXPECT_EQ(cause(c, load(0)), Cause::input);
  EXPECT_EQ(cause(c, load(0, DataKind::spill)), Cause::input);
  EXPECT_EQ(cause(c, load(0, DataKind::weights)), Cause::weights);
  EXPECT_EQ(cause(c, store(0)), Cause::output_space);
  EXPECT_EQ(cause(c, b_.copy(q_, 0, -1, -1, {}, DataKind::weights)), Cause::weights);
  EXPECT_EQ(cause(c, b_.copy(q_, 0, -1, -1, {}, DataKind::input)), Cause::input);
  EXPECT_EQ(cause(c, b_.copy(q_, 0, -1, -1, {}, DataKind::spill)), Cause::output_space);
}

TEST_F(GapCause, a_load_waits_until_its_buffer_has_been_used) {
  EXPECT_EQ(cause(load(0), compute(0)), Cause::output_space);
  EXPECT_EQ(cause(load(1, DataKind::weights), compute(0)), Cause::output_space);
}

TEST_F(GapCause, a_load_that_waits_for_another_operators_result_is_a_dependency) {
  EXPECT_EQ(cause(load(1), compute(0)), Cause::dependency);
  EXPECT_EQ(cause(load(1), store(0)), Cause::dependency);
}

TEST_F(GapCause, a_store_waits_for_what_it_stores) {
  EXPECT_EQ(cause(store(0), compute(0)), Cause::input);
  EXPECT_EQ(cause(store(1), compute(0)), Cause::dependency);
}

TEST_F(GapCause, launches_and_hand_overs_are_named) {
  EXPECT_EQ(cause(load(0), b_.run(JobKind::launch, q_, 0, -1)), Cause::launch);
  EXPECT_EQ(cause(compute(0), b_.run(JobKind::hand_over, q_, 0, -1)), Cause::hand_over);
}

}  // namespace
}  // namespace presil::replay
