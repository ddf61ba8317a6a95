#include "sim/yaml/units.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "sim/yaml/suggest.hpp"

namespace presil::yaml {

static Dimension at_most(double most, Dimension dimension) {
  dimension.most = most;
  return dimension;
}

const Dimension& size_bytes() {
  static const Dimension dimension{
      "a size",
      "512 KiB",
      "KiB",
      {{"B", 1}, {"kB", 1e3}, {"MB", 1e6}, {"GB", 1e9}, {"KiB", 1024}, {"MiB", 1048576}, {"GiB", 1073741824}}};
  return dimension;
}

const Dimension& width_bits() {
  static const Dimension dimension{"a width", "64 bit", "bit", {{"bit", 1}, {"bits", 1}}};
  return dimension;
}

const Dimension& frequency_hz() {
  static const Dimension dimension{
      "a frequency", "800 MHz", "MHz", {{"Hz", 1}, {"kHz", 1e3}, {"MHz", 1e6}, {"GHz", 1e9}}};
  return dimension;
}

const Dimension& time_ps() {
  static const Dimension dimension = at_most(
      1e16, {"a time", "10 us", "us", {{"ps", 1}, {"ns", 1e3}, {"us", 1e6}, {"µs", 1e6}, {"ms", 1e9}, {"s", 1e12}}});
  return dimension;
}

const Dimension& count_cycles() {
  static const Dimension dimension =
      at_most(1e9, {"a number of cycles", "2 cycles", "cycles", {{"cycles", 1}, {"cycle", 1}}});
  return dimension;
}

const Dimension& count_clocks() {
  static const Dimension dimension =
      at_most(1e9, {"a number of clocks", "20 clocks", "clocks", {{"clocks", 1}, {"clock", 1}}});
  return dimension;
}

const Dimension& rate_bytes_per_second() {
  static const Dimension dimension{"a rate",
                                   "3.2 GB/s",
                                   "MB/s",
                                   {{"B/s", 1},
                                    {"kB/s", 1e3},
                                    {"MB/s", 1e6},
                                    {"GB/s", 1e9},
                                    {"KiB/s", 1024},
                                    {"MiB/s", 1048576},
                                    {"GiB/s", 1073741824}},
                                   false};
  return dimension;
}

const Dimension& rate_bytes_per_cycle() {
  static const Dimension dimension{"a rate per cycle", "16 B/cycle", "B/cycle", {{"B/cycle", 1}}, false};
  return dimension;
}

const Dimension& rate_elements_per_cycle() {
  static const Dimension dimension{"a rate per cycle",
                                   "16 elements/cycle",
                                   "elements/cycle",
                                   {{"elements/cycle", 1}, {"element/cycle", 1}, {"B/cycle", 1}},
                                   false};
  return dimension;
}

const Dimension& share_percent() {
  static const Dimension dimension{"a share", "50 %", "%", {{"%", 1}}};
  return dimension;
}

const Dimension& energy_pj() {
  static const Dimension dimension{"an energy", "0.2 pJ", "pJ", {{"fJ", 1e-3}, {"pJ", 1}, {"nJ", 1e3}}, false};
  return dimension;
}

const Dimension& power_mw() {
  static const Dimension dimension{
      "a power", "33 mW", "mW", {{"uW", 1e-3}, {"µW", 1e-3}, {"mW", 1}, {"W", 1e3}}, false};
  return dimension;
}

namespace {

/// Length of the number at the start of `text`, 0 where there is none.
std::size_t number_length(const std::string& text, double& value) {
  const char* begin = text.data();
  const char* end = begin + text.size();
  const char* digits = begin;
  if (digits != end && (*digits == '-' || *digits == '+')) ++digits;
  if (digits == end || !((*digits >= '0' && *digits <= '9') || *digits == '.')) return 0;  // no "inf", no "nan"
  const char* start = *begin == '+' ? begin + 1 : begin;
  const auto [after, error] = std::from_chars(start, end, value, std::chars_format::general);
  if (error != std::errc()) return 0;
  return static_cast<std::size_t>(after - begin);
}

std::string unit_list(const Dimension& dimension) {
  std::string list;
  for (const Dimension::Unit& unit : dimension.units) list += (list.empty() ? "" : ", ") + std::string(unit.name);
  return list;
}

}  // namespace

bool read_number(const std::string& text, double& value) {
  return !text.empty() && number_length(text, value) == text.size();
}

std::string show_number(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return fmt::format("{}", static_cast<std::int64_t>(value));
  return fmt::format("{:.6g}", value);
}

Quantity read(const Dimension& dimension, const std::string& text) {
  double number = 0;
  const std::size_t length = number_length(text, number);
  if (length == 0) return {0, fmt::format("is not {}; write e.g. '{}'", dimension.what, dimension.example)};
  const std::size_t unit_at = text.find_first_not_of(' ', length);
  if (unit_at == std::string::npos)
    return {0, fmt::format("has no unit; write '{} {}'", text.substr(0, length), dimension.usual)};
  const std::string unit_name = text.substr(unit_at);
  for (const Dimension::Unit& unit : dimension.units) {
    if (unit_name != unit.name) continue;
    const double value = number * unit.worth;
    if (!dimension.whole) return {value, ""};
    if (std::abs(value) > dimension.most) return {0, fmt::format("is too large for {}", dimension.what)};
    const double rounded = std::round(value);
    if (std::abs(value - rounded) > 1e-6 * std::max(1.0, std::abs(value) * 1e-6))
      return {0, fmt::format("is not a whole number of {}; write e.g. '{}'", dimension.units.front().name,
                             dimension.example)};
    return {rounded, ""};
  }
  std::vector<std::string> names;
  for (const Dimension::Unit& unit : dimension.units) names.emplace_back(unit.name);
  return {0, fmt::format("has the wrong unit '{}' for {} ({}); write e.g. '{}'", unit_name, dimension.what,
                         unit_list(dimension), dimension.example)};
}

std::string show(const Dimension& dimension, double value) {
  const Dimension::Unit* best = &dimension.units.front();
  for (const Dimension::Unit& unit : dimension.units) {
    const double scaled = value / unit.worth;
    const bool exact = scaled == std::floor(scaled * 1000) / 1000 && std::abs(scaled) >= 1;
    if (!exact || unit.worth <= best->worth) continue;
    // Between powers of ten and of two the shorter text wins: 65536 B is 64 KiB and not 65.536 kB.
    if (show_number(scaled).size() <= show_number(value / best->worth).size()) best = &unit;
  }
  return show_number(value / best->worth) + (best->name[0] == '%' ? " %" : std::string(" ") + best->name);
}

}  // namespace presil::yaml
