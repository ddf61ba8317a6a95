// A smoke run of damaged inputs: whatever is done to a network, a hardware file or a schedule, reading it gives a value
// or a common::Error, never a crash. Usage: presil_fuzz [rounds] [seed]. tools/fuzz builds it with sanitizers.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <vector>

#include "models/common/error.hpp"
#include "sim/graph/builder.hpp"
#include "sim/graph/export.hpp"
#include "sim/graph/import.hpp"
#include "sim/graph/network_yaml.hpp"
#include "sim/hw/load.hpp"
#include "sim/plan/plan.hpp"
#include "sim/replay/replay.hpp"
#include "traces/codec.hpp"

extern "C" int sc_main(int, char**) {
  return 0;
}

namespace {

using namespace presil;
using Bytes = std::vector<std::uint8_t>;

const std::filesystem::path root = PRESIL_SOURCE_DIR;

Bytes read(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

/// A few flips, or a cut, or a piece copied elsewhere.
Bytes damaged(Bytes bytes, std::mt19937_64& random) {
  const auto at = [&] { return static_cast<std::size_t>(random() % bytes.size()); };
  switch (random() % 4) {
    case 0:
      bytes.resize(at() + 1);
      break;
    case 1: {
      const std::size_t from = at(), to = at(), n = std::min<std::size_t>({16, bytes.size() - from, bytes.size() - to});
      std::copy_n(Bytes(bytes.begin() + static_cast<std::ptrdiff_t>(from),
                        bytes.begin() + static_cast<std::ptrdiff_t>(from + n))
                      .begin(),
                  n, bytes.begin() + static_cast<std::ptrdiff_t>(to));
      break;
    }
    default:
      for (std::uint64_t flips = 1 + random() % 4; flips > 0; --flips)
        bytes[at()] ^= static_cast<std::uint8_t>(1u << random() % 8);
  }
  return bytes;
}

}  // namespace

int main(int argc, char** argv) {
  const long rounds = argc > 1 ? std::atol(argv[1]) : 2000;
  std::mt19937_64 random(argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 1);
  graph::Builder b("fuzzed");
  graph::WindowStyle window;
  window.kernel = {3, 3};
  const auto x = b.input({1, 8, 8, 3});
  const auto y = b.convolution(x, 8, window, {});
  const graph::Graph graph =
      b.finish({b.unary("SOFTMAX", b.mean(b.elementwise("ADD", y, y, graph::Activation::relu), false))}, "fuzz");
  const hw::Hardware hardware = hw::load(root / "hwconfigs" / "edge-npu.yaml");
  const traces::Schedule schedule = plan::plan(graph, hardware);
  const Bytes network = graph::export_tflite(graph), planned = traces::encode(schedule);
  const std::string planned_json = traces::to_json(schedule);
  const Bytes chip = read(root / "hwconfigs" / "edge-npu.yaml"),
              description = read(root / "traces" / "networks" / "resnet8.yaml");
  const std::filesystem::path scratch =
      std::filesystem::temp_directory_path() / ("presil_fuzz_" + std::to_string(random()) + ".yaml");
  replay::Options options;
  options.ignore_digests = true;

  long accepted = 0, refused = 0;
  const auto attempt = [&](auto&& action) {
    try {
      action();
      ++accepted;
    } catch (const common::Error&) {
      ++refused;
    }
  };
  for (long round = 0; round < rounds; ++round) {
    attempt([&] { plan::plan(graph::import_tflite(damaged(network, random), "damaged"), hardware); });
    attempt([&] { replay::replay(traces::decode(damaged(planned, random), "damaged"), hardware, options); });
    attempt([&] {
      const Bytes text = damaged(Bytes(planned_json.begin(), planned_json.end()), random);
      replay::replay(traces::from_json(std::string(text.begin(), text.end()), "damaged"), hardware, options);
    });
    for (const Bytes* yaml : {&chip, &description}) {
      const Bytes text = damaged(*yaml, random);
      std::ofstream(scratch, std::ios::binary)
          .write(reinterpret_cast<const char*>(text.data()), static_cast<std::streamsize>(text.size()));
      if (yaml == &chip)
        attempt([&] { hw::load(scratch); });
      else
        attempt([&] { graph::import_network_yaml(scratch); });
    }
  }
  std::filesystem::remove(scratch);
  std::printf("%ld damaged inputs: %ld refused, %ld still made sense, none crashed\n", accepted + refused, refused,
              accepted);
  return 0;
}
