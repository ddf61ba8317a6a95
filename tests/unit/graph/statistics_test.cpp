// Zeros, dead filters and entropy of weights.
#include <gtest/gtest.h>

#include "tests/unit/graph/small.hpp"

namespace presil::graph {
namespace {

WeightStatistics of_dense(Type type, std::vector<std::int64_t> shape, Bytes data, Quantization quantization = {}) {
  Builder b("t");
  const auto x = b.input({1, shape[1]});
  const auto w = b.constant("w", type, shape, std::move(data));
  b.graph().tensors.back().quantization = std::move(quantization);
  const auto y = b.activation_tensor("y", {1, shape[0]});
  b.add("FULLY_CONNECTED", {x, w, -1}, {y});
  return *b.finish({y}, "t").tensors[static_cast<std::size_t>(w)].statistics;
}

TEST(Statistics, CountZerosDeadFiltersAndEntropy) {
  // rows: {0 0 0 0} dead, {1 1 0 0}; values: 6 zeros, 2 ones of 8
  const WeightStatistics s = of_dense(Type::int8, {2, 4}, {0, 0, 0, 0, 1, 1, 0, 0});
  EXPECT_EQ(s.elements, 8);
  EXPECT_EQ(s.zeros, 6);
  EXPECT_EQ(s.filters, 2);
  EXPECT_EQ(s.dead_filters, 1);
  EXPECT_NEAR(s.entropy_bits, 0.811278, 1e-6);  // -(3/4 log2 3/4 + 1/4 log2 1/4)
}

TEST(Statistics, ZeroIsTheZeroPoint) {
  const WeightStatistics s = of_dense(Type::uint8, {2, 2}, {128, 128, 0, 128}, {{0.5f}, {128}, 0});
  EXPECT_EQ(s.zeros, 3);
  EXPECT_EQ(s.dead_filters, 1);
}

TEST(Statistics, TheHistogramCountsDistancesToTheZeroPoint) {
  // -1, -1, 2 and -128; then uint8 about 128: 0, 127, 255, 128; then int4: 1, -1, 0, 0.
  const auto at = [](const WeightStatistics& s, int distance) {
    return s.histogram.at(static_cast<std::size_t>(255 + distance));
  };
  const WeightStatistics whole = of_dense(Type::int8, {2, 2}, {0xff, 0xff, 2, 0x80});
  EXPECT_EQ(at(whole, -1), 2);
  EXPECT_EQ(at(whole, 2), 1);
  EXPECT_EQ(at(whole, -128), 1);
  const WeightStatistics shifted = of_dense(Type::uint8, {2, 2}, {0, 127, 255, 128}, {{0.5f}, {128}, 0});
  for (int distance : {-128, -1, 127, 0}) EXPECT_EQ(at(shifted, distance), 1) << distance;
  const WeightStatistics narrow = of_dense(Type::int4, {2, 2}, {0xf1, 0x00});
  EXPECT_EQ(at(narrow, 1), 1);
  EXPECT_EQ(at(narrow, -1), 1);
  EXPECT_EQ(at(narrow, 0), 2);
  EXPECT_TRUE(of_dense(Type::int16, {2, 2}, {0, 1, 0, 1, 1, 0, 0, 0}).histogram.empty());
}

TEST(Statistics, EachChannelHasItsOwnZeroPoint) {
  const WeightStatistics s = of_dense(Type::int8, {2, 2}, {1, 1, 1, 2}, {{0.5f, 0.5f}, {1, 2}, 0});
  EXPECT_EQ(s.zeros, 3);
  EXPECT_EQ(s.dead_filters, 1);
}

TEST(Statistics, DepthwiseFiltersAreTheLastDimension) {
  Builder b("t");
  const auto x = b.input({1, 2, 2, 2});
  const auto w = b.constant("w", Type::int8, {1, 2, 2, 2}, {0, 1, 0, 2, 0, 3, 0, 0});
  const auto y = b.activation_tensor("y", {1, 1, 1, 2});
  b.add("DEPTHWISE_CONV_2D", {x, w, -1}, {y});
  const WeightStatistics s = *b.finish({y}, "t").tensors[static_cast<std::size_t>(w)].statistics;
  EXPECT_EQ(s.filters, 2);
  EXPECT_EQ(s.dead_filters, 1);
  EXPECT_EQ(s.zeros, 5);
}

TEST(Statistics, NibblesAreCountedWithoutTheLastOddOne) {
  // five int4 values, low nibble first: 0 1 | 0 0 | 1 (and a pad nibble of 0)
  const WeightStatistics s = of_dense(Type::int4, {1, 5}, {0x10, 0x00, 0x01});
  EXPECT_EQ(s.zeros, 3);
  EXPECT_NEAR(s.entropy_bits, 0.970951, 1e-6);  // 3 of 5 and 2 of 5
}

TEST(Statistics, WideTypesAreCountedByValue) {
  // int16: 256, 256, 1, 0 -> probabilities 1/2 1/4 1/4: 1.5 bits
  const WeightStatistics s = of_dense(Type::int16, {2, 2}, {0, 1, 0, 1, 1, 0, 0, 0});
  EXPECT_EQ(s.zeros, 1);
  EXPECT_DOUBLE_EQ(s.entropy_bits, 1.5);
}

TEST(Statistics, ActivationsAndBiasesHaveNone) {
  const Graph g = small_graph();
  for (const Tensor& tensor : g.tensors) {
    EXPECT_EQ(tensor.statistics.has_value(), tensor.constant && tensor.type == Type::int8) << tensor.name;
  }
}

TEST(Statistics, DrawnWeightsHaveTheAskedSparsityAndDeadFilters) {
  Builder b("t");
  WeightStyle style;
  style.sparsity = 0.5;
  style.dead_filters = 0.25;
  const auto y = b.dense(b.input({1, 1000}), 100, Activation::none, style);
  const Graph g = b.finish({y}, "t");
  const WeightStatistics& s = *g.tensors[1].statistics;
  EXPECT_EQ(s.dead_filters, 25);
  // of the 75,000 living weights half are set to zero and 1 % of the rest fall on it: 25,000 + 37,500 + 400
  EXPECT_NEAR(static_cast<double>(s.zeros), 62'900, 500);
}

}  // namespace
}  // namespace presil::graph
