#include "models/dram/trace_file.hpp"

#include <cctype>
#include <charconv>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string_view>

#include "models/common/error.hpp"

#ifdef PRESIL_HAS_ZLIB
#include <zlib.h>
#endif

namespace presil::dram {
namespace {

using common::Error;

std::string_view next_word(std::string_view& line) {
  std::size_t begin = 0;
  while (begin < line.size() && std::isspace(static_cast<unsigned char>(line[begin])) != 0) ++begin;
  std::size_t end = begin;
  while (end < line.size() && std::isspace(static_cast<unsigned char>(line[end])) == 0) ++end;
  const std::string_view word = line.substr(begin, end - begin);
  line.remove_prefix(end);
  return word;
}

template <typename T>
bool parse_number(std::string_view word, int base, T& value) {
  if (base == 16 && word.size() > 2 && word[0] == '0' && (word[1] == 'x' || word[1] == 'X')) word.remove_prefix(2);
  const auto result = std::from_chars(word.data(), word.data() + word.size(), value, base);
  return result.ec == std::errc() && result.ptr == word.data() + word.size();
}

void parse_comment(std::string_view line, int number, Trace& trace) {
  const std::size_t at = line.find("window=");
  if (at == std::string_view::npos) return;
  std::string_view digits = line.substr(at + 7);
  digits = digits.substr(0, digits.find_first_not_of("0123456789"));
  if (!parse_number(digits, 10, trace.window) || trace.window < 1) {
    throw Error(trace.name + ":" + std::to_string(number) + ": window is not a positive number in '" +
                std::string(line) + "'; write e.g. '# window=16'");
  }
}

TraceRequest parse_request(std::string_view line, const std::string& name, int number) {
  const std::string_view whole = line;
  const auto fail = [&](const char* what) {
    throw Error(name + ":" + std::to_string(number) + ": " + what + " in '" + std::string(whole) +
                "'; a line is 'address(hex) size R|W [master]', such as '1f40 64 R 0'");
  };
  TraceRequest request;
  if (!parse_number(next_word(line), 16, request.address)) fail("address is not hexadecimal");
  if (!parse_number(next_word(line), 10, request.bytes) || request.bytes == 0) fail("size is not a positive number");
  const std::string_view direction = next_word(line);
  if (direction != "R" && direction != "W") fail("direction is neither R nor W");
  request.write = direction == "W";
  if (const std::string_view master = next_word(line); !master.empty() && !parse_number(master, 10, request.master)) {
    fail("master is not a number from 0 to 255");
  }
  if (!next_word(line).empty()) fail("more than four words");
  return request;
}

void require_file(const std::string& path) {
  std::error_code status;
  if (!std::filesystem::exists(path, status)) throw Error(path + ": no such file; check the path");
  if (std::filesystem::is_directory(path, status)) throw Error(path + ": is a directory; name a trace in it");
}

}  // namespace

Trace parse_trace(const std::string& text, const std::string& name) {
  Trace trace;
  trace.name = name;
  std::string_view rest = text;
  for (int number = 1; !rest.empty(); ++number) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    std::string_view words = line;
    const std::string_view first = next_word(words);
    if (first.empty()) continue;
    if (first[0] == '#') {
      if (trace.requests.empty()) parse_comment(line, number, trace);
      continue;
    }
    trace.requests.push_back(parse_request(line, name, number));
  }
  return trace;
}

#ifdef PRESIL_HAS_ZLIB

bool reads_gzip() {
  return true;
}

Trace read_trace(const std::string& path) {
  require_file(path);
  gzFile file = gzopen(path.c_str(), "rb");  // reads plain files as they are
  if (file == nullptr) throw Error(path + ": cannot open this trace; check its permissions");
  std::string text;
  char buffer[1 << 16];
  int got = 0;
  while ((got = gzread(file, buffer, sizeof buffer)) > 0) text.append(buffer, static_cast<std::size_t>(got));
  const bool complete = got == 0 && gzclose_r(file) == Z_OK;
  if (!complete) throw Error(path + ": damaged or truncated gzip file");
  return parse_trace(text, path);
}

#else

bool reads_gzip() {
  return false;
}

Trace read_trace(const std::string& path) {
  if (path.size() > 3 && path.compare(path.size() - 3, 3, ".gz") == 0) {
    throw Error(path + ": this build reads no gzip files; unpack it first");
  }
  require_file(path);
  std::ifstream file(path, std::ios::binary);
  if (!file) throw Error(path + ": cannot open this trace; check its permissions");
  std::ostringstream text;
  text << file.rdbuf();
  return parse_trace(text.str(), path);
}

#endif

}  // namespace presil::dram
