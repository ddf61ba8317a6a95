// Words and figures for people: terminal-safe names, widths in columns, bars, and quantities with fitting units.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "models/common/time.hpp"

namespace presil::report {

using common::Tick;

/// `text` as valid UTF-8 without control characters: names come from files and may hold anything, escape codes
/// included. What cannot be shown becomes U+FFFD.
std::string printable(std::string_view text);

/// Terminal columns that printable UTF-8 takes: wide East Asian characters count two, combining ones none.
int columns(std::string_view text);

/// At most `width` columns of printable UTF-8: the middle of a longer text gives way to an ellipsis, since names of
/// tensors differ at their ends.
std::string shorten(std::string_view text, int width);

/// `text` padded with spaces to `width` columns; longer texts stay as they are.
std::string pad_right(std::string text, int width);
std::string pad_left(std::string text, int width);

/// Breaks `text` at spaces into lines of at most `width` columns, all but the first indented by `indent` spaces.
std::string wrap(std::string_view text, int width, int indent);

/// A bar of `share` (0...1, clamped) of `width` columns, drawn in eighths of a column and not padded.
std::string bar(double share, int width);

std::string bytes(std::int64_t count);                             // 1023 B, 1.00 KiB, 12.3 MiB
std::string si(double value, const char* unit);                    // 12.3 GB/s; unit is appended to the prefix
std::string energy(double microjoules);                            // 12.3 nJ, 1.23 mJ
std::string grouped(std::int64_t value);                           // 1,234,567
std::string compact_percent(double share);                         // 0.4%, for narrow columns
std::string percent(double share);                                 // 0.4 %, 12 %, 100 %
std::string shape(const std::int64_t* extents, std::size_t rank);  // 112x112x32

/// One unit of time for a whole table, so that its figures can be compared at a glance.
struct TimeScale {
  Tick tick = 1'000'000;
  const char* unit = "us";
};
TimeScale time_scale(Tick longest);
std::string in_scale(Tick time, TimeScale scale);  // figure without unit, 4 significant digits or 3 decimals
std::string duration(Tick time);                   // figure with the unit that fits it

}  // namespace presil::report
