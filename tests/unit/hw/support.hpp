// Small hardware files for tests: a complete text to vary, and the ways to load it.
#pragma once

#include <gtest/gtest.h>

#include <filesystem>
#include <string>

#include "sim/hw/load.hpp"
#include "tests/support/error_of.hpp"

namespace presil::hw {

inline std::filesystem::path shipped(const std::string& name) {
  return std::filesystem::path(PRESIL_SOURCE_DIR) / "hwconfigs" / (name + ".yaml");
}

inline Hardware from_text(const std::string& text) {
  return from_document(yaml::parse(text, "hw.yaml"));
}

/// `text` with the first `what` replaced; fails the test when it is not there.
inline std::string with(std::string text, const std::string& what, const std::string& instead) {
  const std::size_t at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  if (at != std::string::npos) text.replace(at, what.size(), instead);
  return text;
}

inline std::string error_with(const std::string& text, const std::string& what, const std::string& instead) {
  return error_of([&] { from_text(with(text, what, instead)); });
}

inline const char* const small_chip = R"(kind: hardware
name: small
clocks: {npu: 800 MHz, bus: 400 MHz, cpu: 1.5 GHz}
memories:
  sram: {type: sram, size: 1 MiB, width: 128 bit, banks: 4, clock: bus, latency: 2 cycles}
  dram: {type: dram, preset: lpddr4-3200-x16, size: 1 GiB}
  flash: {type: serial_flash, size: 64 MiB, clock: 200 MHz, lanes: 8, ddr: true, dummy: 20 clocks}
buses:
  main: {clock: bus, width: 128 bit, max_burst: 128 B, outstanding: 8, memories: [sram, dram, flash]}
units:
  npu:
    type: npu
    clock: npu
    bus: main
    array:
      convolution: {modes: [{unroll: {oc: 16, ic: 16}, cycles_per_step: 1}]}
      depthwise: {modes: [{unroll: {oc: 16}}]}
    streams: {input: 32 B/cycle, output: 16 B/cycle, weights: 8 B/cycle}
    tile_buffer: {size: 64 KiB, partition: {input: 50 %, weights: 30 %, output: 20 %}}
    precision: [{activations: 8, weights: 8, rate: 1.0}, {activations: 8, weights: 4, rate: 0.5, emulated: true}]
    launch: {hardware: 500 cycles, host: 10 us}
    supports: {convolution: {max_kernel: 7x5, types: [int8]}, depthwise: {}, add: {}}
    fallback: {to: cpu, hand_over: 20 us}
  cpu:
    type: cpu
    clock: cpu
    bus: main
    library: {rates: {convolution: {cycles_per_mac: 0.5, source: a book}}, generic: {cycles_per_output: 20}}
placement: {weights: flash, activations: [sram, dram]}
)";

}  // namespace presil::hw
