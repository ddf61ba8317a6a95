// What setting a DMA transfer up costs.
#include "models/dma/dma_timing.hpp"

#include <gtest/gtest.h>

#include "models/common/error.hpp"

namespace presil::dma {
namespace {

/// 200 MHz (5 ns), 10 cycles a transfer, 2 a row.
DmaTiming timing() {
  return DmaTiming({200'000'000, 10, 2});
}

TEST(DmaTiming, ALinearTransferCostsTheSetUpOnly) {
  Area area;
  area.row_bytes = 4096;
  EXPECT_EQ(timing().setup(area), 50'000);
  area.rows = 4;
  area.row_stride = 4096;  // rows that touch are one
  EXPECT_EQ(timing().setup(area), 50'000);
}

TEST(DmaTiming, EachRowOfAStridedTransferCostsItsCycles) {
  Area area;
  area.row_bytes = 64;
  area.rows = 4;
  area.row_stride = 65;
  EXPECT_EQ(timing().setup(area), (10 + 4 * 2) * 5'000);
  area.planes = 3;
  area.plane_stride = 1000;
  EXPECT_EQ(timing().setup(area), (10 + 12 * 2) * 5'000);
}

TEST(DmaTiming, PlanesOfRowsThatTouchAreTheRows) {
  Area area;
  area.row_bytes = 64;
  area.rows = 4;
  area.row_stride = 64;
  area.planes = 3;
  area.plane_stride = 256;
  EXPECT_EQ(DmaTiming::runs(area), 1);
  area.plane_stride = 257;
  EXPECT_EQ(DmaTiming::runs(area), 3);
}

TEST(DmaTiming, FractionsOfACycleAreRoundedUpOverTheTransfer) {
  Area area;
  area.row_bytes = 64;
  area.rows = 3;
  area.row_stride = 100;
  EXPECT_EQ(DmaTiming({200'000'000, 0, 0.5}).setup_cycles(area), 2);  // 1.5
}

TEST(DmaTiming, AnEmptyTransferHasNoRows) {
  Area area;
  area.rows = 5;
  area.row_stride = 10;
  EXPECT_EQ(timing().setup_cycles(area), 10);
}

TEST(DmaTiming, ImpossibleFiguresAreErrors) {
  EXPECT_THROW(DmaTiming({0, 1, 0}), common::Error);
  EXPECT_THROW(DmaTiming({1, -1, 0}), common::Error);
  EXPECT_THROW(DmaTiming({1, 0, -0.5}), common::Error);
}

}  // namespace
}  // namespace presil::dma
