// A chip whose every cycle can be worked out on paper: all clocks 1 GHz, one bus of 16 B/cycle, SRAM latency 2 cycles.
#pragma once

#include <string>

namespace presil::test {

/// Array: 16 output by 16 input channels a cycle; no launch, set-up or tile overheads. Tiles are whole 4 x 4 x 16
/// boxes.
inline const std::string hand_chip = R"(
kind: hardware
name: hand
clocks: {c: 1 GHz}
memories:
  sram: {type: sram, size: 1 MiB, width: 128 bit, clock: c, latency: 2 cycles}
buses:
  main: {clock: c, width: 128 bit, max_burst: 128 B, outstanding: 16, memories: [sram]}
units:
  npu:
    type: npu
    clock: c
    bus: main
    array:
      convolution: {modes: [{unroll: {oc: 16, ic: 16}, cycles_per_step: 1}]}
      depthwise: {modes: [{unroll: {oc: 16}, cycles_per_step: 1}]}
      pooling: {modes: [{unroll: {oc: 16}, cycles_per_step: 1}]}
    streams: {output: 16 B/cycle}
    tile_buffer: {size: 64 KiB}
    tile_granule: [4, 4, 16]
    precision: [{activations: 8, weights: 8, rate: 1.0}]
    supports: {convolution: {}, depthwise: {}, fully_connected: {}, elementwise: {}, pooling: {}, pad: {}}
    fallback: {to: cpu, hand_over: 1 us}
  cpu:
    type: cpu
    clock: c
    bus: main
    library:
      name: hand
      rates: {softmax: {cycles_per_input: 10, cycles_per_operator: 100, source: test}}
      generic: {cycles_per_output: 20, source: test}
placement: {weights: sram, activations: [sram]}
sources: {name: test}
)";

}  // namespace presil::test
