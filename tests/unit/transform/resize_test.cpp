// Another input resolution: rules worked out on small networks, and what is refused with its reason.
#include "sim/transform/resize.hpp"

#include <gtest/gtest.h>

#include "sim/graph/builder.hpp"
#include "sim/graph/constants.hpp"
#include "sim/graph/export.hpp"
#include "tests/unit/transform/networks.hpp"

namespace presil::transform {
namespace {

using graph::Builder;
using graph::Graph;
using graph::Padding;
using graph::WindowStyle;
using Shape = std::vector<std::int64_t>;

WindowStyle window(int kernel, int stride, Padding padding = Padding::same) {
  WindowStyle style;
  style.kernel = {kernel, kernel};
  style.stride = {stride, stride};
  style.padding = padding;
  return style;
}

Shape output(const Graph& g, std::size_t i = 0) {
  return g.tensors[static_cast<std::size_t>(g.outputs[i])].shape;
}

std::string refusal(const Graph& g, int height, int width) {
  return complaint([&] { resize(g, height, width); });
}

TEST(Resize, WindowsFollowStrideAndPadding) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 32, 32, 3}), 8, window(3, 2), {});
  const Graph g = b.finish({b.convolution(x, 4, window(5, 1, Padding::valid), {})}, "t");
  ASSERT_EQ(output(g), (Shape{1, 12, 12, 4}));
  // 45 rows: SAME with stride 2 gives 23, VALID with 5 gives 19; 21 columns: 11, then 7
  EXPECT_EQ(output(resize(g, 45, 21)), (Shape{1, 19, 7, 4}));
  EXPECT_EQ(resize(g, 45, 21).macs(), 23 * 11 * 8 * 27 + 19 * 7 * 4 * 200);
}

TEST(Resize, TheSameSizeIsTheSameNetwork) {
  Builder b("t");
  const Graph g = b.finish({b.convolution(b.input({1, 32, 48, 3}), 8, window(3, 2), {})}, "t");
  EXPECT_EQ(resize(g, 32, 48).digest(), g.digest());
  EXPECT_NE(resize(g, 48, 32).digest(), g.digest());
}

TEST(Resize, AWindowThatNoLongerFitsIsNamed) {
  Builder b("t");
  const Graph g = b.finish({b.convolution(b.input({1, 32, 32, 3}), 8, window(5, 1, Padding::valid), {})}, "t");
  EXPECT_EQ(output(resize(g, 5, 5)), (Shape{1, 1, 1, 8}));
  EXPECT_SAYS(refusal(g, 4, 5), "operator 0 (CONV_2D)");
  EXPECT_SAYS(refusal(g, 4, 5), "window of 5 rows does not fit into 4");
  EXPECT_SAYS(refusal(g, 5, 4), "window of 5 columns does not fit into 4");
}

TEST(Resize, ImpossibleSizesAreRefused) {
  Builder b("t");
  const Graph g = b.finish({b.convolution(b.input({1, 32, 32, 3}), 8, window(3, 1), {})}, "t");
  EXPECT_SAYS(refusal(g, 0, 32), "1x1 or more would do");
  EXPECT_SAYS(refusal(g, 32, -1), "1x1 or more would do");
  EXPECT_SAYS(refusal(g, 32768, 32), "up to 32767");
  EXPECT_EQ(refusal(g, 1, 1), "");
  Builder flat("flat");
  const Graph vector = flat.finish({flat.dense(flat.input({1, 64}), 4, graph::Activation::none, {})}, "flat");
  EXPECT_SAYS(refusal(vector, 32, 32), "input has shape 1x64, which has no height and width");
}

TEST(Resize, AFullyConnectedLayerBehindAFlattenedMapPinsTheSize) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 8, 8, 3}), 4, window(3, 2), {});
  const Graph g = b.finish({b.dense(b.reshape(x, {1, 64}), 2, graph::Activation::none, {})}, "t");
  EXPECT_SAYS(refusal(g, 16, 16), "operator 2 (FULLY_CONNECTED)");
  EXPECT_SAYS(refusal(g, 16, 16), "take 64 inputs and the new size gives 256");
  EXPECT_EQ(refusal(g, 7, 7), "");  // SAME with stride 2 gives 4x4 of 7x7, too
}

TEST(Resize, AGlobalPoolWrittenWithAFixedWindowFollows) {
  Builder b("t");
  const auto x = b.pool("AVERAGE_POOL_2D", b.convolution(b.input({1, 16, 16, 3}), 4, window(3, 2), {}),
                        window(8, 1, Padding::valid));
  const Graph g = b.finish({b.dense(b.reshape(x, {1, 4}), 2, graph::Activation::none, {})}, "t");
  const Graph large = resize(g, 32, 24);
  EXPECT_EQ(large.operators[1].options.kernel_h, 16);
  EXPECT_EQ(large.operators[1].options.kernel_w, 12);
  EXPECT_EQ(output(large), (Shape{1, 2}));
}

TEST(Resize, APoolBeforeFurtherWindowsIsNotGlobal) {
  Builder b("t");
  const auto x = b.pool("AVERAGE_POOL_2D", b.input({1, 4, 4, 3}), window(4, 4, Padding::valid));
  const Graph g = b.finish({b.convolution(x, 4, window(3, 1), {})}, "t");
  EXPECT_EQ(output(resize(g, 8, 8)), (Shape{1, 2, 2, 4}));
}

/// 12x12 at stride 2 is 6x6; back up to 12x12 and added, as in a feature pyramid.
Graph pyramid(bool skip_first) {
  Builder b("t");
  const auto x = b.input({1, 12, 12, 4});
  const auto down = b.convolution(x, 4, window(3, 2), {});
  Builder::Id skip = skip_first ? b.convolution(x, 4, window(1, 1), {}) : -1;
  const auto up = b.resize("RESIZE_BILINEAR", down, 12, 12);
  if (!skip_first) skip = b.convolution(x, 4, window(1, 1), {});
  return b.finish({b.elementwise("ADD", skip, up, graph::Activation::none)}, "t");
}

TEST(Resize, AResizeTakesTheSizeOfTheMapItIsAddedTo) {
  for (const bool skip_first : {true, false}) {
    const Graph g = resize(pyramid(skip_first), 9, 15);  // 9 -> 5 -> 9, not 10
    EXPECT_EQ(output(g), (Shape{1, 9, 15, 4}));
    for (const graph::Operator& op : g.operators) {
      if (op.name != "RESIZE_BILINEAR") continue;
      const auto size = graph::integers(g.tensors[static_cast<std::size_t>(op.inputs[1])]);
      EXPECT_EQ(*size, (Shape{9, 15}));
    }
  }
}

TEST(Resize, AResizeAloneKeepsItsFactorOrGoesBackToThePicture) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 32, 32, 3}), 4, window(3, 2), {});
  const Graph twice =
      b.finish({b.resize("RESIZE_NEAREST_NEIGHBOR", b.convolution(x, 4, window(3, 2), {}), 16, 16)}, "t");
  EXPECT_EQ(output(resize(twice, 40, 36)), (Shape{1, 20, 18, 4}));  // 10 and 9, doubled
  Builder c("t");
  const auto y = c.convolution(c.input({1, 30, 30, 3}), 4, window(4, 4), {});  // 8x8
  const Graph back = c.finish({c.resize("RESIZE_BILINEAR", y, 30, 30)}, "t");
  EXPECT_EQ(output(resize(back, 41, 50)), (Shape{1, 41, 50, 4}));
  Builder d("t");
  const auto z = d.convolution(d.input({1, 30, 30, 3}), 4, window(4, 4), {});
  const Graph odd = d.finish({d.resize("RESIZE_BILINEAR", z, 11, 11)}, "t");
  EXPECT_SAYS(refusal(odd, 60, 60), "it makes 11 of 8");
}

TEST(Resize, AConstantWithAValuePerPixelIsResampled) {
  Builder b("t");
  const auto x = b.convolution(b.input({1, 2, 2, 1}), 1, window(1, 1), {});
  const auto weight = b.constant("mask", graph::Type::int8, {2, 2, 1}, {10, 20, 30, 40});
  const auto y = b.activation_tensor("masked", {1, 2, 2, 1});
  b.add("MUL", {x, weight}, {y});
  const Graph g = resize(b.finish({y}, "t"), 4, 2);
  const graph::Tensor& mask = g.tensors[static_cast<std::size_t>(weight)];
  EXPECT_EQ(mask.shape, (Shape{4, 2, 1}));
  EXPECT_EQ(mask.data, (std::vector<std::uint8_t>{10, 20, 10, 20, 30, 40, 30, 40}));
}

TEST(Resize, SlicesFollowToTheBorderAndPiecesAreRefused) {
  const auto sliced = [](int begin, int end, int step) {
    Builder b("t");
    const auto x = b.convolution(b.input({1, 8, 8, 3}), 4, window(1, 1), {});
    const auto y = b.activation_tensor("slice", {1, (end - begin + step - 1) / step, 8, 4});
    b.add(
        "STRIDED_SLICE",
        {x, b.integers("begin", {0, begin, 0, 0}), b.integers("end", {1, end, 8, 4}), b.integers("s", {1, step, 1, 1})},
        {y});
    return b.finish({y}, "t");
  };
  EXPECT_EQ(output(resize(sliced(0, 8, 2), 10, 8)), (Shape{1, 5, 8, 4}));  // rows 0, 2, 4, 6, 8
  EXPECT_EQ(output(resize(sliced(1, 8, 2), 11, 8)), (Shape{1, 5, 8, 4}));  // rows 1, 3, 5, 7, 9
  EXPECT_SAYS(refusal(sliced(0, 4, 1), 16, 8), "cuts a piece out");
  EXPECT_EQ(refusal(sliced(0, 4, 1), 8, 16), "");  // the cut dimension stays
}

TEST(Resize, TransposeConvolutionsKeepWhatTheyAdd) {
  const auto upsampled = [](Padding padding, int size) {
    Builder b("t");
    const auto x = b.convolution(b.input({1, 8, 8, 3}), 4, window(3, 2), {});  // 4x4
    const auto weights = b.constant("w", graph::Type::int8, {2, 3, 3, 4}, std::vector<std::uint8_t>(72, 1));
    const auto y = b.activation_tensor("up", {1, size, size, 2});
    auto& o = b.add("TRANSPOSE_CONV", {b.integers("size", {1, size, size, 2}), weights, x}, {y}).options;
    o.stride_h = o.stride_w = 2;
    o.padding = padding;
    return b.finish({y}, "t");
  };
  EXPECT_EQ(output(resize(upsampled(Padding::same, 8), 12, 20)), (Shape{1, 12, 20, 2}));
  EXPECT_EQ(output(resize(upsampled(Padding::valid, 9), 12, 20)), (Shape{1, 13, 21, 2}));  // (6 - 1) * 2 + 3
}

TEST(Resize, OperandsSharedWithOthersAreCopied) {
  // Two maps are flattened to boxes through one shared shape... that no longer fits both.
  Builder b("t");
  const auto x = b.input({1, 8, 8, 2});
  const auto small = b.convolution(x, 2, window(1, 2), {});                  // 4x4 -> 16 boxes
  const auto valid = b.convolution(x, 2, window(5, 1, Padding::valid), {});  // 4x4 -> 16 boxes
  const auto shape = b.integers("shape", {1, 16, 2});
  const auto boxes = b.activation_tensor("a", {1, 16, 2}), more = b.activation_tensor("b", {1, 16, 2});
  b.add("RESHAPE", {small, shape}, {boxes});
  b.add("RESHAPE", {valid, shape}, {more});
  const Graph g = resize(b.finish({boxes, more}, "t"), 16, 16);
  EXPECT_EQ(output(g, 0), (Shape{1, 64, 2}));
  EXPECT_EQ(output(g, 1), (Shape{1, 144, 2}));
  const Graph read = graph::import_tflite(graph::export_tflite(g), "t");  // whose reader checks target against shape
  EXPECT_EQ(read.digest(), g.digest());
}

}  // namespace
}  // namespace presil::transform
