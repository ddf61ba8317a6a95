// Network descriptions: the zoo's figures, the format's layers, and what is refused.
#include <gtest/gtest.h>

#include <stdlib.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "models/common/error.hpp"
#include "sim/graph/export.hpp"
#include "sim/graph/expression.hpp"
#include "sim/graph/import.hpp"
#include "sim/graph/network_yaml.hpp"
#include "tests/unit/graph/compare.hpp"

namespace presil::graph {
namespace {

const std::filesystem::path kZoo = std::string(PRESIL_SOURCE_DIR) + "/traces/networks";

/// A description in a file of its own, gone with the object.
class TemporaryFile {
 public:
  explicit TemporaryFile(const std::string& text) {
    char name[] = "/tmp/presil_network_XXXXXX.yaml";
    const int handle = mkstemps(name, 5);
    path_ = name;
    std::ofstream(path_) << text;
    if (handle >= 0) close(handle);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

Graph network(const std::string& layers, const std::string& input = "[1, 8, 8, 4]") {
  const TemporaryFile file("kind: network\nname: t\ninput: " + input + "\nlayers:\n" + layers);
  return import_network_yaml(file.path());
}

std::string complaint(const std::string& text) {
  const TemporaryFile file(text);
  try {
    import_network_yaml(file.path());
  } catch (const common::Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos);
    EXPECT_EQ(message.find(file.path().string()), 0u) << message;
    return message.substr(file.path().string().size());
  }
  return "";
}

/// What is said about layers that begin in line 4 of the file.
std::string about(const std::string& layers) {
  return complaint("kind: network\nname: t\ninput: [1, 8, 8, 4]\nlayers:\n" + layers);
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << "'" << (text) << "'"

std::vector<std::int64_t> output_shape(const Graph& g) {
  return g.tensors[static_cast<std::size_t>(g.outputs[0])].shape;
}

std::int64_t parameters(const Graph& g) {
  std::int64_t sum = 0;
  for (const Operator& op : g.operators) {
    if (op.macs == 0) continue;
    for (std::size_t i = 1; i < op.inputs.size(); ++i)
      sum += g.tensors[static_cast<std::size_t>(op.inputs[i])].elements();
  }
  return sum;
}

TEST(Zoo, MobileNetV2HasTheFiguresOfThePaper) {
  const Graph g = load_network("mobilenet_v2", kZoo);
  EXPECT_EQ(g.name, "mobilenet_v2");
  EXPECT_NEAR(static_cast<double>(g.macs()), 300.8e6, 3.0e6);  // table 4: 300 M MAdds, 3.4 M parameters
  EXPECT_NEAR(static_cast<double>(parameters(g)), 3.5e6, 0.035e6);
  EXPECT_EQ(output_shape(g), (std::vector<std::int64_t>{1, 1000}));
  int convolutions = 0, depthwise = 0, additions = 0;
  for (const Operator& op : g.operators) {
    convolutions += op.name == "CONV_2D";
    depthwise += op.op_class == OpClass::depthwise;
    additions += op.op_class == OpClass::add;
  }
  EXPECT_EQ(convolutions, 35);  // stem, 16 expansions, 17 projections, the last one
  EXPECT_EQ(depthwise, 17);
  EXPECT_EQ(additions, 10);
}

TEST(Zoo, MobileNetV2TakesParameters) {
  const Graph g = load_network("mobilenet_v2(alpha=0.35, resolution=128, classes=101)", kZoo);
  EXPECT_EQ(output_shape(g), (std::vector<std::int64_t>{1, 101}));
  EXPECT_EQ(g.tensors[0].shape, (std::vector<std::int64_t>{1, 128, 128, 3}));
  EXPECT_NEAR(static_cast<double>(g.macs()) / 1e6, 19.07, 0.3);  // as published for 128x128 and 101 classes
}

TEST(Zoo, ResNet8HasTheFiguresOfTheBenchmark) {
  const Graph g = load_network("resnet8", kZoo);
  EXPECT_NEAR(static_cast<double>(g.macs()) / 1e6, 12.50, 0.01);
  EXPECT_NEAR(static_cast<double>(parameters(g)), 78e3, 0.8e3);
  EXPECT_EQ(g.operators.size(), 16u);  // 9 convolutions, 3 additions, pool, reshape, fully connected, softmax
}

TEST(Zoo, EveryNetworkSurvivesAFileAndIsTheSameTwice) {
  for (const char* name : {"mobilenet_v2(alpha=0.35, resolution=96)", "resnet8"}) {
    const Graph g = load_network(name, kZoo);
    expect_same(g, import_tflite(export_tflite(g), g.name));
    EXPECT_EQ(load_network(name, kZoo).digest(), g.digest());
  }
}

TEST(Zoo, UnknownNamesListWhatThereIs) {
  const auto message = [](const std::string& name) {
    try {
      load_network(name, kZoo);
    } catch (const common::Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  EXPECT_SAYS(message("mobilenet_v22"), "did you mean 'mobilenet_v2'?");
  EXPECT_SAYS(message("mobilenet_v22"), "the zoo holds: ");
  EXPECT_SAYS(message("net.tflite"), "no such file");
  EXPECT_SAYS(message("mobilenet_v2(alpa=1)"), "has no parameter 'alpa'; did you mean 'alpha'?");
  EXPECT_SAYS(message("mobilenet_v2(alpha=)"), "parameter 'alpha'");
  EXPECT_SAYS(message("mobilenet_v2(0.35)"), "is no parameter");
  EXPECT_SAYS(message("mobilenet_v2(alpha=1, alpha=1)"), "given twice");
  EXPECT_SAYS(message("mobilenet_v2(resolution=0)"), "");
  EXPECT_FALSE(message("mobilenet_v2(resolution=0)").empty());
  EXPECT_FALSE(message("").empty());
}

TEST(Layers, InvertedResidualAddsOnlyWhereShapesAllow) {
  // stride 2 first (no addition), then a repetition at stride 1 that adds
  const Graph g = network("  - inverted_residual: {filters: 8, expansion: 2, stride: 2, repeat: 2}\n");
  std::vector<std::string> names;
  for (const Operator& op : g.operators) names.push_back(op.name);
  EXPECT_EQ(names, (std::vector<std::string>{"CONV_2D", "DEPTHWISE_CONV_2D", "CONV_2D", "CONV_2D", "DEPTHWISE_CONV_2D",
                                             "CONV_2D", "ADD"}));
  EXPECT_EQ(output_shape(g), (std::vector<std::int64_t>{1, 4, 4, 8}));
}

TEST(Layers, NamesBranchesRepeatsAndBlocks) {
  const TemporaryFile file(R"(
kind: network
name: t
input: [1, 8, 8, 4]
blocks:
  twice: {parameters: {wide: 8}, layers: [conv: {filters: wide}, conv: {filters: wide, activation: hard_swish}]}
layers:
  - conv: {filters: 4, name: stem}
  - repeat: {times: 2, layers: [conv: {filters: 4 * (index + 1)}]}
  - twice: {wide: 4}
  - add: {with: stem, activation: relu}
  - branches: {join: concat, paths: [[], [conv: {filters: 6}], [max_pool: {size: 1}]]}
  - concat: {with: [stem]}
  - resize: {factor: 2, mode: bilinear}
  - pad: {size: [1, 2]}
)");
  const Graph g = import_network_yaml(file.path());
  EXPECT_EQ(output_shape(g), (std::vector<std::int64_t>{1, 18, 20, 18}));  // 4 + 6 + 4 + 4 channels, 2*8+2, 2*8+4
  EXPECT_EQ(g.operators[5].name, "HARD_SWISH");
  EXPECT_EQ(g.operators[6].options.activation, Activation::relu);
}

TEST(Layers, SparsityAndDeadFiltersReachTheWeights) {
  const Graph g = network("  - conv: {filters: 100, kernel: 3, sparsity: 0.5, dead_filters: 0.1}\n");
  const WeightStatistics& s = *g.tensors[1].statistics;
  EXPECT_EQ(s.dead_filters, 10);
  EXPECT_GT(s.zeros, s.elements / 2);
}

TEST(Layers, TheRangeOfWeightsIsTheirLargestMagnitudeAndLowersTheirEntropy) {
  const auto drawn = [](const char* range) {
    const TemporaryFile file(std::string("kind: network\nname: t\ninput: [1, 64]\nweights: {range: ") + range +
                             "}\nlayers: [dense: {units: 64}]\n");
    return import_network_yaml(file.path()).tensors[1];
  };
  const Tensor narrow = drawn("15"), wide = drawn("126");
  for (const std::uint8_t byte : narrow.data) EXPECT_LE(std::abs(static_cast<std::int8_t>(byte)), 15);
  EXPECT_LT(narrow.statistics->entropy_bits, 5);  // 31 values at most: log2(31) = 4.95
  EXPECT_GT(wide.statistics->entropy_bits, 7);
}

TEST(Layers, ANormalisationThatStandsAloneIsAMultiplicationAndAnAddition) {
  const Graph g = network("  - batch_norm: {activation: relu}\n  - prelu\n");
  ASSERT_EQ(g.operators.size(), 3u);
  EXPECT_EQ(g.operators[0].name, "MUL");
  EXPECT_EQ(g.operators[1].options.activation, Activation::relu);
  EXPECT_EQ(g.operators[2].op_class, OpClass::prelu);
  EXPECT_EQ(g.weight_bytes(), 3 * 4);  // scale, shift and slope of four channels
}

TEST(Layers, ARelativeReplacesActivationFunctions) {
  const Graph swish = load_network("yolov5s(resolution=64)", kZoo),
              relu = load_network("yolov5s_relu(resolution=64)", kZoo);
  EXPECT_EQ(swish.macs(), relu.macs());
  const auto count = [](const Graph& g, const std::string& name) {
    return std::count_if(g.operators.begin(), g.operators.end(), [&](const Operator& op) { return op.name == name; });
  };
  EXPECT_EQ(count(swish, "LOGISTIC"), 57);  // every convolution but the three that end the network
  EXPECT_EQ(count(relu, "LOGISTIC"), 0);
  const TemporaryFile base(
      "kind: network\nname: b\ninput: [1, 8, 8, 4]\nlayers: [conv: {filters: 8, activation: swish}]\n");
  const std::string head = "kind: network\nname: t\nbase: " + base.path().stem().string() + "\nactivations: ";
  EXPECT_SAYS(complaint(head + "{swisch: relu}\n"), "did you mean 'swish'?");
  EXPECT_SAYS(complaint(head + "{swish: relu7}\n"), ":4:");
}

TEST(Refused, MisspeltKeysWithTheirPlaceAndACure) {
  EXPECT_SAYS(about("  - conv: {filters: 8, kernal: 3}\n"), ":5:");
  EXPECT_SAYS(about("  - conv: {filters: 8, kernal: 3}\n"), "did you mean 'kernel'?");
  EXPECT_SAYS(about("  - convv: {filters: 8}\n"), "unknown layer 'convv'; did you mean 'conv'?");
  EXPECT_SAYS(about("  - conv: {filters: 8, activation: relu5}\n"), "did you mean 'relu");
  EXPECT_SAYS(about("  - conv: {filters: 8, padding: sam}\n"), "did you mean 'same'?");
  EXPECT_SAYS(complaint("kind: network\nname: t\ninput: [1, 8]\nlayer: []\n"), "did you mean 'layers'?");
  EXPECT_SAYS(complaint("kind: hardware\nname: t\n"), "kind 'network'");
}

TEST(Refused, FiguresOutOfRange) {
  EXPECT_SAYS(about("  - conv: {filters: 8, stride: 0}\n"), "'0' is 0; 1 to 32767 would do");
  EXPECT_SAYS(about("  - conv: {filters: -8}\n"), "would do");
  EXPECT_SAYS(about("  - conv: {filters: 8.5}\n"), "not a whole number");
  EXPECT_SAYS(about("  - conv: {filters: many}\n"), "unknown name 'many'");
  EXPECT_SAYS(about("  - conv: {filters: [8]}\n"), "where a single value is expected");
  EXPECT_SAYS(about("  - conv: {filters: 8, kernel: [1, 2, 3]}\n"), "more than two figures");
  EXPECT_SAYS(about("  - conv\n"), "'filters' is missing");
  EXPECT_SAYS(about("  - max_pool: {size: 9}\n"), "does not fit into 8x8");
  EXPECT_EQ(about("  - max_pool: {size: 8}\n"), "");
  EXPECT_SAYS(complaint("kind: network\nname: t\ninput: [1, 0, 8, 3]\nlayers: [softmax]\n"), ":3:");
  EXPECT_SAYS(complaint("kind: network\nname: t\ninput: [1, 8]\nlayers: []\n"), "nothing to run");
}

TEST(Refused, ShapesThatDoNotJoin) {
  const std::string text = about("  - conv: {filters: 8, name: a}\n  - conv: {filters: 4}\n  - add: {with: a}\n");
  EXPECT_SAYS(text, ":7:");
  EXPECT_SAYS(text, "joins 1x8x8x4 and 1x8x8x8");
  EXPECT_SAYS(about("  - branches: {paths: [[], [conv: {filters: 5}]]}\n"), "joins 1x8x8x4 and 1x8x8x5");
  EXPECT_SAYS(about("  - add: {with: nobody}\n"), "names no layer above");
  EXPECT_SAYS(about("  - flatten\n  - conv: {filters: 3}\n"), "four dimensions");
}

TEST(Refused, DuplicatesBombsAndEndlessBlocks) {
  EXPECT_SAYS(complaint("kind: network\nname: t\nname: u\ninput: [1, 8]\nlayers: [softmax]\n"), "name");
  EXPECT_SAYS(about("  - repeat: {times: 10000, layers: [repeat: {times: 10000, layers: [relu]}]}\n"), "repeat less");
  EXPECT_SAYS(about("  - repeat: {times: 10000, layers: []}\n"), "is empty");
  EXPECT_SAYS(complaint("kind: network\nname: t\ninput: [1, 8]\nblocks: {b: {layers: [b]}}\nlayers: [b]\n"),
              "may not call itself");
  EXPECT_SAYS(about("  - repeat: {times: 4, layers: [conv: {filters: 1000000}]}\n"), "more than 2^30 weights");
}

TEST(Layers, SequencesAttentionAndRecurrences) {
  // Width 6 into two heads of 4: three projections and one back, each 6 x 8 weights a step; two products of 5 x 5 x 4 a
  // head.
  const Graph a = network("  - attention: {heads: 2, head_width: 4}\n", "[1, 5, 6]");
  EXPECT_EQ(output_shape(a), (std::vector<std::int64_t>{1, 5, 6}));
  std::int64_t macs = 0;
  for (const Operator& op : a.operators) macs += op.macs;
  EXPECT_EQ(macs, 4 * 5 * 6 * 8 + 2 * 2 * 5 * 5 * 4);
  // Four gates of 3 units, each on 6 inputs and 3 states, five steps; the last step goes on.
  const Graph l = network("  - lstm: {units: 3}\n", "[1, 5, 6]");
  EXPECT_EQ(output_shape(l), (std::vector<std::int64_t>{1, 3}));
  EXPECT_EQ(l.operators[0].macs, 5 * 4 * 3 * (6 + 3));
  // Three gates; the state of the last call is the second input; shared weights stand in the file once.
  const Graph g = network("  - gru: {units: 3, every_step: true}\n", "[1, 5, 6]");
  EXPECT_EQ(output_shape(g), (std::vector<std::int64_t>{1, 5, 3}));
  EXPECT_EQ(g.inputs.size(), 2u);
  EXPECT_EQ(g.macs(), 5 * 3 * 3 * (6 + 3));
  EXPECT_EQ(g.weight_bytes(), 3 * 3 * (6 + 3) + 2 * 9 * 4);
}

TEST(Layers, MapsSplitGateAndGrow) {
  const Graph g = network(
      "  - split: {into: [a, b]}\n  - squeeze_excite: {filters: 2, gate: hard_sigmoid}\n  - concat: {with: a}\n"
      "  - space_to_depth: {block: 2}\n  - transpose_conv: {filters: 6, kernel: 3, stride: 2, padding: valid}\n"
      "  - reshape: {shape: [1, -1, 3]}\n");
  EXPECT_EQ(output_shape(g), (std::vector<std::int64_t>{1, 9 * 9 * 2, 3}));  // 8 -> 4 -> (4 - 1) * 2 + 3 = 9
}

TEST(Layers, ADetectorsTailReadsBoxesAndScoresAndKeepsTheBest) {
  // 8 x 8 x 4 are 64 anchors of four offsets, and of four scores: background and three classes.
  const Graph g = network(
      "  - reshape: {shape: [1, -1, 4], name: boxes}\n  - logistic\n  - detect: {boxes: boxes, detections: 5}\n");
  const Operator& tail = g.operators.back();
  EXPECT_EQ(tail.op_class, OpClass::detection_post_process);
  EXPECT_EQ(output_shape(g), (std::vector<std::int64_t>{1, 5, 4}));
  ASSERT_EQ(tail.outputs.size(), 4u);  // boxes, classes, scores, how many
  EXPECT_EQ(tail.options.num_classes, 3);
  EXPECT_EQ(g.tensors[static_cast<std::size_t>(tail.inputs[2])].shape, (std::vector<std::int64_t>{64, 4}));
  EXPECT_FALSE(tail.raw_options.empty());  // what TensorFlow Lite reads
}

TEST(Layers, ActivationsThatAreNotFusedAreOperators) {
  const auto operators = [](const std::string& activation) {
    std::string names;
    const Graph g = network("  - conv: {filters: 4, activation: " + activation + "}\n");
    for (const Operator& op : g.operators) names += op.name + " ";
    return names;
  };
  EXPECT_EQ(operators("relu"), "CONV_2D ");
  EXPECT_EQ(operators("swish"), "CONV_2D LOGISTIC MUL ");
  EXPECT_EQ(operators("leaky_relu"), "CONV_2D LEAKY_RELU ");
  EXPECT_EQ(operators("hard_sigmoid"), "CONV_2D ADD MUL ");
}

TEST(Layers, FurtherOutputsComeByName) {
  const TemporaryFile file(
      "kind: network\nname: t\ninput: [1, 8, 8, 4]\noutputs: [stem]\nlayers:\n  - conv: {filters: 2, name: stem}\n"
      "  - conv: {filters: 3}\n");
  const Graph g = import_network_yaml(file.path());
  ASSERT_EQ(g.outputs.size(), 2u);
  EXPECT_EQ(output_shape(g).back(), 2);
  EXPECT_EQ(g.tensors[static_cast<std::size_t>(g.outputs[1])].shape.back(), 3);
}

TEST(Refused, SequencesAndMapsThatDoNotFit) {
  EXPECT_SAYS(about("  - lstm: {units: 3}\n"), "three dimensions (batch, time, features)");
  EXPECT_SAYS(about("  - split: {into: [a, b, c]}\n"), "splits 4 channels into 3 parts");
  EXPECT_SAYS(about("  - split: {into: [a]}\n"), "fewer than two parts");
  EXPECT_SAYS(about("  - space_to_depth: {block: 3}\n"), "takes blocks of 3x3 out of 8x8");
  EXPECT_SAYS(about("  - detect: {boxes: nobody}\n"), "nobody");
  EXPECT_SAYS(about("  - conv: {filters: 4, name: b}\n  - detect: {boxes: b}\n"), "1 x anchors x classes");
  EXPECT_SAYS(about("  - reshape: {shape: [1, -1, 8], name: b}\n  - detect: {boxes: b}\n"), "1x32x4 would do");
  EXPECT_SAYS(about("  - reshape: {shape: [1, 7]}\n"), "makes 7 elements of 256");
  EXPECT_SAYS(about("  - reshape: {shape: [1, -1, -1]}\n"), "second -1");
  EXPECT_SAYS(about("  - transpose: {order: [0, 1, 1, 2]}\n"), "stands twice");
  EXPECT_SAYS(about("  - inverted_residual: {filters: 4, expansion: 2, expanded: 8}\n"), "one of them would do");
  EXPECT_SAYS(about("  - squeeze_excite: {filters: 2, gate: softmax}\n"), "logistic");
  EXPECT_SAYS(complaint("kind: network\nname: t\nbase: nobody\n"), "names no description in the same folder");
  EXPECT_SAYS(complaint("kind: network\nname: t\ninput: [1, 8]\noutputs: [x]\nlayers: [softmax]\n"), ":4:");
}

TEST(Expressions, ComputeAndComplain) {
  const Scope scope = {{"alpha", 0.35}};
  EXPECT_DOUBLE_EQ(evaluate_expression("2 + 3 * (4 - 1) / 2", scope), 6.5);
  EXPECT_DOUBLE_EQ(evaluate_expression("-2 * -3", scope), 6);
  EXPECT_DOUBLE_EQ(evaluate_expression("make_divisible(32 * alpha)", scope), 16);    // 11.2 -> 8 is 29 % down -> 16
  EXPECT_DOUBLE_EQ(evaluate_expression("make_divisible(24 * alpha, 8)", scope), 8);  // 8.4 -> 8
  EXPECT_DOUBLE_EQ(evaluate_expression("max(alpha, 1)", scope), 1);
  for (const char* bad : {"", "1 +", "1 2", "(1", "1 / 0", "alhpa", "min(1)", "sqrt(4)", "1..2", "$", "1e"}) {
    EXPECT_THROW(evaluate_expression(bad, scope), std::invalid_argument) << bad;
  }
  EXPECT_THROW(evaluate_expression(std::string(100'000, '('), scope), std::invalid_argument);
}

}  // namespace
}  // namespace presil::graph
