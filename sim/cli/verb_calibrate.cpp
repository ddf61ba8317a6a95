// presil calibrate: fits figures of a hardware file to measured times and writes its `calibrated:` section.
#include <fmt/format.h>
#include <unistd.h>

#include <cmath>
#include <fstream>
#include <ostream>
#include <sstream>

#include "models/common/error.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "sim/cli/studying.hpp"

#include "sim/report/files.hpp"
#include "sim/study/calibrate.hpp"
#include "sim/yaml/document.hpp"

namespace presil::cli {
namespace {

using common::Error;

void declare(po::options_description& options) {
  options.add_options()  //
      ("fit", po::value<std::vector<std::string>>()->value_name("PATH[=LO..HI],..."),
       "figures to fit, with their ranges; may be repeated")  //
      ("suite", po::value<std::vector<std::string>>()->value_name("SUITE"),
       "fit to the rows of a suite that run on this hardware");
  declare_suite(options);
  options.add_options()  //
      ("output,o", po::value<std::string>()->value_name("FILE"),
       "write the fitted hardware file there instead of over the old one")  //
      ("dry-run", po::bool_switch(), "fit and report, but write nothing")   //
      ("format", po::value<std::string>()->value_name("FORMAT"), "table (default) or json");
}

std::vector<study::Parameter> parameters_of(const Call& call, const std::string& hardware) {
  std::vector<study::Parameter> parameters;
  for (const std::string& list : call.texts("fit")) {
    std::istringstream parts(list);
    for (std::string part; std::getline(parts, part, ',');) {
      parameters.push_back(study::parameter_of(part, hardware));
      for (std::size_t p = 0; p + 1 < parameters.size(); ++p)
        if (parameters[p].figure.path == parameters.back().figure.path)
          throw Error(fmt::format("--fit {}: {} is given twice; give it once", list, parameters[p].figure.path));
    }
  }
  if (parameters.empty())
    throw Error("calibrate: fit what? give --fit with paths of the hardware file, npu.launch.hardware say");
  return parameters;
}

std::string content_of(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string target_of(const Call& call, const std::string& hardware) {
  return call.has("output") ? call.text("output") : hardware;
}

/// Said before the work: a file whose libraries do not lie beside it could not be read again.
void require_libraries(const std::string& hardware, const std::string& target) {
  const yaml::Document document = yaml::read_file(hardware);
  const yaml::Node* units = document.root.find("units");
  if (units == nullptr) return;
  for (const yaml::Entry& unit : units->entries) {
    const yaml::Node* library = unit.value.find("library");
    if (library == nullptr || library->kind != yaml::Kind::scalar) continue;
    const std::filesystem::path folder = std::filesystem::path(target).parent_path();
    std::error_code ignored;
    if (!std::filesystem::exists(folder / "libraries" / (library->text + ".yaml"), ignored))
      throw Error(
          fmt::format("-o {}: the library {} would not be found from there; write beside {}, or put a copy of "
                      "its libraries/ there",
                      target, yaml::quoted(library->text), hardware));
  }
}

void write(const Call& call, const std::string& hardware, const study::Calibration& calibration) {
  if (call.flag("dry-run")) return;
  const std::string target = target_of(call, hardware);
  const std::string text = study::with_calibrated(content_of(hardware), calibration);
  report::write_file(target, text);

  if (!call.has("format") || call.text("format") == "table") call.out << fmt::format("\nwritten: {}\n", target);
}

void run(const Call& call) {
  const std::string format = format_of(call, {"table", "json"});
  const std::string hardware =
      hardware_file(needed(call, "hardware", "calibrate: which hardware file?"), call.around).string();
  if (call.has("measured") == call.has("suite")) throw Error("calibrate: measured where? give --measured or --suite");
  const std::vector<study::Parameter> parameters = parameters_of(call, hardware);
  require_libraries(hardware, target_of(call, hardware));
  const study::Places places = places_of(call);
  study::Cases cases;
  std::string measured;
  if (call.has("measured")) {
    study::append(cases, study::expand(study::suite_of(call.text("measured"), hardware), places));
    measured = std::filesystem::path(call.text("measured")).filename().string();
  } else {
    for (const study::Suite& suite : suites_of(call)) {
      study::append(cases, study::expand(suite, places));
      measured += (measured.empty() ? "" : ", ") + suite.name;
    }
  }
  for (const study::Case& one : cases.cases)
    if (one.standing == study::Standing::fault)
      call.faults.push_back(fmt::format("{}:{}: {}: {}", one.table, one.line, one.network, one.reason));
  const study::Networks networks(cases, places.zoo);
  const bool terminal = ::isatty(STDERR_FILENO) != 0;
  study::Calibration calibration =
      study::calibrate(cases, networks, hardware, parameters, prospect_of(call).processes, [&](int done, double least) {
        if (terminal)
          call.err << fmt::format("\r{} evaluations, error {:.1f} %  ", done, 100 * std::sqrt(least)) << std::flush;
      });
  if (terminal) call.err << "\n";
  calibration.measured = measured;
  call.out << (format == "json" ? study::json(calibration)
                                : study::table(calibration, call.around.color, call.around.width));
  write(call, hardware, calibration);
}

}  // namespace

const Verb calibrate_verb = {
    "calibrate",
    "HARDWARE (--measured CSV | --suite SUITE) --fit PATH[=LO..HI],... [options]",
    "fit a few figures of a hardware file to measured times, and say how far to trust the result",
    "hardware",
    1,
    declare,
    run,
    "  presil calibrate my-chip.yaml --measured board.csv --fit npu.launch.hardware=50..5000\n"
    "  presil calibrate stm32n6 --suite stm32n6 --fit npu.launch.hardware,npu.fallback.hand_over -o fitted.yaml\n"};

}  // namespace presil::cli
