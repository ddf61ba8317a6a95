// How many bytes weights take as a Golomb-Rice stream, the form in which Ethos-U reads them.
#pragma once

#include <cstdint>
#include <vector>

#include "models/npu/npu_spec.hpp"
#include "sim/plan/nest.hpp"

namespace presil::plan {

/// Values of the stream: one for every lane of every step over the weights, whether a weight stands there or not. Of
/// several modes of the array that which wastes fewest. The weights themselves when the array has no mode for the
/// class.
std::int64_t streamed_values(const Nest& nest, const npu::NpuSpec& npu);

/// Bits of a stream of weights whose distances to their zero point are counted in `histogram` (as in
/// graph::WeightStatistics), and of `padding` zeros on idle lanes. One code serves the whole stream.
double golomb_rice_bits(const std::vector<std::int64_t>& histogram, std::int64_t padding);

}  // namespace presil::plan
