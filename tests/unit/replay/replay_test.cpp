#include "sim/replay/replay.hpp"

#include <gmock/gmock.h>

#include <map>
#include <string>

#include "models/common/error.hpp"
#include "tests/support/result_checks.hpp"
#include "tests/support/schedule_builder.hpp"
#include "tests/support/tiny_hardware.hpp"
#include "traces/repeat.hpp"

namespace presil::replay {
namespace {

using common::Cause;
using test::DataKind;
using test::JobKind;
using test::ScheduleBuilder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

template <typename F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const common::Error& e) {
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

common::Work pixels(int n, int oc = 16) {
  common::Work w;
  w.op_class = common::OpClass::pointwise;
  w.ow = n, w.oc = oc, w.ic = 16, w.macs = std::int64_t{16} * n * oc;
  return w;
}

/// load, compute, store; the second inference's load waits for the store.
traces::Schedule one_tile() {
  ScheduleBuilder b;
  const auto in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu"), out = b.queue("npu.out", "npu");
  b.op("conv");
  const auto load = b.read(in, 0, b.area(0, 0, 256));
  const auto compute = b.run(JobKind::compute, npu, 0, b.work(pixels(16)), {load});
  b.write(out, 0, b.area(0, 4096, 128), {compute});
  return b.s;
}

TEST(Replay, a_digest_of_other_hardware_is_refused_unless_ignored) {
  traces::Schedule s = one_tile();
  s.hardware_digest = "ffff";
  EXPECT_EQ(
      error_of([&] { replay(s, test::tiny_hardware()); }),
      "schedule of 'tiny' was planned for hardware 'chip' with digest ffff, but 'chip' has 0011223344556677; plan "
      "it again or ignore digests");
  Options options;
  options.ignore_digests = true;
  EXPECT_EQ(replay(s, test::tiny_hardware(), options).latency, 116'000);
  s.hardware_digest = "0011223344556677";
  EXPECT_NO_THROW(replay(s, test::tiny_hardware()));
  s.hardware_digest.clear();  // written by hand
  EXPECT_NO_THROW(replay(s, test::tiny_hardware()));
}

TEST(Replay, a_memory_that_no_bus_reaches_is_refused_with_the_job) {
  hw::Hardware h = test::tiny_hardware();
  test::add_tcm(h);
  h.buses[0].memories.pop_back();
  ScheduleBuilder b({"sram", "tcm"});
  const auto in = b.queue("npu.in", "npu");
  b.op("conv");
  b.read(in, 0, b.area(0, 0, 256));
  b.read(in, 0, b.area(1, 0, 256));
  EXPECT_THAT(error_of([&] { replay(b.s, h); }), HasSubstr("job 1: no bus joins unit 'npu' and memory 'tcm'"));
}

TEST(Replay, a_circle_is_refused) {
  traces::Schedule s = one_tile();
  s.jobs[0].first_edge = static_cast<std::uint32_t>(s.edges.size()), s.jobs[0].edge_count = 1;
  s.edges.push_back(2);
  for (const auto run : {&replay, &replay_plain})
    EXPECT_THAT(error_of([&] { run(s, test::tiny_hardware(), {}); }), HasSubstr("wait for each other in a circle"));
}

TEST(Replay, an_edge_to_a_later_job_of_an_edited_file_works) {
  // The file lists the store's queue first: job 0 waits for job 2.
  ScheduleBuilder b;
  const auto in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu"), out = b.queue("npu.out", "npu");
  b.op("conv");
  b.write(out, 0, b.area(0, 4096, 128), {2});
  b.read(in, 0, b.area(0, 0, 256));
  b.run(JobKind::compute, npu, 0, b.work(pixels(16)), {1});
  const Result r = replay(b.s, test::tiny_hardware());
  EXPECT_EQ(r.latency, 116'000);
  test::expect_consistent(r);
}

TEST(Replay, the_schedule_holds_no_durations) {
  const traces::Schedule s = one_tile();
  hw::Hardware h = test::tiny_hardware();
  const Tick latency = replay(s, h).latency;
  std::get<npu::NpuSpec>(h.units[0].spec).hz /= 2;  // 26 cycles of 2 ns
  EXPECT_EQ(replay(s, h).latency, latency + 26'000);
  std::get<sram::SramSpec>(h.memories[0].spec).width_bits = 16;  // a quarter of the rate: 384 B take 192 ns, not 48
  EXPECT_GE(replay(s, h).latency, latency + 26'000 + 144'000);
}

TEST(Replay, several_inferences_end_one_after_another) {
  const Result r = replay(traces::repeat(one_tile(), 3), test::tiny_hardware());
  EXPECT_THAT(r.inference_ends, ElementsAre(116'000, 232'000, 348'000));
  test::expect_consistent(r);
}

TEST(Replay, weights_of_the_next_inference_load_ahead) {
  ScheduleBuilder b;
  const auto w = b.queue("npu.weights", "npu"), npu = b.queue("npu", "npu"), cpu = b.queue("cpu", "cpu");
  b.op("conv");
  const auto load = b.read(w, 0, b.area(0, 0, 256), {}, DataKind::weights);
  const auto compute = b.run(JobKind::compute, npu, 0, b.work(pixels(16)), {load});
  b.run(JobKind::kernel, cpu, 0, b.work(pixels(1)), {compute});  // 562 cycles
  const Result r = replay(traces::repeat(b.s, 2), test::tiny_hardware());
  // The first inference takes 53 + 26 + 562 ns. The second's weights load while its kernel runs: 26 + 562 ns more.
  EXPECT_THAT(r.inference_ends, ElementsAre(641'000, 641'000 + 588'000));
}

TEST(Operators, a_wider_layer_than_the_array_says_why_it_wastes_lanes) {
  ScheduleBuilder b;
  const auto npu = b.queue("npu", "npu");
  b.op("conv");
  b.run(JobKind::compute, npu, 0, b.work(pixels(100, 17)));
  const Result r = replay(b.s, test::tiny_hardware());
  // 17 output channels on 16 lanes: two passes of 100 steps and 10 cycles of overhead for 27200 MACs.
  EXPECT_DOUBLE_EQ(r.operators[0].utilisation, 27200.0 / (210 * 256));
  EXPECT_THAT(r.operators[0].utilisation_reason, HasSubstr("17 output channels on 16 lanes: 2 passes, 47 % idle"));
  EXPECT_EQ(r.operators[0].bound, Bound::compute);
}

TEST(Operators, utilisation_counts_both_cores_and_not_what_is_done_again) {
  hw::Hardware h = test::tiny_hardware();
  std::get<npu::NpuSpec>(h.units[0].spec).cores = 2;
  ScheduleBuilder b;
  const auto one = b.queue("npu", "npu", 0), two = b.queue("npu1", "npu", 1);
  b.op("conv");
  common::Work w = pixels(90);
  const auto first = b.work(w);
  w.recomputed_macs = w.macs / 2;
  b.run(JobKind::compute, one, 0, first);
  b.run(JobKind::compute, two, 0, b.work(w));
  const Result r = replay(b.s, h);
  EXPECT_EQ(r.latency, 100'000);
  EXPECT_DOUBLE_EQ(r.operators[0].utilisation, 1.5 * 90 * 256 / (2 * 100 * 256));
}

TEST(Memories, the_high_water_mark_counts_what_lives_together) {
  traces::Schedule s = one_tile();
  for (int i = 0; i < 3; ++i) s.operators.push_back(s.operators[0]);
  s.buffers = {{"w", 0, 0, 1000, 0, 0, true},  // always
               {"a", 0, 1000, 100, 0, 1, false},
               {"b", 0, 2000, 30, 1, 2, false},    // with a at operator 1
               {"c", 0, 1000, 120, 2, 3, false}};  // with b at operator 2, after a
  const Result r = replay(s, test::tiny_hardware());
  EXPECT_EQ(r.memories[0].peak_bytes, 1000 + 30 + 120);
  EXPECT_EQ(r.memories[0].size_bytes, 1 << 20);
  ASSERT_EQ(r.buffers.size(), 4u);
  EXPECT_EQ(r.buffers[2].memory, "sram");
}

TEST(Memories, bytes_are_counted_by_kind_and_those_that_repeat_apart) {
  traces::Schedule s = one_tile();
  common::Area& load = s.areas[0];
  load.row_bytes = 64, load.rows = 4, load.row_stride = 64, load.redundant_rows = 1;
  const Result r = replay(s, test::tiny_hardware());
  const Traffic& in = r.memories[0].kinds[static_cast<std::size_t>(DataKind::input)];
  EXPECT_EQ(in.read_bytes, 256);
  EXPECT_EQ(in.redundant_read_bytes, 64);
  EXPECT_EQ(r.memories[0].kinds[static_cast<std::size_t>(DataKind::output)].write_bytes, 128);
  EXPECT_EQ(r.memories[0].useful_bytes, 256 - 64 + 128);
  test::expect_consistent(r);
}

TEST(Memories, moved_bytes_are_whole_beats) {
  traces::Schedule s = one_tile();
  s.areas[0].address = 3, s.areas[0].row_bytes = 10;  // bytes 3 ... 12 touch two beats of 8
  const Result r = replay(s, test::tiny_hardware());
  EXPECT_EQ(r.memories[0].counters.read_bytes, 16);
  EXPECT_EQ(r.memories[0].kinds[0].read_bytes, 10);
}

TEST(Energy, a_missing_figure_leaves_the_sum_open) {
  hw::Hardware h = test::tiny_hardware();
  EXPECT_FALSE(replay(one_tile(), h).energy_uj.has_value());
  h.energy.pj["npu"]["mac_int8"] = 0.5;
  h.energy.pj["sram"]["per_byte"] = 2.0;
  h.energy.pj["sram"]["write_per_byte"] = 3.0;
  h.energy.static_mw = {{"npu", 10.0}, {"cpu", 0.0}};
  const Result open = replay(one_tile(), h);
  EXPECT_FALSE(open.energy_uj.has_value());  // nobody said what the idle SRAM draws
  h.energy.static_mw["sram"] = 1.0;
  const Result r = replay(one_tile(), h);
  ASSERT_TRUE(r.energy_uj.has_value());
  // 4096 MACs x 0.5 pJ + 256 B x 2 pJ + 128 B x 3 pJ, and 11 mW over 116 ns.
  EXPECT_NEAR(*r.energy_uj, (2048 + 512 + 384) / 1e6 + 11e-3 * 116e-9 * 1e6, 1e-12);
  ASSERT_TRUE(r.operators[0].energy_uj.has_value());
  EXPECT_NEAR(*r.operators[0].energy_uj, (2048 + 512 + 384) / 1e6, 1e-12);
}

TEST(Energy, a_dram_at_rest_draws_the_power_of_its_state) {
  // Never touched: in power-down from clock 26 to the end at 116 ns, clock 186: 100 ns.
  hw::Hardware h = test::tiny_hardware();
  test::add_dram(h);
  auto& d = std::get<dram::DramSpec>(h.memories[1].spec);
  d.power_down_after = 26, d.timing.tCKE = 12, d.timing.tXP = 12;
  h.energy.static_mw["dram"] = 10;
  h.energy.rest_mw["dram"]["power_down"] = 2;
  const Result r = replay(one_tile(), h);
  EXPECT_EQ(r.memories[1].counters.power_down_ps, 100'000);
  int found = 0;
  for (const EnergyPart& part : r.energy) {
    if (part.component != "dram" || (part.what != "static" && part.what != "power_down")) continue;
    ++found;
    EXPECT_NEAR(*part.uj, part.what == "static" ? 10e-3 * 16e-9 * 1e6 : 2e-3 * 100e-9 * 1e6, 1e-10) << part.what;
  }
  EXPECT_EQ(found, 2);
}

TEST(Energy, two_states_of_rest_each_take_their_time_from_the_static_part) {
  // 116 ns: power-down from clock 26 to 106, 50 ns; asleep tCKE later, 118 to 186, 42.5 ns; awake the other 23.5 ns.
  hw::Hardware h = test::tiny_hardware();
  test::add_dram(h);
  auto& d = std::get<dram::DramSpec>(h.memories[1].spec);
  d.power_down_after = 26, d.self_refresh_after = 106;
  d.timing.tCKE = 12, d.timing.tXP = 12, d.timing.tXS = d.timing.tRFC + 12;
  h.energy.static_mw["dram"] = 10;
  h.energy.rest_mw["dram"] = {{"power_down", 2}, {"self_refresh", 1}};
  std::map<std::string, double> uj;
  for (const EnergyPart& part : replay(one_tile(), h).energy) {
    if (part.component == "dram" && part.uj) uj[part.what] = *part.uj;
  }
  EXPECT_NEAR(uj["power_down"], 2e-3 * 50e-9 * 1e6, 1e-10);
  EXPECT_NEAR(uj["self_refresh"], 1e-3 * 42.5e-9 * 1e6, 1e-10);
  EXPECT_NEAR(uj["static"], 10e-3 * 23.5e-9 * 1e6, 1e-10);
}

TEST(Notes, generic_and_assumed_rates_are_named_once) {
  hw::Hardware h = test::tiny_hardware();
  auto& rates = std::get<cpu::CpuSpec>(h.units[1].spec).library.rates;
  rates[common::OpClass::softmax].assumed = true;
  ScheduleBuilder b;
  const auto cpu = b.queue("cpu", "cpu");
  b.op("soft", common::OpClass::softmax, "cpu"), b.op("tile", common::OpClass::tile, "cpu");
  b.s.operators[0].note = b.s.operators[1].note = "is new to us";
  common::Work w;
  w.op_class = common::OpClass::softmax;
  const auto soft = b.work(w);
  w.op_class = common::OpClass::tile;
  b.run(JobKind::kernel, cpu, 0, soft);
  b.run(JobKind::kernel, cpu, 0, soft);
  b.run(JobKind::kernel, cpu, 1, b.work(w));
  EXPECT_THAT(replay(b.s, h).notes,
              ElementsAre("soft and 1 more: is new to us", "the rate of 'cpu' for softmax is assumed",
                          "'cpu' has no rate for tile: costed at the generic rate"));
}

TEST(Units, before_an_operator_is_launched_its_unit_is_idle_and_not_stalled) {
  // The CPU's operator starts with its kernel at 26 ns; the NPU computes before. Nothing of the CPU's waits before
  // that.
  ScheduleBuilder b;
  const auto npu = b.queue("npu", "npu"), cpu = b.queue("cpu", "cpu");
  b.op("conv"), b.op("soft", common::OpClass::softmax, "cpu");
  const auto compute = b.run(JobKind::compute, npu, 0, b.work(pixels(16)));
  common::Work w;
  w.op_class = common::OpClass::softmax;
  b.run(JobKind::kernel, cpu, 1, b.work(w), {compute});
  const Result r = replay(b.s, test::tiny_hardware());
  EXPECT_EQ(r.units[1].idle, 26'000);
  EXPECT_EQ(r.units[1].stalls.total(), 0);
  EXPECT_EQ(r.units[1].busy, 50'000);
}

TEST(Result, carries_what_a_roofline_needs) {
  const Result r = replay(one_tile(), test::tiny_hardware());
  EXPECT_EQ(r.main_unit, "npu");
  EXPECT_EQ(r.main_hz, 1'000'000'000);
  EXPECT_DOUBLE_EQ(r.peak_macs_per_second, 256e9);
  EXPECT_DOUBLE_EQ(r.memories[0].peak_bytes_per_second, 8e9);
  EXPECT_EQ(r.hardware, "chip");
  EXPECT_EQ(r.network, "tiny");
  EXPECT_EQ(r.jobs, 3);
}

}  // namespace
}  // namespace presil::replay
