#include "sim/cli/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <ostream>

#include "models/common/error.hpp"
#include "sim/report/csv.hpp"
#include "sim/report/files.hpp"
#include "sim/report/json.hpp"
#include "sim/report/perfetto.hpp"
#include "sim/report/table.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::cli {

void declare_output(po::options_description& options) {
  options.add_options()                                                                           //
      ("format", po::value<std::string>()->value_name("FORMAT"), "table (default), json or csv")  //
      ("out", po::value<std::string>()->value_name("DIR"),
       "also write report.txt, result.json and operators.csv there")                                          //
      ("timeline", po::value<std::string>()->value_name("FILE"), "also write every job for ui.perfetto.dev")  //
      ("tiling-overhead", po::bool_switch(), "replay again without the redundant work, to tell what tiling costs");
}

std::string format_of(const Call& call, const std::vector<std::string>& known) {
  if (!call.has("format")) return known.front();
  const std::string format = call.text("format");
  if (std::find(known.begin(), known.end(), format) == known.end())
    throw common::Error(
        fmt::format("--format {}: there is no such format; {}", format, yaml::suggestion(format, known)));
  return format;
}

namespace {
std::string result_format(const Call& call) {
  return format_of(call, {"table", "json", "csv"});
}
}  // namespace

replay::Options replay_options(const Call& call) {
  result_format(call);
  for (const char* option : {"out", "timeline"})
    if (call.has(option) && call.text(option).empty())
      throw common::Error(fmt::format("--{}: the name is empty; say where the output shall go", option));
  replay::Options options;
  options.timeline = call.has("timeline");
  options.tiling_overhead = call.flag("tiling-overhead");
  return options;
}

void put_out(const replay::Result& result, const Call& call) {
  if (call.has("out"))
    report::write_all(call.text("out"), {{"report.txt", report::table(result)},
                                         {"result.json", report::json(result)},
                                         {"operators.csv", report::csv(result)}});
  if (call.has("timeline")) report::write_file(call.text("timeline"), report::perfetto(result));
  const std::string format = result_format(call);
  if (format == "json")
    call.out << report::json(result);
  else if (format == "csv")
    call.out << report::csv(result);
  else
    call.out << report::table(result, {call.around.color, call.around.width});
}

}  // namespace presil::cli
