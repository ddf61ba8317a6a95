// A schedule with something in every field, for the codecs; and what equality of schedules means.
#pragma once

#include <gtest/gtest.h>

#include "tests/support/schedule_builder.hpp"
#include "traces/check.hpp"

namespace presil::test {

inline traces::Schedule sample() {
  ScheduleBuilder b({"sram", "flash"});
  b.s.network_digest = "0123456789abcdef", b.s.hardware_digest = "fedcba9876543210";
  const auto in = b.queue("npu.in", "npu"), npu = b.queue("npu", "npu"), cpu = b.queue("cpu", "cpu");
  b.op("first \"quoted\"\\conv\n", common::OpClass::convolution);
  b.op("softmax", common::OpClass::softmax, "cpu");
  traces::OperatorInfo& o = b.s.operators[0];
  o.fused_into = 1, o.free_reason = "free", o.fallback_reason = "kernel 9x9", o.note = "generic";
  o.macs = 1'000'000'000'000, o.tiles = 3, o.tile_h = 4, o.tile_w = 5, o.tile_oc = 6, o.output_shape = {1, 8, 8, 16};
  b.s.buffers.push_back({"weights", 1, 4096, 512, 0, 0, true});
  b.s.buffers.push_back({"t0", 0, 128, 1024, 0, 1, false});
  common::Area a;
  a.memory = 0, a.address = 128, a.row_bytes = 32, a.rows = 4, a.planes = 2, a.row_stride = 64, a.plane_stride = 256;
  a.redundant_row_bytes = 8, a.redundant_rows = 1, a.redundant_planes = 1;
  common::Work w;
  w.op_class = common::OpClass::convolution, w.post_op = common::PostOp::lut, w.activation_bits = 16;
  w.weight_bits = 4, w.output_bits = 16, w.floating_point = false, w.mode = 2, w.per_channel = true, w.last = true;
  w.n = 1, w.oh = 4, w.ow = 5, w.oc = 16, w.ic = 3, w.kh = 3, w.kw = 2;
  w.input_elements = 100, w.output_elements = 200, w.weight_elements = 300, w.weight_bytes = 150;
  w.macs = 5'000'000'000, w.recomputed_macs = 7, w.bytes = 9;
  common::Work v;
  v.op_class = common::OpClass::softmax, v.floating_point = true;
  const auto load = b.read(in, 0, b.area(a));
  const auto weights = b.read(in, 0, b.area(1, 4096, 512), {}, DataKind::weights);
  b.s.jobs[weights].redundant = true;
  const auto go = b.run(JobKind::launch, npu, 0, -1);
  const auto tile = b.run(JobKind::compute, npu, 0, b.work(w), {load, weights, go}, 2);
  const auto from = b.area(1, 0, 64), to = b.area(0, 2048, 64);
  const auto copied = b.copy(in, 0, from, to, {tile});
  const auto back = b.run(JobKind::hand_over, cpu, 1, -1, {copied});
  b.run(JobKind::kernel, cpu, 1, b.work(v), {back});
  b.s.jobs.back().inference = 1;
  b.write(in, 1, b.area(0, 4000, 96), {6});
  return b.s;
}

inline traces::KnownHardware sample_hardware() {
  return {{{"sram", 65536, true}, {"flash", 1 << 20, false}}, {{"npu", true, 2}, {"cpu", false, 1}}};
}

inline void expect_equal(const common::Area& a, const common::Area& b) {
  EXPECT_EQ(a.memory, b.memory);
  EXPECT_EQ(a.address, b.address);
  EXPECT_EQ(a.row_bytes, b.row_bytes);
  EXPECT_EQ(a.rows, b.rows);
  EXPECT_EQ(a.planes, b.planes);
  EXPECT_EQ(a.row_stride, b.row_stride);
  EXPECT_EQ(a.plane_stride, b.plane_stride);
  EXPECT_EQ(a.redundant_row_bytes, b.redundant_row_bytes);
  EXPECT_EQ(a.redundant_rows, b.redundant_rows);
  EXPECT_EQ(a.redundant_planes, b.redundant_planes);
}

/// Equal in meaning: areas may be numbered otherwise.
inline void expect_equal(const traces::Schedule& a, const traces::Schedule& b) {
  EXPECT_EQ(a.version, b.version);
  EXPECT_EQ(a.network, b.network);
  EXPECT_EQ(a.network_digest, b.network_digest);
  EXPECT_EQ(a.hardware, b.hardware);
  EXPECT_EQ(a.hardware_digest, b.hardware_digest);
  EXPECT_EQ(a.memories, b.memories);
  ASSERT_EQ(a.queues.size(), b.queues.size());
  for (std::size_t i = 0; i < a.queues.size(); ++i) {
    EXPECT_EQ(a.queues[i].name, b.queues[i].name);
    EXPECT_EQ(a.queues[i].unit, b.queues[i].unit);
    EXPECT_EQ(a.queues[i].core, b.queues[i].core);
  }
  ASSERT_EQ(a.operators.size(), b.operators.size());
  for (std::size_t i = 0; i < a.operators.size(); ++i) {
    const traces::OperatorInfo &x = a.operators[i], &y = b.operators[i];
    EXPECT_EQ(x.index, y.index);
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.type, y.type);
    EXPECT_EQ(x.op_class, y.op_class);
    EXPECT_EQ(x.unit, y.unit);
    EXPECT_EQ(x.fused_into, y.fused_into);
    EXPECT_EQ(x.free_reason, y.free_reason);
    EXPECT_EQ(x.fallback_reason, y.fallback_reason);
    EXPECT_EQ(x.note, y.note);
    EXPECT_EQ(x.macs, y.macs);
    EXPECT_EQ(x.tiles, y.tiles);
    EXPECT_EQ(x.tile_h, y.tile_h);
    EXPECT_EQ(x.tile_w, y.tile_w);
    EXPECT_EQ(x.tile_oc, y.tile_oc);
    EXPECT_EQ(x.output_shape, y.output_shape);
  }
  ASSERT_EQ(a.buffers.size(), b.buffers.size());
  for (std::size_t i = 0; i < a.buffers.size(); ++i) {
    const traces::Buffer &x = a.buffers[i], &y = b.buffers[i];
    EXPECT_EQ(x.name, y.name);
    EXPECT_EQ(x.memory, y.memory);
    EXPECT_EQ(x.address, y.address);
    EXPECT_EQ(x.bytes, y.bytes);
    EXPECT_EQ(x.first_op, y.first_op);
    EXPECT_EQ(x.last_op, y.last_op);
    EXPECT_EQ(x.constant, y.constant);
  }
  EXPECT_EQ(a.works, b.works);
  ASSERT_EQ(a.jobs.size(), b.jobs.size());
  for (std::size_t i = 0; i < a.jobs.size(); ++i) {
    const traces::Job &x = a.jobs[i], &y = b.jobs[i];
    EXPECT_EQ(x.kind, y.kind);
    EXPECT_EQ(x.data, y.data);
    EXPECT_EQ(x.write, y.write);
    EXPECT_EQ(x.redundant, y.redundant);
    EXPECT_EQ(x.queue, y.queue);
    EXPECT_EQ(x.op, y.op);
    EXPECT_EQ(x.tile, y.tile);
    EXPECT_EQ(x.inference, y.inference);
    EXPECT_EQ(x.work, y.work);
    for (const auto field : {&traces::Job::area, &traces::Job::to_area}) {
      ASSERT_EQ(x.*field < 0, y.*field < 0);
      if (x.*field >= 0)
        expect_equal(a.areas[static_cast<std::size_t>(x.*field)], b.areas[static_cast<std::size_t>(y.*field)]);
    }
    ASSERT_EQ(x.edge_count, y.edge_count);
    for (std::uint32_t e = 0; e < x.edge_count; ++e) EXPECT_EQ(a.edges[x.first_edge + e], b.edges[y.first_edge + e]);
  }
}

/// The message of the common::Error that `f` throws; fails the test when it throws none.
template <typename F>
std::string error_of(F&& f) {
  try {
    f();
  } catch (const std::exception& e) {
    const std::string what = e.what();
    EXPECT_EQ(what.find('\n'), std::string::npos) << "not one line: " << what;
    return what;
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace presil::test
