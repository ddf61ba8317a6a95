#include "sim/cli/cli.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <ostream>
#include <sstream>

#include "models/common/error.hpp"
#include "sim/cli/verb.hpp"
#include "sim/report/text.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::cli {
namespace {

using common::Error;

constexpr const char* version = "0.1.0";

constexpr std::array<const Verb*, 10> verbs = {&run_verb,       &plan_verb,    &replay_verb,  &memory_verb,
                                               &inspect_verb,   &compare_verb, &network_verb, &validate_verb,
                                               &calibrate_verb, &sweep_verb};

void help(std::ostream& out) {
  out << "presil " << version << ": how long a neural network takes on a chip that may not exist yet, and why\n\n"
      << "usage: presil VERB ...\n\n";
  for (const Verb* verb : verbs) out << fmt::format("  {:<11}{}\n", verb->name, verb->summary);
  out << "\n'presil VERB --help' explains a verb. First steps:\n"
         "  presil run mobilenet_v2 --hw edge-npu     a shipped network on a shipped chip\n"
         "  presil inspect zoo                        the shipped networks\n"
         "  presil inspect edge-npu                   what is assumed about a chip\n";
}

po::options_description options_of(const Verb& verb) {
  po::options_description options("options", 100, 50);
  verb.declare(options);
  options.add_options()("help,h", "this text");
  return options;
}

void help(const Verb& verb, std::ostream& out) {
  out << "usage: presil " << verb.name << " " << verb.arguments << "\n\n" << verb.summary << "\n\n";
  out << options_of(verb) << "\nexamples:\n" << verb.examples;
}

std::vector<std::string> names(const po::options_description& options) {
  std::vector<std::string> found;
  for (const auto& option : options.options()) found.push_back("--" + option->long_name());
  return found;
}

po::variables_map parse(const Verb& verb, const std::vector<std::string>& arguments) {
  const po::options_description visible = options_of(verb);
  po::options_description all;
  all.add(visible);
  po::positional_options_description positional;
  if (*verb.positional) {
    all.add_options()(verb.positional, po::value<std::vector<std::string>>());
    positional.add(verb.positional, verb.positional_count);
  }
  const std::string hint = fmt::format("see 'presil {} --help'", verb.name);
  try {
    // A beginning of an option's name is not taken for it: what works today would be ambiguous tomorrow.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::variables_map given;
    po::store(po::command_line_parser(arguments).options(all).positional(positional).style(style).run(), given);
    po::notify(given);
    return given;
  } catch (const po::unknown_option& error) {
    const std::string near = yaml::nearest(error.get_option_name(), names(visible));
    throw Error(fmt::format("{}: there is no option '{}'; {}", verb.name, error.get_option_name(),
                            near.empty() ? hint : fmt::format("did you mean '{}'?", near)));
  } catch (const po::too_many_positional_options_error&) {
    throw Error(fmt::format("{}: too many arguments; {}", verb.name, hint));
  } catch (const po::error& error) {
    throw Error(fmt::format("{}: {}; {}", verb.name, error.what(), hint));
  }
}

void dispatch(const std::vector<std::string>& arguments, std::ostream& out, std::ostream& err,
              const Surroundings& around, std::vector<std::string>& faults) {
  if (arguments.empty()) throw Error("no verb given; see 'presil --help'");
  const std::string& word = arguments.front();
  if (word == "--help" || word == "-h" || word == "help") return help(out);
  if (word == "--version") {
    out << "presil " << version << "\n";
    return;
  }
  const auto found = std::find_if(verbs.begin(), verbs.end(), [&](const Verb* verb) { return word == verb->name; });
  if (found == verbs.end()) {
    std::vector<std::string> known;
    for (const Verb* verb : verbs) known.push_back(verb->name);
    throw Error(fmt::format("there is no verb '{}'; {}", word, yaml::suggestion(word, known)));
  }
  const Verb& verb = **found;
  const std::vector<std::string> rest(arguments.begin() + 1, arguments.end());
  // Help is given whatever else stands on the line, right or wrong; behind "--" it would be a file's name.
  for (const std::string& argument : rest) {
    if (argument == "--") break;
    if (argument == "--help" || argument == "-h") return help(verb, out);
  }
  verb.run(Call{parse(verb, rest), out, err, around, faults});
}

/// All at once, at the end: a command that fails prints nothing, and the reason why writing failed is still known.
void put_out(const std::string& text, std::ostream& out) {
  errno = 0;
  out << text << std::flush;
  if (out) return;
  const std::string reason = errno != 0 ? std::strerror(errno) : "it is closed or full";
  throw Error(fmt::format("standard output: cannot write: {}", reason));
}

/// One line whatever the message holds: names of files may contain anything.
void say(std::ostream& err, const std::string& message) {
  err << "presil: " << report::printable(message) << std::endl;
}

}  // namespace

std::vector<std::string> Call::texts(const char* option) const {
  return has(option) ? given[option].as<std::vector<std::string>>() : std::vector<std::string>();
}

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err, const Surroundings& around) {
  try {
    std::ostringstream text;
    std::vector<std::string> faults;
    dispatch(std::vector<std::string>(argv + std::min(1, argc), argv + argc), text, err, around, faults);
    put_out(text.str(), out);
    for (const std::string& fault : faults) say(err, fault);
    return faults.empty() ? 0 : 1;
  } catch (const Error& error) {
    say(err, error.what());
    return 1;
  } catch (const std::filesystem::filesystem_error& error) {
    say(err, error.what());
    return 1;
  } catch (const std::exception& error) {
    say(err, fmt::format("this is a fault of presil, please report it: {}", error.what()));
  } catch (...) {
    say(err, "this is a fault of presil, please report it: an unknown exception");
  }
  return 2;
}

int run(int argc, const char* const* argv, std::ostream& out, std::ostream& err) {
  Surroundings around;
  around.home = surroundings().home;
  return run(argc, argv, out, err, around);
}

}  // namespace presil::cli
