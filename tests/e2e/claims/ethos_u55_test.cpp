// The four sizes of Arm's Ethos-U55, from documented constants alone.
#include "tests/support/result_checks.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

TEST(TheEthosU55, IsFasterTheLargerItIs) {
  for (const char* network : {"resnet8", "mobilenet_v2(alpha=0.35,resolution=96)"}) {
    common::Tick before = common::never;
    for (const char* size : {"32", "64", "128", "256"}) {
      const replay::Result r = test::run(test::zoo(network), test::chip(std::string("ethos-u55-") + size)).result;
      test::expect_consistent(r);
      EXPECT_LT(r.latency, before) << network << " on " << size;
      before = r.latency;
    }
  }
}

TEST(TheEthosU55, AgreesWithTheCyclesOfArmsOwnModel) {
  // Person detection on the Corstone-300 FVP, ethos-u55-64: 479 093 NPU cycles, 62 789 beats of 8 B written to SRAM
  // (github HimaxWiseEyePlus/ML_FVP_EVALUATION at bb77a76, images/npu_inference_result.png).
  const auto file = test::networks_dir / "tflm_person_detect.tflite";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "tflm_person_detect is not beside the project";
  const replay::Result r = test::run(graph::import_tflite(file), test::chip("ethos-u55-64")).result;
  const double cycles = static_cast<double>(r.latency) / 2000;  // 500 MHz
  EXPECT_NEAR(cycles / 479093, 1.0, 0.06);
  EXPECT_NEAR(static_cast<double>(test::memory(r, "sram").counters.write_bytes) / 8 / 62789, 1.0, 0.05);
}

/// Bytes moved by jobs of one kind and direction, from or to the memory.
std::int64_t bytes_of(const test::Run& r, const hw::Hardware& hardware, traces::DataKind kind, const char* memory) {
  std::int64_t bytes = 0;
  for (const traces::Job& job : r.schedule.jobs) {
    if (job.area < 0 || job.write || job.data != kind) continue;
    const traces::Area& area = r.schedule.areas[static_cast<std::size_t>(job.area)];
    if (area.memory == hardware.memory_index(memory)) bytes += area.bytes();
  }
  return bytes;
}

TEST(TheEthosU55, ReadsItsCommandsFromWhereTheWeightsLie) {
  const hw::Hardware chip = test::chip("ethos-u55-128");
  const test::Run r = test::run(test::zoo("ds_cnn"), chip);
  std::int64_t launches = 0;
  for (const traces::Job& job : r.schedule.jobs) launches += job.kind == traces::JobKind::launch;
  EXPECT_GT(launches, 10);
  EXPECT_EQ(bytes_of(r, chip, traces::DataKind::none, "flash"), 200 * launches);
}

TEST(TheEthosU55, RunsInPassesWhereWeightsComeSlowlyAndReadsTheInputAgainForEach) {
  const graph::Graph graph = test::zoo("ds_cnn");
  const auto read = [&](const char* rate, traces::DataKind kind) {
    const hw::Hardware chip = test::chip("ethos-u55-64", {std::string("units.npu.weights.expected_copy_rate=") + rate});
    const test::Run r = test::run(graph, chip);
    test::expect_consistent(r.result);
    return bytes_of(r, chip, kind, kind == traces::DataKind::weights ? "flash" : "sram");
  };
  EXPECT_GT(read("5 MB/s", traces::DataKind::input), read("100 GB/s", traces::DataKind::input) * 11 / 10);
  // Each weight is copied once either way.
  EXPECT_EQ(read("5 MB/s", traces::DataKind::weights), read("100 GB/s", traces::DataKind::weights));
}

TEST(TheEthosU55, ReadsTheMatrixOfAOnePixelConvolutionFromFlash) {
  // As of a fully connected layer: nothing of it is copied to SRAM.
  const hw::Hardware chip = test::chip("ethos-u55-128");
  const auto copies = [&](std::int64_t size) {
    const test::Run r = test::run(test::one_convolution(size, size, 64, 64, 1), chip);
    std::int64_t count = 0;
    for (const traces::Job& job : r.schedule.jobs) count += job.kind == traces::JobKind::copy;
    return count;
  };
  EXPECT_EQ(copies(1), 0);
  EXPECT_GT(copies(2), 0);
}

TEST(TheEthosU55, ReckonsWithTheInputComingAgainForEachTileOfChannels) {
  // 512 channels are 16 slices of 32, of which the array keeps two. Tiles that are deep and small read the input less
  // often than wide and shallow ones, which a larger buffer would allow as well.
  const graph::Graph graph = test::one_convolution(14, 14, 512, 512, 1);
  std::int64_t read_before = INT64_MAX;
  for (const char* kib : {"24", "32", "48"}) {
    const hw::Hardware chip = test::chip(
        "ethos-u55-128", {std::string("units.npu.tile_buffer.size=") + kib + " KiB",
                          std::string("units.npu.tile_buffer.banks=") + kib, "units.npu.tile_choice=least_time"});
    const std::int64_t read = bytes_of(test::run(graph, chip), chip, traces::DataKind::input, "sram");
    EXPECT_LE(read, read_before) << kib;
    read_before = read;
  }
}

}  // namespace
}  // namespace presil
