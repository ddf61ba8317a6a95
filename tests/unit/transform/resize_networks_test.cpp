// Another input resolution on published networks: there and back, area scaling, and networks that exist at two sizes.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sim/transform/resize.hpp"
#include "tests/unit/transform/networks.hpp"

namespace presil::transform {
namespace {

using graph::Graph;
using graph::OpClass;

/// Does the first operator that computes something slide a window over a picture?
bool has_convolutional_front(const Graph& g) {
  if (g.tensors[static_cast<std::size_t>(g.inputs[0])].shape.size() != 4) return false;
  for (const graph::Operator& op : g.operators) {
    switch (op.op_class) {
      case OpClass::convolution:
      case OpClass::pointwise:
      case OpClass::depthwise:
        return true;
      case OpClass::fully_connected:
      case OpClass::lstm:
        return false;
      default:
        break;
    }
  }
  return false;
}

int scaled(std::int64_t size, double factor) {
  return std::max(1, static_cast<int>(std::lround(static_cast<double>(size) * factor)));
}

TEST(ResizedNetworks, ThereAndBackGivesTheOriginalShapes) {
  const auto files = network_files();
  if (files.empty()) GTEST_SKIP() << "no networks at " << network_folder();
  // Fully connected behind a flattened map (1x32 of 1x1x32), and a head that has a single pixel to shrink.
  const std::set<std::string> pinned = {"mlperf_str_ww_ref_model"};
  int done = 0;
  for (const auto& file : files) {
    const Graph g = graph::import_tflite(file);
    if (!has_convolutional_front(g)) continue;
    SCOPED_TRACE(g.name);
    const auto input = g.tensors[static_cast<std::size_t>(g.inputs[0])].shape;
    EXPECT_EQ(resize(g, static_cast<int>(input[1]), static_cast<int>(input[2])).digest(), g.digest());
    for (const double factor : {0.5, 0.75, 1.5, 2.0}) {
      SCOPED_TRACE(factor);
      const int height = scaled(input[1], factor), width = scaled(input[2], factor);
      if (pinned.count(g.name)) {
        EXPECT_SAYS(complaint([&] { resize(g, height, width); }), "cannot follow the new resolution");
        continue;
      }
      const Graph other = resize(g, height, width);
      const Graph back = resize(other, static_cast<int>(input[1]), static_cast<int>(input[2]));
      EXPECT_EQ(shapes(back), shapes(g));
      EXPECT_EQ(back.macs(), g.macs());
      EXPECT_EQ(other.weight_bytes() == g.weight_bytes(),
                g.name.find("ssd") == std::string::npos && g.name.find("coral_movenet") == std::string::npos)
          << "only tables of anchors and of pixels follow the size";
      ++done;
    }
  }
  EXPECT_EQ(done, 4 * 45);
}

TEST(ResizedNetworks, WorkOfConvolutionStacksScalesWithTheArea) {
  const auto files = network_files();
  if (files.empty()) GTEST_SKIP() << "no networks at " << network_folder();
  for (const auto& file : files) {
    const Graph g = graph::import_tflite(file);
    const bool stack = g.name.find("n6bench") == 0 || g.name.find("st_yolo_lc") != std::string::npos;
    if (!stack) continue;
    SCOPED_TRACE(g.name);
    const auto input = g.tensors[static_cast<std::size_t>(g.inputs[0])].shape;
    for (const double factor : {0.5, 1.5, 2.0}) {  // whole strides: no border effect at all
      const Graph other = resize(g, scaled(input[1], factor), scaled(input[2], factor));
      EXPECT_DOUBLE_EQ(static_cast<double>(other.macs()), factor * factor * static_cast<double>(g.macs()));
    }
    // Odd sizes: each of at most five halvings rounds up, by half a pixel of the 32 that stand for one.
    const double ratio = 1.27 * 1.27 * static_cast<double>(g.macs());
    const Graph odd = resize(g, scaled(input[1], 1.27), scaled(input[2], 1.27));
    EXPECT_NEAR(static_cast<double>(odd.macs()) / ratio, 1.0, 0.12);
  }
}

TEST(ResizedNetworks, TheDetectorAt192ResizedIsTheOneAt224And416) {
  const auto at = [](int size) {
    return network_folder() /
           ("st_od_coco_2017_person_ssd_mobilenet_v2_fpnlite_035_" + std::to_string(size) + "_int8__rebuilt.tflite");
  };
  if (!std::filesystem::exists(at(192))) GTEST_SKIP() << "no networks at " << network_folder();
  for (const int from : {192, 224, 416}) {
    const Graph g = graph::import_tflite(at(from));
    for (const int to : {192, 224, 416}) {
      SCOPED_TRACE(std::to_string(from) + " to " + std::to_string(to));
      const Graph other = resize(g, to, to), published = graph::import_tflite(at(to));
      EXPECT_EQ(shapes(other), shapes(published));
      EXPECT_EQ(other.macs(), published.macs());
      EXPECT_EQ(other.weight_bytes(), published.weight_bytes());
    }
  }
}

TEST(ResizedNetworks, ClassifiersThatExistAtTwoSizesBecomeEachOther) {
  const auto path = [](const std::string& what) {
    return network_folder() / ("st_ic_flowers_mobilenet_" + what + "_fft_int8__rebuilt.tflite");
  };
  if (!std::filesystem::exists(path("v1_0.25_96"))) GTEST_SKIP() << "no networks at " << network_folder();
  for (const auto& [name, small, large] : {std::tuple("v1_0.25_", 96, 224), std::tuple("v2_0.35_", 128, 224)}) {
    const Graph one = graph::import_tflite(path(name + std::to_string(small)));
    const Graph two = graph::import_tflite(path(name + std::to_string(large)));
    EXPECT_EQ(shapes(resize(one, large, large)), shapes(two));
    EXPECT_EQ(shapes(resize(two, small, small)), shapes(one));
    EXPECT_EQ(resize(one, large, large).macs(), two.macs());
  }
}

}  // namespace
}  // namespace presil::transform
