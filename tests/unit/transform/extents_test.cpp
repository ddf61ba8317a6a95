// How dimensions that changed go through a reshape.
#include "sim/transform/extents.hpp"

#include <gtest/gtest.h>

namespace presil::transform {
namespace {

using Shape = std::vector<std::int64_t>;

/// A map of batch x height x width x channels whose 12 x 12 pixels become 14 x 16.
Extents map(std::int64_t channels) {
  return {fixed(1), moved(12, 14), moved(12, 16), fixed(channels)};
}

Shape reshaped(const Extents& in, const Shape& target) {
  const auto out = regroup(in, target);
  return out ? now(*out) : Shape{};
}

TEST(Regroup, FlattensAMapToBoxes) {
  EXPECT_EQ(reshaped(map(10), {1, 720, 2}), (Shape{1, 14 * 16 * 5, 2}));  // 12*12*5 boxes of 2: 5 splits off 10
  EXPECT_EQ(reshaped(map(1), {1, 144}), (Shape{1, 14 * 16}));
  EXPECT_EQ(reshaped(map(3), {432}), (Shape{14 * 16 * 3}));
}

TEST(Regroup, UndoesAFlattening) {
  const auto flat = regroup(map(6), {1, 144, 6});
  ASSERT_TRUE(flat);
  EXPECT_EQ(reshaped(*flat, {1, 12, 12, 6}), (Shape{1, 14, 16, 6}));
  EXPECT_EQ(reshaped(*flat, {1, 12, 12, 2, 3}), (Shape{1, 14, 16, 2, 3}));
}

TEST(Regroup, RefusesToSplitWhatChanged) {
  EXPECT_FALSE(regroup(map(10), {1, 6, 2, 12, 10}));  // 12 rows in 6 x 2: which of them grows?
  EXPECT_FALSE(regroup({fixed(1), moved(144, 224)}, {1, 12, 12}));
}

TEST(Regroup, ASinglePixelThatGrowsFollowsIntoTheNextDimension) {
  const Extents pixel = {fixed(1), moved(1, 2), moved(1, 3), fixed(10)};
  EXPECT_EQ(reshaped(pixel, {1, 5, 2}), (Shape{1, 2 * 3 * 5, 2}));
  EXPECT_EQ(reshaped(pixel, {1, 10}), (Shape{1, 2 * 3 * 10}));
  EXPECT_EQ(reshaped(pixel, {1, 1, 1, 10}), (Shape{1, 2, 3, 10}));
}

TEST(Regroup, WhatStaysMaySplitAndMergeAtWill) {
  EXPECT_EQ(reshaped(fixed({1, 8, 3}), {12, 2}), (Shape{12, 2}));
  EXPECT_EQ(reshaped(fixed({1, 1, 1, 64}), {1, 64}), (Shape{1, 64}));
}

}  // namespace
}  // namespace presil::transform
