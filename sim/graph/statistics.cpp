// Weight statistics: zeros, dead filters and entropy of constants that are weights, each byte visited once.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>

#include "sim/graph/complete.hpp"

namespace presil::graph {

namespace {

using Histogram = std::array<std::int64_t, 256>;

/// Four tables, so that equal neighbours do not wait for each other's store.
Histogram byte_histogram(const std::vector<std::uint8_t>& data) {
  std::array<std::array<std::uint32_t, 256>, 4> part{};
  Histogram sum{};
  constexpr std::size_t kBlock = std::size_t{1} << 30;  // a 32-bit count cannot overflow in a block
  for (std::size_t begin = 0; begin < data.size(); begin += kBlock) {
    const std::size_t end = std::min(data.size(), begin + kBlock);
    std::size_t at = begin;
    for (; at + 4 <= end; at += 4) {
      for (std::size_t i = 0; i < 4; ++i) ++part[i][data[at + i]];
    }
    for (; at < end; ++at) ++part[0][data[at]];
    for (auto& table : part) {
      for (std::size_t v = 0; v < 256; ++v) sum[v] += table[v];
      table.fill(0);
    }
  }
  return sum;
}

/// Counts of the packed values of `width` bits (1, 2, 4), lowest bits first; what pads the last byte is not counted.
Histogram unpack(const Histogram& bytes, int width, const std::vector<std::uint8_t>& data, std::int64_t elements) {
  Histogram counts{};
  const unsigned mask = (1u << width) - 1;
  for (unsigned v = 0; v < 256; ++v) {
    for (int shift = 0; shift < 8; shift += width) counts[(v >> shift) & mask] += bytes[v];
  }
  const std::int64_t per_byte = 8 / width;
  for (std::int64_t i = elements; i < static_cast<std::int64_t>(data.size()) * per_byte; ++i) {
    --counts[(data[static_cast<std::size_t>(i / per_byte)] >> (i % per_byte * width)) & mask];
  }
  return counts;
}

double entropy(const std::vector<std::int64_t>& counts, std::int64_t elements) {
  double bits = 0;
  for (const std::int64_t count : counts) {
    if (count <= 0) continue;
    const double p = static_cast<double>(count) / static_cast<double>(elements);
    bits -= p * std::log2(p);
  }
  return bits + 0.0;  // never -0
}

/// Run lengths of the values after a radix sort; 16 and 32-bit elements.
std::vector<std::int64_t> run_lengths(const std::vector<std::uint8_t>& data, std::size_t width, std::size_t elements) {
  std::vector<std::uint32_t> values(elements), other(elements);
  for (std::size_t i = 0; i < elements; ++i) std::memcpy(&values[i], data.data() + i * width, width);  // little-endian
  for (unsigned shift = 0; shift < 8 * width; shift += 11) {
    std::array<std::size_t, 2049> start{};
    for (const std::uint32_t v : values) ++start[((v >> shift) & 2047) + 1];
    for (std::size_t i = 1; i < start.size(); ++i) start[i] += start[i - 1];
    for (const std::uint32_t v : values) other[start[(v >> shift) & 2047]++] = v;
    values.swap(other);
  }
  std::vector<std::int64_t> runs;
  for (std::size_t i = 0; i < elements; ++i) {
    if (i == 0 || values[i] != values[i - 1]) runs.push_back(0);
    ++runs.back();
  }
  return runs;
}

/// From counts of bit patterns to counts of distances to the zero point.
std::vector<std::int64_t> by_distance(const Histogram& patterns, const Tensor& tensor, int width) {
  const bool is_signed = tensor.type == Type::int8 || tensor.type == Type::int4 || tensor.type == Type::int2;
  const std::int64_t zero = tensor.quantization.zero_point.empty() ? 0 : tensor.quantization.zero_point[0];
  std::vector<std::int64_t> histogram(511, 0);
  for (int pattern = 0; pattern < (1 << width); ++pattern) {
    const int value = is_signed && pattern >= (1 << (width - 1)) ? pattern - (1 << width) : pattern;
    const auto distance = std::clamp<std::int64_t>(value - zero, -255, 255);
    histogram[static_cast<std::size_t>(distance + 255)] += patterns[static_cast<std::size_t>(pattern)];
  }
  return histogram;
}

/// The element at `i`, as a bit pattern.
std::uint32_t element(const Tensor& tensor, int width, std::int64_t i) {
  if (width >= 8) {
    std::uint32_t value = 0;
    std::memcpy(&value, tensor.data.data() + i * (width / 8), static_cast<std::size_t>(width / 8));
    return value;
  }
  const std::int64_t per_byte = 8 / width;
  return (tensor.data[static_cast<std::size_t>(i / per_byte)] >> (i % per_byte * width)) & ((1u << width) - 1);
}

/// The bit pattern that means zero in a channel; floats keep their sign bit out of the comparison (see `mask`).
std::uint32_t zero_pattern(const Tensor& tensor, int width, std::int64_t channel) {
  const auto& points = tensor.quantization.zero_point;
  if (points.empty()) return 0;
  const std::int64_t point = points.size() == 1 ? points[0] : points[static_cast<std::size_t>(channel)];
  const std::uint64_t mask = width >= 32 ? 0xffffffffu : (1u << width) - 1;
  return static_cast<std::uint32_t>(static_cast<std::uint64_t>(point) & mask);
}

bool is_float(Type type) {
  return type == Type::float32 || type == Type::float16 || type == Type::bfloat16;
}

WeightStatistics count(const Tensor& tensor, int filter_axis) {
  WeightStatistics statistics;
  const int width = bits(tensor.type);
  statistics.elements = tensor.elements();
  statistics.filters = tensor.shape[static_cast<std::size_t>(filter_axis)];
  if (statistics.elements == 0) return statistics;

  // The value histogram: packed and byte-wide elements through a table, wider ones by sorting.
  Histogram table{};
  if (width <= 8) {
    table = byte_histogram(tensor.data);
    if (width < 8) table = unpack(table, width, tensor.data, statistics.elements);
    statistics.entropy_bits = entropy({table.begin(), table.end()}, statistics.elements);
    if (width > 1) statistics.histogram = by_distance(table, tensor, width);
  } else {
    const auto bytes = static_cast<std::size_t>(width / 8);
    const auto elements = static_cast<std::size_t>(statistics.elements);
    statistics.entropy_bits = entropy(run_lengths(tensor.data, bytes, elements), statistics.elements);
  }

  // Filters: element (outer, channel, inner) stands at (outer * filters + channel) * inner_size + inner.
  std::int64_t outer_size = 1, inner_size = 1;
  for (int d = 0; d < static_cast<int>(tensor.shape.size()); ++d) {
    if (d < filter_axis) outer_size *= tensor.shape[static_cast<std::size_t>(d)];
    if (d > filter_axis) inner_size *= tensor.shape[static_cast<std::size_t>(d)];
  }
  const Quantization& q = tensor.quantization;
  const bool same_zero = std::all_of(q.zero_point.begin(), q.zero_point.end(),
                                     [&](std::int64_t point) { return point == q.zero_point[0]; });
  const bool by_filter =
      q.dimension == filter_axis && static_cast<std::int64_t>(q.zero_point.size()) == statistics.filters;
  const std::uint32_t mask = is_float(tensor.type) ? (1u << (width - 1)) - 1 : 0xffffffffu;
  const bool from_table = width <= 8 && (same_zero || !by_filter);
  if (from_table) statistics.zeros = table[zero_pattern(tensor, width, 0)];
  for (std::int64_t channel = 0; channel < statistics.filters; ++channel) {
    const std::uint32_t zero = zero_pattern(tensor, width, by_filter ? channel : 0);
    std::int64_t zeros = 0, seen = 0;
    for (std::int64_t outer = 0; outer < outer_size; ++outer) {
      const std::int64_t base = (outer * statistics.filters + channel) * inner_size;
      for (std::int64_t inner = 0; inner < inner_size; ++inner) {
        ++seen;
        zeros += (element(tensor, width, base + inner) & mask) == zero;
        if (from_table && zeros < seen) goto alive;  // one weight that lives is enough
      }
    }
    statistics.dead_filters += zeros == seen;
  alive:
    if (!from_table) statistics.zeros += zeros;
  }
  return statistics;
}

/// The axis of output channels when input `position` of `op` is a weight, else -1.
int filter_axis(const Operator& op, std::size_t position, const Tensor& tensor) {
  const int rank = static_cast<int>(tensor.shape.size());
  switch (op.op_class) {
    case OpClass::convolution:
    case OpClass::pointwise:
    case OpClass::fully_connected:
    case OpClass::transpose_convolution:
      return position == 1 ? 0 : -1;  // O,H,W,I and O,I
    case OpClass::depthwise:
      return position == 1 ? rank - 1 : -1;  // 1,H,W,O
    case OpClass::lstm:
    case OpClass::svdf:
      return position > 0 && rank == 2 ? 0 : -1;  // matrices of units x inputs
    case OpClass::matmul:
      if (position != 1 || rank < 2) return -1;
      return op.options.adjoint_y ? rank - 2 : rank - 1;
    default:
      return -1;
  }
}

}  // namespace

void count_weights(Graph& graph) {
  for (const Operator& op : graph.operators) {
    if (op.folded) continue;
    for (std::size_t i = 0; i < op.inputs.size(); ++i) {
      if (op.inputs[i] < 0) continue;
      Tensor& tensor = graph.tensors[static_cast<std::size_t>(op.inputs[i])];
      if (!tensor.constant || tensor.statistics || tensor.sparse || tensor.shape.empty()) continue;
      const int width = bits(tensor.type);
      if (width == 0 || width > 32 || static_cast<std::int64_t>(tensor.data.size()) != tensor.bytes()) continue;
      const int axis = filter_axis(op, i, tensor);
      if (axis >= 0) tensor.statistics = count(tensor, axis);
    }
  }
}

}  // namespace presil::graph
