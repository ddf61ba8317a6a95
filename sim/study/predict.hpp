// Predicts the figures of cases: plans and replays every run once, in parallel.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "sim/graph/graph.hpp"
#include "sim/hw/hardware.hpp"
#include "sim/study/cases.hpp"

namespace presil::study {

/// The networks of all runs, imported and transformed once; what cannot be imported is remembered with the reason.
class Networks {
 public:
  Networks(const Cases& cases, const std::filesystem::path& zoo);
  /// Throws common::Error with the importer's words.
  const graph::Graph& at(const Run& run) const;

 private:
  using Key = std::pair<std::string, std::vector<std::string>>;  // network and what is made of it

  std::map<Key, graph::Graph> graphs_;
  std::map<Key, std::string> errors_;
};

struct Prediction {
  double value = 0;                // in the case's unit
  double base = 0;                 // in ps, bytes or uJ
  std::string error;               // why there is none
  const char* column = "network";  // what of the row the error is about: the network, or the quantity
};

struct Prospect {
  int processes = 1;
  std::vector<std::string> set;           // before each run's own overrides
  std::map<std::string, double> figures;  // for "{suite:name}" in overrides, instead of the suite's own
  std::function<void(std::size_t done, std::size_t of)> progress;
};

/// Predicts the cases whose index is in `which` (skipped cases and faults must not be); results in that order.
std::vector<Prediction> predict(const Cases& cases, const std::vector<std::size_t>& which, const Networks& networks,
                                const Prospect& prospect);

}  // namespace presil::study
