// A network of the zoo resized is the network described at that resolution.
#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "sim/graph/network_yaml.hpp"
#include "sim/transform/resize.hpp"
#include "tests/unit/transform/networks.hpp"

namespace presil::transform {
namespace {

const std::filesystem::path kZoo = std::string(PRESIL_SOURCE_DIR) + "/traces/networks";

TEST(ResizedZoo, EveryNetworkWithAResolutionEqualsItsDescriptionAtAnother) {
  int done = 0;
  for (const graph::ZooEntry& entry : graph::list_zoo(kZoo)) {
    const auto resolution = entry.parameters.find("resolution");
    if (resolution == entry.parameters.end()) continue;
    static const std::set<std::string> large = {"resnet50", "resnet101",    "resnet152",          "resnet152_v2",
                                                "vgg16",    "inception_v4", "efficientnet_lite4", "yolov5s",
                                                "yolov5m",  "densenet121"};
    if (large.count(entry.name)) continue;
    if (entry.name == "mobilefacenet")
      continue;  // its last kernel is as large as the map: other weights, another network
    SCOPED_TRACE(entry.name);
    const graph::Graph g = graph::load_network(entry.name, kZoo);
    // A multiple of 32, so that descriptions that double a map meet the one they halved.
    const int other = 32 * static_cast<int>(std::lround(resolution->second * 0.7 / 32));
    const std::string name = entry.name + "(resolution=" + std::to_string(other) + ")";
    const graph::Graph described = graph::load_network(name, kZoo), resized = resize(g, other, other);
    EXPECT_EQ(shapes(resized), shapes(described));
    EXPECT_EQ(resized.macs(), described.macs());
    EXPECT_EQ(resized.digest(), described.digest());
    ++done;
  }
  EXPECT_GE(done, 18);
}

TEST(ResizedZoo, DetectorsTakeSizesThatTheirPyramidsDoNotDivide) {
  // 300 pixels: maps of 38 and 19, and 10 doubled is 20. The upsampling takes 19.
  for (const char* name : {"yolov4_tiny", "yolox_nano", "yolov5n", "ssd_mobilenet_v2_fpnlite", "movenet"}) {
    SCOPED_TRACE(name);
    const graph::Graph g = graph::load_network(name, kZoo);
    const graph::Graph odd = resize(g, 300, 236);
    EXPECT_EQ(shapes(resize(odd, static_cast<int>(g.tensors[0].shape[1]), static_cast<int>(g.tensors[0].shape[2]))),
              shapes(g));
  }
}

TEST(ResizedZoo, ASegmentationNetworkNamesTheJoinThatNoLongerFits) {
  // Pools of 2 without padding: 100 -> 50 -> 25 -> 12, and 12 doubled is 24 where 25 is wanted: the transpose
  // convolution with padding reaches 23 and 24 from 12 pixels, not 25.
  const graph::Graph g = graph::load_network("unet_small", kZoo);
  EXPECT_SAYS(complaint([&] { resize(g, 100, 128); }), "cannot follow the new resolution");
  EXPECT_EQ(complaint([&] { resize(g, 112, 96); }), "");
}

}  // namespace
}  // namespace presil::transform
