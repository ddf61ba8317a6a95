// A small Result made by hand, with every kind of row a report must show; all its sums are exact.
#pragma once

#include "sim/replay/result.hpp"

namespace presil::report {

using common::Cause;
using common::OpClass;
using common::Tick;

inline replay::OperatorResult sample_operator(int index, const char* name, const char* type, OpClass op_class) {
  replay::OperatorResult op;
  op.index = index;
  op.name = name;
  op.type = type;
  op.op_class = op_class;
  op.output_shape = {1, 8, 8, 17};
  op.read_bytes = {0, 0};
  op.write_bytes = {0, 0};
  return op;
}

/// 1 ms on a chip of one NPU and one CPU, one SRAM and one DRAM; five operators:
///   0 convolution, 400 us, half used; 1 RELU fused into it; 2 RESHAPE free; 3 depthwise, 250 us, waits for weights;
///   4 softmax on the CPU, 350 us with its hand-over.
inline replay::Result sample_result() {
  constexpr Tick us = 1'000'000;
  replay::Result r;
  r.network = "tiny";
  r.hardware = "edge-npu";
  r.network_digest = "00000000000000aa";
  r.hardware_digest = "00000000000000bb";
  r.main_unit = "npu";
  r.main_hz = 800'000'000;  // 1 ms are 800,000 cycles
  r.latency = 1000 * us;
  r.peak_macs_per_second = 256 * 800e6;

  auto conv = sample_operator(0, "tiny/conv", "CONV_2D", OpClass::convolution);
  conv.unit = "npu";
  conv.end = 400 * us;
  conv.stack[Cause::compute] = 300 * us;
  conv.stack[Cause::row] = 60 * us;
  conv.stack[Cause::launch] = 40 * us;
  conv.macs = 32'000'000;
  conv.tiles = 4;
  conv.tile_h = 2, conv.tile_w = 8, conv.tile_oc = 17;
  conv.utilisation = 0.53125;  // 17 of 32
  conv.utilisation_reason = "17 output channels on a 16-wide array: 2 passes, 47 % idle lanes";
  conv.bound = replay::Bound::compute;
  conv.read_bytes = {0, 4096};
  conv.write_bytes = {1088, 0};
  conv.redundant_bytes = 1024;  // a quarter of what it reads
  conv.energy_uj = 10.5;

  auto relu = sample_operator(1, "tiny/relu", "RELU", OpClass::relu);
  relu.unit = "npu";
  relu.fused_into = 0;

  auto reshape = sample_operator(2, "tiny/flat", "RESHAPE", OpClass::reshape);
  reshape.free_reason = "the same bytes under another shape";
  reshape.output_shape = {1, 1088};

  auto depthwise = sample_operator(3, "tiny/depthwise", "DEPTHWISE_CONV_2D", OpClass::depthwise);
  depthwise.unit = "npu";
  depthwise.start = 380 * us;
  depthwise.end = 650 * us;
  depthwise.stack[Cause::compute] = 50 * us;
  depthwise.stack[Cause::transfer] = 180 * us;
  depthwise.stack[Cause::refresh] = 20 * us;
  depthwise.macs = 1'000'000;
  depthwise.tiles = 1;
  depthwise.utilisation = 1;
  depthwise.bound = replay::Bound::memory;
  depthwise.read_bytes = {1088, 20'000};
  depthwise.write_bytes = {1088, 0};
  depthwise.energy_uj = 2.25;

  auto softmax = sample_operator(4, "tiny/softmax, \"last\"", "SOFTMAX", OpClass::softmax);
  softmax.unit = "cpu";
  softmax.fallback_reason = "npu has no softmax";
  softmax.note = "costed at the generic rate of the CPU";
  softmax.start = 650 * us;
  softmax.end = 1000 * us;
  softmax.stack[Cause::compute] = 250 * us;
  softmax.stack[Cause::hand_over] = 100 * us;
  softmax.tiles = 1;
  softmax.bound = replay::Bound::overhead;
  softmax.read_bytes = {1088, 0};
  softmax.write_bytes = {1088, 0};
  r.operators = {conv, relu, reshape, depthwise, softmax};
  for (const auto& op : r.operators) r.stack += op.stack;

  replay::UnitResult npu;  // 650 us of work and waiting, then idle
  npu.name = npu.unit = "npu";
  npu.busy = 400 * us;
  npu.stalls[Cause::weights] = 200 * us;
  npu.stalls[Cause::dependency] = 50 * us;
  npu.idle = 350 * us;
  npu.jobs = 5;
  replay::UnitResult cpu;
  cpu.name = cpu.unit = "cpu";
  cpu.busy = 350 * us;
  cpu.idle = 650 * us;
  cpu.jobs = 2;
  r.units = {npu, cpu};
  r.dependency_share = 0.2;

  replay::MemoryResult sram;
  sram.name = "sram", sram.type = "sram";
  sram.counters.read_bytes = 2176, sram.counters.write_bytes = 3264, sram.counters.bursts = 50;
  sram.useful_bytes = 5440;
  sram.kinds[0].read_bytes = 2176;
  sram.kinds[2].write_bytes = 3264;
  sram.busy = 1 * us, sram.idle = 999 * us;
  sram.size_bytes = 1 << 20, sram.peak_bytes = 2176;
  sram.peak_bytes_per_second = 6.4e9;
  replay::MemoryResult dram;
  dram.name = "dram", dram.type = "dram";
  dram.counters.read_bytes = 24'096, dram.counters.bursts = 190;
  dram.counters.row_hits = 150, dram.counters.row_misses = 30, dram.counters.row_conflicts = 10;
  dram.useful_bytes = 23'072;
  dram.kinds[0] = {4096, 0, 1024, 0};
  dram.kinds[1].read_bytes = 20'000;
  dram.busy = 200 * us, dram.idle = 720 * us;
  dram.stalls[Cause::row] = 60 * us;
  dram.stalls[Cause::refresh] = 20 * us;
  dram.size_bytes = 1 << 30, dram.peak_bytes = 24'096;
  dram.peak_bytes_per_second = 3.2e9;
  r.memories = {sram, dram};

  r.buffers = {{"tiny/conv", "sram", 0, 1088, 0, 3, false}, {"weights", "dram", 4096, 20'000, 0, 4, true}};
  r.tiling.extra_bytes = r.tiling.halo_bytes = 1024;
  r.energy = {{"npu", "mac_int8", 6.5}, {"dram", "read", std::nullopt}};
  r.notes = {"SOFTMAX of operator 4 is costed at the CPU's generic rate"};
  r.jobs = 7, r.bursts = 240;
  r.inference_ends = {r.latency};
  return r;
}

}  // namespace presil::report
