// presil validate: measured tables against what the hardware files predict.
#include <fmt/format.h>

#include <ostream>

#include "models/common/error.hpp"
#include "sim/cli/output.hpp"
#include "sim/cli/places.hpp"
#include "sim/cli/planning.hpp"
#include "sim/cli/studying.hpp"
#include "sim/report/files.hpp"
#include "sim/study/calibrate.hpp"
#include "sim/study/scatter.hpp"
#include "sim/study/validate_report.hpp"

namespace presil::cli {
namespace {

void declare(po::options_description& options) {
  options.add_options()  //
      ("hw", po::value<std::string>()->value_name("HARDWARE"),
       "instead of the suite's hardware files; needed with --measured")  //
      ("set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
       "change a figure of all hardware files; may be repeated");
  declare_suite(options);
  options.add_options()  //
      ("leave-one-out", po::bool_switch(),
       "also fit what was fitted anew without each network and each family, and print their errors")  //
      ("refit", po::bool_switch(),
       "the same after a new fit to all rows, whose figures are printed; nothing is written")     //
      ("format", po::value<std::string>()->value_name("FORMAT"), "table (default), json or csv")  //
      ("out", po::value<std::string>()->value_name("DIR"),
       "also write report.txt, validation.json, rows.csv and scatter.svg there")  //
      ("plot", po::value<std::string>()->value_name("FILE"), "also write the scatter plot as SVG");
}

/// Rows that cannot run are no points of a fit either.
study::Cases cases_that_ran(study::Cases cases, const study::Validation& validation) {
  for (std::size_t i = 0; i < cases.cases.size(); ++i) cases.cases[i].standing = validation.rows[i].row.standing;
  return cases;
}

void run(const Call& call) {
  const std::string format = format_of(call, {"table", "json", "csv"});
  const study::Places places = places_of(call);
  const std::vector<study::Suite> suites = suites_of(call);
  study::Cases cases;
  std::string name;
  for (const study::Suite& suite : suites) {
    study::append(cases, study::expand(suite, places));
    name += (name.empty() ? "" : ", ") + suite.name;
  }
  if (suites.size() > 4) name = fmt::format("{} suites", suites.size());
  if (cases.cases.empty())
    throw common::Error(fmt::format("{}: selects no row of its tables", suites[0].file.string()));
  const study::Networks networks(cases, places.zoo);
  const study::Prospect prospect = prospect_of(call);
  study::Validation validation = study::validate(name, cases, networks, prospect);
  std::string fits;
  if (call.flag("leave-one-out") || call.flag("refit"))
    for (const study::Calibration& fit :
         study::leave_one_out(cases_that_ran(cases, validation), networks, prospect.processes, call.flag("refit"))) {
      validation.left_out.push_back(study::left_out_of(fit));
      if (call.flag("refit") && fit.refused.empty())
        fits += "\n" + study::table(fit, call.around.color, call.around.width);
    }

  if (call.has("out"))
    report::write_all(call.text("out"), {{"report.txt", study::table(validation, false, 140)},
                                         {"validation.json", study::json(validation)},
                                         {"rows.csv", study::csv(validation)},
                                         {"scatter.svg", study::scatter_svg(validation)}});
  if (call.has("plot")) report::write_file(call.text("plot"), study::scatter_svg(validation));
  if (format == "json")
    call.out << study::json(validation);
  else if (format == "csv")
    call.out << study::csv(validation);
  else
    call.out << study::table(validation, call.around.color, call.around.width) << fits;
  for (const std::string& fault : study::faults(validation)) call.faults.push_back(fault);
}

}  // namespace

const Verb validate_verb = {"validate",
                            "SUITE... | all | --measured CSV --hw HARDWARE [options]",
                            "compare predictions with measured tables: error by chip and family of networks",
                            "suite",
                            -1,
                            declare,
                            run,
                            "  presil validate stm32n6\n"
                            "  presil validate all --networks my-networks --out agreement\n"
                            "  presil validate my-board.yaml --format csv\n"
                            "  presil validate --measured my-board.csv --hw my-chip.yaml\n"};

}  // namespace presil::cli
