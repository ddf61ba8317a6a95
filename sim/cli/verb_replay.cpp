// presil replay: schedule and hardware in, report out.
#include <fmt/format.h>

#include "models/common/error.hpp"
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

/// The core knows schedules, not files: the message gets the file's name here.
replay::Result replayed(const std::string& file, const traces::Schedule& schedule, const hw::Hardware& hardware,
                        const replay::Options& options) {
  try {
    return replay::replay(schedule, hardware, options);
  } catch (const common::Error& error) {
    throw common::Error(fmt::format("{}: {}", file, error.what()));
  }
}

void run(const Call& call) {
  const std::string file = needed(call, "schedule", "replay: which schedule? 'presil plan' writes one");
  replay::Options options = replay_options(call);
  options.ignore_digests = call.flag("ignore-digests");
  const hw::Hardware hardware = hardware_of(call);
  const traces::Schedule schedule = traces::read_schedule(file);
  put_out(replayed(file, schedule, hardware, options), call);
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
