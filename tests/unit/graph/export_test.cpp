// What is written reads back the same.
#include <gtest/gtest.h>

#include "sim/graph/export.hpp"
#include "tests/unit/graph/compare.hpp"
#include "tests/unit/graph/small.hpp"

namespace presil::graph {
namespace {

TEST(Export, ReadsBackUnchanged) {
  const Graph graph = small_graph();
  expect_same(graph, import_tflite(export_tflite(graph), graph.name));
}

TEST(Export, SameGraphSameBytes) {
  EXPECT_EQ(export_tflite(small_graph()), export_tflite(small_graph()));
}

TEST(Export, SharedConstantsStayShared) {
  Builder b("t");
  const auto x = b.input({1, 4});
  const auto w = b.constant("w", Type::int8, {4, 4}, Bytes(16, 3));
  const auto twin = b.constant("twin", Type::int8, {4, 4}, Bytes(16, 3));
  b.graph().tensors[static_cast<std::size_t>(twin)].buffer = b.graph().tensors[static_cast<std::size_t>(w)].buffer;
  const auto y = b.activation_tensor("y", {1, 4}), z = b.activation_tensor("z", {1, 4});
  b.add("FULLY_CONNECTED", {x, w, -1}, {y});
  b.add("FULLY_CONNECTED", {y, twin, -1}, {z});
  const Graph g = through_file(b, {z});
  EXPECT_EQ(g.tensors[static_cast<std::size_t>(w)].buffer, g.tensors[static_cast<std::size_t>(twin)].buffer);
  EXPECT_EQ(g.weight_bytes(), 16);
}

TEST(Export, RefusesWhatTheFormatCannotHold) {
  Graph graph = small_graph();
  graph.tensors[0].type = Type::int1;
  EXPECT_THROW(export_tflite(graph), common::Error);
  graph = small_graph();
  graph.tensors[1].data.pop_back();
  EXPECT_THROW(export_tflite(graph), common::Error);
}

TEST(Digest, FollowsWorkAndConstantsButNotNames) {
  const Graph graph = small_graph();
  Graph other = graph;
  other.name = "renamed";
  other.tensors[0].name = "renamed";
  EXPECT_EQ(other.digest(), graph.digest());
  EXPECT_EQ(graph.digest().size(), 16u);
  const auto changed = [&](auto change) {
    Graph copy = graph;
    change(copy);
    return copy.digest() != graph.digest();
  };
  EXPECT_TRUE(changed([](Graph& g) { g.tensors[1].data[107] ^= 1; }));
  EXPECT_TRUE(changed([](Graph& g) { g.tensors[1].data[0] ^= 128; }));
  EXPECT_TRUE(changed([](Graph& g) { g.tensors[0].shape[1] = 9; }));
  EXPECT_TRUE(changed([](Graph& g) { g.tensors[0].type = Type::int16; }));
  EXPECT_TRUE(changed([](Graph& g) { g.operators[0].options.stride_h = 1; }));
  EXPECT_TRUE(changed([](Graph& g) { std::swap(g.operators[0].inputs[0], g.operators[0].inputs[1]); }));
}

TEST(Types, HaveNamesAndSizes) {
  EXPECT_STREQ(name(Type::int8), "int8");
  EXPECT_EQ(bits(Type::int4), 4);
  EXPECT_EQ(bits(Type::complex128), 128);
  EXPECT_EQ(bits(Type::string), 0);
  Tensor tensor;
  tensor.type = Type::int4;
  tensor.shape = {3, 3};
  EXPECT_EQ(tensor.bytes(), 5);  // 36 bits
  tensor.shape = {};
  EXPECT_EQ(tensor.elements(), 1);
}

}  // namespace
}  // namespace presil::graph
