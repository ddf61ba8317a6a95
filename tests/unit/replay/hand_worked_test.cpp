// Cases small enough for paper. The chip is tests/support/tiny_hardware.hpp: everything at 1 GHz, so a cycle is 1 ns.
//
// A transfer of n x 64 B over the 64-bit bus: set-up 20 ns (launch); each burst takes 8 beats, so n x 8 ns (transfer),
// and one cycle of SRAM latency that nothing hides: in front of the first beat of a read, behind the last of a write.
#include <gtest/gtest.h>

#include "sim/replay/replay.hpp"
#include "tests/support/schedule_builder.hpp"
#include "tests/support/tiny_hardware.hpp"

namespace presil::replay {
namespace {

using common::Cause;
using test::DataKind;
using test::JobKind;
using test::ScheduleBuilder;

constexpr Tick ns = 1000;

/// 16 -> 16 channels over `pixels`: one step a pixel on the 16 x 16 array, and 10 cycles of overhead a tile. Input and
/// output stream at 16 elements a cycle, so both take as long as the array, and the array counts.
common::Work tile(int pixels) {
  common::Work w;
  w.op_class = common::OpClass::pointwise;
  w.ow = pixels, w.oc = 16, w.ic = 16;
  w.input_elements = w.output_elements = 16 * pixels;
  w.macs = 256 * pixels;
  return w;
}

CauseTimes times(std::initializer_list<std::pair<Cause, Tick>> list) {
  CauseTimes t;
  for (const auto& [cause, time] : list) t[cause] += time;
  return t;
}

void expect_times(const CauseTimes& found, const CauseTimes& expected) {
  for (std::size_t c = 0; c < common::cause_count; ++c)
    EXPECT_EQ(found.ps[c], expected.ps[c]) << common::name(static_cast<Cause>(c));
}

class HandWorked : public ::testing::TestWithParam<decltype(&replay)> {
 protected:
  Result run(const traces::Schedule& s, const hw::Hardware& h = test::tiny_hardware()) {
    Options options;
    options.timeline = true;
    return GetParam()(s, h, options);
  }
};

TEST_P(HandWorked, load_compute_store) {
  ScheduleBuilder b;
  const auto in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu"), out = b.queue("npu.out", "npu");
  const auto op = b.op("conv");
  const auto load = b.read(in, op, b.area(0, 0, 256));
  const auto compute = b.run(JobKind::compute, npu, op, b.work(tile(16)), {load});
  b.write(out, op, b.area(0, 4096, 128), {compute});
  b.s.operators[0].macs = 4096, b.s.operators[0].tiles = 1;
  const Result r = run(b.s);

  // load: 20 + 4 x 8 + 1 = 53 ns; compute: 16 + 10 = 26 ns; store: 20 + 2 x 8 + 1 = 37 ns.
  ASSERT_EQ(r.timeline.size(), 3u);
  EXPECT_EQ(r.timeline[0].start, 0);
  EXPECT_EQ(r.timeline[0].end, 53 * ns);
  EXPECT_EQ(r.timeline[1].start, 53 * ns);
  EXPECT_EQ(r.timeline[1].end, 79 * ns);
  EXPECT_EQ(r.timeline[2].start, 79 * ns);
  EXPECT_EQ(r.timeline[2].end, 116 * ns);
  EXPECT_EQ(r.latency, 116 * ns);
  EXPECT_EQ(r.timeline[0].bind, -1);
  EXPECT_EQ(r.timeline[1].bind, 0);
  EXPECT_EQ(r.timeline[2].bind, 1);

  // All three follow one another: the stack is their sum.
  const CauseTimes stack = times({{Cause::launch, 40 * ns},
                                  {Cause::transfer, 48 * ns},
                                  {Cause::latency, 2 * ns},
                                  {Cause::compute, 16 * ns},
                                  {Cause::overhead, 10 * ns}});
  expect_times(r.stack, stack);
  expect_times(r.operators[0].stack, stack);

  // The operator is launched at 0, so nothing before a job is idle.
  ASSERT_EQ(r.units.size(), 3u);
  EXPECT_EQ(r.units[0].busy, 52 * ns);  // all but the ns of latency
  expect_times(r.units[0].stalls, times({{Cause::latency, ns}}));
  EXPECT_EQ(r.units[0].idle, 63 * ns);
  EXPECT_EQ(r.units[1].busy, 26 * ns);
  expect_times(r.units[1].stalls, times({{Cause::input, 53 * ns}}));
  EXPECT_EQ(r.units[1].idle, 37 * ns);
  EXPECT_EQ(r.units[2].busy, 36 * ns);
  expect_times(r.units[2].stalls, times({{Cause::input, 79 * ns}, {Cause::latency, ns}}));  // nothing to store yet
  EXPECT_EQ(r.units[2].idle, 0);
  EXPECT_EQ(r.dependency_share, 0.0);

  EXPECT_EQ(r.memories[0].busy, 48 * ns);
  EXPECT_EQ(r.memories[0].counters.read_bytes, 256);
  EXPECT_EQ(r.memories[0].counters.write_bytes, 128);
  EXPECT_EQ(r.memories[0].useful_bytes, 384);
  EXPECT_EQ(r.bursts, 6);

  EXPECT_EQ(r.operators[0].start, 0);
  EXPECT_EQ(r.operators[0].end, 116 * ns);
  EXPECT_EQ(r.operators[0].read_bytes[0], 256);
  EXPECT_EQ(r.operators[0].write_bytes[0], 128);
  // 4096 MACs in 26 cycles of 256.
  EXPECT_DOUBLE_EQ(r.operators[0].utilisation, 4096.0 / (26 * 256));
  EXPECT_EQ(r.operators[0].bound, Bound::memory);  // 50 ns of memory against 50 of launch and overhead: memory has it
}

TEST_P(HandWorked, two_tiles_with_double_buffering) {
  ScheduleBuilder b;
  const auto in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu"), out = b.queue("npu.out", "npu");
  const auto op = b.op("conv"), source = b.area(0, 0, 256), sink = b.area(0, 4096, 128), work = b.work(tile(100));
  const auto l0 = b.read(in, op, source), l1 = b.read(in, op, source);
  const auto c0 = b.run(JobKind::compute, npu, op, work, {l0});
  const auto s0 = b.write(out, op, sink, {c0});
  const auto c1 = b.run(JobKind::compute, npu, op, work, {l1}, 1);
  const auto s1 = b.write(out, op, sink, {c1});
  const Result r = run(b.s);

  // Loads 53 ns, computes 100 + 10 ns, stores 37 ns. The second load runs beside the first compute.
  //   l0 0-53  l1 53-106  c0 53-163  c1 163-273 (its input has been there since 106)  s0 163-200  s1 273-310
  const auto end = [&](std::uint32_t job) { return r.timeline[job].end / ns; };
  EXPECT_EQ(end(l0), 53);
  EXPECT_EQ(end(l1), 106);
  EXPECT_EQ(end(c0), 163);
  EXPECT_EQ(end(s0), 200);
  EXPECT_EQ(end(c1), 273);
  EXPECT_EQ(end(s1), 310);
  EXPECT_EQ(r.latency, 310 * ns);
  EXPECT_EQ(r.timeline[c1].bind, static_cast<std::int32_t>(c0));  // the array, not the input
  EXPECT_EQ(r.timeline[s1].bind, static_cast<std::int32_t>(c1));

  // s1 <- c1 <- c0 <- l0: the second load is hidden.
  expect_times(r.stack, times({{Cause::launch, 40 * ns},
                               {Cause::transfer, 48 * ns},
                               {Cause::latency, 2 * ns},
                               {Cause::compute, 200 * ns},
                               {Cause::overhead, 20 * ns}}));
  EXPECT_EQ(r.operators[0].bound, Bound::compute);
  EXPECT_EQ(r.units[1].busy, 220 * ns);
  expect_times(r.units[1].stalls, times({{Cause::input, 53 * ns}}));
  EXPECT_EQ(r.units[1].idle, 37 * ns);
  expect_times(r.units[2].stalls, times({{Cause::input, (163 + 73) * ns}, {Cause::latency, 2 * ns}}));
}

TEST_P(HandWorked, fallback_to_the_cpu) {
  ScheduleBuilder b;
  const auto npu = b.queue("npu", "npu"), in = b.queue("cpu.in", "cpu"), cpu = b.queue("cpu", "cpu");
  const auto conv = b.op("conv"), softmax = b.op("softmax", common::OpClass::softmax, "cpu");
  common::Work clean;
  clean.bytes = 129;  // three lines of 64 B
  common::Work kernel;
  kernel.op_class = common::OpClass::softmax, kernel.macs = 10, kernel.output_elements = 16;
  const auto launch = b.run(JobKind::launch, npu, conv, -1);
  const auto compute = b.run(JobKind::compute, npu, conv, b.work(tile(16)), {launch});
  const auto over = b.run(JobKind::hand_over, cpu, softmax, b.work(clean), {compute});
  const auto load = b.read(in, softmax, b.area(0, 0, 64), {over});
  b.run(JobKind::kernel, cpu, softmax, b.work(kernel), {over, load});
  const Result r = run(b.s);

  // launch 100; compute 26 -> 126; hand-over 5000 + 3 x 4 cycles -> 5138; load 8 + 1 (a CPU has no DMA to set up) ->
  // 5147; kernel 10 x 2 + 16 x 1, and 50 for the operator -> 5233 ns.
  EXPECT_EQ(r.timeline[0].end, 100 * ns);
  EXPECT_EQ(r.timeline[1].end, 126 * ns);
  EXPECT_EQ(r.timeline[2].end, 5138 * ns);
  EXPECT_EQ(r.timeline[3].end, 5147 * ns);
  EXPECT_EQ(r.latency, 5233 * ns);
  expect_times(r.operators[0].stack,
               times({{Cause::launch, 100 * ns}, {Cause::compute, 16 * ns}, {Cause::overhead, 10 * ns}}));
  expect_times(r.operators[1].stack, times({{Cause::hand_over, 5012 * ns},
                                            {Cause::transfer, 8 * ns},
                                            {Cause::latency, ns},
                                            {Cause::compute, 36 * ns},
                                            {Cause::overhead, 50 * ns}}));
  EXPECT_EQ(r.operators[1].bound, Bound::overhead);

  // The softmax is launched when its first job, the hand-over, starts: the CPU is idle before, and waits for its input
  // between the hand-over and the kernel.
  EXPECT_EQ(r.units[2].idle, 126 * ns);
  expect_times(r.units[2].stalls, times({{Cause::input, 9 * ns}}));
  EXPECT_EQ(r.units[2].busy, (5012 + 86) * ns);
  // Its load waits for the hand-over.
  expect_times(r.units[1].stalls, times({{Cause::hand_over, 5012 * ns}, {Cause::latency, ns}}));
}

TEST_P(HandWorked, a_copy_reads_and_writes) {
  hw::Hardware h = test::tiny_hardware();
  test::add_tcm(h);
  ScheduleBuilder b({"sram", "tcm"});
  const auto q = b.queue("npu.in", "npu");
  const auto op = b.op("conv"), from = b.area(0, 0, 128), to = b.area(1, 0, 128);
  b.copy(q, op, from, to);
  const Result r = run(b.s, h);
  EXPECT_EQ(r.memories[0].kinds[3].read_bytes, 128);  // spill
  EXPECT_EQ(r.memories[1].kinds[3].write_bytes, 128);
  // 32 beats of 4 B at 400 MHz are 80 ns: no copy can be faster than its slower side.
  EXPECT_GT(r.latency, 100 * ns);
  EXPECT_EQ(r.memories[1].busy, 80 * ns);
}

TEST_P(HandWorked, nothing_to_do_takes_no_time) {
  ScheduleBuilder b;
  b.queue("npu", "npu");
  b.op("conv");
  const Result r = run(b.s);
  EXPECT_EQ(r.latency, 0);
  EXPECT_EQ(r.operators[0].bound, Bound::none);
  EXPECT_EQ(r.units[0].idle, 0);
}

INSTANTIATE_TEST_SUITE_P(Plain, HandWorked, ::testing::Values(&replay_plain));
INSTANTIATE_TEST_SUITE_P(SystemC, HandWorked, ::testing::Values(&replay));

}  // namespace
}  // namespace presil::replay
