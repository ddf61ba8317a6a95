#include "sim/report/text.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>

namespace presil::report {
namespace {

constexpr char32_t replacement = 0xFFFD;

/// Decodes one code point at `at` and moves on; a malformed byte counts as one replacement character.
char32_t next_code_point(std::string_view text, std::size_t& at) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  if (lead < 0x80) return ++at, lead;
  const int length = lead >= 0xF0 && lead < 0xF5 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC2 ? 2 : 0;
  if (length == 0 || lead >= 0xF5 || at + length > text.size()) return ++at, replacement;
  char32_t code = lead & (0xFF >> (length + 1));
  for (int i = 1; i < length; ++i) {
    if ((byte(at + i) & 0xC0) != 0x80) return ++at, replacement;
    code = code << 6 | (byte(at + i) & 0x3F);
  }
  const bool overlong = (length == 3 && code < 0x800) || (length == 4 && code < 0x10000);
  const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
  if (overlong || surrogate || code > 0x10FFFF) return ++at, replacement;
  at += length;
  return code;
}

/// Control characters, and the marks that turn the direction of writing: both can make a terminal lie.
bool unsafe(char32_t code) {
  return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x2028 && code <= 0x202E) ||
         (code >= 0x2066 && code <= 0x2069) || code == 0x200E || code == 0x200F || code == 0xFEFF;
}

int width_of(char32_t c) {
  if ((c >= 0x300 && c <= 0x36F) || (c >= 0x200B && c <= 0x200D) || (c >= 0xFE00 && c <= 0xFE0F)) return 0;
  const bool wide = (c >= 0x1100 && c <= 0x115F) || (c >= 0x2E80 && c <= 0xA4CF) || (c >= 0xAC00 && c <= 0xD7A3) ||
                    (c >= 0xF900 && c <= 0xFAFF) || (c >= 0xFE30 && c <= 0xFE6F) || (c >= 0xFF00 && c <= 0xFF60) ||
                    (c >= 0xFFE0 && c <= 0xFFE6) || (c >= 0x1F300 && c <= 0x1FAFF) || (c >= 0x20000 && c <= 0x3FFFD);
  return wide ? 2 : 1;
}

/// Four significant digits, at most three decimals: 0.123, 1.234, 12.34, 123.4, 1234.
std::string figure(double value) {
  const double size = std::abs(value);
  const int decimals = size >= 999.95 ? 0 : size >= 99.995 ? 1 : size >= 9.9995 ? 2 : 3;
  return fmt::format("{:.{}f}", value, decimals);
}

/// Three significant digits for quantities whose unit grows with them.
std::string short_figure(double value) {
  const double size = std::abs(value);
  return fmt::format("{:.{}f}", value, size >= 99.95 ? 0 : size >= 9.995 ? 1 : 2);
}

}  // namespace

std::string printable(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t from = at;
    const char32_t code = next_code_point(text, at);
    if (unsafe(code) || code == replacement)
      result += "\xEF\xBF\xBD";
    else
      result.append(text.substr(from, at - from));
  }
  return result;
}

int columns(std::string_view text) {
  int width = 0;
  for (std::size_t at = 0; at < text.size();) width += width_of(next_code_point(text, at));
  return width;
}

std::string shorten(std::string_view text, int width) {
  if (columns(text) <= width) return std::string(text);
  if (width <= 1) return width == 1 ? "…" : "";
  const int tail = (width - 1) / 2, head = width - 1 - tail;
  std::size_t head_end = 0;
  for (int used = 0;;) {
    std::size_t at = head_end;
    used += width_of(next_code_point(text, at));
    if (used > head) break;
    head_end = at;
  }
  std::size_t tail_start = head_end;
  for (int rest = columns(text.substr(head_end)); rest > tail;) rest -= width_of(next_code_point(text, tail_start));
  return std::string(text.substr(0, head_end)) + "…" + std::string(text.substr(tail_start));
}

std::string pad_right(std::string text, int width) {
  const int missing = width - columns(text);
  if (missing > 0) text.append(missing, ' ');
  return text;
}

std::string pad_left(std::string text, int width) {
  const int missing = width - columns(text);
  if (missing > 0) text.insert(0, missing, ' ');
  return text;
}

std::string wrap(std::string_view text, int width, int indent) {
  std::string result;
  int used = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = std::min(text.find(' ', at), text.size());
    const std::string word = shorten(text.substr(at, end - at), std::max(1, width - indent));
    const int length = columns(word);
    if (used > 0 && used + 1 + length > width) {
      result += "\n" + std::string(indent, ' ');
      used = indent;
    } else if (used > 0) {
      result += ' ';
      ++used;
    }
    result += word;
    used += length;
    at = end + 1;
  }
  return result;
}

std::string bar(double share, int width) {
  static constexpr const char* eighths[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉"};
  if (!(share > 0)) return "";
  const int parts = static_cast<int>(std::lround(std::min(share, 1.0) * width * 8));
  std::string result;
  for (int i = 0; i < parts / 8; ++i) result += "█";
  return result + eighths[parts % 8];
}

std::string bytes(std::int64_t count) {
  static constexpr const char* units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
  double value = static_cast<double>(count);
  int unit = 0;
  while (std::abs(value) >= 1023.5 && unit < 4) value /= 1024, ++unit;
  return unit == 0 ? fmt::format("{} B", count) : short_figure(value) + " " + units[unit];
}

std::string si(double value, const char* unit) {
  static constexpr const char* prefixes[] = {"", "k", "M", "G", "T", "P"};
  int prefix = 0;
  while (std::abs(value) >= 999.5 && prefix < 5) value /= 1000, ++prefix;
  return short_figure(value) + " " + prefixes[prefix] + unit;
}

std::string energy(double microjoules) {
  if (microjoules >= 999.5e3) return short_figure(microjoules * 1e-6) + " J";
  if (microjoules >= 999.5) return short_figure(microjoules * 1e-3) + " mJ";
  return microjoules < 1 ? short_figure(microjoules * 1e3) + " nJ" : short_figure(microjoules) + " uJ";
}

std::string grouped(std::int64_t value) {
  std::string digits = fmt::format("{}", value);
  const std::ptrdiff_t first = value < 0 ? 1 : 0;
  for (std::ptrdiff_t at = static_cast<std::ptrdiff_t>(digits.size()) - 3; at > first; at -= 3) digits.insert(at, ",");
  return digits;
}

std::string compact_percent(double share) {
  const double value = share * 100;
  if (value > 0 && value < 0.05) return "<0.1%";
  if (value < 0 && value > -0.05) return ">-0.1%";
  return fmt::format("{:.{}f}%", value, value != 0 && std::abs(value) < 9.95 ? 1 : 0);
}

std::string percent(double share) {
  std::string text = compact_percent(share);
  return text.insert(text.size() - 1, " ");
}

std::string shape(const std::int64_t* extents, std::size_t rank) {
  if (rank == 0) return "scalar";
  std::string result;
  // The batch of one that nearly every feature map carries says nothing and takes room.
  const std::size_t first = rank > 2 && extents[0] == 1 ? 1 : 0;
  for (std::size_t i = first; i < rank; ++i) result += fmt::format("{}{}", i == first ? "" : "x", extents[i]);
  return result;
}

TimeScale time_scale(Tick longest) {
  if (longest >= 1'000'000'000'000) return {1'000'000'000'000, "s"};
  if (longest >= 1'000'000'000) return {1'000'000'000, "ms"};
  if (longest >= 1'000'000) return {1'000'000, "us"};
  return {1'000, "ns"};
}

std::string in_scale(Tick time, TimeScale scale) {
  return figure(static_cast<double>(time) / static_cast<double>(scale.tick));
}

std::string duration(Tick time) {
  const TimeScale scale = time_scale(time);
  return in_scale(time, scale) + " " + scale.unit;
}

}  // namespace presil::report
