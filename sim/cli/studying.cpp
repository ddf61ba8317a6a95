#include "sim/cli/studying.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <ostream>

#include "models/common/error.hpp"
#include "sim/cli/places.hpp"
#include "sim/study/workers.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::cli {
namespace {

namespace fs = std::filesystem;
using common::Error;

fs::path suite_dir(const Surroundings& around) {
  return around.home / "traces" / "suites";
}

fs::path suite_file(const std::string& name, const Surroundings& around) {
  std::error_code ignored;
  if (fs::is_regular_file(name, ignored)) return name;
  const fs::path shipped_file = suite_dir(around) / (name + ".yaml");
  if (name.find('/') == std::string::npos && fs::is_regular_file(shipped_file, ignored)) return shipped_file;
  throw Error(fmt::format("{}: no such suite file, nor shipped under that name; {} (or 'all')", name,
                          yaml::suggestion(name, shipped(suite_dir(around)))));
}

}  // namespace

void declare_suite(po::options_description& options) {
  options.add_options()  //
      ("measured", po::value<std::string>()->value_name("CSV"),
       "a table of your own (columns network, quantity, value, unit) instead of a suite; needs the hardware")  //
      ("data", po::value<std::vector<std::string>>()->value_name("DIR"),
       "where measured tables lie, beside the suite")                                                    //
      ("networks", po::value<std::vector<std::string>>()->value_name("DIR"), "where .tflite files lie")  //
      ("jobs,j", po::value<int>()->value_name("N"), "processes; default: one a processor");
}

std::vector<study::Suite> suites_of(const Call& call) {
  std::vector<study::Suite> suites;
  if (call.has("measured")) {
    if (call.has("suite")) throw Error("give a suite or --measured, one of the two");
    if (!call.has("hw")) throw Error("--measured: on which hardware? give --hw");
    suites.push_back(study::suite_of(call.text("measured"), call.text("hw")));
    return suites;
  }
  if (!call.has("suite"))
    throw Error(fmt::format("which suite? a YAML file, 'all', or a shipped one: {}",
                            fmt::join(shipped(suite_dir(call.around)), ", ")));
  for (const std::string& name : call.texts("suite")) {
    std::vector<std::string> names = {name};
    if (name == "all") names = shipped(suite_dir(call.around));
    for (const std::string& one : names) suites.push_back(study::read_suite(suite_file(one, call.around)));
  }
  if (suites.empty()) throw Error("no suite is shipped here; name a file");
  return suites;
}

study::Places places_of(const Call& call) {
  study::Places places;
  for (const std::string& folder : call.texts("data")) places.data.emplace_back(folder);
  places.data.push_back(call.around.home / "traces" / "measured");
  for (const std::string& folder : call.texts("networks")) {
    std::error_code ignored;
    if (!fs::is_directory(folder, ignored)) throw Error(fmt::format("--networks {}: no such folder", folder));
    places.networks.emplace_back(folder);
  }
  places.zoo = zoo_dir(call.around);
  places.hardware = [&around = call.around](const std::string& name) { return hardware_file(name, around); };
  if (call.has("hw")) places.only_hardware = call.text("hw");
  places.set = call.texts("set");
  return places;
}

study::Prospect prospect_of(const Call& call) {
  study::Prospect prospect;
  prospect.processes = study::processors();
  if (call.has("jobs")) {
    prospect.processes = call.given["jobs"].as<int>();
    if (prospect.processes < 1 || prospect.processes > 1024)
      throw Error(fmt::format("-j {}: give a number from 1 to 1024", prospect.processes));
  }
  prospect.progress = [&err = call.err, terminal = ::isatty(STDERR_FILENO) != 0](std::size_t done, std::size_t of) {
    if (terminal) err << fmt::format("\r{} of {} runs", done, of) << (done == of ? "\n" : "") << std::flush;
  };
  return prospect;
}

}  // namespace presil::cli
