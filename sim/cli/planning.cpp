#include "sim/cli/planning.hpp"

#include <fmt/format.h>

#include "models/common/error.hpp"
#include "sim/cli/places.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::cli {

using common::Error;

void declare_hardware(po::options_description& options) {
  options.add_options()                                                                                        //
      ("hw", po::value<std::string>()->value_name("HARDWARE"), "hardware YAML, or the name of a shipped one")  //
      ("set", po::value<std::vector<std::string>>()->value_name("PATH=VALUE"),
       "change a figure of the hardware: units.npu.tile_buffer.size=128KiB; may be repeated");
}

void declare_placement(po::options_description& options) {
  options.add_options()  //
      ("place", po::value<std::vector<std::string>>()->value_name("PATTERN=UNIT"),
       "run operators whose name or type matches on that unit: 'softmax*=cpu'; may be repeated")  //
      ("cold", po::bool_switch(), "begin with loading the weights");
}

void declare_network(po::options_description& options) {
  options.add_options()                                                                                          //
      ("input-size", po::value<std::string>()->value_name("HxW"), "the network at another resolution: 320x320")  //
      ("transform", po::value<std::vector<std::string>>()->value_name("NAME[:PATTERN]"),
       "replace operators that match (`presil inspect NETWORK --transform NAME` shows what that changes); may be "
       "repeated")  //
      ("weight-bits", po::value<std::vector<std::string>>()->value_name("[PATTERN=]N"),
       "its weights in 1, 2, 4, 8, 16 bits or float; by operator: 'depthwise=8'; may be repeated, the last counts")  //
      ("activation-bits", po::value<std::vector<std::string>>()->value_name("[PATTERN=]N"), "its activations likewise");
}

transform::Variant variant_of(const Call& call) {
  transform::Variant variant;
  if (call.has("input-size")) variant.input_size = transform::input_size(call.text("input-size"), "--input-size");
  for (const std::string& text : call.texts("transform"))
    variant.replacements.push_back(transform::replacement(text, "--transform"));
  for (const std::string& text : call.texts("weight-bits"))
    variant.bits.push_back(transform::weight_rule(text, "--weight-bits"));
  for (const std::string& text : call.texts("activation-bits"))
    variant.bits.push_back(transform::activation_rule(text, "--activation-bits"));
  return variant;
}

graph::Graph network_of(const Call& call, const std::string& name) {
  return transform::vary(network(name, call.around), variant_of(call));
}

std::string needed(const Call& call, const char* option, const char* cure) {
  std::string value;
  if (call.has(option)) {
    const auto& any = call.given[option].value();
    const auto* one = boost::any_cast<std::string>(&any);
    value = one ? *one : call.texts(option).front();
  }
  if (value.empty()) throw Error(cure);
  return value;
}

hw::Hardware hardware_of(const Call& call) {
  if (!call.has("hw")) {
    const std::vector<std::string> known = shipped(hardware_dir(call.around));
    throw Error("--hw is missing: name a hardware YAML" +
                (known.empty() ? "" : fmt::format(" or a shipped one: {}", fmt::join(known, ", "))));
  }
  return hardware(call.text("hw"), call);
}

plan::Options plan_options(const Call& call, const hw::Hardware& hardware) {
  plan::Options options;
  options.cold = call.flag("cold");
  std::vector<std::string> units;
  for (const hw::Unit& unit : hardware.units) units.push_back(unit.name);
  for (const std::string& text : call.texts("place")) {
    const std::size_t at = text.rfind('=');
    if (at == std::string::npos || at == 0 || at + 1 == text.size())
      throw Error(fmt::format("--place {}: write PATTERN=UNIT, 'softmax*=cpu' say", text));
    const std::string unit = text.substr(at + 1);
    if (hardware.unit(unit) == nullptr)
      throw Error(
          fmt::format("--place {}: {} has no unit '{}'; {}", text, hardware.name, unit, yaml::suggestion(unit, units)));
    options.place.emplace_back(text.substr(0, at), unit);
  }
  return options;
}

}  // namespace presil::cli
