// The rows of a suite's tables as cases: what was measured, which run predicts it, and how far the row counts.
#pragma once

#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "sim/study/suite.hpp"

namespace presil::study {

/// Where things named by a suite lie.
struct Places {
  std::vector<std::filesystem::path> data;      // folders of measured tables, after the suite's own
  std::vector<std::filesystem::path> networks;  // folders of .tflite files, before the suite's own
  std::filesystem::path zoo;
  std::function<std::filesystem::path(const std::string&)> hardware;  // file of a hardware name; throws common::Error
  std::string only_hardware;                                          // replaces the suite's choice; empty: none
  std::vector<std::string> set;                                       // overrides for all
};

/// One plan and replay; rows that need the same share it.
struct Run {
  std::string network;                  // for graph::load_network
  std::vector<std::string> transforms;  // then of that
  std::string hardware;                 // path
  std::vector<std::string> set;
  bool cold = false;
  bool operator==(const Run& other) const {
    return network == other.network && transforms == other.transforms && hardware == other.hardware &&
           set == other.set && cold == other.cold;
  }
};

enum class Standing : std::uint8_t {
  counted,  // enters the errors
  apart,    // run and listed, but flagged by its source: no error counts it
  skipped,  // cannot be run here, for a reason that the suite knows
  fault,    // the row or the suite is at fault
};

struct Case {
  std::string suite;
  std::string table;  // file
  int line = 0;
  std::string chip, network, family;  // network: as printed by the source
  std::string quantity, unit;
  double measured = 0;
  Figure figure;
  std::int32_t operator_index = -1;
  std::size_t run = 0;   // in Cases::runs; not for skipped rows and faults
  bool assumed = false;  // the topology is assumed to be the source's
  bool fits = true;      // takes part in fits, where it counts
  Standing standing = Standing::counted;
  std::string reason;  // of all but counted ones
};

struct Cases {
  std::vector<Run> runs;
  std::vector<SuiteFigure> fitted;  // of all suites, named "suite:name"; runs have "{suite:name}" in their overrides
  std::vector<Case> cases;
};

/// Reads the tables and resolves every row that the suite selects; a row at fault becomes a case that says so, naming
/// row and column. Throws common::Error where a table or a column named by the suite does not exist.
Cases expand(const Suite& suite, const Places& places);

/// Takes the cases of another suite in; runs that are the same are shared.
void append(Cases& all, const Cases& more);

/// The file of a measured table: beside the suite, or in a data folder. Throws common::Error.
std::filesystem::path find_table(const std::string& name, const std::filesystem::path& suite, const Places& places);

/// "mobilenet_v1" of "st_ic_flowers_mobilenet_v1_0.25_224_fft_int8": the first of `own` globs that fits, then the usual
/// architectures, else the name up to its first bracket.
std::string family_of(const std::string& network, const std::vector<std::pair<std::string, std::string>>& own);

}  // namespace presil::study
