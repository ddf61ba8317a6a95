// presil replay: schedule and hardware in, report out.
#include "sim/cli/output.hpp"
#include "sim/cli/planning.hpp"
#include "traces/codec.hpp"

namespace presil::cli {
namespace {

void declare(po::options_description& options) {
  declare_hardware(options);
  options.add_options()("ignore-digests", po::bool_switch(), "accept a schedule made for another network or hardware");
  declare_output(options);
}

void run(const Call& call) {
  const std::string file = needed(call, "schedule", "replay: which schedule? 'presil plan' writes one");
  replay::Options options = replay_options(call);
  options.ignore_digests = call.flag("ignore-digests");
  const hw::Hardware hardware = hardware_of(call);
  put_out(replay::replay(traces::read_schedule(file), hardware, options), call);
}

}  // namespace

const Verb replay_verb = {"replay",
                          "FILE.sched --hw HARDWARE [options]",
                          "replay a schedule, planned by presil or by anybody else, edited or not",
                          "schedule",
                          1,
                          declare,
                          run,
                          "  presil replay m.sched --hw edge-npu\n"
                          "  presil replay m.sched.json --hw edge-npu --ignore-digests\n"
                          "  presil replay m.sched --hw edge-npu --set clocks.npu=1GHz --ignore-digests\n"};

}  // namespace presil::cli
