// A verb of the command line: what it is called, what it takes, what it does.
#pragma once

#include <boost/program_options.hpp>
#include <iosfwd>
#include <string>
#include <vector>

#include "sim/cli/cli.hpp"

namespace presil::cli {

namespace po = boost::program_options;

/// One call of a verb.
struct Call {
  const po::variables_map& given;
  std::ostream& out;
  std::ostream& err;  // progress, while the verb works
  const Surroundings& around;
  std::vector<std::string>& faults;  // what the user can mend and yet did not stop the verb: a line each, exit code 1

  bool has(const char* option) const { return given.count(option) > 0; }
  std::string text(const char* option) const { return has(option) ? given[option].as<std::string>() : std::string(); }
  std::vector<std::string> texts(const char* option) const;
  bool flag(const char* option) const { return has(option) && given[option].as<bool>(); }
};

struct Verb {
  const char* name;
  const char* arguments;   // of the usage line
  const char* summary;     // one line
  const char* positional;  // name of what stands without an option, "" for none
  int positional_count;    // at most that many; -1: any number
  void (*declare)(po::options_description&);
  void (*run)(const Call&);
  const char* examples;  // lines under the options
};

extern const Verb run_verb, plan_verb, replay_verb, inspect_verb, compare_verb, network_verb, memory_verb,
    validate_verb, calibrate_verb, sweep_verb;

}  // namespace presil::cli
