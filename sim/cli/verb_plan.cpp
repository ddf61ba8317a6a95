// presil plan: network and hardware in, schedule file out.
#include <fmt/format.h>

#include <ostream>

#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "sim/report/files.hpp"
#include "traces/codec.hpp"

namespace presil::cli {
namespace {

namespace fs = std::filesystem;

void declare(po::options_description& options) {
  declare_network(options);
  declare_hardware(options);
  declare_placement(options);
  options.add_options()("output,o", po::value<std::string>()->value_name("FILE"),
                        "the schedule; FILE.json is its readable twin");
}

void run(const Call& call) {
  const std::string name =
      needed(call, "network", "plan: which network? a .tflite file, a network YAML or one of 'presil inspect zoo'");
  const fs::path path = needed(call, "output", "plan: where to? give -o FILE.sched");
  const hw::Hardware hardware = hardware_of(call);
  const plan::Options options = plan_options(call, hardware);
  const traces::Schedule schedule = plan::plan(network_of(call, name), hardware, options);

  const std::vector<std::uint8_t> bytes = traces::encode(schedule);
  const std::string binary(bytes.begin(), bytes.end());
  std::error_code ignored;
  if (fs::is_other(path, ignored)) return report::write_file(path, binary);  // a device or pipe has no twin
  const fs::path twin = path.filename().string() + ".json";
  report::write_all(path.has_parent_path() ? path.parent_path() : fs::path("."),
                    {{path.filename(), binary}, {twin, traces::to_json(schedule)}});
  call.out << fmt::format("{}: {} operators, {} jobs in {} queues; {}.json is the same to read and to edit\n",
                          path.string(), schedule.operators.size(), schedule.jobs.size(), schedule.queues.size(),
                          path.string());
}

}  // namespace

const Verb plan_verb = {"plan",
                        "NETWORK --hw HARDWARE -o FILE.sched [options]",
                        "plan a network on a chip and write the schedule, to look at, edit and replay",
                        "network",
                        1,
                        declare,
                        run,
                        "  presil plan mobilenet_v2 --hw edge-npu -o m.sched\n"
                        "  presil inspect m.sched\n"
                        "  presil replay m.sched.json --hw edge-npu --ignore-digests\n"};

}  // namespace presil::cli
