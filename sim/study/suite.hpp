// A suite (YAML, `kind: suite`): which measured tables are compared with which hardware files, and how their rows read.
//
//   kind: suite
//   name: my-board
//   network_folders: [networks]           # where NAME.tflite files lie, relative to this file; others by --networks
//   families: {face: "*face*"}            # optional: glob on the network's name -> family, before the usual ones
//   fitted:                               # figures found by fitting to these tables, which --leave-one-out fits anew:
//     conv: {path: units.cpu.library.rates.convolution.cycles_per_mac, range: 0.2..4}   # one of the hardware files
//     v8: {value: 1.11, range: 0.5..2}    # or one of this suite, for `set:` of tables and rules: x={v8}, x={v8*m4}
//   tables:
//     - measured: board.csv               # or a list; beside this file, in traces/measured of presil, or in --data DIR
//       hardware: stm32n6                 # one file for all rows; or a list of rules, see below
//       chip: STM32N6                     # as the report groups; default: the hardware file's name
//       set: [units.npu.clock=800MHz]     # figures to change, as with --set
//       cold: false                       # begin with loading the weights
//       fit: true                         # rows take part in fits
//       where: {software_version: STEdgeAI Core 2.0.0}   # rows whose column equals one of the texts; others are left
//       contains: {software_version: 2.0}                # ... whose column holds one of them
//       without: {note: CPU}                             # ... whose column holds none of them
//       apart: {note: [INCONSISTENT, SUSPECT, SPILL]}    # listed, but not in any error; this is the default
//       columns: {network: "{network}", quantity: "{quantity}", value: "{value}", unit: "{unit}"}   # these are the
//                                         # defaults; a template holds texts and columns, "conv {C}x{K}"
//       quantities:                       # which rows, and what they are in a Result; default [latency_ms]
//         latency_ms: latency
//         internal_ram_kib: peak sram
//         sram_read_beats: {figure: read sram, beat: 8 B}
//         cycles_per_100_iterations: {figure: latency, times: 100}
//       networks:                         # rules: the first whose patterns match a row counts
//         - {network: "conv(\\d)x\\d (\\d+)->(\\d+)", use: "layers/conv.yaml(kernel={network.1}, filters={network.3})"}
//         - {network: "mobilenet_v1.*", use: mobilenet_v1, assumed: true}
//         - {network: "msr_.*", skip: "no file and no published topology"}
//         - {network: "vww", software_version: "2\\..*", transform: drop-dead-filters}   # what the runtime made of it
//       missing_networks: fault           # or skip: rows whose network is not here are listed, not an error
//       operators: {row: "{id}", first: 1}   # rows are operators of one network, counted from `first`
//
// Rules have patterns (regular expressions of whole fields) under names of columns, and `use:` with what to take:
// a template of columns, `{column}`, and of what the groups of its pattern matched, `{column.1}`. `hardware:` as a
// list has rules too, with `set:`: [{software_version: ".*8\\.1.*", use: stm32h747, set: [units.cpu.library=x]}].
// A file NAME.tflite in a network folder goes before any rule's `use`.
#pragma once

#include <filesystem>
#include <regex>
#include <string>
#include <utility>
#include <vector>

#include "sim/study/figure.hpp"
#include "sim/yaml/value.hpp"

namespace presil::study {

struct Condition {
  enum class Kind : std::uint8_t { equals, contains, without } kind;
  std::string column;
  std::vector<std::string> texts;
};

struct Rule {
  struct Pattern {
    std::string column;
    std::regex regex;
  };
  std::string where;  // place in the suite, for messages
  std::vector<Pattern> patterns;
  std::string use, skip;  // template; or why such rows are left out
  std::vector<std::string> set;
  std::vector<std::string> transforms;  // of networks: NAME or NAME:PATTERN, as `presil run --transform` takes them
  bool assumed = false;                 // the topology stands for one whose file is not public
};

struct SuiteTable {
  std::string where;  // place in the suite, for messages
  std::string measured, chip;
  std::vector<Rule> hardware, networks;
  std::vector<std::string> set;
  bool cold = false, skip_missing = false, fits = true;
  std::vector<Condition> conditions, apart;
  std::string network = "{network}", quantity = "{quantity}", value = "{value}", unit = "{unit}";
  std::vector<std::pair<std::string, Figure>> quantities;
  std::string operator_row;  // template; empty: rows are whole networks
  std::int64_t first_operator = 0;
};

/// A figure that was fitted to the suite's tables: one of the hardware files, or one of the suite's own.
struct SuiteFigure {
  std::string name, path;  // path: empty for the suite's own
  double value = 0;        // of the suite's own
  double low = 0, high = 0;
};

struct Suite {
  std::string name;
  std::filesystem::path file;
  std::vector<std::filesystem::path> network_folders;
  std::vector<std::pair<std::string, std::string>> families;
  std::vector<SuiteFigure> fitted;
  std::vector<SuiteTable> tables;
};

/// Throws common::Error with file, line and cure.
Suite read_suite(const std::filesystem::path& file);

/// A suite of one table with the standard columns, all of it about `hardware`: a user's own measurements.
Suite suite_of(const std::filesystem::path& measured, const std::string& hardware);

}  // namespace presil::study
