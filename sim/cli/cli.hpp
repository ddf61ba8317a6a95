// The command line: `presil VERB ...`, with its streams and surroundings given, so that tests can call it in-process.
#pragma once

#include <filesystem>
#include <iosfwd>

namespace presil::cli {

/// What the command line finds around it.
struct Surroundings {
  bool color = false;          // a terminal that wants colours reads the output
  int width = 120;             // its columns
  std::filesystem::path home;  // holds hwconfigs/ and traces/networks/; empty: not found
};

/// Of this process: is standard output a terminal, what say NO_COLOR, TERM and PRESIL_HOME, where does the program lie.
Surroundings surroundings();

/// Runs one command. Returns 0 on success; 1 when the user can mend what went wrong (one line on `err` says how),
/// output that cannot be written included; 2 when the fault is presil's own.
int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err, const Surroundings& around);

/// The same in the surroundings of this process, except that output is plain and 120 columns wide.
int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err);

}  // namespace presil::cli
