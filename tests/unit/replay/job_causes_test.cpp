#include "sim/replay/job_causes.hpp"

#include <gtest/gtest.h>

namespace presil::replay {
namespace {

using common::Cause;

TEST(JobCauses, AJobsCostAndItsTransferAddUp) {
  Costs costs;
  costs.distinct.resize(2);
  costs.distinct[0].causes[Cause::launch] = 7;
  costs.distinct[1].causes[Cause::compute] = 100;
  costs.of_job = {0, 1, 0};
  JobCauses causes(costs);
  CauseTimes moved;
  moved[Cause::launch] = 1;
  moved[Cause::refresh] = 30;
  causes.add_transfer(2, moved);

  EXPECT_EQ(causes[0].total(), 7);
  EXPECT_EQ(causes[1][Cause::compute], 100);
  EXPECT_EQ(causes[2][Cause::launch], 8);
  EXPECT_EQ(causes[2][Cause::refresh], 30);
  CauseTimes sum;
  for (std::size_t job = 0; job < 3; ++job) causes.add_to(sum, job);
  EXPECT_EQ(sum.total(), 7 + 100 + 38);
}

}  // namespace
}  // namespace presil::replay
