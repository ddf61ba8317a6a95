#include "sim/cli/live_set.hpp"

#include <gtest/gtest.h>

namespace presil::cli {
namespace {

using graph::Graph;
using graph::OpClass;

/// A tensor of `bytes` int8 elements.
std::int32_t tensor(Graph& graph, std::int64_t bytes, bool constant = false) {
  graph::Tensor t;
  t.shape = {bytes};
  t.constant = constant;
  graph.tensors.push_back(t);
  return static_cast<std::int32_t>(graph.tensors.size()) - 1;
}

void add(Graph& graph, OpClass op_class, std::vector<std::int32_t> inputs, std::vector<std::int32_t> outputs) {
  graph::Operator op;
  op.index = static_cast<std::int32_t>(graph.operators.size());
  op.op_class = op_class;
  op.inputs = std::move(inputs);
  op.outputs = std::move(outputs);
  graph.operators.push_back(op);
}

TEST(LiveSet, AChainKeepsOnlyInputAndOutputOfAnOperator) {
  Graph graph;
  const auto a = tensor(graph, 100), b = tensor(graph, 50), c = tensor(graph, 80), w = tensor(graph, 1000, true);
  add(graph, OpClass::convolution, {a, w}, {b});  // 150 alive
  add(graph, OpClass::convolution, {b, w}, {c});  // 130
  graph.inputs = {a};
  graph.outputs = {c};
  const LiveSet live = largest_live_set(graph);
  EXPECT_EQ(live.bytes, 150);
  EXPECT_EQ(live.op, 0);
  EXPECT_EQ(live.tensors, (std::vector<std::int32_t>{a, b}));
}

TEST(LiveSet, ABranchKeepsWhatIsNeededLater) {
  Graph graph;
  const auto a = tensor(graph, 100), b = tensor(graph, 50), c = tensor(graph, 80), d = tensor(graph, 100);
  add(graph, OpClass::convolution, {a}, {b});  // a, b: 150
  add(graph, OpClass::convolution, {b}, {c});  // a (for the addition), b, c: 230
  add(graph, OpClass::add, {a, c}, {d});       // a, c, d: 280
  graph.inputs = {a};
  graph.outputs = {d};
  EXPECT_EQ(largest_live_set(graph).bytes, 280);
  EXPECT_EQ(largest_live_set(graph).op, 2);
}

TEST(LiveSet, AReshapeIsItsInputUnderAnotherName) {
  Graph graph;
  const auto a = tensor(graph, 100), b = tensor(graph, 100), c = tensor(graph, 10);
  add(graph, OpClass::reshape, {a}, {b});
  add(graph, OpClass::fully_connected, {b}, {c});  // 100 + 10, not 210
  graph.inputs = {a};
  graph.outputs = {c};
  EXPECT_EQ(largest_live_set(graph).bytes, 110);
}

TEST(LiveSet, OutputsStayUntilTheEndAndOptionalInputsAreNothing) {
  Graph graph;
  const auto a = tensor(graph, 10), early = tensor(graph, 40), late = tensor(graph, 5);
  add(graph, OpClass::convolution, {a, -1}, {early});  // 50
  add(graph, OpClass::convolution, {a}, {late});       // 10 + 40 + 5
  graph.inputs = {a};
  graph.outputs = {early, late};
  EXPECT_EQ(largest_live_set(graph).bytes, 55);
}

TEST(LiveSet, AnEmptyNetworkHasNone) {
  EXPECT_EQ(largest_live_set(Graph{}).bytes, 0);
  EXPECT_EQ(largest_live_set(Graph{}).op, -1);
}

}  // namespace
}  // namespace presil::cli
