// presil memory: one memory of a chip by itself, on an address trace or swept over burst lengths and strides.
#include <fmt/format.h>

#include <cstdlib>
#include <ostream>

#include "models/common/error.hpp"
#include "sim/cli/planning.hpp"
#include "sim/study/memory.hpp"

namespace presil::cli {
namespace {

using common::Error;

void declare(po::options_description& options) {
  declare_hardware(options);
  options.add_options()                                                                                            //
      ("memory", po::value<std::string>()->value_name("NAME"), "the memory, as the hardware file names it")        //
      ("trace", po::value<std::string>()->value_name("FILE"), "lines 'address(hex) size R|W master', .gz too")     //
      ("window", po::value<std::string>()->value_name("N[requests|bursts]"), "outstanding at most [the trace's]")  //
      ("sweep", po::bool_switch(), "print the curve of bandwidth over burst length and stride instead")            //
      ("format", po::value<std::string>()->value_name("table|json")->default_value("table"), "how to print");
}

/// "64", "64requests", "256bursts".
std::pair<int, bool> window_of(const std::string& text) {
  char* end = nullptr;
  const long count = std::strtol(text.c_str(), &end, 10);
  const std::string unit = end;
  if (end == text.c_str() || count < 1 || count > 1'000'000 ||
      (!unit.empty() && unit != "requests" && unit != "bursts"))
    throw Error(fmt::format("--window {}: give a number of requests, '64', or of device bursts, '256bursts'", text));
  return {static_cast<int>(count), unit == "bursts"};
}

void run(const Call& call) {
  const hw::Hardware hardware = hardware_of(call);
  const std::string memory =
      needed(call, "memory", fmt::format("memory: which one of {}? give --memory NAME", hardware.name).c_str());
  const std::string format = call.text("format");
  if (format != "table" && format != "json") throw Error(fmt::format("--format {}: table or json", format));
  if (call.flag("sweep")) {
    if (call.has("trace") || call.has("window"))
      throw Error("--sweep makes its own requests, 16 outstanding; leave --trace and --window out");
    const auto sweep = study::sweep_memory(hardware, memory);
    dram::Trace none;
    const double peak = study::replay_trace(hardware, memory, none, 1, false).peak_bytes_per_second;
    call.out << (format == "json" ? study::json(sweep) : study::table(sweep, peak));
    return;
  }
  const dram::Trace trace =
      dram::read_trace(needed(call, "trace", "memory: which trace? give --trace FILE, or --sweep"));
  std::pair<int, bool> window{trace.window, false};
  if (call.has("window"))
    window = window_of(call.text("window"));
  else if (trace.window <= 0)
    throw Error(fmt::format("{}: has no first line '# window=N'; give --window", call.text("trace")));
  const study::MemoryRun run = study::replay_trace(hardware, memory, trace, window.first, window.second);
  call.out << (format == "json" ? study::json(run) : study::table(run));
}

}  // namespace

const Verb memory_verb = {"memory",
                          "--hw HARDWARE --memory NAME --trace FILE | --sweep",
                          "replay an address trace on one memory of a chip, or sweep its bandwidth",
                          "",
                          0,
                          declare,
                          run,
                          "  presil memory --hw edge-npu --memory dram --sweep\n"
                          "  presil memory --hw edge-npu --memory dram --trace accesses.trace.gz --window 64\n"};

}  // namespace presil::cli
