// presil compare: networks on several chips, side by side.
#include <ostream>

#include "models/common/error.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "sim/study/compare_report.hpp"

namespace presil::cli {
namespace {

void declare(po::options_description& options) {
  options.add_options()  //
      ("hw", po::value<std::vector<std::string>>()->value_name("HARDWARE"),
       "a chip: give it once for each; ratios are to the first")  //
      ("set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
       "change a figure of every chip; may be repeated");
  declare_network(options);
  declare_placement(options);
  options.add_options()("format", po::value<std::string>()->value_name("FORMAT"), "table (default) or json");
}

void run(const Call& call) {
  const std::string format = format_of(call, {"table", "json"});
  if (!call.has("network"))
    throw common::Error("compare: which networks? .tflite files, network YAMLs or names of 'presil inspect zoo'");
  if (!call.has("hw")) throw common::Error("compare: on which chips? give --hw for each");
  std::vector<hw::Hardware> chips;
  for (const std::string& name : call.texts("hw")) chips.push_back(hardware(name, call));
  std::vector<graph::Graph> networks;
  for (const std::string& name : call.texts("network")) networks.push_back(network_of(call, name));
  for (const hw::Hardware& chip : chips) plan_options(call, chip);  // a misspelt unit is an error, not a missing pair

  const study::Comparison comparison =
      study::compare(networks, chips, [&](const hw::Hardware& chip) { return plan_options(call, chip); });
  call.out << (format == "json" ? study::json(comparison)
                                : study::table(comparison, call.around.color, call.around.width));
}

}  // namespace

const Verb compare_verb = {"compare",
                           "NETWORK... --hw A --hw B [options]",
                           "networks on several chips, side by side",
                           "network",
                           -1,
                           declare,
                           run,
                           "  presil compare mobilenet_v2 resnet8 --hw edge-npu --hw ethos-u55-128\n"
                           "  presil compare model.tflite --hw edge-npu --hw my-chip.yaml --format json\n"};

}  // namespace presil::cli
