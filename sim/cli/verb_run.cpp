// presil run: network and hardware in, report out.
#include <fmt/format.h>

#include "models/common/error.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "traces/repeat.hpp"

namespace presil::cli {
namespace {

constexpr int most_inferences = 1000;

void declare(po::options_description& options) {
  declare_network(options);
  declare_hardware(options);
  declare_placement(options);
  options.add_options()("inferences", po::value<int>()->value_name("N"),
                        "run N in a row: adds cold and warm latency and the steady interval");
  declare_output(options);
}

int inferences_of(const Call& call) {
  if (!call.has("inferences")) return 1;
  const int count = call.given["inferences"].as<int>();
  if (count < 1 || count > most_inferences)
    throw common::Error(fmt::format("--inferences {}: give a number from 1 to {}", count, most_inferences));
  if (count > 1 && call.flag("cold"))
    throw common::Error("--cold --inferences: give one of them; --inferences reports the cold latency too");
  return count;
}

/// Reports of a changed network say so.
void note(const std::vector<transform::Done>& done, replay::Result& result) {
  for (const transform::Done& one : done) {
    const std::size_t count = one.result.changed.size();
    result.notes.push_back(fmt::format("the network is changed: {} in place of {}{}", one.replacement.name,
                                       one.result.changed.front(),
                                       count > 1 ? fmt::format(" and {} more", count - 1) : ""));
  }
}

void run(const Call& call) {
  const std::string name =
      needed(call, "network", "run: which network? a .tflite file, a network YAML or one of 'presil inspect zoo'");
  const int inferences = inferences_of(call);
  replay::Options replaying = replay_options(call);
  const hw::Hardware hardware = hardware_of(call);
  plan::Options planning = plan_options(call, hardware);
  replaying.cold_caches = planning.cold;
  std::vector<transform::Done> done;
  const graph::Graph graph = transform::vary(network(name, call.around), variant_of(call), &done);

  const traces::Schedule once = plan::plan(graph, hardware, planning);
  if (inferences == 1) {
    replay::Result result = replay::replay(once, hardware, replaying);
    (planning.cold ? result.cold_latency : result.warm_latency) = result.latency;
    note(done, result);
    return put_out(result, call);
  }
  replay::Result result = replay::replay(traces::repeat(once, inferences), hardware, replaying);
  result.warm_latency = replay::replay(once, hardware).latency;
  planning.cold = true;
  replay::Options cold;
  cold.cold_caches = true;
  result.cold_latency = replay::replay(plan::plan(graph, hardware, planning), hardware, cold).latency;
  note(done, result);
  put_out(result, call);
}

}  // namespace

const Verb run_verb = {
    "run",
    "NETWORK --hw HARDWARE [options]",
    "plan a network on a chip, replay it, and report latency, traffic and stalls",
    "network",
    1,
    declare,
    run,
    "  presil run mobilenet_v2 --hw edge-npu\n"
    "  presil run model.tflite --hw my-chip.yaml --out results\n"
    "  presil run model.tflite --hw edge-npu --set units.npu.tile_buffer.size=128KiB --format json\n"
    "  presil run mobilenet_v2 --hw edge-npu --place 'softmax*=cpu' --timeline trace.json\n"
    "  presil run model.tflite --hw edge-npu --input-size 320x320 --weight-bits 4\n"
    "  presil run mobilenet_v2 --hw edge-npu --transform unfuse-batch-norm --weight-bits 'conv_*=4'\n"};

}  // namespace presil::cli
