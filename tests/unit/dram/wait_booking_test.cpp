// Why a burst waited: the segments between its arrival and its first data, worked out by hand.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "sim/hw/dram_preset.hpp"
#include "tests/support/dram_example.hpp"

namespace presil::dram {
namespace {

using common::Cause;
using tests::DramDriver;
using tests::example_dram;
using tests::example_row;
using tests::ns;

using Segments = std::vector<std::pair<Cause, common::Tick>>;

Segments segments(const common::Service& service) {
  Segments result;
  for (int i = 0; i < service.wait.count; ++i) {
    const auto& segment = service.wait.segments[static_cast<std::size_t>(i)];
    result.emplace_back(segment.cause, segment.until / ns);
  }
  return result;
}

TEST(WaitBooking, LoneHitWaitsForLatencyOnly) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.push(16, 16, false, 100 * ns);
  d.finish();
  EXPECT_EQ(segments(d.services[1]), (Segments{{Cause::latency, 112}}));
}

TEST(WaitBooking, OpeningARowIsBookedAsRow) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.finish();
  // front end 2 and tRL 10 are latency; tRCD 12 held back the column command and with it the data
  EXPECT_EQ(segments(d.services[0]), (Segments{{Cause::latency, 12}, {Cause::row, 24}}));
}

TEST(WaitBooking, WaitingForTheBanksMinimumTimesIsBookedAsBank) {
  DramDriver d(example_dram());
  d.push(0, 16, false, 0);
  d.push(example_row, 16, false, 0);
  d.finish();
  // commands from 2 on: own bytes until RD 14, bank until PRE 32, row until RD 55; all shifted by tRL 10
  EXPECT_EQ(segments(d.services[1]),
            (Segments{{Cause::latency, 12}, {Cause::transfer, 24}, {Cause::bank, 42}, {Cause::row, 65}}));
}

TEST(WaitBooking, WaitingBehindAnotherMasterIsBookedAsArbitration) {
  DramDriver d(example_dram());
  d.push(0, 64, false, 0, 0, 1);         // RD 14, 18, 22, 26
  d.push(64, 16, false, 14 * ns, 0, 2);  // could read at 16, reads at 30
  d.finish();
  EXPECT_EQ(segments(d.services[1]), (Segments{{Cause::latency, 26}, {Cause::arbitration, 40}}));
}

TEST(WaitBooking, TurningTheBusIsBookedAsTurnaround) {
  DramDriver d(example_dram());
  d.push(0, 16, true, 0);
  d.push(16, 16, false, 15 * ns);
  d.finish();
  // WR 14; without the turn the read could issue at 18, with it at 32
  EXPECT_EQ(segments(d.services[1]), (Segments{{Cause::latency, 27}, {Cause::transfer, 28}, {Cause::turnaround, 42}}));
}

TEST(WaitBooking, RefreshCountsBeforeTheRow) {
  DramSpec spec = example_dram();
  spec.refresh = true;
  DramDriver d(spec);
  d.push(0, 16, false, 3990 * ns);
  d.finish();
  // ACT 3992; refresh due at 4000: PRE 4022, REF 4033, ACT 4133, RD 4145. From 3992: bank closed again by the refresh
  ASSERT_EQ(d.services[0].data_start, 4155 * ns);
  const Segments found = segments(d.services[0]);
  EXPECT_EQ(found.back(), (std::pair{Cause::row, common::Tick{4155}}));
  EXPECT_EQ(found[found.size() - 2], (std::pair{Cause::refresh, common::Tick{4143}}));
}

TEST(WaitBooking, SegmentsReachFromArrivalToFirstDataWithoutGaps) {
  for (const std::string name : {"ddr4-2400-x16", "lpddr4-3200-x32", "lpddr5-6400-x16"}) {
    DramDriver d(hw::dram_preset(name, 1 << 28));
    std::uint64_t state = 7;
    for (int i = 0; i < 3000; ++i) {
      state = state * 6364136223846793005ull + 1442695040888963407ull;
      const std::uint32_t bytes = 64u << (state >> 60 & 3);
      d.push((state >> 20) % (1 << 28) / bytes * bytes, bytes, (state >> 50 & 3) == 0, i * 5 * ns, 0,
             static_cast<std::uint8_t>(state >> 40 & 1));
    }
    d.finish();
    for (std::size_t i = 0; i < d.services.size(); ++i) {
      common::Tick from = d.arrivals[i];
      const common::WaitSegments& wait = d.services[i].wait;
      for (int s = 0; s < wait.count; ++s) {
        EXPECT_GT(wait.segments[static_cast<std::size_t>(s)].until, from);
        from = wait.segments[static_cast<std::size_t>(s)].until;
      }
      ASSERT_EQ(from, d.services[i].data_start) << name << " burst " << i;
    }
  }
}

}  // namespace
}  // namespace presil::dram
