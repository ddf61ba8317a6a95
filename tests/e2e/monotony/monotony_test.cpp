// Faster hardware is not slower: a fixed schedule never by more than 0.5 %; planned anew, at least 95 % of all steps
// not by 1 % and none by 5 %, over clock, array, tile buffer, SRAM and DRAM or flash.
#include <fmt/format.h>

#include <iostream>

#include "tests/support/walk.hpp"

namespace presil {
namespace {

std::vector<graph::Graph> networks() {
  std::vector<graph::Graph> list;
  list.push_back(test::zoo("resnet8"));
  list.push_back(test::zoo("mobilenet_v2(alpha=0.35,resolution=128)"));
  list.push_back(test::zoo("mobilenet_v2(alpha=1.0,resolution=160)"));
  for (std::uint64_t seed : {3, 8, 21}) list.push_back(test::generated(seed));
  return list;
}

/// Slowest first.
struct Key {
  const char* name;
  std::vector<std::vector<std::string>> values;
};

std::vector<std::vector<std::string>> one(const std::string& key, const std::vector<std::string>& values) {
  std::vector<std::vector<std::string>> list;
  for (const std::string& v : values) list.push_back({key + "=" + v});
  return list;
}

std::vector<Key> keys() {
  return {
      {"clock", one("clocks.npu", {"400 MHz", "600 MHz", "800 MHz", "1000 MHz", "1200 MHz"})},
      {"array", one("units.npu.array.convolution.modes.0.unroll.oc", {"4", "8", "16", "32", "64"})},
      {"tile buffer", one("units.npu.tile_buffer.size", {"32 KiB", "48 KiB", "64 KiB", "96 KiB", "128 KiB"})},
      {"SRAM", one("memories.sram.size", {"384 KiB", "512 KiB", "768 KiB", "1 MiB", "2 MiB"})},
      {"DRAM", one("memories.dram.clock", {"800 MHz", "1066 MHz", "1333 MHz", "1600 MHz", "2133 MHz"})},
  };
}

/// Tile buffers of an Ethos-U: banks of 1 KiB.
Key banks_of_an_ethos_u() {
  Key key{"tile buffer", {}};
  for (const std::string kib : {"16", "24", "32", "48", "64"})
    key.values.push_back({"units.npu.tile_buffer.size=" + kib + " KiB", "units.npu.tile_buffer.banks=" + kib});
  return key;
}

std::vector<Key> keys_of_ethos_u55() {
  const std::string modes = "units.npu.array.convolution.modes.";
  Key array{"array", {}};
  for (const std::string oc : {"2", "4", "8", "16", "32"})
    array.values.push_back({modes + "0.unroll.oc=" + oc, modes + "1.unroll.oc=" + oc, modes + "2.unroll.oc=" + oc});
  // Arm's compiler takes the tile that fetches least; a larger buffer is to be used for speed.
  Key tile_buffer = banks_of_an_ethos_u();
  for (auto& value : tile_buffer.values) value.push_back("units.npu.tile_choice=least_time");
  return {
      {"clock", one("clocks.npu", {"250 MHz", "400 MHz", "500 MHz", "800 MHz", "1000 MHz"})},
      array,
      tile_buffer,
      {"SRAM", one("memories.sram.size", {"1 MiB", "2 MiB", "3 MiB", "4 MiB", "8 MiB"})},
      {"flash", one("memories.flash.clock", {"250 MHz", "400 MHz", "500 MHz", "800 MHz", "1000 MHz"})},
  };
}

TEST(FasterHardware, ReplaysAFixedScheduleNoSlower) {
  for (const graph::Graph& graph : networks()) {
    const hw::Hardware base = test::chip("edge-npu");
    const traces::Schedule schedule = plan::plan(graph, base);
    replay::Options options;
    options.ignore_digests = true;
    for (const Key& key : keys()) {
      if (std::string(key.name) == "SRAM" || std::string(key.name) == "tile buffer")
        continue;  // the schedule fixes their use
      common::Tick before = common::never;
      for (const auto& value : key.values) {
        const common::Tick latency = replay::replay(schedule, test::chip("edge-npu", value), options).latency;
        if (before != common::never) {
          EXPECT_LE(static_cast<double>(latency), static_cast<double>(before) * 1.005)
              << graph.name << " " << value.front();
        }
        before = latency;
      }
    }
  }
}

/// Plans and replays each network with each value of each key.
void expect_hardly_ever_slower(const std::string& chip, const std::vector<Key>& keys) {
  int steps = 0, slower = 0;
  for (const graph::Graph& graph : networks())
    for (const Key& key : keys) {
      common::Tick before = common::never;
      std::string from;
      for (const auto& value : key.values) {
        const common::Tick latency = test::run(graph, test::chip(chip, value)).result.latency;
        if (before != common::never) {
          ++steps;
          const double ratio = static_cast<double>(latency) / static_cast<double>(before);
          EXPECT_LE(ratio, 1.05) << graph.name << ": " << from << " -> " << value.front();
          if (ratio > 1.01) {
            ++slower;
            std::cout << fmt::format("slower by {:.1f} %: {} with {} after {}\n", (ratio - 1) * 100, graph.name,
                                     value.front(), from);
          }
        }
        before = latency;
        from = value.front();
      }
    }
  std::cout << fmt::format("{} of {} steps are slower by more than 1 %\n", slower, steps);
  EXPECT_LE(slower * 20, steps);
}

TEST(FasterHardware, PlannedAnewIsHardlyEverSlower) {
  expect_hardly_ever_slower("edge-npu", keys());
}

// The exceptions are larger tile buffers under small networks. The planner counts estimates within 4 % as equal and
// then takes the fewest tiles; and its estimate of a tile leaves out the copy of the weights from flash, which is to
// hide behind the operator before.
TEST(FasterHardware, PlannedAnewIsHardlyEverSlowerOnAnEthosU55) {
  expect_hardly_ever_slower("ethos-u55-128", keys_of_ethos_u55());
}

TEST(TheTileOfLeastFetch, ReadsLessInALargerTileBufferAlsoWhereThatIsSlower) {
  for (const graph::Graph& graph : networks()) {
    common::Tick before = common::never;
    std::int64_t read_before = 0;
    for (const auto& value : banks_of_an_ethos_u().values) {
      const replay::Result result = test::run(graph, test::chip("ethos-u55-128", value)).result;
      const std::int64_t read = test::memory(result, "sram").counters.read_bytes;
      if (before != common::never) {
        const double ratio = static_cast<double>(result.latency) / static_cast<double>(before);
        EXPECT_LE(ratio, 1.1) << graph.name << " " << value.front();
        EXPECT_LE(read, read_before) << graph.name << " " << value.front();
        if (ratio > 1.01)
          std::cout << fmt::format(
              "slower by {:.1f} %: {} with {}, which reads {:.0f} % less: larger tiles overlap less\n",
              (ratio - 1) * 100, graph.name, value.front(),
              100.0 * static_cast<double>(read_before - read) / static_cast<double>(read_before));
      }
      before = result.latency;
      read_before = read;
    }
  }
}

TEST(ALargerSram, NeverRaisesExternalTrafficByMoreThanOnePercent) {
  for (const graph::Graph& graph : networks()) {
    std::int64_t before = -1;
    for (const char* size : {"384 KiB", "512 KiB", "768 KiB", "1 MiB", "2 MiB", "4 MiB"}) {
      const replay::Result result =
          test::run(graph, test::chip("edge-npu", {std::string("memories.sram.size=") + size})).result;
      const auto& dram = test::memory(result, "dram");
      const std::int64_t bytes = dram.counters.read_bytes + dram.counters.write_bytes;
      if (before >= 0) {
        EXPECT_LE(static_cast<double>(bytes), static_cast<double>(before) * 1.01) << graph.name << " " << size;
      }
      before = bytes;
    }
  }
}

TEST(AScheduleHoldsNoDurations, SoThatItsReplayFollowsTheHardware) {
  const graph::Graph graph = test::zoo("mobilenet_v2(alpha=1.0,resolution=160)");
  const traces::Schedule schedule = plan::plan(graph, test::chip("edge-npu"));
  replay::Options options;
  options.ignore_digests = true;
  const auto latency = [&](const std::vector<std::string>& overrides) {
    return replay::replay(schedule, test::chip("edge-npu", overrides), options).latency;
  };
  const common::Tick base = latency({});
  const common::Tick slow_dram = latency({"memories.dram.clock=800 MHz"});
  const common::Tick slow_array = latency({"units.npu.array.convolution.modes.0.cycles_per_step=4"});
  const common::Tick slow_clock = latency({"clocks.npu=400 MHz"});
  EXPECT_GT(slow_dram, base + base / 50);  // weights come from DRAM: half its rate must show
  EXPECT_LT(slow_dram, 2 * base);          // but not everything is DRAM
  EXPECT_GT(slow_array, base + base / 4);
  EXPECT_LT(slow_array, 4 * base);
  EXPECT_GT(slow_clock, base + base / 10);
  EXPECT_LE(slow_clock, 2 * base + base / 100);
}

}  // namespace
}  // namespace presil
