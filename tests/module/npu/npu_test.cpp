#include "tests/support/fresh_context.hpp"
// (SystemC's dynamic processes must be asked for before its first include.)
#include "models/npu/npu.hpp"

namespace presil::npu {
namespace {

/// 1 GHz, 16 output channels a step, 10 cycles a tile, launch 100 cycles and 1 us of host time, two cores.
NpuSpec spec() {
  NpuSpec s;
  s.hz = 1'000'000'000;
  s.cores = 2;
  Mode mode;
  mode.unroll = {{{Dim::oc}, 16}};
  s.array[OpClass::convolution] = {mode};
  Overhead tile;
  tile.cycles = 10;
  s.overheads = {tile};
  s.launch.cycles = 100;
  s.launch.host_ps = 1'000'000;
  return s;
}

Work pixels(int n) {
  Work w;
  w.op_class = OpClass::convolution;
  w.ow = n, w.oc = 16;
  return w;
}

class NpuModule : public test::WithFreshContext {
 protected:
  /// When each of the given processes has ended, in picoseconds.
  template <typename... Process>
  std::vector<std::int64_t> ends(Process... process) {
    std::vector<std::int64_t> at(sizeof...(process), -1);
    std::size_t i = 0;
    (
        [&] {
          sc_core::sc_spawn([&at, i, process] {
            process();
            at[i] = now();
          });
          ++i;
        }(),
        ...);
    sc_core::sc_start();
    return at;
  }
};

TEST_F(NpuModule, a_tile_takes_what_its_timing_says) {
  Npu npu("npu", spec());
  EXPECT_EQ(ends([&] { npu.compute(pixels(6)); })[0], 16'000);  // 6 steps + 10
  EXPECT_EQ(npu.busy(0), 16'000);
  EXPECT_EQ(npu.busy(1), 0);
}

TEST_F(NpuModule, a_launch_takes_cycles_and_host_time) {
  Npu npu("npu", spec());
  EXPECT_EQ(ends([&] { npu.launch(OpClass::convolution); })[0], 1'100'000);
}

TEST_F(NpuModule, two_cores_run_side_by_side) {
  Npu npu("npu", spec());
  const auto at = ends([&] { npu.compute(pixels(6), 0); }, [&] { npu.compute(pixels(8), 1); });
  EXPECT_EQ(at[0], 16'000);
  EXPECT_EQ(at[1], 18'000);
}

TEST_F(NpuModule, one_core_runs_one_tile_at_a_time) {
  Npu npu("npu", spec());
  const auto at = ends([&] { npu.compute(pixels(6), 0); }, [&] { npu.compute(pixels(8), 0); });
  EXPECT_EQ(at[0], 16'000);
  EXPECT_EQ(at[1], 34'000);
  EXPECT_EQ(npu.busy(0), 34'000);
}

TEST_F(NpuModule, work_that_takes_no_time_ends_at_once) {
  Npu npu("npu", spec());
  EXPECT_EQ(ends([&] { npu.occupy(0); })[0], 0);
}

}  // namespace
}  // namespace presil::npu
