// presil sweep: runs a study, one row a run.
#include <fmt/format.h>

#include <ostream>

#include "models/common/error.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "sim/hw/load.hpp"
#include "sim/report/files.hpp"
#include "sim/study/sweep.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::cli {
namespace {

namespace fs = std::filesystem;

void declare(po::options_description& options) {
  options.add_options()                                                                           //
      ("jobs,j", po::value<int>()->value_name("N"), "run so many at a time, each in a process")   //
      ("format", po::value<std::string>()->value_name("FORMAT"), "table (default), json or csv")  //
      ("out", po::value<std::string>()->value_name("DIR"), "also write study.txt, study.json and study.csv there");
}

fs::path study_file(const std::string& name, const Surroundings& around) {
  std::error_code ignored;
  if (fs::exists(name, ignored)) return name;
  const fs::path dir = study_dir(around), file = dir / (name + ".yaml");
  if (fs::is_regular_file(file, ignored)) return file;
  throw common::Error(
      fmt::format("{}: no such study, nor shipped under that name; {}", name, yaml::suggestion(name, shipped(dir))));
}

/// A name that is a file beside the study, else as it stands.
std::string beside(const std::string& name, const fs::path& folder) {
  std::error_code ignored;
  const fs::path file = folder / name;
  return fs::is_regular_file(file, ignored) ? file.string() : name;
}

void run(const Call& call) {
  const std::string format = format_of(call, {"table", "json", "csv"});
  const int processes = call.has("jobs") ? call.given["jobs"].as<int>() : 1;
  if (processes < 1 || processes > 256)
    throw common::Error(fmt::format("--jobs {}: give a number from 1 to 256", processes));
  const fs::path file =
      study_file(needed(call, "study", "sweep: which study? a YAML file of 'kind: study'"), call.around);
  const study::Study study = study::read_study(file);
  const study::Finder finder = {
      [&](const std::string& name) { return network(beside(name, study.folder), call.around); },
      [&](const std::string& name, const std::vector<std::string>& set) {
        return hw::load(hardware_file(beside(name, study.folder), call.around), set);
      }};
  const std::vector<study::Row> rows = study::sweep(study, finder, processes);
  if (call.has("out"))
    report::write_all(call.text("out"), {{"study.txt", study::table(study, rows, false, 160)},
                                         {"study.json", study::json(study, rows)},
                                         {"study.csv", study::csv(rows)}});
  call.out << (format == "json"  ? study::json(study, rows)
               : format == "csv" ? study::csv(rows)
                                 : study::table(study, rows, call.around.color, call.around.width));
}

}  // namespace

const Verb sweep_verb = {"sweep",
                         "STUDY [options]",
                         "run a study: networks, chips and changes of both, one row a run",
                         "study",
                         1,
                         declare,
                         run,
                         "  presil sweep tile_buffer_overlap\n"
                         "  presil sweep my-study.yaml -j 4 --out results\n"
                         "  presil sweep my-study.yaml --format csv\n"};

}  // namespace presil::cli
