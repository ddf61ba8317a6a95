// Operators on static shapes and constants are computed at import.
#include <gtest/gtest.h>

#include <cstring>

#include "sim/graph/constants.hpp"
#include "tests/unit/graph/small.hpp"

namespace presil::graph {
namespace {

template <typename T>
Bytes raw(const std::vector<T>& values) {
  Bytes bytes(values.size() * sizeof(T));
  std::memcpy(bytes.data(), values.data(), bytes.size());
  return bytes;
}

const Tensor& out(const Graph& g, std::size_t op) {
  return g.tensors[static_cast<std::size_t>(g.operators[op].outputs[0])];
}

TEST(Folding, AShapeChainBeforeAReshapeCostsNothing) {
  Builder b("t");
  const auto x = b.input({2, 3, 4, 5});
  const auto shape = b.activation_tensor("shape", {4}, Type::int32);
  b.add("SHAPE", {x}, {shape});
  const auto begin = b.integers("begin", {0}), end = b.integers("end", {1}), step = b.integers("step", {1});
  const auto batch = b.activation_tensor("batch", {}, Type::int32);
  b.add("STRIDED_SLICE", {shape, begin, end, step}, {batch}).options.shrink_axis_mask = 1;
  const auto rest = b.constant("rest", Type::int32, {}, raw<std::int32_t>({60}));
  const auto target = b.activation_tensor("target", {2}, Type::int32);
  b.add("PACK", {batch, rest}, {target});
  const auto y = b.activation_tensor("y", {2, 60});
  b.add("RESHAPE", {x, target}, {y});
  const Graph g = through_file(b, {y});
  for (std::size_t i = 0; i < 3; ++i) {
    EXPECT_TRUE(g.operators[i].folded) << i;
    EXPECT_TRUE(out(g, i).constant && out(g, i).folded) << i;
  }
  EXPECT_FALSE(g.operators[3].folded);
  EXPECT_EQ(*integers(out(g, 0)), (std::vector<std::int64_t>{2, 3, 4, 5}));
  EXPECT_EQ(*integers(out(g, 1)), (std::vector<std::int64_t>{2}));
  EXPECT_EQ(*integers(out(g, 2)), (std::vector<std::int64_t>{2, 60}));
  EXPECT_EQ(g.weight_bytes(), 0);
}

TEST(Folding, IntegerArithmeticFollowsTheRulesOfTheRuntime) {
  const auto compute = [](const char* name, std::vector<std::int32_t> a, std::vector<std::int32_t> c) {
    Builder b("t");
    const auto y = b.activation_tensor("y", {static_cast<std::int64_t>(a.size())}, Type::int32);
    const auto l = b.integers("a", a), r = b.integers("b", c);
    b.add(name, {l, r}, {y});
    return *integers(out(through_file(b, {y}), 0));
  };
  using V = std::vector<std::int64_t>;
  EXPECT_EQ(compute("ADD", {1, 2}, {3, -5}), (V{4, -3}));
  EXPECT_EQ(compute("SUB", {1, 2}, {3}), (V{-2, -1}));
  EXPECT_EQ(compute("MUL", {7, -2}, {3, 3}), (V{21, -6}));
  EXPECT_EQ(compute("DIV", {-7, 7}, {2, 2}), (V{-3, 3}));        // towards zero
  EXPECT_EQ(compute("FLOOR_DIV", {-7, 7}, {2, 2}), (V{-4, 3}));  // towards minus infinity
  EXPECT_EQ(compute("FLOOR_MOD", {-7, 7}, {2, -2}), (V{1, -1}));
  EXPECT_EQ(compute("MINIMUM", {1, 9}, {4, 4}), (V{1, 4}));
  EXPECT_EQ(compute("MAXIMUM", {1, 9}, {4, 4}), (V{4, 9}));
}

TEST(Folding, DivisionByZeroIsLeftUncomputed) {
  Builder b("t");
  const auto y = b.activation_tensor("y", {1}, Type::int32);
  const auto l = b.integers("a", {1}), r = b.integers("b", {0});
  b.add("FLOOR_DIV", {l, r}, {y});
  const Graph g = through_file(b, {y});
  EXPECT_TRUE(g.operators[0].folded);
  EXPECT_TRUE(out(g, 0).data.empty());
}

TEST(Folding, SlicesGathersFillsAndRanges) {
  Builder b("t");
  const auto m = b.constant("m", Type::int32, {2, 3}, raw<std::int32_t>({1, 2, 3, 4, 5, 6}));
  const auto i32 = [&](std::vector<std::int64_t> shape) { return b.activation_tensor("o", shape, Type::int32); };
  const auto zero_one = b.integers("01", {0, 1}), two_two = b.integers("22", {2, 2}), one = b.integers("1", {2, 0});
  const auto slice = i32({2, 2}), gather = i32({2, 2}), transpose = i32({3, 2}), reverse = i32({2, 3});
  b.add("SLICE", {m, zero_one, two_two}, {slice});
  b.add("GATHER", {m, one}, {gather}).options.axis = 1;
  const auto order = b.integers("order", {1, 0});
  b.add("TRANSPOSE", {m, order}, {transpose});
  const auto zeros = b.integers("00", {0, 0}), back = b.integers("-1", {1, -1});
  Options& o = b.add("STRIDED_SLICE", {m, zeros, two_two, back}, {reverse}).options;
  o.begin_mask = o.end_mask = 3;
  const auto start = b.constant("s", Type::int32, {}, raw<std::int32_t>({3}));
  const auto limit = b.constant("l", Type::int32, {}, raw<std::int32_t>({10}));
  const auto step = b.constant("d", Type::int32, {}, raw<std::int32_t>({3}));
  const auto range = i32({3}), fill = i32({2, 2}), joined = i32({2, 5});
  b.add("RANGE", {start, limit, step}, {range});
  b.add("FILL", {two_two, limit}, {fill});
  b.add("CONCATENATION", {slice, m}, {joined}).options.axis = 1;
  const Graph g = through_file(b, {joined});
  using V = std::vector<std::int64_t>;
  EXPECT_EQ(*integers(out(g, 0)), (V{2, 3, 5, 6}));
  EXPECT_EQ(*integers(out(g, 1)), (V{3, 1, 6, 4}));
  EXPECT_EQ(*integers(out(g, 2)), (V{1, 4, 2, 5, 3, 6}));
  EXPECT_EQ(*integers(out(g, 3)), (V{3, 2, 1, 6, 5, 4}));
  EXPECT_EQ(*integers(out(g, 4)), (V{3, 6, 9}));
  EXPECT_EQ(*integers(out(g, 5)), (V{10, 10, 10, 10}));
  EXPECT_EQ(*integers(out(g, 6)), (V{2, 3, 1, 2, 3, 5, 6, 4, 5, 6}));
}

TEST(Folding, HalfPrecisionWeightsAreWidenedAndCountAsTheyAreStored) {
  Builder b("t");
  const auto x = b.activation_tensor("x", {1, 2}, Type::float32);
  b.graph().inputs.push_back(x);
  // binary16: 0x3c00 = 1, 0xc000 = -2, 0x0000 = 0, 0x0001 = 2^-24
  const auto half = b.constant("h", Type::float16, {2, 2}, raw<std::uint16_t>({0x3c00, 0xc000, 0x0000, 0x0001}));
  const auto wide = b.activation_tensor("w", {2, 2}, Type::float32);
  b.add("DEQUANTIZE", {half}, {wide});
  const auto y = b.activation_tensor("y", {1, 2}, Type::float32);
  b.add("FULLY_CONNECTED", {x, wide, -1}, {y});
  const Graph g = through_file(b, {y});
  EXPECT_TRUE(g.operators[0].folded);
  EXPECT_FALSE(g.operators[1].folded);
  EXPECT_EQ(out(g, 0).data, raw<float>({1.0f, -2.0f, 0.0f, 5.9604644775390625e-08f}));
  EXPECT_EQ(g.weight_bytes(), 8);
  EXPECT_EQ(out(g, 0).statistics->zeros, 1);
}

TEST(Folding, AConstantFilledToATerabyteIsNotComputed) {
  Builder b("t");
  const auto dims = b.integers("dims", {1 << 15, 1 << 15});
  const auto value = b.constant("v", Type::int32, {}, raw<std::int32_t>({1}));
  const auto y = b.activation_tensor("y", {1 << 15, 1 << 15}, Type::int32);
  b.add("FILL", {dims, value}, {y});
  const Graph g = through_file(b, {y});
  EXPECT_TRUE(g.operators[0].folded);
  EXPECT_TRUE(out(g, 0).data.empty());
}

TEST(Folding, RandomNumbersAndVariablesStayAtRunTime) {
  Builder b("t");
  const auto dims = b.integers("dims", {4});
  const auto y = b.activation_tensor("y", {4}, Type::float32);
  b.add("RANDOM_UNIFORM", {dims}, {y});
  EXPECT_FALSE(through_file(b, {y}).operators[0].folded);
}

}  // namespace
}  // namespace presil::graph
