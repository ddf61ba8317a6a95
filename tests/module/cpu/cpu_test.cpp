#include "tests/support/fresh_context.hpp"
// (SystemC's dynamic processes must be asked for before its first include.)
#include "models/cpu/cpu.hpp"

namespace presil::cpu {
namespace {

/// 500 MHz: 3 cycles a MAC, 50 an operator; 2 cycles to clean a line of 32 B.
CpuSpec spec() {
  CpuSpec s;
  s.hz = 500'000'000;
  KernelRate rate;
  rate.cycles_per_mac = 3, rate.cycles_per_operator = 50;
  s.library.rates[OpClass::softmax] = rate;
  s.caches = {{"l1", 16384, 32}};
  s.flush_cycles_per_line = 2;
  return s;
}

Work macs(std::int64_t n) {
  Work w;
  w.op_class = OpClass::softmax;
  w.macs = n;
  return w;
}

using CpuModule = test::WithFreshContext;

TEST_F(CpuModule, a_kernel_takes_what_its_timing_says) {
  Cpu cpu("cpu", spec());
  std::int64_t at = -1;
  sc_core::sc_spawn([&] {
    cpu.run(macs(10));
    at = now();
  });
  sc_core::sc_start();
  EXPECT_EQ(at, 160'000);  // 3 x 10 + 50 cycles of 2 ns
  EXPECT_EQ(cpu.busy(), 160'000);
}

TEST_F(CpuModule, a_hand_over_takes_its_fixed_time_and_cleans_whole_lines) {
  Cpu cpu("cpu", spec());
  std::int64_t at = -1;
  sc_core::sc_spawn([&] {
    cpu.hand_over(1'000'000, 33);
    at = now();
  });
  sc_core::sc_start();
  EXPECT_EQ(at, 1'008'000);  // two lines: 4 cycles
}

TEST_F(CpuModule, kernels_run_one_at_a_time) {
  Cpu cpu("cpu", spec());
  std::int64_t first = -1, second = -1;
  sc_core::sc_spawn([&] {
    cpu.run(macs(10));
    first = now();
  });
  sc_core::sc_spawn([&] {
    cpu.run(macs(20));
    second = now();
  });
  sc_core::sc_start();
  EXPECT_EQ(first, 160'000);
  EXPECT_EQ(second, 160'000 + 220'000);
}

}  // namespace
}  // namespace presil::cpu
