// Substitutions: what each puts in the place of what, and what that costs, worked out by hand.
#include "sim/transform/substitute.hpp"

#include <gtest/gtest.h>

#include <map>

#include "sim/graph/builder.hpp"
#include "sim/graph/export.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/transform/bits.hpp"
#include "tests/unit/transform/networks.hpp"

namespace presil::transform {
namespace {

using graph::Builder;
using graph::Graph;

graph::WindowStyle window(int kernel, int stride = 1, graph::Activation activation = graph::Activation::none) {
  graph::WindowStyle style;
  style.kernel = {kernel, kernel};
  style.stride = {stride, stride};
  style.activation = activation;
  return style;
}

std::string names(const Graph& g) {
  std::string result;
  for (const graph::Operator& op : g.operators) result += op.name + " ";
  return result;
}

TEST(Footprint, CountsWhatLivesAtOnce) {
  // 8x8x4 in; 8x8x8 and 8x8x8 beside it, added: at the addition 512 + 512 + 512 bytes, before it 256 + 512 + 512.
  Builder b("t");
  const auto x = b.input({1, 8, 8, 4});
  const auto left = b.convolution(x, 8, window(1), {}), right = b.convolution(x, 8, window(3), {});
  const Graph g = b.finish({b.elementwise("ADD", left, right, graph::Activation::none)}, "t");
  const Footprint f = footprint(g);
  EXPECT_EQ(f.peak_activation_bytes, 3 * 512);
  EXPECT_EQ(f.macs, 64 * 8 * 4 * (1 + 9));
  EXPECT_EQ(f.operators, 3);
  EXPECT_EQ(f.weight_bytes, 8 * 4 * (1 + 9) + 2 * 8 * 4);
}

TEST(Footprint, AReshapeSharesTheBytesOfItsInput) {
  Builder b("t");
  const auto x = b.reshape(b.unary("RELU", b.input({1, 8, 8, 4})), {1, 256});
  EXPECT_EQ(footprint(b.finish({b.unary("RELU", x)}, "t")).peak_activation_bytes, 2 * 256);
}

TEST(Substitute, TwoSmallDepthwiseForALargeOne) {
  Builder b("t");
  const auto x = b.depthwise(b.input({1, 16, 16, 8}), 1, window(5, 2, graph::Activation::relu6), {});
  const Graph g = b.finish({b.depthwise(x, 1, window(3), {})}, "t");
  const Substitution s = substitute(g, "depthwise-5x5-as-3x3");
  EXPECT_EQ(names(s.network), "DEPTHWISE_CONV_2D DEPTHWISE_CONV_2D DEPTHWISE_CONV_2D ");
  EXPECT_EQ(s.changed, (std::vector<std::string>{"operator 0 (DEPTHWISE_CONV_2D)"}));
  EXPECT_EQ(s.before.macs, 64 * 8 * (25 + 9));
  EXPECT_EQ(s.after.macs, 64 * 8 * (18 + 9));
  EXPECT_EQ(s.after.weight_bytes - s.before.weight_bytes, 8 * (18 - 25) + 8 * 4);
  EXPECT_EQ(s.network.operators[0].options.stride_h, 2);
  EXPECT_EQ(s.network.operators[1].options.stride_h, 1);
  EXPECT_EQ(s.network.operators[1].options.activation, graph::Activation::relu6);
}

TEST(Substitute, WithoutPaddingTheStrideComesLastSoThatSizesAgree) {
  for (const int size : {9, 10, 11, 12}) {
    Builder b("t");
    graph::WindowStyle style = window(5, 2);
    style.padding = graph::Padding::valid;
    const Graph g = b.finish({b.depthwise(b.input({1, size, size, 8}), 1, style, {})}, "t");
    const Substitution s = substitute(g, "depthwise-5x5-as-3x3");
    EXPECT_EQ(s.network.tensors[static_cast<std::size_t>(s.network.outputs[0])].shape,
              g.tensors[static_cast<std::size_t>(g.outputs[0])].shape);
  }
}

TEST(Substitute, SeparableConvolutionsLeaveThePictureAlone) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 16, 16, 3}), 16, window(3), {});
  const Graph g = b.finish({b.convolution(x, 32, window(3, 2, graph::Activation::relu), {})}, "t");
  const Substitution s = substitute(g, "separable");
  EXPECT_EQ(names(s.network), "CONV_2D DEPTHWISE_CONV_2D CONV_2D ");
  EXPECT_EQ(s.after.macs, 256 * 16 * 27 + 64 * 16 * 9 + 64 * 32 * 16);
  EXPECT_EQ(s.network.operators[2].options.activation, graph::Activation::relu);
}

TEST(Substitute, UnfusedActivationsAddALiveTensor) {
  Builder b("t");
  const Graph g = b.finish({b.convolution(b.input({1, 8, 8, 4}), 16, window(3, 1, graph::Activation::relu6), {})}, "t");
  const Substitution s = substitute(g, "unfuse-activation");
  EXPECT_EQ(names(s.network), "CONV_2D RELU6 ");
  EXPECT_EQ(s.before.peak_activation_bytes, 256 + 1024);
  EXPECT_EQ(s.after.peak_activation_bytes, 1024 + 1024);
  EXPECT_EQ(s.after.macs, s.before.macs);
}

TEST(Substitute, UnfusedNormalisationIsAMultiplicationAndAnAddition) {
  Builder b("t");
  const Graph g = b.finish({b.convolution(b.input({1, 8, 8, 4}), 16, window(3, 1, graph::Activation::relu), {})}, "t");
  const Substitution s = substitute(g, "unfuse-batch-norm");
  EXPECT_EQ(names(s.network), "CONV_2D MUL ADD ");
  EXPECT_EQ(s.network.operators[0].options.activation, graph::Activation::none);
  EXPECT_EQ(s.network.operators[2].options.activation, graph::Activation::relu);
  EXPECT_EQ(s.after.weight_bytes - s.before.weight_bytes, 2 * 16);
}

TEST(Substitute, FusingUndoesUnfusing) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 8, 8, 4}), 16, window(3, 1, graph::Activation::relu6), {});
  const auto y = b.depthwise(x, 1, window(3, 1, graph::Activation::relu), {});
  const Graph g = b.finish({b.elementwise("ADD", x, y, graph::Activation::none)}, "t");
  const Graph loose = substitute(substitute(g, "unfuse-activation").network, "unfuse-batch-norm").network;
  EXPECT_EQ(names(loose), "CONV_2D MUL ADD RELU6 DEPTHWISE_CONV_2D MUL ADD RELU ADD ");
  const Substitution folded = substitute(loose, "fuse-batch-norm");
  EXPECT_EQ(folded.changed.size(), 4u);
  const Substitution fused = substitute(folded.network, "fuse-activation");
  EXPECT_EQ(names(fused.network), names(g));
  EXPECT_EQ(fused.after.macs, footprint(g).macs);
  EXPECT_EQ(fused.after.weight_bytes, footprint(g).weight_bytes);
  EXPECT_EQ(fused.after.peak_activation_bytes, footprint(g).peak_activation_bytes);
}

TEST(Substitute, WhatOthersReadTooIsNotFused) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 8, 8, 4}), 16, window(3), {});
  const Graph g = b.finish({b.elementwise("ADD", x, b.unary("RELU", x), graph::Activation::none)}, "t");
  EXPECT_EQ(substitute(g, "fuse-activation").network.digest(), g.digest());
}

TEST(Substitute, HalvesOfAnOperatorHaveTheirPartOfTheWeights) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 8, 8, 4}), 7, window(3, 2, graph::Activation::relu), {});
  const Graph g = b.finish({b.depthwise(x, 1, window(3), {})}, "t");
  const Substitution s = substitute(g, "split");
  EXPECT_EQ(names(s.network), "CONV_2D CONV_2D CONCATENATION DEPTHWISE_CONV_2D ");
  EXPECT_EQ(s.network.operators[0].macs, 16 * 3 * 36);
  EXPECT_EQ(s.network.operators[1].macs, 16 * 4 * 36);
  EXPECT_EQ(s.after.macs, s.before.macs);
  EXPECT_EQ(s.after.weight_bytes, s.before.weight_bytes);
  const auto tensor = [&](std::int32_t t) { return s.network.tensors[static_cast<std::size_t>(t)]; };
  EXPECT_EQ(tensor(s.network.operators[0].outputs[0]).name, "conv_0_first");
  std::vector<std::uint8_t> joined = tensor(s.network.operators[0].inputs[1]).data;
  const std::vector<std::uint8_t> rest = tensor(s.network.operators[1].inputs[1]).data;
  joined.insert(joined.end(), rest.begin(), rest.end());
  EXPECT_EQ(joined, g.tensors[static_cast<std::size_t>(g.operators[0].inputs[1])].data);
}

TEST(Substitute, DenseAsConvolutionKeepsWorkAndWeights) {
  Builder b("t");
  const Graph g = b.finish({b.dense(b.input({1, 64}), 10, graph::Activation::relu, {})}, "t");
  const Substitution s = substitute(g, "dense-as-convolution");
  EXPECT_EQ(names(s.network), "RESHAPE CONV_2D RESHAPE ");
  EXPECT_EQ(s.after.macs, s.before.macs);
  EXPECT_EQ(s.after.weight_bytes, s.before.weight_bytes);
}

TEST(Substitute, AGlobalPoolBecomesStridedConvolutions) {
  Builder b("t");
  const Graph g = b.finish({b.mean(b.input({1, 7, 7, 16}), false)}, "t");
  const Substitution s = substitute(g, "pool-as-convolutions");
  EXPECT_EQ(names(s.network), "DEPTHWISE_CONV_2D DEPTHWISE_CONV_2D RESHAPE ");  // 7 -> 3 -> 1
  EXPECT_EQ(s.after.macs, 9 * 16 * 9 + 16 * 9);
}

TEST(Substitute, DeadFiltersGoWithTheirChannelUpToTheNextLayer) {
  graph::WeightStyle dead;
  dead.dead_filters = 0.25;
  Builder b("t");
  const auto x = b.convolution(b.input({1, 8, 8, 4}), 16, window(3), dead);
  const auto y = b.depthwise(x, 1, window(3), {});
  const Graph g =
      b.finish({b.dense(b.mean(b.convolution(y, 8, window(1), dead), false), 5, graph::Activation::none, {})}, "t");
  const Substitution s = substitute(g, "drop-dead-filters");
  EXPECT_EQ(s.changed.size(), 2u);
  // 16 -> 12 channels, 8 -> 6
  EXPECT_EQ(s.after.macs, 64 * 12 * 4 * 9 + 64 * 12 * 9 + 64 * 6 * 12 + 6 * 5);
  EXPECT_EQ(s.after.weight_bytes, 12 * 36 + 12 * 9 + 6 * 12 + 30 + 4 * (12 + 12 + 6 + 5));
  EXPECT_EQ(substitute(s.network, "drop-dead-filters").changed.size(), 0u);
}

TEST(Substitute, DeadFiltersStayWhereTheirChannelIsAddedOrLeaves) {
  graph::WeightStyle dead;
  dead.dead_filters = 0.5;
  Builder b("t");
  const auto x = b.input({1, 8, 8, 8});
  const auto y = b.elementwise("ADD", x, b.convolution(x, 8, window(3), dead), graph::Activation::none);
  const Graph g = b.finish({b.convolution(y, 4, window(1), dead)}, "t");
  EXPECT_EQ(substitute(g, "drop-dead-filters").network.digest(), g.digest());
}

TEST(Substitute, PatternsChooseAndUnknownNamesAreRefused) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 8, 8, 8}), 8, window(3), {});
  const Graph g = b.finish({b.convolution(x, 8, window(3), {})}, "t");
  EXPECT_EQ(substitute(g, "separable", "conv_1").changed, (std::vector<std::string>{"operator 1 (CONV_2D)"}));
  EXPECT_EQ(substitute(g, "separable", "nothing").network.digest(), g.digest());
  EXPECT_SAYS(complaint([&] { substitute(g, "winograd"); }), "there are: depthwise-5x5-as-3x3, separable");
}

TEST(Substitute, EverySubstitutionOfEveryPublishedNetworkKeepsItsEndsAndSurvivesAFile) {
  const auto files = network_files();
  if (files.empty()) GTEST_SKIP() << "no networks at " << network_folder();
  std::map<std::string, int> applied;
  for (const auto& file : files) {
    const Graph g = graph::import_tflite(file);
    for (const SubstitutionInfo& info : substitutions()) {
      SCOPED_TRACE(g.name + ", " + info.name);
      const Substitution s = substitute(g, info.name);
      if (s.changed.empty()) {
        EXPECT_EQ(s.network.digest(), g.digest());
        continue;
      }
      ++applied[info.name];
      ASSERT_EQ(s.network.outputs.size(), g.outputs.size());
      for (std::size_t i = 0; i < g.outputs.size(); ++i)
        EXPECT_EQ(s.network.tensors[static_cast<std::size_t>(s.network.outputs[i])].shape,
                  g.tensors[static_cast<std::size_t>(g.outputs[i])].shape);
      EXPECT_EQ(graph::import_tflite(graph::export_tflite(s.network), g.name).digest(), s.network.digest());
    }
  }
  EXPECT_GE(applied["separable"], 4);  // the others' only wide windows read colours
  EXPECT_GE(applied["unfuse-activation"], 40);
  EXPECT_GE(applied["split"], 45);
  EXPECT_GE(applied["dense-as-convolution"], 20);
  EXPECT_GE(applied["pool-as-convolutions"], 20);
  EXPECT_GE(applied["drop-dead-filters"], 1);
}

TEST(Substitute, EverySubstitutionOfTheZooMakesANetworkThatSurvivesAFile) {
  const std::string zoo = std::string(PRESIL_SOURCE_DIR) + "/traces/networks";
  for (const char* name : {"mobilenet_v3_small", "efficientnet_lite0", "yolox_nano", "ds_cnn", "squeezenet", "kwt"}) {
    const Graph g = graph::load_network(name, zoo);
    for (const SubstitutionInfo& info : substitutions()) {
      SCOPED_TRACE(std::string(name) + ", " + info.name);
      const Substitution s = substitute(g, info.name);
      EXPECT_EQ(graph::import_tflite(graph::export_tflite(s.network), g.name).digest(), s.network.digest());
    }
    const Graph narrow = with_bits(g, Width{4}, Width{16});
    const Graph other = substitute(narrow, "separable").network;
    EXPECT_EQ(other.digest(), graph::import_tflite(graph::export_tflite(other), g.name).digest());
    for (const graph::Operator& op : other.operators) {
      if (op.op_class != graph::OpClass::depthwise) continue;
      EXPECT_EQ(other.tensors[static_cast<std::size_t>(op.inputs[1])].type, graph::Type::int4);
      EXPECT_EQ(other.tensors[static_cast<std::size_t>(op.outputs[0])].type, graph::Type::int16);
    }
  }
}

}  // namespace
}  // namespace presil::transform
