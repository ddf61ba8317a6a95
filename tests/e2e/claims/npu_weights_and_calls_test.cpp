// What an NPU's weights and its driver cost: stored forms, a memory on chip that holds some of them, a call for each
// run.
#include <gtest/gtest.h>

#include "tests/support/walk.hpp"

namespace presil {
namespace {

std::int64_t weights_read(const graph::Graph& graph, const std::vector<std::string>& overrides) {
  const test::Run r = test::run(graph, test::chip("edge-npu", overrides));
  std::int64_t bytes = 0;
  for (const traces::Job& job : r.schedule.jobs)
    if (job.kind == traces::JobKind::transfer && job.data == traces::DataKind::weights) {
      bytes += r.schedule.areas[static_cast<std::size_t>(job.area)].bytes();
    }
  return bytes;
}

TEST(AStoredForm, ScalesTheWeightsOfItsKernelAndStrideOnly) {
  // 64 x 64 x 9 = 36864 B of weights and, on this chip, 8 B beside them for each of 64 channels.
  const std::vector<std::string> twice = {"units.npu.weights.stored_forms=[{kernel: 3x3, stride: 1, factor: 2}]"};
  EXPECT_EQ(weights_read(test::one_convolution(8, 8, 64, 64, 3), {}), 36864 + 512);
  EXPECT_EQ(weights_read(test::one_convolution(8, 8, 64, 64, 3), twice), 2 * 36864 + 512);
  EXPECT_EQ(weights_read(test::one_convolution(8, 8, 64, 64, 3, 2), twice), 36864 + 512);
  EXPECT_EQ(weights_read(test::one_convolution(8, 8, 64, 64, 1), twice), 4096 + 512);
}

graph::Graph two_convolutions() {
  graph::Builder b("two");
  graph::WindowStyle window;
  window.kernel = {3, 3};
  const auto x = b.input({1, 8, 8, 64});
  return b.finish({b.convolution(b.convolution(x, 64, window, {}), 32, window, {})}, "test");
}

TEST(ResidentWeights, FillTheirMemoryInOrderAndTheRestIsStreamed) {
  // 37120 B, then 32 x 64 x 9 + 128 = 18560 B.
  const auto read = [](const char* capacity) {
    return weights_read(two_convolutions(),
                        {"units.npu.weights={delivery: resident, capacity: " + std::string(capacity) + "}"});
  };
  EXPECT_EQ(read("64 KiB"), 0);
  EXPECT_EQ(read("37120 B"), 18560);
  EXPECT_EQ(read("37119 B"), 37120);  // the first does not fit, the second does
  EXPECT_EQ(read("1 KiB"), 37120 + 18560);
}

TEST(ACall, IsPaidOnceForARunOfOperators) {
  // A memory without refresh, whose phase the delay would change.
  const auto latency = [](const char* call) {
    return test::run(two_convolutions(), test::chip("nvdla-large", {std::string("units.npu.launch.call=") + call}))
        .result.latency;
  };
  EXPECT_EQ(latency("100us") - latency("0us"), 100'000'000);
}

}  // namespace
}  // namespace presil
