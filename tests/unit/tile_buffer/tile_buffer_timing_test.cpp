// The tile buffer's occupancy, and what fills and array reads cost each other.
#include "models/tile_buffer/tile_buffer_timing.hpp"

#include <gtest/gtest.h>

#include "models/common/error.hpp"

namespace presil::tile_buffer {
namespace {

TileBufferSpec spec(std::int64_t size, std::int64_t reserved = 0, int banks = 1, int ports = 2) {
  TileBufferSpec spec;
  spec.size_bytes = size;
  spec.reserved_bytes = reserved;
  spec.banks = banks;
  spec.ports = ports;
  return spec;
}

TEST(TileBufferTiming, WhatIsFilledIsOccupiedUntilItIsReleased) {
  TileBufferTiming buffer(spec(1000));
  buffer.fill(600);
  buffer.fill(300);
  EXPECT_EQ(buffer.occupied(), 900);
  buffer.release(600);
  buffer.fill(100);
  EXPECT_EQ(buffer.occupied(), 400);
  EXPECT_EQ(buffer.high_water(), 900);
  buffer.reset();
  EXPECT_EQ(buffer.high_water(), 0);
}

TEST(TileBufferTiming, ItTakesExactlyItsCapacityAndNotAByteMore) {
  TileBufferTiming buffer(spec(1000, 100));
  EXPECT_EQ(buffer.capacity(), 900);
  buffer.fill(900);
  try {
    buffer.fill(1);
    FAIL();
  } catch (const common::Error& error) {
    EXPECT_NE(std::string(error.what()).find("1 too many"), std::string::npos) << error.what();
  }
  EXPECT_EQ(buffer.occupied(), 900);
}

TEST(TileBufferTiming, WithTwoPortsFillsCostTheArrayNothing) {
  EXPECT_EQ(TileBufferTiming(spec(1000, 0, 1, 2)).conflict_cycles(100, 100, 100), 0);
}

TEST(TileBufferTiming, WithOnePortAndBankTheyTakeTurns) {
  const TileBufferTiming buffer(spec(1000, 0, 1, 1));
  EXPECT_EQ(buffer.conflict_cycles(30, 100, 100), 30);  // the array reads each cycle: every fill takes one
  EXPECT_EQ(buffer.conflict_cycles(30, 60, 100), 0);    // it leaves 40 free
  EXPECT_EQ(buffer.conflict_cycles(40, 60, 100), 0);
  EXPECT_EQ(buffer.conflict_cycles(41, 60, 100), 1);
}

TEST(TileBufferTiming, BanksServeSideBySide) {
  const TileBufferTiming buffer(spec(1000, 0, 2, 1));
  EXPECT_EQ(buffer.conflict_cycles(100, 100, 100), 0);  // 50 + 50 a bank
  EXPECT_EQ(buffer.conflict_cycles(101, 100, 100), 1);  // 51 + 50
}

TEST(TileBufferTiming, ImpossibleFiguresAreErrors) {
  EXPECT_THROW(TileBufferTiming(spec(100, 101)), common::Error);
  EXPECT_THROW(TileBufferTiming(spec(100, 0, 0)), common::Error);
  EXPECT_THROW(TileBufferTiming(spec(100, 0, 1, 0)), common::Error);
}

}  // namespace
}  // namespace presil::tile_buffer
