// presil network: a network description in, a .tflite file out.
#include <fmt/format.h>

#include <ostream>

#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "sim/graph/export.hpp"
#include "sim/report/files.hpp"
#include "sim/report/text.hpp"

namespace presil::cli {
namespace {

void declare(po::options_description& options) {
  declare_network(options);
  options.add_options()("output,o", po::value<std::string>()->value_name("FILE"), "the .tflite file to write");
}

void run(const Call& call) {
  const std::string name = needed(call, "network", "network: which one? a network YAML or one of 'presil inspect zoo'");
  const std::string path = needed(call, "output", "network: where to? give -o FILE.tflite");
  const graph::Graph graph = network_of(call, name);
  const std::vector<std::uint8_t> bytes = graph::export_tflite(graph);
  report::write_file(path, std::string(bytes.begin(), bytes.end()));
  call.out << fmt::format("{}: {} operators, {}, {} of weights\n", path, graph.operators.size(),
                          report::si(static_cast<double>(graph.macs()), "MAC"), report::bytes(graph.weight_bytes()));
}

}  // namespace

const Verb network_verb = {"network",
                           "NETWORK -o FILE.tflite",
                           "write a described network as a .tflite file with pseudo-random weights",
                           "network",
                           1,
                           declare,
                           run,
                           "  presil network mine.yaml -o mine.tflite\n"
                           "  presil network 'mobilenet_v2(alpha=0.35, resolution=128)' -o small.tflite\n"
                           "  presil network model.tflite --input-size 320x320 --weight-bits 4 -o smaller.tflite\n"};

}  // namespace presil::cli
