// Other element widths: bytes, statistics of the weights, conversions where widths meet, and what is refused.
#include "sim/transform/bits.hpp"

#include <gtest/gtest.h>

#include "sim/graph/builder.hpp"
#include "sim/graph/export.hpp"
#include "sim/graph/glob.hpp"
#include "sim/transform/resize.hpp"
#include "tests/unit/transform/networks.hpp"

namespace presil::transform {
namespace {

using graph::Builder;
using graph::Graph;
using graph::Type;

constexpr Width kFloat{32, true};

graph::WindowStyle window(int kernel) {
  graph::WindowStyle style;
  style.kernel = {kernel, kernel};
  return style;
}

/// 8x8x16 -> convolution 3x3 to 32 -> max pool -> pointwise to 8 -> mean -> fully connected to 5.
Graph small(const graph::WeightStyle& style = {}) {
  Builder b("small");
  const auto x = b.convolution(b.input({1, 8, 8, 16}), 32, window(3), style);
  graph::WindowStyle pool = window(2);
  pool.stride = {2, 2};
  const auto y = b.convolution(b.pool("MAX_POOL_2D", x, pool), 8, window(1), style);
  return b.finish({b.dense(b.mean(y, false), 5, graph::Activation::none, style)}, "small");
}

graph::Tensor operand(const Graph& g, std::size_t op, std::size_t i) {
  return g.tensors[static_cast<std::size_t>(g.operators[op].inputs[i])];
}

std::vector<std::string> names(const Graph& g) {
  std::vector<std::string> result;
  for (const graph::Operator& op : g.operators) result.push_back(op.name);
  return result;
}

TEST(Bits, WeightBytesAreElementsTimesBitsAndBiasesStay) {
  const Graph g = small();
  const std::int64_t elements = 32 * 9 * 16 + 8 * 32 + 5 * 8, biases = (32 + 8 + 5) * 4;
  EXPECT_EQ(g.weight_bytes(), elements + biases);
  for (const int bits : {1, 2, 4, 16}) {
    EXPECT_EQ(with_bits(g, Width{bits}, std::nullopt).weight_bytes(), elements * bits / 8 + biases) << bits;
  }
  EXPECT_EQ(with_bits(g, kFloat, kFloat).weight_bytes(), elements * 4 + biases);
  EXPECT_EQ(with_bits(g, Width{8}, Width{8}).digest(), g.digest());
}

TEST(Bits, ActivationsTakeTheirWidthEverywhere) {
  const Graph g = with_bits(small(), std::nullopt, Width{16});
  EXPECT_EQ(names(g), names(small()));  // nothing converts
  for (const graph::Operator& op : g.operators) {
    EXPECT_EQ(g.tensors[static_cast<std::size_t>(op.inputs[0])].type, Type::int16);
    EXPECT_EQ(g.tensors[static_cast<std::size_t>(op.outputs[0])].type, Type::int16);
  }
  EXPECT_EQ(operand(g, 0, 1).type, Type::int8);
  EXPECT_EQ(operand(g, 0, 2).type, Type::int32);
  EXPECT_EQ(g.macs(), small().macs());
}

TEST(Bits, EntropyNeverExceedsTheWidth) {
  const Graph g = small();
  for (const int bits : {1, 2, 4}) {
    const graph::WeightStatistics s = *operand(with_bits(g, Width{bits}, std::nullopt), 0, 1).statistics;
    EXPECT_LE(s.entropy_bits, bits);
    EXPECT_GT(s.entropy_bits, 0.7 * bits);  // normal weights use their levels
    EXPECT_EQ(s.elements, 32 * 9 * 16);
    EXPECT_EQ(s.filters, 32);
  }
  // Wider types hold the same values.
  const double before = operand(g, 0, 1).statistics->entropy_bits;
  EXPECT_EQ(operand(with_bits(g, Width{16}, Width{16}), 0, 1).statistics->entropy_bits, before);
}

TEST(Bits, FewerLevelsMakeMoreZerosButABitHasNone) {
  const Graph g = small();
  const auto zeros = [&](int bits) { return operand(with_bits(g, Width{bits}, std::nullopt), 0, 1).statistics->zeros; };
  // Steps of 0.353 and 1.224 standard deviations: 14 % and 46 % of a normal distribution lie within half a step.
  EXPECT_NEAR(static_cast<double>(zeros(4)) / (32 * 9 * 16), 0.14, 0.04);
  EXPECT_NEAR(static_cast<double>(zeros(2)) / (32 * 9 * 16), 0.46, 0.04);
  EXPECT_EQ(zeros(1), 0);
}

TEST(Bits, DeadFiltersStayDead) {
  graph::WeightStyle style;
  style.dead_filters = 0.25;
  for (const int bits : {1, 2, 4, 16}) {
    const Graph g = with_bits(small(style), Width{bits}, std::nullopt);
    EXPECT_EQ(operand(g, 0, 1).statistics->dead_filters, 8) << bits;
  }
}

TEST(Bits, ValuesAreRoundedToTheNearestLevel) {
  Builder b("t");
  const auto x = b.input({1, 3});
  const auto w = b.constant("w", Type::int8, {1, 3}, {127, 64, static_cast<std::uint8_t>(-18)});
  b.graph().tensors.back().quantization = {{0.5f}, {0}, 0};
  const auto y = b.activation_tensor("y", {1, 1});
  b.add("FULLY_CONNECTED", {x, w}, {y});
  const graph::Tensor t = operand(with_bits(b.finish({y}, "t"), Width{4}, std::nullopt), 0, 1);
  // Deviation sqrt((127^2 + 64^2 + 18^2) / 3) = 82.8 steps of 0.5; 0.353 of it is 29.2, above 127 / 7 = 18.14: no
  // clipping
  EXPECT_NEAR(t.quantization.scale[0], 0.5 * 127 / 7, 1e-4);
  ASSERT_EQ(t.data.size(), 2u);
  EXPECT_EQ(t.data[0], 7 | 4 << 4);  // 127 / 18.14 = 7, 64 / 18.14 = 3.53 -> 4
  EXPECT_EQ(t.data[1], 15);          // -18 / 18.14 -> -1, as four bits
}

TEST(Bits, RulesApplyByClassOrNameAndTheLastCounts) {
  const Graph g =
      with_bits(small(), {{"*", Width{4}, {}}, {"FULLY_CONNECTED", Width{8}, {}}, {"conv_0", Width{2}, {}}});
  EXPECT_EQ(operand(g, 0, 1).type, Type::int2);
  EXPECT_EQ(operand(g, 2, 1).type, Type::int4);
  EXPECT_EQ(operand(g, 4, 1).type, Type::int8);
  EXPECT_EQ(operand(with_bits(small(), {{"pointwise", Width{4}, {}}}), 0, 1).type, Type::int8);
  EXPECT_EQ(operand(with_bits(small(), {{"pointwise", Width{4}, {}}}), 2, 1).type, Type::int4);
}

TEST(Bits, AConversionStandsWhereWidthsMeet) {
  // The first convolution in 4 bits: its input is the network's and becomes 4 bits, the pool behind it follows, the
  // pointwise convolution reads 8 bits.
  const Graph g = with_bits(small(), {{"convolution", {}, Width{4}}});
  EXPECT_EQ(names(g),
            (std::vector<std::string>{"CONV_2D", "MAX_POOL_2D", "QUANTIZE", "CONV_2D", "MEAN", "FULLY_CONNECTED"}));
  EXPECT_EQ(operand(g, 0, 0).type, Type::int4);
  EXPECT_EQ(operand(g, 2, 0).type, Type::int4);
  EXPECT_EQ(operand(g, 3, 0).type, Type::int8);
  const Graph f = with_bits(small(), {{"FULLY_CONNECTED", kFloat, kFloat}});
  EXPECT_EQ(f.operators[4].name, "DEQUANTIZE");
  EXPECT_EQ(f.tensors[static_cast<std::size_t>(f.outputs[0])].type, Type::float32);
  EXPECT_EQ(operand(f, 5, 2).type, Type::float32);
}

TEST(Bits, ConversionsOfNothingAreLeftOut) {
  Builder b("t");
  const auto x = b.input({1, 8, 8, 3});
  b.graph().tensors[0].type = Type::uint8;
  const auto q = b.activation_tensor("quantized", {1, 8, 8, 3});
  b.add("QUANTIZE", {x}, {q});
  const auto y = b.convolution(q, 4, window(3), {});
  const auto z = b.activation_tensor("real", {1, 8, 8, 4}, Type::float32);
  b.add("DEQUANTIZE", {y}, {z});
  const Graph g = b.finish({z}, "t");
  // In floats the picture stays bytes; what made integers of it now makes floats, and nothing is left to do at the end.
  EXPECT_EQ(names(with_bits(g, kFloat, kFloat)), (std::vector<std::string>{"DEQUANTIZE", "CONV_2D"}));
  EXPECT_EQ(with_bits(g, kFloat, kFloat).tensors[0].type, Type::uint8);
  EXPECT_EQ(names(with_bits(g, {}, Width{16})), names(g));
  EXPECT_EQ(with_bits(g, {}, Width{16}).tensors[0].type, Type::uint8);
}

TEST(Bits, ImpossibleWidthsListThePossibleOnes) {
  const Graph g = small();
  EXPECT_SAYS(complaint([&] { with_bits(g, Width{3}, std::nullopt); }), "3 bits is not supported");
  EXPECT_SAYS(complaint([&] { with_bits(g, Width{3}, std::nullopt); }), "1, 2, 4, 8, 16");
  const std::string text = complaint([&] { with_bits(g, kFloat, std::nullopt); });
  EXPECT_SAYS(text, "operator 0 (CONV_2D): float weights with 8-bit activations are not supported");
  EXPECT_SAYS(text, "float weights with float activations");
  EXPECT_EQ(complaint([&] { with_bits(g, Width{4}, kFloat); }), "");  // weight-only quantisation
  EXPECT_SAYS(complaint([&] { with_bits(g, {{"dense*x", Width{4}, {}}}); }), "matches no operator");
  EXPECT_SAYS(complaint([] { width("5", "--weight-bits"); }), "--weight-bits: '5' is no element width; 1, 2, 4, 8, 16");
  EXPECT_EQ(width("float", "x"), kFloat);
  EXPECT_EQ(width("4", "x"), Width{4});
}

TEST(Bits, EveryPublishedNetworkTakesEveryWidthAndComesBack) {
  const auto files = network_files();
  if (files.empty()) GTEST_SKIP() << "no networks at " << network_folder();
  for (const auto& file : files) {
    if (std::filesystem::file_size(file) > 900'000) continue;  // the large ones have no operators of their own
    const Graph g = graph::import_tflite(file);
    SCOPED_TRACE(g.name);
    for (const auto& [w, a] : {std::pair(Width{1}, Width{1}), std::pair(Width{4}, Width{8}),
                               std::pair(Width{16}, Width{16}), std::pair(kFloat, kFloat)}) {
      const Graph other = with_bits(g, w, a);
      EXPECT_EQ(other.macs(), g.macs());
      // Scalar constants that shared a byte under different scales no longer do.
      EXPECT_NEAR(static_cast<double>(with_bits(other, Width{8}, Width{8}).weight_bytes()),
                  static_cast<double>(g.weight_bytes()), 32);
      if (w.bits == 1) continue;  // has no place in a file
      EXPECT_EQ(graph::import_tflite(graph::export_tflite(other), g.name).digest(), other.digest());
    }
  }
}

TEST(Bits, WidthsAndResolutionMayBothChangeInEitherOrder) {
  Builder b("t");
  const Graph g = b.finish({b.mean(b.convolution(b.input({1, 8, 8, 16}), 32, window(3), {}), false)}, "t");
  EXPECT_EQ(with_bits(resize(g, 12, 12), Width{4}, Width{16}).digest(),
            resize(with_bits(g, Width{4}, Width{16}), 12, 12).digest());
}

TEST(Glob, StarsAndQuestionMarksMatchAsUsual) {
  EXPECT_TRUE(graph::glob("*", ""));
  EXPECT_TRUE(graph::glob("conv*", "conv_12"));
  EXPECT_TRUE(graph::glob("*a*b", "xaxbab"));
  EXPECT_TRUE(graph::glob("c?nv", "conv"));
  EXPECT_TRUE(graph::glob("a*", "a*b"));
  EXPECT_FALSE(graph::glob("conv", "conv_1"));
  EXPECT_FALSE(graph::glob("c?nv", "cnv"));
  EXPECT_FALSE(graph::glob("", "x"));
}

}  // namespace
}  // namespace presil::transform
