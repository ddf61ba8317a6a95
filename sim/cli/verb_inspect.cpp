// presil inspect: shows what a file or a shipped name holds, whatever it is.
#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <ostream>

#include "models/common/error.hpp"
#include "sim/cli/inspect.hpp"
#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "sim/hw/describe.hpp"
#include "sim/hw/load.hpp"
#include "sim/yaml/document.hpp"
#include "sim/yaml/suggest.hpp"
#include "traces/codec.hpp"

namespace presil::cli {
namespace {

namespace fs = std::filesystem;
using common::Error;

enum class Content { network, hardware, schedule };

/// A file's content says what it is, not its name: identifiers of the two binary formats, `kind:` of a YAML file.
Content content_of(const fs::path& path) {
  char head[8] = {};
  std::ifstream(path, std::ios::binary).read(head, sizeof head);
  const std::string identifier(head + 4, 4);
  if (identifier == "TFL3") return Content::network;
  if (identifier == "PSCH") return Content::schedule;
  const auto first = std::find_if(std::begin(head), std::end(head),
                                  [](char c) { return !std::isspace(static_cast<unsigned char>(c)); });
  if (first != std::end(head) && *first == '{') return Content::schedule;
  const std::string extension = path.extension().string();
  if (extension == ".tflite") return Content::network;  // a damaged one: its reader says what is wrong
  if (extension == ".sched") return Content::schedule;

  const yaml::Document document = yaml::read_file(path);
  const yaml::Node* kind = document.root.find("kind");
  if (kind == nullptr)
    throw Error(
        fmt::format("{}: says nothing of its kind; begin it with 'kind: network' or 'kind: hardware'", path.string()));
  if (kind->text == "network") return Content::network;
  if (kind->text == "hardware") return Content::hardware;
  if (kind->text == "study") throw Error(fmt::format("{}: is a study; 'presil sweep' runs it", path.string()));
  throw Error(fmt::format("{}: 'kind: {}' cannot be inspected; {}", document.place(*kind), kind->text,
                          yaml::suggestion(kind->text, {"network", "hardware"})));
}

bool is_shipped(const std::string& name, const fs::path& dir) {
  const auto names = shipped(dir);
  return std::find(names.begin(), names.end(), name.substr(0, name.find('('))) != names.end();
}

void declare(po::options_description& options) {
  options.add_options()("set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
                        "of hardware: change a figure first; may be repeated");
  declare_network(options);
}

std::string hardware_text(const std::string& name, const Call& call) {
  return hw::describe(hw::read_document(hardware_file(name, call.around), call.texts("set")));
}

/// The network as the options want it, after what its replacements change.
std::string network_text(const std::string& name, const Call& call) {
  std::vector<transform::Done> done;
  const graph::Graph graph = transform::vary(network(name, call.around), variant_of(call), &done);
  return inspect_replacements(done, call.around) + inspect_network(graph, call.around);
}

std::string text_of(const std::string& name, const Call& call) {
  std::error_code ignored;
  if (fs::exists(name, ignored)) {
    switch (content_of(name)) {
      case Content::network:
        return network_text(name, call);
      case Content::hardware:
        return hardware_text(name, call);
      case Content::schedule:
        return inspect_schedule(traces::read_schedule(name), call.around);
    }
  }
  if (name == "zoo") return inspect_zoo(zoo_dir(call.around), call.around);
  if (name == "transforms") return inspect_transforms(call.around);
  if (is_shipped(name, hardware_dir(call.around))) return hardware_text(name, call);
  if (is_shipped(name, zoo_dir(call.around))) return network_text(name, call);
  if (call.around.home.empty())
    throw Error(
        fmt::format("{}: no such file; for a shipped name set PRESIL_HOME to the folder that holds hwconfigs/", name));
  std::vector<std::string> known = shipped(zoo_dir(call.around));
  const std::vector<std::string> chips = shipped(hardware_dir(call.around));
  known.insert(known.end(), chips.begin(), chips.end());
  throw Error(fmt::format("{}: no such file, nor shipped under that name; {}", name, yaml::suggestion(name, known)));
}

void run(const Call& call) {
  call.out << text_of(
      needed(call, "what", "inspect: what? a network, a hardware file, a schedule, 'zoo' or 'transforms'"), call);
}

}  // namespace

const Verb inspect_verb = {
    "inspect",
    "NETWORK | HARDWARE | SCHEDULE | zoo | transforms",
    "show what a network, a hardware file or a schedule holds, and what it leaves to defaults",
    "what",
    1,
    declare,
    run,
    "  presil inspect zoo\n"
    "  presil inspect transforms\n"
    "  presil inspect model.tflite\n"
    "  presil inspect mobilenet_v2 --transform separable --transform 'unfuse-activation:conv_*'\n"
    "  presil inspect edge-npu\n"
    "  presil inspect m.sched\n"};

}  // namespace presil::cli
