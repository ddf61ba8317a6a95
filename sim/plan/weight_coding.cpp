#include "sim/plan/weight_coding.hpp"

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <limits>

#include "sim/plan/arithmetic.hpp"

// The stream: a weight v is the number 2|v|, plus 1 when it is negative; or its place in a palette of the up to 32 most
// frequent ones, behind which the numbers of the others follow. A number n is coded with a divisor 2^d: n >> d in unary
// and the d low bits as they are; in a variant of it only quotients up to 2 exist and the last one needs no end mark;
// or all numbers take the same width. Where zero is more than four times as frequent as any other value the lengths of
// its runs are a stream of their own.
namespace presil::plan {
namespace {

constexpr std::size_t palette_most = 32;
constexpr int largest_number = 511;            // of 9 bits, the palette's places counted
constexpr int divisors = 6, run_divisors = 4;  // 2^0, 2^1, ...
constexpr double header_bits = 36;             // of a section, with the marks that its palette begins
constexpr double change_bits = 40;             // to another divisor
constexpr double padding_run = 64;             // zeros in a row: 8 outputs x 8 inputs of a micro-block
constexpr double impossible = std::numeric_limits<double>::infinity();

struct Symbol {
  std::int64_t count = 0;
  int number = 0;  // in the stream
};

/// Coded size of a number in bits; `width` of the form in which all take the same, 0 where that may not be used.
double plain(int number, int d) {
  const int quotient = number >> d;
  return quotient > 31 ? impossible : quotient + 1 + d;
}
double truncated(int number, int d) {
  const int quotient = number >> d;
  return quotient > 2 ? impossible : std::min(quotient + 1, 2) + d;
}

int width_of(int largest) {
  int bits = 0;
  while ((1 << bits) <= largest) ++bits;
  return bits;
}

/// The cheapest of the codes for all symbols: their bits, and those of the number `of`.
struct Coded {
  double bits = impossible, one = 0;
};

Coded cheapest(const std::vector<Symbol>& symbols, int of, int width) {
  Coded best;
  const auto consider = [&](const std::function<double(int)>& size) {
    double bits = 0;
    for (const Symbol& s : symbols)
      if (s.count > 0) bits += static_cast<double>(s.count) * size(s.number);
    if (bits < best.bits) best = {bits, size(of)};
  };
  for (int d = 0; d < divisors; ++d) {
    consider([d](int number) { return plain(number, d); });
    consider([d](int number) { return truncated(number, d); });
  }
  if (width > 0) consider([width](int) { return static_cast<double>(width); });
  return best;
}

double run_bits(double zeros, double others) {
  double least = impossible;
  for (int d = 0; d < run_divisors; ++d)
    least = std::min(least, (others + 1) * (1 + d) + zeros / static_cast<double>(1 << d));
  return least;
}

}  // namespace

std::int64_t streamed_values(const Nest& nest, const npu::NpuSpec& npu) {
  const std::int64_t ic = nest.access == Access::window ? nest.ic : 1;
  const std::int64_t weights = nest.out.c * ic * nest.kh * nest.kw;
  const auto found = npu.array.find(nest.op_class);
  if (found == npu.array.end()) return weights;
  std::int64_t least = 0;
  for (const npu::Mode& mode : found->second) {
    std::int64_t values = 1, covered = 1;
    for (const npu::UnrollGroup& group : mode.unroll) {
      std::int64_t extent = 1;
      bool of_weights = false;
      for (npu::Dim dim : group.dims) {
        of_weights =
            of_weights || dim == npu::Dim::oc || dim == npu::Dim::ic || dim == npu::Dim::kh || dim == npu::Dim::kw;
        extent *= dim == npu::Dim::oc   ? nest.out.c
                  : dim == npu::Dim::ic ? ic
                  : dim == npu::Dim::kh ? nest.kh
                  : dim == npu::Dim::kw ? nest.kw
                                        : 1;
      }
      if (!of_weights) continue;
      covered *= extent;
      values *= round_up(extent, group.factor);
    }
    values *= weights / std::max<std::int64_t>(1, covered);
    if (least == 0 || values < least) least = values;
  }
  return std::max(least, weights);
}

double golomb_rice_bits(const std::vector<std::int64_t>& histogram, std::int64_t padding) {
  const int zero = static_cast<int>(histogram.size() / 2);
  std::vector<Symbol> symbols;
  std::int64_t others = 0, most = 0;
  for (int i = 0; i < static_cast<int>(histogram.size()); ++i) {
    const std::int64_t count = histogram[static_cast<std::size_t>(i)];
    if (i == zero || count == 0) continue;
    symbols.push_back({count, 2 * std::abs(i - zero) + (i < zero ? 1 : 0)});
    others += count;
    most = std::max(most, count);
  }
  const std::int64_t zeros = histogram[static_cast<std::size_t>(zero)];
  const bool runs = zeros + padding > 4 * most;
  if (!runs && zeros + padding > 0) symbols.push_back({zeros + padding, 0});
  std::sort(symbols.begin(), symbols.end(), [](const Symbol& a, const Symbol& b) {
    return a.count != b.count ? a.count > b.count : a.number < b.number;
  });

  int lowest = 0, largest = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    lowest = i == 0 ? symbols[i].number : std::min(lowest, symbols[i].number);
    largest = std::max(largest, symbols[i].number);
  }
  const bool all_fit = symbols.size() <= palette_most;
  const std::size_t room =
      all_fit ? symbols.size()
              : std::min<std::size_t>(palette_most, static_cast<std::size_t>(std::max(0, largest_number - largest)));
  std::int64_t in_palette = 0;
  for (std::size_t i = 0; i < room; ++i) in_palette += symbols[i].count;
  const bool palette = 2 * in_palette > others + (runs ? 0 : zeros + padding);
  const std::size_t size = palette ? room : 0;
  int entry = 0;  // the largest number in the palette
  int of_zero = 0;
  for (std::size_t i = 0; i < symbols.size(); ++i) {
    if (i < size) entry = std::max(entry, symbols[i].number);
    const bool is_zero = symbols[i].number == 0;
    symbols[i].number = i < size ? static_cast<int>(i) : symbols[i].number + static_cast<int>(size) - lowest;
    if (!is_zero) continue;
    of_zero = symbols[i].number;
    symbols[i].count = zeros;  // padding is counted below
  }
  const int width = palette ? (all_fit ? width_of(static_cast<int>(size) - 1) : 0) : width_of(largest);
  double bits = header_bits + static_cast<double>(size) * std::max(2, width_of(entry));
  if (symbols.empty()) return bits + run_bits(static_cast<double>(zeros + padding), 0);
  const Coded coded = cheapest(symbols, of_zero, width);
  bits += coded.bits;
  if (runs) return bits + run_bits(static_cast<double>(zeros + padding), static_cast<double>(others));
  return bits + static_cast<double>(padding) * std::min(coded.one, 1 + 2 * change_bits / padding_run);
}

}  // namespace presil::plan
