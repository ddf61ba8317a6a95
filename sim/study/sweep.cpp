#include "sim/study/sweep.hpp"

#include <nlohmann/json.hpp>

#include "models/common/error.hpp"
#include "sim/plan/plan.hpp"
#include "sim/replay/replay.hpp"
#include "sim/report/json.hpp"
#include "sim/study/workers.hpp"

namespace presil::study {
namespace {

using Json = nlohmann::ordered_json;

/// One row as text, to be passed from process to process.
std::string run(const Trial& trial, const Finder& finder) {
  const hw::Hardware hardware = finder.hardware(trial.hardware, trial.set);
  const graph::Graph network = transform::vary(finder.network(trial.network), trial.variant);
  const transform::Footprint footprint = transform::footprint(network);
  plan::Options planning;
  planning.place = trial.place;
  planning.cold = trial.cold;
  replay::Options replaying;
  replaying.tiling_overhead = trial.tiling_overhead;
  replaying.cold_caches = trial.cold;
  const replay::Result result = replay::replay(plan::plan(network, hardware, planning), hardware, replaying);
  const Json row = {{"macs", footprint.macs},
                    {"weight_bytes", footprint.weight_bytes},
                    {"peak_activation_bytes", footprint.peak_activation_bytes},
                    {"result", report::json(result)}};
  return row.dump();
}

}  // namespace

std::vector<Row> sweep(const Study& study, const Finder& finder, int processes) {
  const std::vector<Outcome> outcomes =
      in_processes(study.trials.size(), processes, [&](std::size_t i) { return run(study.trials[i], finder); });
  std::vector<Row> rows;
  for (std::size_t i = 0; i < outcomes.size(); ++i) {
    Row row;
    row.trial = study.trials[i];
    if (outcomes[i].done) {
      const Json made = Json::parse(outcomes[i].text);
      row.macs = made["macs"];
      row.weight_bytes = made["weight_bytes"];
      row.peak_activation_bytes = made["peak_activation_bytes"];
      row.result = made["result"];
    } else {
      row.error = outcomes[i].text;
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace presil::study
