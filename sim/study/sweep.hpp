// Runs a study and shows it: every run a row, beside the first one.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"
#include "sim/hw/hardware.hpp"
#include "sim/study/study.hpp"

namespace presil::study {

/// Finds what a study names. Both throw common::Error.
struct Finder {
  std::function<graph::Graph(const std::string& name)> network;
  std::function<hw::Hardware(const std::string& name, const std::vector<std::string>& set)> hardware;
};

struct Row {
  Trial trial;
  std::string error;      // why it could not run; then nothing else is set
  std::string result;     // as report::json() writes it
  std::int64_t macs = 0;  // of the network as it ran, recurrences and attention included
  std::int64_t weight_bytes = 0, peak_activation_bytes = 0;  // of the network, whatever runs it
};

/// Plans and replays every run in up to `processes` processes. Rows come in the order of the study whatever their
/// number, and hold the same bytes.
std::vector<Row> sweep(const Study& study, const Finder& finder, int processes = 1);

// The rows as a table, comma-separated values, or JSON: {study, question, rows: [{point, network, hardware, set, macs,
// weight_bytes, peak_activation_bytes, error, result}]} with `result` as of presil run, less its buffers.
std::string table(const Study& study, const std::vector<Row>& rows, bool color, int width);
std::string csv(const std::vector<Row>& rows);
std::string json(const Study& study, const std::vector<Row>& rows);

}  // namespace presil::study
