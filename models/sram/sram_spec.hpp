// Parameters of an on-chip SRAM.
#pragma once

#include <cstdint>

namespace presil::sram {

struct SramSpec {
  std::int64_t size_bytes = 0;
  std::int64_t hz = 0;                    // of the clock that the array and its port run at
  std::int64_t width_bits = 64;           // of each bank's port, and of each bus-side port
  int banks = 1;                          // interleaved by `interleave_bytes`
  std::int64_t interleave_bytes = 0;      // 0: by width
  int ports = 1;                          // bursts whose beats may move in the same cycle, when banks allow
  std::int64_t read_latency_cycles = 1;   // from the request to the first data beat
  std::int64_t write_latency_cycles = 1;  // from the last data beat to the response
};

}  // namespace presil::sram
