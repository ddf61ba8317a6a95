#include "sim/study/workers.hpp"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "models/common/error.hpp"

namespace presil::study {
namespace {

TEST(Workers, ResultsComeInTheOrderOfTheJobs) {
  std::size_t last = 0;
  const std::vector<Outcome> outcomes = in_processes(
      50, 4, [](std::size_t job) { return std::string(job * 1000, 'x') + std::to_string(job); },
      [&](std::size_t done) { last = done; });
  ASSERT_EQ(outcomes.size(), 50u);
  for (std::size_t job = 0; job < 50; ++job) {
    ASSERT_TRUE(outcomes[job].done);
    EXPECT_EQ(outcomes[job].text.substr(job * 1000), std::to_string(job));
  }
  EXPECT_EQ(last, 50u);
}

TEST(Workers, AJobThatFailsOrCrashesCostsOnlyItself) {
  const std::vector<Outcome> outcomes = in_processes(6, 2, [](std::size_t job) -> std::string {
    if (job == 1) throw common::Error("no");
    if (job == 3) ::kill(::getpid(), SIGKILL);
    return "fine";
  });
  for (std::size_t job : {0u, 2u, 4u, 5u}) EXPECT_TRUE(outcomes[job].done) << job;
  EXPECT_FALSE(outcomes[1].done);
  EXPECT_EQ(outcomes[1].text, "no");
  EXPECT_FALSE(outcomes[3].done);
  EXPECT_NE(outcomes[3].text.find("ended early"), std::string::npos);
}

TEST(Workers, NoJobsNeedNoProcess) {
  EXPECT_TRUE(in_processes(0, 8, [](std::size_t) { return std::string(); }).empty());
}

}  // namespace
}  // namespace presil::study
