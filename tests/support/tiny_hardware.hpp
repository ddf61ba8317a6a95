// A chip small enough to work out by hand: one NPU, one CPU, SRAM and, on request, DRAM and flash on one bus.
#pragma once

#include <string>

#include "sim/hw/hardware.hpp"

namespace presil::test {

inline constexpr std::int64_t GHz = 1'000'000'000;

/// An NPU at 1 GHz: 16 x 16 lanes over (oc, ic), 10 cycles of overhead a tile, launch 100 cycles, DMA set-up 20 cycles.
inline npu::NpuSpec tiny_npu() {
  npu::NpuSpec n;
  n.hz = GHz;
  npu::Mode mode;
  mode.unroll = {{{npu::Dim::oc}, 16}, {{npu::Dim::ic}, 16}};
  n.array[common::OpClass::pointwise] = {mode};
  n.array[common::OpClass::convolution] = {mode};
  npu::Overhead tile;
  tile.per = npu::Per::tile;
  tile.cycles = 10;
  n.overheads = {tile};
  n.streams.output_elements_per_cycle = 16;
  n.streams.input_elements_per_cycle = 16;
  n.launch.cycles = 100;
  n.supports[common::OpClass::pointwise] = {};
  n.supports[common::OpClass::convolution] = {};
  n.supports[common::OpClass::add] = {};
  n.dma.hz = GHz;
  n.dma.setup_cycles = 20;
  n.fallback.to = "cpu";
  n.fallback.hand_over_ps = 5'000'000;
  return n;
}

/// A CPU at 1 GHz: 2 cycles a MAC, 1 an output, 50 an operator; 64 B cache lines, 4 cycles a line to clean.
inline cpu::CpuSpec tiny_cpu() {
  cpu::CpuSpec c;
  c.hz = GHz;
  c.library.name = "tiny";
  cpu::KernelRate rate;
  rate.cycles_per_mac = 2, rate.cycles_per_output = 1, rate.cycles_per_operator = 50, rate.source = "by hand";
  c.library.rates[common::OpClass::pointwise] = rate;
  c.library.rates[common::OpClass::softmax] = rate;
  c.library.generic = rate;
  c.caches = {{"l1", 32768, 64}};
  c.flush_cycles_per_line = 4;
  return c;
}

/// sram: 1 GHz, 64 bit, one bank. Bus "main": 1 GHz, 64 bit, bursts of 64 B.
inline hw::Hardware tiny_hardware() {
  hw::Hardware h;
  h.name = "chip";
  h.file = "chip.yaml";
  sram::SramSpec sram;
  sram.size_bytes = 1 << 20, sram.hz = GHz, sram.width_bits = 64;
  h.memories.push_back({"sram", sram.size_bytes, sram});
  fabric::BusSpec bus;
  bus.name = "main", bus.hz = GHz, bus.width_bits = 64, bus.max_burst_bytes = 64;
  bus.memories = {"sram"};
  h.buses = {bus};
  h.units.push_back({"npu", {"main"}, tiny_npu()});
  h.units.push_back({"cpu", {"main"}, tiny_cpu()});
  h.main_unit = "npu";
  h.digest = "0011223344556677";
  return h;
}

/// A second SRAM "tcm" on the bus: slower, two banks.
inline void add_tcm(hw::Hardware& h) {
  sram::SramSpec tcm;
  tcm.size_bytes = 1 << 20, tcm.hz = 400'000'000, tcm.width_bits = 32, tcm.banks = 2;
  h.memories.push_back({"tcm", tcm.size_bytes, tcm});
  h.buses[0].memories.push_back("tcm");
}

/// LPDDR4-like "dram" on the bus; timings in clocks of 1600 MHz.
inline void add_dram(hw::Hardware& h) {
  dram::DramSpec d;
  d.size_bytes = 1 << 26, d.hz = 1'600'000'000, d.bus_bits = 16, d.burst_length = 16, d.banks_per_group = 8;
  d.timing.tRL = 28, d.timing.tWL = 14, d.timing.tRCD = 29, d.timing.tRP = 34, d.timing.tRAS = 68;
  d.timing.tRFC = 448, d.timing.tREFI = 6248, d.timing.tRRD_S = 16, d.timing.tRRD_L = 16, d.timing.tFAW = 64;
  d.timing.tCCD_S = 8, d.timing.tCCD_L = 8, d.timing.tWTR_S = 16, d.timing.tWTR_L = 16, d.timing.tWR = 29;
  d.timing.tRTP = 12, d.timing.tPPD = 4;
  h.memories.push_back({"dram", d.size_bytes, d});
  h.buses[0].memories.push_back("dram");
}

/// An octal flash "flash" on the bus, read-only.
inline void add_flash(hw::Hardware& h) {
  flash::FlashSpec f;
  f.size_bytes = 1 << 24, f.hz = 200'000'000, f.ddr = true;
  h.memories.push_back({"flash", f.size_bytes, f});
  h.buses[0].memories.push_back("flash");
}

/// A bridge at half the clock and half the width to all memories but the first.
inline void add_bridge(hw::Hardware& h) {
  fabric::BusSpec& bus = h.buses[0];
  fabric::BridgeSpec bridge;
  bridge.name = "bridge", bridge.hz = GHz / 2, bridge.width_bits = 32, bridge.latency_cycles = 3;
  bridge.outstanding_reads = 3, bridge.outstanding_writes = 2;
  bridge.memories.assign(bus.memories.begin() + 1, bus.memories.end());
  bus.bridges = {bridge};
}

/// Caches before DRAM and flash, small enough to evict: one for all, one for the first NPU only.
inline void add_caches(hw::Hardware& h) {
  for (hw::Memory& m : h.memories) {
    if (m.name != "dram" && m.name != "flash") continue;
    cache::CacheSpec c;
    c.size_bytes = 4096, c.line_bytes = 64, c.hz = 500'000'000, c.prefetch_lines = 1;
    if (m.name == "flash") c.users = {"npu"};
    m.cache = c;
  }
}

/// A second NPU "npu2" at 700 MHz with two cores, and a second bus to the same memories that it prefers.
inline void add_second_npu(hw::Hardware& h) {
  npu::NpuSpec n = tiny_npu();
  n.hz = 700'000'000, n.cores = 2, n.dma.cycles_per_row = 1.5;
  fabric::BusSpec side = h.buses[0];
  side.name = "side", side.hz = 333'333'333, side.width_bits = 32, side.outstanding_reads = 2, side.duplex = false;
  h.buses.push_back(side);
  h.units.push_back({"npu2", {"side", "main"}, n});
}

}  // namespace presil::test
