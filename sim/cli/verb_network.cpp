// presil network: a network description in, a .tflite file out.
#include <fmt/format.h>

#include <ostream>

#include "models/common/error.hpp"
#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "sim/graph/export.hpp"
#include "sim/report/files.hpp"
#include "sim/report/text.hpp"

namespace presil::cli {
namespace {

void declare(po::options_description& options) {
  declare_network(options);
  options.add_options()                                                                                        //
      ("output,o", po::value<std::string>()->value_name("FILE"), "the .tflite file to write")                  //
      ("seed", po::value<std::int64_t>()->value_name("N"), "of the pseudo-random weights")                     //
      ("sparsity", po::value<double>()->value_name("SHARE"), "share of weights that are zero, 0 to 1")         //
      ("dead-filters", po::value<double>()->value_name("SHARE"), "share of filters without a weight, 0 to 1")  //
      ("weight-range", po::value<int>()->value_name("N"), "largest magnitude of a weight, 1 to 126 (the default)");
}

/// A figure of the command line within its bounds.
template <class T>
std::optional<T> figure(const Call& call, const char* option, T least, T most) {
  if (!call.has(option)) return std::nullopt;
  const T value = call.given[option].template as<T>();
  if (!(value >= least && value <= most))
    throw common::Error(fmt::format("--{} {}: give a number from {} to {}", option, value, least, most));
  return value;
}

void run(const Call& call) {
  const std::string name = needed(call, "network", "network: which one? a network YAML or one of 'presil inspect zoo'");
  const std::string path = needed(call, "output", "network: where to? give -o FILE.tflite");
  graph::Drawing drawing;
  drawing.seed = figure<std::int64_t>(call, "seed", 0, std::int64_t{1} << 40);
  drawing.sparsity = figure<double>(call, "sparsity", 0, 1);
  drawing.dead_filters = figure<double>(call, "dead-filters", 0, 1);
  drawing.range = figure<int>(call, "weight-range", 1, 126);
  const graph::Graph graph = transform::vary(network(name, call.around, drawing), variant_of(call));
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
                           "  presil network resnet8 --sparsity 0.5 --dead-filters 0.1 -o sparse.tflite\n"
                           "  presil network model.tflite --input-size 320x320 --weight-bits 4 -o smaller.tflite\n"};

}  // namespace presil::cli
