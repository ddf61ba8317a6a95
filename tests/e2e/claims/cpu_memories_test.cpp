// What a runtime's placement and a CPU's cache make of the bytes: one arena, a second home of constants, lines read
// before they are written, a PAD folded into the convolution behind it.
#include <gtest/gtest.h>

#include "tests/support/walk.hpp"

namespace presil {
namespace {

const char* const chip = "stm32h747";

TEST(ActivationsTogether, LeaveTheFirstMemoryAllAtOnceWhenOneDoesNotFit) {
  // 32 x 32 x 16 to 32 x 32 x 16: 16 KiB in, 16 KiB out.
  const graph::Graph graph = test::one_convolution(32, 32, 16, 16, 3);
  const auto moved = [&](const char* together) {
    const test::Run r =
        test::run(graph, test::chip(chip, {"memories.sram.size=24KiB", std::string("placement.together=") + together}));
    const auto& sram = test::memory(r.result, "sram");
    const auto& sdram = test::memory(r.result, "sdram");
    return std::pair(sram.counters.read_bytes + sram.counters.write_bytes > 0,
                     sdram.counters.read_bytes + sdram.counters.write_bytes > 0);
  };
  EXPECT_EQ(moved("false"), std::pair(true, true));
  EXPECT_EQ(moved("true"), std::pair(false, true));
}

TEST(Constants, LieInTheFirstOfTheirMemoriesThatHoldsThemAll) {
  const graph::Graph graph = test::one_convolution(8, 8, 64, 64, 3);  // 36 KiB of weights: no cache keeps them
  const auto read = [&](const char* size) {
    const test::Run r = test::run(graph, test::chip(chip, {std::string("memories.flash.size=") + size}));
    return std::pair(test::memory(r.result, "flash").counters.read_bytes > 0,
                     test::memory(r.result, "qspi").counters.read_bytes > 0);
  };
  EXPECT_EQ(read("40KiB"), std::pair(true, false));
  EXPECT_EQ(read("32KiB"), std::pair(false, true));
}

TEST(ACacheThatAllocatesOnWrites, ReadsWhatIsWritten) {
  const graph::Graph graph = test::one_convolution(64, 64, 16, 16, 1);  // 64 KiB out, four times the cache
  const auto read = [&](const char* allocate) {
    const test::Run r =
        test::run(graph, test::chip(chip, {std::string("units.cpu.caches.l1d.write_allocate=") + allocate}));
    return test::memory(r.result, "sram").counters.read_bytes;
  };
  EXPECT_EQ(read("true") - read("false"), 64 * 1024);
}

TEST(ALibraryThatFoldsAPad, NeitherMovesNorCostsIt) {
  graph::Builder b("padded");
  graph::WindowStyle window;
  window.kernel = {3, 3};
  window.padding = graph::Padding::valid;
  const auto x = b.input({1, 16, 16, 8});
  const graph::Graph graph = b.finish({b.convolution(b.pad(x, 1, 1, 1, 1), 8, window, {})}, "test");
  const test::Run folded = test::run(graph, test::chip(chip));
  const test::Run separate = test::run(graph, test::chip(chip, {"units.cpu.library.folds_pad=false"}));
  EXPECT_EQ(folded.schedule.operators[0].fused_into, 1);
  EXPECT_EQ(separate.schedule.operators[0].fused_into, -1);
  EXPECT_LT(folded.result.latency, separate.result.latency);
}

}  // namespace
}  // namespace presil
