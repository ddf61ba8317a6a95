#include "sim/transform/requantize.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace presil::transform {

using graph::Tensor;
using graph::Type;

bool is_quantized(Type type) {
  switch (type) {
    case Type::uint8:
    case Type::int16:
    case Type::int8:
    case Type::uint16:
    case Type::int4:
    case Type::int2:
    case Type::int1:
    case Type::uint4:
      return true;
    default:
      return false;
  }
}

bool is_float(Type type) {
  return type == Type::float32 || type == Type::float16 || type == Type::bfloat16;
}

Type type_of(Width width) {
  if (width.floating) return Type::float32;
  switch (width.bits) {
    case 1:
      return Type::int1;
    case 2:
      return Type::int2;
    case 4:
      return Type::int4;
    case 16:
      return Type::int16;
    default:
      return Type::int8;
  }
}

namespace {

float float_from(std::uint16_t bits, bool brain) {
  if (brain) {
    const std::uint32_t wide = static_cast<std::uint32_t>(bits) << 16;
    float value;
    std::memcpy(&value, &wide, 4);
    return value;
  }
  const int exponent = bits >> 10 & 31,
            mantissa = bits & 1023;  // IEEE 754 binary16; infinities do not occur in weights
  const float value = exponent == 0 ? std::ldexp(static_cast<float>(mantissa), -24)
                                    : std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
  return bits & 0x8000 ? -value : value;
}

/// Element `i` as the file holds it: an integer, or a real value.
double raw(const Tensor& tensor, std::size_t at) {
  const std::uint8_t* data = tensor.data.data();
  switch (tensor.type) {
    case Type::int8:
      return static_cast<std::int8_t>(data[at]);
    case Type::uint8:
      return data[at];
    case Type::int16: {
      std::int16_t value;
      std::memcpy(&value, data + 2 * at, 2);
      return value;
    }
    case Type::uint16:
    case Type::float16:
    case Type::bfloat16: {
      std::uint16_t value;
      std::memcpy(&value, data + 2 * at, 2);
      if (tensor.type == Type::uint16) return value;
      return static_cast<double>(float_from(value, tensor.type == Type::bfloat16));
    }
    case Type::float32: {
      float value;
      std::memcpy(&value, data + 4 * at, 4);
      return static_cast<double>(value);
    }
    default: {  // packed, lowest bits first
      const int bits = graph::bits(tensor.type);
      const std::size_t per_byte = static_cast<std::size_t>(8 / bits);
      const int value = data[at / per_byte] >> (at % per_byte * static_cast<std::size_t>(bits)) & ((1 << bits) - 1);
      if (tensor.type == Type::int1) return value ? -1 : 1;
      const bool is_signed = tensor.type != Type::uint4;
      return is_signed && value >> (bits - 1) ? value - (1 << bits) : value;
    }
  }
}

bool readable(const Tensor& tensor) {
  return (is_quantized(tensor.type) || tensor.type == Type::float32 || tensor.type == Type::float16 ||
          tensor.type == Type::bfloat16) &&
         !tensor.sparse && !tensor.data.empty() && static_cast<std::int64_t>(tensor.data.size()) == tensor.bytes();
}

/// Elements along `axis`; one channel when there is none.
struct Channels {
  std::int64_t outer = 1, count = 1, inner = 1;
  Channels(const Tensor& tensor, int axis) {
    if (axis < 0) {
      inner = tensor.elements();
      return;
    }
    for (std::size_t d = 0; d < tensor.shape.size(); ++d) {
      const auto at = static_cast<int>(d);
      (at < axis ? outer : at == axis ? count : inner) *= tensor.shape[d];
    }
  }
  /// Calls visit(element, channel) for every element in order.
  template <typename Visit>
  void each(const Visit& visit) const {
    std::size_t i = 0;
    for (std::int64_t o = 0; o < outer; ++o) {
      for (std::size_t c = 0; c < static_cast<std::size_t>(count); ++c) {
        for (std::int64_t k = 0; k < inner; ++k, ++i) visit(i, c);
      }
    }
  }
};

/// Values with the zero point taken off; in steps of the old scale, or as the real numbers they stand for.
std::vector<double> values_of(const Tensor& tensor, bool real) {
  const graph::Quantization& q = tensor.quantization;
  const Channels channels(tensor, q.per_channel() ? q.dimension : -1);
  std::vector<double> values(static_cast<std::size_t>(tensor.elements()));
  channels.each([&](std::size_t i, std::size_t c) {
    const double zero = c < q.zero_point.size() ? static_cast<double>(q.zero_point[c]) : 0;
    const double scale = real && c < q.scale.size() ? static_cast<double>(q.scale[c]) : 1;
    values[i] = (raw(tensor, i) - zero) * scale;
  });
  return values;
}

void store(std::vector<std::uint8_t>& data, int bits, std::size_t i, std::int64_t value) {
  if (bits >= 8) {
    const auto width = static_cast<std::size_t>(bits / 8);
    std::memcpy(data.data() + i * width, &value, width);  // little-endian
    return;
  }
  const auto per_byte = static_cast<std::size_t>(8 / bits);
  const unsigned code = bits == 1 ? value < 0 : static_cast<unsigned>(value) & ((1u << bits) - 1);
  data[i / per_byte] |= static_cast<std::uint8_t>(code << (i % per_byte * static_cast<std::size_t>(bits)));
}

void to_float(Tensor& tensor, Buffers& buffers) {
  const std::vector<double> values = values_of(tensor, true);
  std::vector<std::uint8_t> data(values.size() * 4);
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto value = static_cast<float>(values[i]);
    std::memcpy(data.data() + 4 * i, &value, 4);
  }
  tensor.type = Type::float32;
  tensor.quantization = {};
  buffers.put(tensor, std::move(data));
}

/// Distance of two levels for weights of unit variance. Up to 4 bits clipping the tails pays: the uniform quantiser of
/// least mean square error for a normal distribution with 3 and with 15 levels has steps of 1.224 and 0.353 (J. Max,
/// Quantizing for minimum distortion, IRE Trans. Inf. Theory 6, 1960, table II; 15 between its 14 and 16).
double normal_step(int bits) {
  return bits == 2 ? 1.224 : 0.353;
}

/// Integers in a wider integer type: the same values, multiplied by a power of two.
void widen(Tensor& tensor, int bits, Buffers& buffers) {
  const std::vector<double> values = values_of(tensor, false);
  double largest = 1;
  for (const double v : values) largest = std::max(largest, std::abs(v));
  std::int64_t factor = 1;
  while (static_cast<double>(2 * factor) * largest < static_cast<double>(std::int64_t{1} << (bits - 1))) factor *= 2;
  std::vector<std::uint8_t> data(static_cast<std::size_t>((tensor.elements() * bits + 7) / 8), 0);
  for (std::size_t i = 0; i < values.size(); ++i) store(data, bits, i, static_cast<std::int64_t>(values[i]) * factor);
  tensor.type = type_of({bits, false});
  for (float& scale : tensor.quantization.scale) scale /= static_cast<float>(factor);
  std::fill(tensor.quantization.zero_point.begin(), tensor.quantization.zero_point.end(), 0);
  buffers.put(tensor, std::move(data));
}

void to_integers(Tensor& tensor, int bits, int axis, Buffers& buffers) {
  if (is_quantized(tensor.type) && graph::bits(tensor.type) < bits) return widen(tensor, bits, buffers);
  const std::vector<double> values = values_of(tensor, true);
  const Channels channels(tensor, axis);
  const auto count = static_cast<std::size_t>(channels.count);
  std::vector<double> largest(count, 0), squares(count, 0);
  std::vector<std::int64_t> alive(count, 0);
  channels.each([&](std::size_t i, std::size_t c) {
    const double v = values[i];
    largest[c] = std::max(largest[c], std::abs(v));
    squares[c] += v * v;
    alive[c] += v != 0;
  });
  const std::int64_t top = bits == 1 ? 1 : (std::int64_t{1} << (bits - 1)) - 1;
  std::vector<double> step(count, 1.0);
  for (std::size_t c = 0; c < count; ++c) {
    if (alive[c] == 0) continue;
    const double deviation = std::sqrt(squares[c] / static_cast<double>(alive[c]));
    step[c] = largest[c] / static_cast<double>(top);
    if (bits == 2 || bits == 4) step[c] = std::min(step[c], deviation * normal_step(bits));
    if (bits == 1) step[c] = deviation;
  }
  std::vector<std::uint8_t> data(static_cast<std::size_t>((tensor.elements() * bits + 7) / 8), 0);
  graph::WeightStatistics statistics;
  std::int64_t negative = 0;
  channels.each([&](std::size_t i, std::size_t c) {
    const double v = values[i];
    const auto level = static_cast<std::int64_t>(std::lround(v / step[c]));
    store(data, bits, i, bits == 1 ? (v < 0 ? -1 : 1) : std::clamp(level, -top, top));
    negative += v < 0;
  });
  tensor.type = type_of({bits, false});
  tensor.quantization = {};
  tensor.quantization.dimension = axis < 0 ? 0 : axis;
  for (const double s : step) tensor.quantization.scale.push_back(static_cast<float>(s));
  tensor.quantization.zero_point.assign(count, 0);
  buffers.put(tensor, std::move(data));
  if (bits > 1 || axis < 0) return;
  // A bit has no code for zero: only filters without any weight can be left out.
  statistics.elements = tensor.elements();
  statistics.filters = channels.count;
  statistics.dead_filters = std::count(alive.begin(), alive.end(), std::int64_t{0});
  const double p = static_cast<double>(negative) / static_cast<double>(std::max<std::int64_t>(1, tensor.elements()));
  for (const double q : {p, 1 - p}) statistics.entropy_bits -= q > 0 ? q * std::log2(q) : 0;
  tensor.statistics = statistics;
}

bool holds(Type type, Width width) {
  if (width.floating) return is_float(type);
  return is_quantized(type) && graph::bits(type) == width.bits;
}

}  // namespace

void requantize_weights(Tensor& tensor, Width width, int filter_axis, Buffers& buffers) {
  if (!readable(tensor) || holds(tensor.type, width)) return;
  tensor.statistics.reset();
  if (width.floating) return to_float(tensor, buffers);
  to_integers(tensor, width.bits, filter_axis, buffers);
}

void requantize_operand(Tensor& tensor, Width width, Buffers& buffers) {
  if (!readable(tensor) || holds(tensor.type, width)) return;
  tensor.statistics.reset();
  if (width.floating) return to_float(tensor, buffers);
  to_integers(tensor, width.bits, -1, buffers);
}

}  // namespace presil::transform
