// Parameters of a DMA engine's command side; its data move over the fabric.
#pragma once

#include <cstdint>

namespace presil::dma {

struct DmaSpec {
  std::int64_t hz = 0;            // clock of the set-up cycles
  std::int64_t setup_cycles = 0;  // per transfer: descriptor fetch and decode
  double cycles_per_row = 0;      // per row of a strided transfer
};

}  // namespace presil::dma
