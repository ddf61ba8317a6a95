// The stories of the field as shipped studies: each comes out in the direction told, and at about the size told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "sim/graph/network_yaml.hpp"
#include "sim/study/sweep.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

using Json = nlohmann::json;

/// A shipped study, run once: its rows by point and network.
class Story {
 public:
  explicit Story(const std::string& name) {
    const study::Study study = study::read_study(test::source_dir / "traces" / "studies" / (name + ".yaml"));
    const study::Finder finder = {
        [](const std::string& network) { return test::zoo(network); },
        [](const std::string& chip, const std::vector<std::string>& set) { return test::chip(chip, set); }};
    rows_ = study::sweep(study, finder, 2);
    for (const study::Row& row : rows_) results_.push_back(row.error.empty() ? Json::parse(row.result) : Json());
  }

  std::size_t find(const std::string& point, const std::string& network = "") const {
    for (std::size_t i = 0; i < rows_.size(); ++i)
      if (rows_[i].trial.name == point && (network.empty() || rows_[i].trial.network.find(network) == 0)) return i;
    throw std::logic_error("no point " + point);
  }
  const study::Row& row(const std::string& point, const std::string& network = "") const {
    return rows_[find(point, network)];
  }
  const Json& result(const std::string& point, const std::string& network = "") const {
    const std::size_t i = find(point, network);
    EXPECT_EQ(rows_[i].error, "") << point;
    return results_[i];
  }
  double latency(const std::string& point, const std::string& network = "") const {
    return result(point, network)["latency_ps"].get<double>();
  }
  double ratio(const std::string& point, const std::string& to, const std::string& network = "") const {
    return latency(point, network) / latency(to, network);
  }
  double moved(const std::string& point, const std::string& network = "") const {
    double sum = 0;
    for (const Json& memory : result(point, network)["memories"])
      sum += memory["read_bytes"].get<double>() + memory["write_bytes"].get<double>();
    return sum;
  }
  double tiling_share(const std::string& point) const {
    return result(point)["tiling"]["overhead_ps"].get<double>() / latency(point);
  }
  double bytes_of_kind(const std::string& point, const std::string& network, const std::string& kind) const {
    double sum = 0;
    for (const Json& memory : result(point, network)["memories"])
      sum += memory["kinds"][kind]["read_bytes"].get<double>();
    return sum;
  }
  double stack(const std::string& point, const std::string& cause) const {
    return result(point)["stack_ps"][cause].get<double>();
  }

 private:
  std::vector<study::Row> rows_;
  std::vector<Json> results_;
};

TEST(ATileBufferOf64KiB, CostsTinyYoloATenthToAThirdAndAThirdLessAt320Pixels) {
  const Story story("tile_buffer_overlap");
  for (const char* point : {"416, overlapped", "320, overlapped", "416, one after another", "320, one after another"}) {
    EXPECT_GT(story.tiling_share(point), 0.10) << point;
    EXPECT_LT(story.tiling_share(point), 0.30) << point;
  }
  for (const char* how : {"overlapped", "one after another"}) {
    const double ratio = story.ratio(std::string("320, ") + how, std::string("416, ") + how);
    EXPECT_GT(ratio, 0.60) << how;  // 40 % fewer cycles at the most: pixels are (320/416)^2 = 0.59, weights stay
    EXPECT_LT(ratio, 0.70) << how;
  }
  EXPECT_GT(story.ratio("416, one after another", "416, overlapped"), 1.1);
  EXPECT_LT(story.ratio("416, one after another", "416, overlapped"), 2.0);  // two phases overlap: twice at the most
}

TEST(FourBitWeights, HalveTheBytesAndTakeUpToTwiceTheCyclesWhenEmulated) {
  const Story story("weights_in_4_bits");
  for (const char* network : {"mobilenet_v2", "autoencoder"}) {
    const double was = static_cast<double>(story.row("8 bit", network).weight_bytes);
    EXPECT_NEAR(static_cast<double>(story.row("4 bit in two passes", network).weight_bytes) / was, 0.5, 0.02);
    EXPECT_LT(story.bytes_of_kind("4 bit in two passes", network, "weights"),
              0.62 * story.bytes_of_kind("8 bit", network, "weights"));
  }
  const double emulated = story.ratio("4 bit in two passes", "8 bit", "mobilenet_v2");
  EXPECT_GT(emulated, 1.3);
  EXPECT_LT(emulated, 2.0);
  // A decoder saves bytes alone; a native array rate, too. What waits for weights anyhow gains the same from all three.
  const double decoded = story.ratio("4 bit decoded", "8 bit", "mobilenet_v2");
  const double native = story.ratio("4 bit native", "8 bit", "mobilenet_v2");
  EXPECT_LT(decoded, 1.0);
  EXPECT_LT(native, 0.8 * decoded);
  EXPECT_GT(native, 0.5);
  for (const char* how : {"4 bit in two passes", "4 bit decoded", "4 bit native"})
    EXPECT_NEAR(story.ratio(how, "8 bit", "autoencoder"), 0.6, 0.1) << how;
  EXPECT_LT(story.ratio("4 bit but for depthwise", "4 bit in two passes", "mobilenet_v2"), 0.85);
}

TEST(FourBitWeights, ThatComeOutSlowerSayWhy) {
  const Story story("weights_in_4_bits");
  const Json op = story.result("4 bit in two passes", "mobilenet_v2")["operators"][1];
  EXPECT_THAT(op["utilisation_reason"].get<std::string>(),
              testing::HasSubstr("8-bit activations with 4-bit weights run at 0.5 of the native rate, emulated"));
  EXPECT_THAT(story.result("8 bit", "mobilenet_v2")["operators"][1]["utilisation_reason"].get<std::string>(),
              testing::Not(testing::HasSubstr("native")));
}

TEST(OneBitWeights, AreFasterThanTwoBitsOnABitSerialArrayButByLessThanTwice) {
  const Story story("weights_in_1_bit");
  EXPECT_NEAR(
      static_cast<double>(story.row("1 bit").weight_bytes) / static_cast<double>(story.row("2 bit").weight_bytes), 0.5,
      0.02);
  EXPECT_LT(story.ratio("1 bit", "2 bit"), 0.75);
  EXPECT_GT(story.ratio("1 bit", "2 bit"), 0.5);  // activations stay 8 bits wide and set the pace more and more
  EXPECT_GT(story.ratio("1 bit", "2 bit"), story.ratio("2 bit", "4 bit"));
}

TEST(TwoDepthwise3x3, MoveLessThanA5x5WhenRunTogetherAndMoreWhenNot) {
  const Story story("depthwise_5x5_as_3x3");
  // Six maps lie between, each written and read once more when apart; the smaller windows save some halo.
  const double between = 2.0 * (14 * 14 * (480 + 2 * 672) + 3 * 7 * 7 * 1152);
  EXPECT_NEAR(story.moved("3 x 3 twice, apart") - story.moved("5 x 5"), between, 0.25 * between);
  EXPECT_LT(story.moved("3 x 3 twice, together"), story.moved("5 x 5"));
  EXPECT_GT(story.moved("3 x 3 twice, together"), 0.99 * story.moved("5 x 5"));  // the weights are fewer, that is all
  EXPECT_LT(story.row("3 x 3 twice, apart").macs, story.row("5 x 5").macs);
  EXPECT_EQ(story.row("3 x 3 twice, apart").macs, story.row("3 x 3 twice, together").macs);
  EXPECT_LT(story.row("3 x 3 twice, apart").weight_bytes, story.row("5 x 5").weight_bytes);
}

TEST(NormalisationAndActivationApart, KeepOneMoreTensorAliveAndMoveEveryElementAgain) {
  const Story story("activations_not_fused");
  const std::int64_t fused = story.row("fused").peak_activation_bytes;
  // The largest layer reads 112x112x32 and writes 112x112x64; apart, 112x112x64 is read and written.
  EXPECT_EQ(fused, 112 * 112 * (32 + 64));
  EXPECT_EQ(story.row("activation apart").peak_activation_bytes, 112 * 112 * (64 + 64));
  EXPECT_EQ(story.row("both apart").macs, story.row("fused").macs);
  EXPECT_GT(story.ratio("activation apart", "fused"), 1.2);
  EXPECT_GT(story.ratio("normalisation apart", "activation apart"), 1.1);  // two passes over the data, not one
  EXPECT_GT(story.ratio("both apart", "normalisation apart"), 1.1);
  EXPECT_LT(story.ratio("both apart", "fused"), 3.0);
  // 5.0 M elements leave convolutions: read and written once more for each pass.
  EXPECT_NEAR(story.moved("activation apart") - story.moved("fused"), 2 * 5.0e6, 0.3e6);
}

TEST(WeightsOfMobileNetV2, AreBestKeptInSramWhereTheyFit) {
  const Story story("where_weights_lie");
  EXPECT_GT(story.ratio("SDRAM", "SRAM"), 1.5);
  EXPECT_GT(story.ratio("flash", "SDRAM"), 1.05);  // 200 MB/s with 23 clocks an access against 266 MB/s
  EXPECT_LT(story.ratio("flash", "SRAM"), 6.0);
  EXPECT_THAT(story.row("full width, SRAM").error, testing::HasSubstr("more than sram holds (2048.0 KiB)"));
  EXPECT_GT(story.latency("full width, flash"), story.latency("full width, SDRAM"));
}

TEST(ASilentFallback, OfAllFromTheFirstConvolutionOnCostsFiveTimesAndMore) {
  const Story story("silent_fallback");
  for (const char* network : {"mobilenet_v2", "resnet8"}) {
    EXPECT_GT(story.ratio("the first convolution alone", "all on the NPU", network), 1.3);
    EXPECT_GE(story.ratio("and take the rest with them", "all on the NPU", network), 5.0);
    const Json& operators = story.result("and take the rest with them", network)["operators"];
    EXPECT_THAT(operators[network == std::string("resnet8") ? 5 : 1]["fallback_reason"].get<std::string>(),
                testing::HasSubstr("which fell back: stride 2 is larger than 1"));
  }
}

TEST(ARecurrentWakeWord, IsSplitWithProfitOnlyWhereHandingOverIsCheap) {
  const Story story("gru_split");
  EXPECT_LT(story.ratio("split, hand-over 100 ns", "CPU alone"), 0.7);
  EXPECT_LT(story.ratio("split, hand-over 5 us", "CPU alone"), 1.0);
  EXPECT_GT(story.ratio("split, hand-over 50 us", "CPU alone"), 2.0);
  EXPECT_EQ(story.stack("CPU alone", "hand_over"), 0);
  EXPECT_GT(story.stack("split, hand-over 50 us", "hand_over"), 0.5 * story.latency("split, hand-over 50 us"));
}

TEST(FromPowerOnToTheFirstResult, StreamedWeightsAreEarlierAndLoadedOnesWinFromThenOn) {
  const Story story("wake_to_result");
  const char* network = "mobilenet_v2";
  EXPECT_LT(story.ratio("streamed, from power-on", "loaded first, from power-on", network), 0.95);
  EXPECT_GT(story.ratio("streamed, steady", "loaded first, steady", network), 2.0);
  EXPECT_EQ(story.latency("streamed, from power-on", network), story.latency("streamed, steady", network));
  // Loading first: the whole time of reading the weights is in front. 1.62 MiB at 200 MB/s are 8.5 ms.
  EXPECT_NEAR(story.latency("loaded first, from power-on", network) - story.latency("loaded first, steady", network),
              8.5e9, 0.5e9);
}

TEST(EveryShippedStudy, HasATestHere) {
  // Whoever adds a study adds its story; this list is what the tests above run.
  const std::vector<std::string> told = {"activations_not_fused", "depthwise_5x5_as_3x3", "gru_split",
                                         "silent_fallback",       "tile_buffer_overlap",  "wake_to_result",
                                         "weights_in_1_bit",      "weights_in_4_bits",    "where_weights_lie"};
  std::vector<std::string> shipped;
  for (const auto& entry : std::filesystem::directory_iterator(test::source_dir / "traces" / "studies"))
    shipped.push_back(entry.path().stem().string());
  std::sort(shipped.begin(), shipped.end());
  EXPECT_EQ(shipped, told);
}

}  // namespace
}  // namespace presil
