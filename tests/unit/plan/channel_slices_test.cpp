// Passes over slices of output channels, worked out by hand.
#include "sim/plan/channel_slices.hpp"

#include <gtest/gtest.h>

namespace presil::plan {
namespace {

SliceQuestion question(double copy, double compute, double before) {
  SliceQuestion q;
  q.channels = 128;
  q.block = 64;
  q.brick = 16;
  q.copy = copy;
  q.compute = compute;
  q.before = before;
  return q;
}

std::vector<std::int64_t> ends(const std::vector<Range>& slices) {
  std::vector<std::int64_t> list;
  std::int64_t at = 0;
  for (const Range& s : slices) {
    EXPECT_EQ(s.begin, at);
    list.push_back(at = s.end);
  }
  return list;
}

using Ends = std::vector<std::int64_t>;

TEST(ChannelSlices, AreOneWhereTheStepBeforeHidesTheCopy) {
  EXPECT_EQ(ends(channel_slices(question(100, 60, 100))), Ends{128});
  SliceQuestion thin = question(100, 60, 0);
  thin.channels = 16;  // a single brick
  EXPECT_EQ(ends(channel_slices(thin)), Ends{16});
}

TEST(ChannelSlices, BeginWithWhatIsHiddenAndGoOnInWholeTiles) {
  // A fifth of 128 channels is copied meanwhile: 25, one brick of 16. While it computes (60 / 8) 9.6 more arrive: one
  // tile.
  EXPECT_EQ(ends(channel_slices(question(100, 60, 20))), (Ends{16, 80, 128}));
  // Nothing before it: one brick first.
  EXPECT_EQ(ends(channel_slices(question(100, 60, 0))), (Ends{16, 80, 128}));
  // Half is hidden, and all the rest arrives while that half computes for 500.
  EXPECT_EQ(ends(channel_slices(question(100, 1000, 50))), (Ends{64, 128}));
}

TEST(ChannelTiles, DoNotCrossTheEndOfASlice) {
  const ChannelTiles tiles({{0, 16}, {16, 80}, {80, 128}}, 48);
  ASSERT_EQ(tiles.count(), 4);
  EXPECT_EQ(tiles.tiles[1].begin, 16);
  EXPECT_EQ(tiles.tiles[1].end, 64);
  EXPECT_EQ(tiles.tiles[2].end, 80);
  EXPECT_EQ(tiles.slice, (std::vector<int>{0, 1, 1, 2}));
  EXPECT_EQ(tiles.of_slice[1].begin, 1);
  EXPECT_EQ(tiles.of_slice[1].end, 3);
}

}  // namespace
}  // namespace presil::plan
