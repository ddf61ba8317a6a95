// Arithmetic on constants at import: shape computations in integers, and weights kept as float16 or quantised.
#include <algorithm>
#include <cmath>
#include <limits>

#include "sim/graph/constants.hpp"
#include "sim/graph/evaluate.hpp"

namespace presil::graph {

namespace {

float half_to_float(std::uint16_t half) {  // IEEE 754 binary16
  const int exponent = half >> 10 & 31, mantissa = half & 1023;
  float value = 0;
  if (exponent == 31) {
    value = mantissa ? std::numeric_limits<float>::quiet_NaN() : std::numeric_limits<float>::infinity();
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<float>(mantissa), -24);
  } else {
    value = std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
  }
  return half & 0x8000 ? -value : value;
}

template <typename T>
T load(const Tensor& tensor, std::size_t i) {
  T value;
  std::memcpy(&value, tensor.data.data() + i * sizeof(T), sizeof(T));
  return value;
}

template <typename T>
void store(Tensor& tensor, std::size_t i, T value) {
  std::memcpy(tensor.data.data() + i * sizeof(T), &value, sizeof(T));
}

bool is_integer(Type type) {
  return type == Type::int32 || type == Type::int64 || type == Type::int16 || type == Type::int8 ||
         type == Type::uint8 || type == Type::boolean;
}

std::int64_t load_integer(const Tensor& tensor, std::size_t i) {
  switch (tensor.type) {
    case Type::int64:
      return load<std::int64_t>(tensor, i);
    case Type::int32:
      return load<std::int32_t>(tensor, i);
    case Type::int16:
      return load<std::int16_t>(tensor, i);
    case Type::int8:
      return load<std::int8_t>(tensor, i);
    default:
      return load<std::uint8_t>(tensor, i);
  }
}

double load_real(const Tensor& tensor, std::size_t i) {
  if (tensor.type == Type::float32) return static_cast<double>(load<float>(tensor, i));
  if (tensor.type == Type::float16) return static_cast<double>(half_to_float(load<std::uint16_t>(tensor, i)));
  return static_cast<double>(load_integer(tensor, i));
}

void store_integer(Tensor& tensor, std::size_t i, std::int64_t value) {  // wraps, as C does for unsigned
  switch (tensor.type) {
    case Type::int64:
      return store(tensor, i, value);
    case Type::int32:
      return store(tensor, i, static_cast<std::int32_t>(value));
    case Type::int16:
      return store(tensor, i, static_cast<std::int16_t>(value));
    case Type::boolean:
      return store(tensor, i, static_cast<std::uint8_t>(value != 0));
    default:
      return store(tensor, i, static_cast<std::uint8_t>(value));
  }
}

std::int64_t to_integer(double value) {  // saturating, NaN is 0
  if (std::isnan(value)) return 0;
  constexpr double kLimit = 9.2e18;
  return static_cast<std::int64_t>(std::clamp(value, -kLimit, kLimit));
}

/// One result of an integer operator; sums and products wrap. Divisors are not zero.
std::int64_t combine(const std::string& name, std::int64_t a, std::int64_t b) {
  const auto ua = static_cast<std::uint64_t>(a), ub = static_cast<std::uint64_t>(b);
  if (name == "ADD" || name == "SUM") return static_cast<std::int64_t>(ua + ub);
  if (name == "SUB") return static_cast<std::int64_t>(ua - ub);
  if (name == "MUL" || name == "REDUCE_PROD") return static_cast<std::int64_t>(ua * ub);
  if (name == "MINIMUM" || name == "REDUCE_MIN") return std::min(a, b);
  if (name == "MAXIMUM" || name == "REDUCE_MAX") return std::max(a, b);
  if (b == -1)
    return name == "FLOOR_MOD" ? 0 : static_cast<std::int64_t>(0 - ua);  // the quotient may not be representable
  const std::int64_t quotient = a / b, remainder = a % b;
  const bool adjust = name != "DIV" && remainder != 0 && (remainder < 0) != (b < 0);  // towards minus infinity
  return name == "FLOOR_MOD" ? remainder + (adjust ? b : 0) : quotient - (adjust ? 1 : 0);
}

class Arithmetic {
 public:
  Arithmetic(Graph& graph, const Operator& op)
      : graph_(graph), op_(op), out_(graph.tensors[static_cast<std::size_t>(op.outputs[0])]) {}

  bool run() {
    for (const std::int32_t t : op_.inputs) {
      if (t < 0 || bits(tensor(t).type) % 8 != 0) return false;
      if (static_cast<std::int64_t>(tensor(t).data.size()) != tensor(t).bytes() || tensor(t).data.empty()) return false;
    }
    const std::string& n = op_.name;
    const std::size_t inputs = op_.inputs.size();
    if (n == "CAST") return cast();
    if (n == "DEQUANTIZE") return dequantize();
    if (n == "QUANTIZE") return quantize();
    if (n == "RANGE" && inputs == 3) return range();
    if (inputs == 2 && (n == "REDUCE_PROD" || n == "SUM" || n == "REDUCE_MAX" || n == "REDUCE_MIN")) return reduce();
    if (inputs == 2 && (n == "ADD" || n == "SUB" || n == "MUL" || n == "DIV" || n == "FLOOR_DIV" || n == "FLOOR_MOD" ||
                        n == "MINIMUM" || n == "MAXIMUM")) {
      return two_inputs();
    }
    return false;
  }

 private:
  const Tensor& tensor(std::int32_t t) const { return graph_.tensors[static_cast<std::size_t>(t)]; }
  const Tensor& in(std::size_t i) const { return tensor(op_.inputs[i]); }
  std::size_t count() const { return static_cast<std::size_t>(out_.elements()); }
  void allocate() { out_.data.resize(static_cast<std::size_t>(out_.bytes())); }

  bool two_inputs() {
    const Tensor &a = in(0), &b = in(1);
    const bool whole =
        (out_.type == Type::int32 || out_.type == Type::int64) && a.type == out_.type && b.type == out_.type;
    if (!whole || op_.options.activation != Activation::none) return false;
    for (std::size_t i = 0; i < static_cast<std::size_t>(b.elements()); ++i) {
      const bool divides = op_.name == "DIV" || op_.name == "FLOOR_DIV" || op_.name == "FLOOR_MOD";
      if (divides && load_integer(b, i) == 0) return false;
    }
    const auto broadcasts = [&](const Tensor& t) { return t.shape == out_.shape || t.elements() == 1; };
    if (!broadcasts(a) || !broadcasts(b)) return false;
    allocate();
    for (std::size_t i = 0; i < count(); ++i) {
      const std::size_t ia = a.elements() == 1 ? 0 : i, ib = b.elements() == 1 ? 0 : i;
      store_integer(out_, i, combine(op_.name, load_integer(a, ia), load_integer(b, ib)));
    }
    return true;
  }

  bool reduce() {  // over everything: the number of elements of a shape, say
    const Tensor& a = in(0);
    if ((a.type != Type::int32 && a.type != Type::int64) || out_.type != a.type || a.shape.size() != 1 || count() != 1)
      return false;
    std::int64_t result = load_integer(a, 0);
    for (std::size_t i = 1; i < static_cast<std::size_t>(a.elements()); ++i)
      result = combine(op_.name, result, load_integer(a, i));
    allocate();
    store_integer(out_, 0, result);
    return true;
  }

  bool range() {
    if (out_.type != Type::int32 && out_.type != Type::int64) return false;
    for (std::size_t i = 0; i < 3; ++i) {
      if (in(i).type != out_.type) return false;
    }
    const std::int64_t start = load_integer(in(0), 0), limit = load_integer(in(1), 0), step = load_integer(in(2), 0);
    constexpr std::int64_t kSane = std::int64_t{1} << 40;
    if (step == 0 || std::max({std::abs(start / 2), std::abs(limit / 2), std::abs(step / 2)}) > kSane) return false;
    const std::int64_t length = std::max<std::int64_t>(0, (limit - start + step - (step > 0 ? 1 : -1)) / step);
    if (length != out_.elements()) return false;
    allocate();
    for (std::size_t i = 0; i < count(); ++i) store_integer(out_, i, start + static_cast<std::int64_t>(i) * step);
    return true;
  }

  bool cast() {
    const Tensor& a = in(0);
    const bool known_in = is_integer(a.type) || a.type == Type::float32 || a.type == Type::float16;
    if (!known_in || (!is_integer(out_.type) && out_.type != Type::float32) || a.elements() != out_.elements())
      return false;
    allocate();
    for (std::size_t i = 0; i < count(); ++i) {
      if (out_.type == Type::float32) {
        store(out_, i, static_cast<float>(load_real(a, i)));
      } else {
        store_integer(out_, i, is_integer(a.type) ? load_integer(a, i) : to_integer(load_real(a, i)));
      }
    }
    return true;
  }

  /// The channel of element `i` in a tensor quantised along one dimension.
  static std::size_t channel(const Tensor& t, std::size_t i) {
    if (!t.quantization.per_channel()) return 0;
    std::size_t inner = 1;
    for (std::size_t d = static_cast<std::size_t>(t.quantization.dimension) + 1; d < t.shape.size(); ++d) {
      inner *= static_cast<std::size_t>(t.shape[d]);
    }
    return i / inner % t.quantization.scale.size();
  }

  bool dequantize() {
    const Tensor& a = in(0);
    if (out_.type != Type::float32 || a.elements() != out_.elements()) return false;
    const bool half = a.type == Type::float16;
    if (!half && (!is_integer(a.type) || a.quantization.scale.empty())) return false;
    allocate();
    for (std::size_t i = 0; i < count(); ++i) {
      if (half) {
        store(out_, i, half_to_float(load<std::uint16_t>(a, i)));
        continue;
      }
      const std::size_t c = channel(a, i);
      const double zero = static_cast<double>(a.quantization.zero_point[c]);
      store(out_, i, static_cast<float>((load_real(a, i) - zero) * static_cast<double>(a.quantization.scale[c])));
    }
    return true;
  }

  bool quantize() {
    const Tensor& a = in(0);
    if (a.type != Type::float32 || out_.quantization.scale.empty() || a.elements() != out_.elements()) return false;
    double low = 0, high = 0;
    if (out_.type == Type::int8) low = -128, high = 127;
    if (out_.type == Type::uint8) low = 0, high = 255;
    if (out_.type == Type::int16) low = -32768, high = 32767;
    if (high == 0) return false;
    allocate();
    for (std::size_t i = 0; i < count(); ++i) {
      const std::size_t c = channel(out_, i);
      const double scaled = std::round(load_real(a, i) / static_cast<double>(out_.quantization.scale[c]));
      const double value = scaled + static_cast<double>(out_.quantization.zero_point[c]);
      store_integer(out_, i, std::isnan(value) ? 0 : static_cast<std::int64_t>(std::clamp(value, low, high)));
    }
    return true;
  }

  Graph& graph_;
  const Operator& op_;
  Tensor& out_;
};

}  // namespace

bool evaluate_arithmetic(Graph& graph, const Operator& op) {
  return Arithmetic(graph, op).run();
}

}  // namespace presil::graph
