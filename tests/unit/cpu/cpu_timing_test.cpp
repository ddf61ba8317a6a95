// Cycles of one kernel, by hand.
#include "models/cpu/cpu_timing.hpp"

#include <gtest/gtest.h>

namespace presil::cpu {
namespace {

CpuSpec cpu() {
  CpuSpec spec;
  spec.hz = 400'000'000;
  KernelRate convolution;
  convolution.cycles_per_mac = 0.5;
  convolution.cycles_per_output = 10;
  convolution.cycles_per_operator = 500;
  spec.library.rates[OpClass::convolution] = convolution;
  spec.library.generic.cycles_per_output = 100;
  return spec;
}

Work work(OpClass op_class) {
  Work w;
  w.op_class = op_class;
  w.macs = 1000;
  w.output_elements = 20;
  w.input_elements = 30;
  return w;
}

TEST(AKernel, CostsItsMacsOutputsAndCall) {
  const CpuTiming timing(cpu());
  const common::StageCycles c = timing.cost(work(OpClass::convolution));
  EXPECT_EQ(c.array, 500 + 200);
  EXPECT_EQ(c.overhead, 500);
}

TEST(AnUnknownClass, CostsTheGenericRate) {
  const CpuTiming timing(cpu());
  EXPECT_FALSE(timing.has_rate(OpClass::softmax));
  EXPECT_EQ(timing.cost(work(OpClass::softmax)).array, 2000);
}

TEST(WiderTypes, CostTheirFactorButNoSecondCall) {
  const CpuTiming timing(cpu());
  Work w = work(OpClass::convolution);
  w.activation_bits = 16;
  EXPECT_EQ(timing.cost(w).array, 2 * 700);
  w.floating_point = true;
  EXPECT_EQ(timing.cost(w).array, 4 * 700);
  EXPECT_EQ(timing.cost(w).overhead, 500);
}

TEST(AScaledLibrary, TakesLongerForMacsAndElementsButNotForTheCall) {
  CpuSpec spec = cpu();
  spec.library_scale = 1.5;
  const common::StageCycles c = CpuTiming(spec).cost(work(OpClass::convolution));
  EXPECT_EQ(c.array, 1050);
  EXPECT_EQ(c.overhead, 500);
}

CpuSpec cpu_with_few_channels() {
  CpuSpec spec = cpu();
  spec.library.rates[OpClass::convolution].few_channels = 3;
  spec.library.rates[OpClass::convolution].cycles_per_mac_few = 2;
  return spec;
}

TEST(FewInputChannels, CostTheirOwnCyclesByMac) {
  const CpuSpec spec = cpu_with_few_channels();
  Work w = work(OpClass::convolution);
  w.ic = 3;
  EXPECT_EQ(CpuTiming(spec).cost(w).array, 2 * 1000 + 200);
  w.ic = 4;
  EXPECT_EQ(CpuTiming(spec).cost(w).array, 500 + 200);
}

TEST(FewInputChannels, CostNothingExtraWhereARowOfTheWindowIsWholeWords) {
  const CpuSpec spec = cpu_with_few_channels();
  Work w = work(OpClass::convolution);
  w.ic = 1;
  w.kh = 10;
  w.kw = 4;  // four bytes in one piece
  EXPECT_EQ(CpuTiming(spec).cost(w).array, 500 + 200);
  w.kw = 3;
  EXPECT_EQ(CpuTiming(spec).cost(w).array, 2 * 1000 + 200);
  w.ic = 3;
  w.kw = 4;  // twelve bytes
  EXPECT_EQ(CpuTiming(spec).cost(w).array, 500 + 200);
}

TEST(SeveralCores, ShareAKernelWithTheirEfficiency) {
  CpuSpec spec = cpu();
  spec.cores = 4;
  spec.parallel_efficiency = 0.5;  // 1 + 3 x 0.5 = 2.5 times as fast
  EXPECT_EQ(CpuTiming(spec).cost(work(OpClass::convolution)).array, 280);
}

TEST(CacheMaintenance, CountsWholeLines) {
  CpuSpec spec = cpu();
  EXPECT_EQ(CpuTiming(spec).maintenance_cycles(1000), 0);  // no cache
  spec.caches = {{"l1", 32768, 64}};
  spec.flush_cycles_per_line = 10;
  EXPECT_EQ(CpuTiming(spec).maintenance_cycles(64), 10);
  EXPECT_EQ(CpuTiming(spec).maintenance_cycles(65), 20);
}

}  // namespace
}  // namespace presil::cpu
