#include "sim/report/perfetto.hpp"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/unit/report/sample.hpp"

namespace presil::report {
namespace {

using Json = nlohmann::json;

replay::Result with_timeline() {
  replay::Result result = sample_result();
  replay::JobResult compute;
  compute.id = 3, compute.queue = 0, compute.kind = 3, compute.data = 4, compute.op = 0, compute.tile = 2;
  compute.start = 1'234'567, compute.end = 3'234'568, compute.bind = 1;
  compute.causes[Cause::compute] = 2'000'001;
  replay::JobResult kernel;
  kernel.id = 4, kernel.queue = 1, kernel.kind = 4, kernel.data = 4, kernel.op = 4;
  result.timeline = {compute, kernel};
  return result;
}

TEST(ReportPerfetto, GivesEveryQueueATrackAndEveryJobASlice) {
  const Json events = Json::parse(perfetto(with_timeline()))["traceEvents"];
  int tracks = 0, slices = 0;
  for (const Json& event : events) {
    tracks += event["name"] == "thread_name";
    slices += event["ph"] == "X";
  }
  EXPECT_EQ(tracks, 2);
  EXPECT_EQ(slices, 2);
}

TEST(ReportPerfetto, KeepsEveryPicosecond) {
  const std::string text = perfetto(with_timeline());
  EXPECT_NE(text.find("\"ts\":1.234567,\"dur\":2.000001,"), std::string::npos);
  EXPECT_NE(text.find("\"compute_ns\":2000.001"), std::string::npos);
}

TEST(ReportPerfetto, PutsUnitsIntoProcessesOfTheirOwn) {
  const Json events = Json::parse(perfetto(with_timeline()))["traceEvents"];
  std::vector<Json> slices;
  for (const Json& event : events)
    if (event["ph"] == "X") slices.push_back(event);
  ASSERT_EQ(slices.size(), 2u);
  EXPECT_EQ(slices[0]["pid"], 1);
  EXPECT_EQ(slices[1]["pid"], 2);
  EXPECT_EQ(slices[0]["args"]["held_back_by"], 1);
  EXPECT_FALSE(slices[1]["args"].contains("held_back_by"));
}

TEST(ReportPerfetto, WithoutATimelineItIsStillATrace) {
  EXPECT_NO_THROW(Json::parse(perfetto(sample_result())));
  EXPECT_NO_THROW(Json::parse(perfetto(replay::Result{})));
}

}  // namespace
}  // namespace presil::report
