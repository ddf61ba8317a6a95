// What import makes of the options of each operator class; the figures are worked out by hand.
#include <gtest/gtest.h>

#include "tests/unit/graph/small.hpp"

namespace presil::graph {
namespace {

WindowStyle style(int kernel, int stride, Padding padding) {
  WindowStyle s;
  s.kernel = {kernel, kernel};
  s.stride = {stride, stride};
  s.padding = padding;
  return s;
}

TEST(Convolution, SamePaddingAtStrideTwoPutsTheOddRowAfter) {
  Builder b("t");
  auto window = style(3, 2, Padding::same);
  window.activation = Activation::relu6;
  const Graph g = through_file(b, {b.convolution(b.input({1, 8, 9, 3}), 16, window, {})});
  const Operator& op = g.operators[0];
  EXPECT_EQ(op.name, "CONV_2D");
  EXPECT_EQ(op.op_class, OpClass::convolution);
  EXPECT_EQ(op.options.kernel_h, 3);
  EXPECT_EQ(op.options.activation, Activation::relu6);
  // height 8: output 4, (4-1)*2+3-8 = 1 row of padding, all after; width 9: output 5, (5-1)*2+3-9 = 2, one a side
  EXPECT_EQ(op.options.pad_top, 0);
  EXPECT_EQ(op.options.pad_bottom, 1);
  EXPECT_EQ(op.options.pad_left, 1);
  EXPECT_EQ(op.options.pad_right, 1);
  EXPECT_EQ(op.macs, 4 * 5 * 16 * 3 * 3 * 3);
}

TEST(Convolution, ValidPaddingTakesNoneAndDilationWidensTheKernel) {
  Builder b("t");
  auto window = style(3, 1, Padding::valid);
  window.dilation = {2, 2};
  const Graph g = through_file(b, {b.convolution(b.input({1, 8, 8, 1}), 2, window, {})});
  // extent (3-1)*2+1 = 5: output 8-5+1 = 4
  EXPECT_EQ(g.tensors[g.operators[0].outputs[0]].shape, (std::vector<std::int64_t>{1, 4, 4, 2}));
  EXPECT_EQ(g.operators[0].options.dilation_h, 2);
  EXPECT_EQ(g.operators[0].options.pad_bottom, 0);
}

TEST(Convolution, OneByOneIsPointwiseAtStrideOneOnly) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 8, 8, 4}), 8, style(1, 1, Padding::same), {});
  const Graph g = through_file(b, {b.convolution(x, 8, style(1, 2, Padding::same), {})});
  EXPECT_EQ(g.operators[0].op_class, OpClass::pointwise);
  EXPECT_EQ(g.operators[1].op_class, OpClass::convolution);
  EXPECT_EQ(g.operators[0].macs, 8 * 8 * 8 * 4);
}

TEST(Depthwise, MultiplierFollowsFromTheShapesAndMacsAreNotThoseOfADenseConvolution) {
  Builder b("t");
  const Graph g = through_file(b, {b.depthwise(b.input({1, 8, 8, 4}), 2, style(3, 1, Padding::same), {})});
  EXPECT_EQ(g.operators[0].op_class, OpClass::depthwise);
  EXPECT_EQ(g.operators[0].options.depth_multiplier, 2);
  EXPECT_EQ(g.operators[0].macs, 8 * 8 * 8 * 3 * 3);
  EXPECT_EQ(g.tensors[1].quantization.dimension, 3);
}

TEST(TransposeConvolution, EachInputElementMeetsTheWholeKernel) {
  Builder b("t");
  const auto x = b.input({1, 4, 4, 8});
  const auto size = b.integers("size", {1, 8, 8, 2});
  const auto w = b.constant("w", Type::int8, {2, 3, 3, 8}, Bytes(2 * 3 * 3 * 8, 1));
  const auto y = b.activation_tensor("y", {1, 8, 8, 2});
  Options& o = b.add("TRANSPOSE_CONV", {size, w, x}, {y}).options;
  o.padding = Padding::same;
  o.stride_h = o.stride_w = 2;
  const Graph g = through_file(b, {y});
  EXPECT_EQ(g.operators[0].op_class, OpClass::transpose_convolution);
  EXPECT_EQ(g.operators[0].macs, 4 * 4 * 8 * 2 * 3 * 3);
  // the forward window: 8 rows to 4 at stride 2, (4-1)*2+3-8 = 1, after
  EXPECT_EQ(g.operators[0].options.pad_top, 0);
  EXPECT_EQ(g.operators[0].options.pad_bottom, 1);
  EXPECT_EQ(g.weight_bytes(), 144);  // the int32 size does not count
}

TEST(FullyConnected, CountsEveryRowOfTheBatch) {
  Builder b("t");
  const Graph g = through_file(b, {b.dense(b.input({3, 10}), 5, Activation::relu, {})});
  EXPECT_EQ(g.operators[0].op_class, OpClass::fully_connected);
  EXPECT_EQ(g.operators[0].macs, 3 * 10 * 5);
  EXPECT_EQ(g.operators[0].options.activation, Activation::relu);
  EXPECT_EQ(g.weight_bytes(), 50 + 5 * 4);
  EXPECT_EQ(g.macs(), 150);
}

TEST(BatchMatmul, TakesTheInnerDimensionOfATransposedOperand) {
  Builder b("t");
  const auto x = b.input({2, 7, 3}), y = b.input({2, 5, 7});
  const auto z = b.activation_tensor("z", {2, 3, 5});
  Options& o = b.add("BATCH_MATMUL", {x, y}, {z}).options;
  o.adjoint_x = o.adjoint_y = true;
  const Graph g = through_file(b, {z});
  EXPECT_EQ(g.operators[0].op_class, OpClass::matmul);
  EXPECT_TRUE(g.operators[0].options.adjoint_x);
  EXPECT_EQ(g.operators[0].macs, 2 * 3 * 5 * 7);
  EXPECT_EQ(g.macs(), 0);  // the field's figure counts convolutions and fully connected layers
}

TEST(Pooling, KernelComesFromTheOptions) {
  Builder b("t");
  const auto x = b.pool("MAX_POOL_2D", b.input({1, 7, 7, 2}), style(2, 2, Padding::same));
  const Graph g = through_file(b, {b.pool("AVERAGE_POOL_2D", x, style(4, 4, Padding::valid))});
  EXPECT_EQ(g.operators[0].op_class, OpClass::max_pool);
  EXPECT_EQ(g.operators[0].options.kernel_w, 2);
  EXPECT_EQ(g.operators[0].options.pad_bottom, 1);  // 7 rows, output 4, (4-1)*2+2-7 = 1
  EXPECT_EQ(g.operators[1].op_class, OpClass::average_pool);
  EXPECT_EQ(g.operators[1].macs, 0);
}

TEST(Reductions, AxesAreCountedFromTheFront) {
  Builder b("t");
  const auto x = b.input({1, 4, 4, 2});
  const auto axes = b.integers("axes", {-2, 1});
  const auto y = b.activation_tensor("y", {1, 1, 1, 2});
  b.add("SUM", {x, axes}, {y}).options.keep_dims = true;
  const Graph g = through_file(b, {y});
  EXPECT_EQ(g.operators[0].op_class, OpClass::mean);
  EXPECT_EQ(g.operators[0].options.axes, (std::vector<int>{2, 1}));
  EXPECT_TRUE(g.operators[0].options.keep_dims);
}

TEST(Padding, ReadsPadsOfHeightAndWidth) {
  Builder b("t");
  const Graph g = through_file(b, {b.pad(b.input({1, 4, 4, 2}), 1, 2, 3, 0)});
  const Options& o = g.operators[0].options;
  EXPECT_EQ(g.operators[0].op_class, OpClass::pad);
  EXPECT_EQ((std::vector<int>{o.pad_top, o.pad_bottom, o.pad_left, o.pad_right}), (std::vector<int>{1, 2, 3, 0}));
}

TEST(Axes, NegativeOnesAreResolved) {
  Builder b("t");
  const auto x = b.input({1, 4, 6});
  const auto joined = b.activation_tensor("joined", {1, 4, 12});
  b.add("CONCATENATION", {x, x}, {joined}).options.axis = -1;
  const auto axis = b.integers("axis", {-1});
  const auto left = b.activation_tensor("left", {1, 4, 6}), right = b.activation_tensor("right", {1, 4, 6});
  b.add("SPLIT", {axis, joined}, {left, right});
  const auto stacked = b.activation_tensor("stacked", {1, 4, 6, 2});
  b.add("PACK", {left, right}, {stacked}).options.axis = -1;
  const auto order = b.integers("order", {0, 3, 1, 2});
  const auto turned = b.activation_tensor("turned", {1, 2, 4, 6});
  b.add("TRANSPOSE", {stacked, order}, {turned});
  const auto soft = b.unary("SOFTMAX", turned);
  const Graph g = through_file(b, {soft});
  EXPECT_EQ(g.operators[0].options.axis, 2);
  EXPECT_EQ(g.operators[1].options.axis, 2);
  EXPECT_EQ(g.operators[2].options.axis, 3);
  EXPECT_EQ(g.operators[3].options.axes, (std::vector<int>{0, 3, 1, 2}));
  EXPECT_EQ(g.operators[4].options.axis, 3);
}

TEST(Recurrence, EveryStepMeetsEveryWeightMatrixOnce) {
  Builder b("t");
  const auto x = b.input({1, 28, 16});
  std::vector<Builder::Id> inputs = {x};
  for (int i = 0; i < 4; ++i) inputs.push_back(b.constant("w", Type::int8, {20, 16}, Bytes(320, 1)));
  for (int i = 0; i < 4; ++i) inputs.push_back(b.constant("r", Type::int8, {20, 20}, Bytes(400, 1)));
  for (int i = 0; i < 3; ++i) inputs.push_back(-1);  // no peephole
  for (int i = 0; i < 4; ++i) inputs.push_back(b.constant("b", Type::int32, {20}, Bytes(80, 0)));
  inputs.push_back(-1);
  inputs.push_back(-1);
  for (int i = 0; i < 2; ++i) {
    inputs.push_back(b.activation_tensor("state", {1, 20}));
    b.graph().tensors.back().variable = true;
  }
  const auto y = b.activation_tensor("y", {1, 28, 20});
  b.add("UNIDIRECTIONAL_SEQUENCE_LSTM", inputs, {y}).options.activation = Activation::tanh;
  const Graph g = through_file(b, {y});
  EXPECT_EQ(g.operators[0].op_class, OpClass::lstm);
  EXPECT_EQ(g.operators[0].macs, 28 * (4 * 320 + 4 * 400));
  EXPECT_EQ(g.macs(), 0);
  EXPECT_EQ(g.weight_bytes(), 4 * 320 + 4 * 400 + 4 * 80);  // its int32 inputs are biases
  EXPECT_EQ(g.operators[0].options.activation, Activation::tanh);
}

TEST(Svdf, CountsFeatureAndTimeFilters) {
  Builder b("t");
  const auto x = b.input({1, 40});
  const auto feature = b.constant("f", Type::int8, {16, 40}, Bytes(640, 1));
  const auto time = b.constant("t", Type::int16, {16, 8}, Bytes(256, 1));
  const auto state = b.activation_tensor("state", {1, 128}, Type::int16);
  b.graph().tensors.back().variable = true;
  const auto y = b.activation_tensor("y", {1, 16});
  b.add("SVDF", {x, feature, time, -1, state}, {y});
  const Graph g = through_file(b, {y});
  EXPECT_EQ(g.operators[0].macs, 16 * 40 + 16 * 8);
  EXPECT_TRUE(g.tensors[static_cast<std::size_t>(state)].variable);
}

TEST(Custom, KeepsItsNameAndOptions) {
  Builder b("t");
  const auto x = b.input({1, 4});
  const auto y = b.activation_tensor("y", {1, 4});
  Operator& op = b.add("MyOperator", {x}, {y});
  op.raw_options = {1, 2, 3};
  const Graph g = through_file(b, {y});
  EXPECT_TRUE(g.operators[0].custom);
  EXPECT_EQ(g.operators[0].name, "MyOperator");
  EXPECT_EQ(g.operators[0].op_class, OpClass::other);
  EXPECT_EQ(g.operators[0].raw_options, (Bytes{1, 2, 3}));
}

TEST(Custom, DetectionPostProcessingReadsItsMap) {
  // FlexBuffers map {max_detections: 10}, by hand: key, key vector (1 offset), keys offset, byte width 1, 1 value, type
  const std::string key("max_detections");
  Bytes map(key.begin(), key.end());
  map.push_back(0);                   // 15 bytes: key at 0
  map.push_back(1);                   // at 15: one key
  map.push_back(16);                  // at 16: key vector, 16 bytes back
  map.push_back(1);                   // at 17: offset to the key vector (17 - 1 = 16)
  map.push_back(1);                   // at 18: byte width of the key vector
  map.push_back(1);                   // at 19: one value
  map.push_back(10);                  // at 20: the value
  map.push_back(4);                   // at 21: packed type: int (1 << 2), 8 bit
  map.insert(map.end(), {2, 36, 1});  // root: map at 22 - 2, type map (9 << 2), root width 1
  Builder b("t");
  const auto x = b.input({1, 4});
  const auto y = b.activation_tensor("y", {1, 10, 4});
  b.add("TFLite_Detection_PostProcess", {x}, {y}).raw_options = map;
  const Graph g = through_file(b, {y});
  EXPECT_EQ(g.operators[0].op_class, OpClass::detection_post_process);
  EXPECT_EQ(g.operators[0].options.max_detections, 10);
}

TEST(Custom, ADetectorsTailThatWasBuiltReadsBackWithItsOptions) {
  Builder b("t");
  const auto offsets = b.input({1, 6, 4}, "offsets"), scores = b.input({1, 6, 3}, "scores");
  const auto outputs = b.detection(offsets, scores, 10);
  const Graph g = through_file(b, {outputs[0]});
  EXPECT_EQ(g.operators[0].options.max_detections, 10);
  EXPECT_EQ(g.operators[0].options.num_classes, 2);  // without the background
}

TEST(Names, EveryPublicOperatorCodeImportsUnderItsName) {
  // Enough constants and tensors for the pickiest; what an operator lacks is an error that names it.
  int imported = 0;
  for (int code = 0; code <= 209; ++code) {
    if (code == 32) continue;  // CUSTOM goes by its own name
    const Bytes bytes = edited(export_tflite(small_graph()), [&](tflite::ModelT& m) {
      auto& op = *m.subgraphs[0]->operators[1];
      m.operator_codes[op.opcode_index]->deprecated_builtin_code = static_cast<std::int8_t>(std::min(code, 127));
      m.operator_codes[op.opcode_index]->builtin_code = static_cast<tflite::BuiltinOperator>(code);
    });
    const std::string name = tflite::EnumNameBuiltinOperator(static_cast<tflite::BuiltinOperator>(code));
    EXPECT_FALSE(name.empty()) << code;
    const std::string problem = complaint(bytes);
    if (problem.empty()) {
      EXPECT_EQ(import_tflite(bytes, "t").operators[1].name, name);
      ++imported;
    } else {
      EXPECT_NE(problem.find("operator 1 (" + name + ")"), std::string::npos) << problem;
    }
  }
  EXPECT_GT(imported, 100);
}

}  // namespace
}  // namespace presil::graph
