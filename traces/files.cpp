#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "models/common/error.hpp"
#include "traces/codec.hpp"

namespace presil::traces {
namespace {

using common::Error;
using File = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

std::vector<std::uint8_t> read_bytes(const std::string& path) {
  std::error_code ignored;
  if (std::filesystem::is_directory(path, ignored))
    throw Error(fmt::format("{}: is a directory; name a schedule file", path));
  const File file(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!file) throw Error(fmt::format("{}: cannot be read ({}); name a schedule file", path, std::strerror(errno)));
  std::vector<std::uint8_t> bytes;
  std::uint8_t block[65536];
  while (const std::size_t n = std::fread(block, 1, sizeof block, file.get()))
    bytes.insert(bytes.end(), block, block + n);
  if (std::ferror(file.get())) throw Error(fmt::format("{}: reading failed ({})", path, std::strerror(errno)));
  return bytes;
}

/// Writes a neighbour and renames it: readers see the old file or the whole new one.
void write_atomically(const std::string& path, const void* data, std::size_t size) {
  const std::string part = path + ".part";
  const auto fail = [&] {
    const int why = errno;
    std::remove(part.c_str());
    throw Error(
        fmt::format("{}: cannot be written ({}); choose another place for the schedule", path, std::strerror(why)));
  };
  std::FILE* file = std::fopen(part.c_str(), "wb");
  if (!file) fail();
  const bool written = std::fwrite(data, 1, size, file) == size;
  const int why = errno;
  const bool closed = std::fclose(file) == 0;
  if (!written) errno = why;
  if (!written || !closed || std::rename(part.c_str(), path.c_str()) != 0) fail();
}

}  // namespace

Schedule read_schedule(const std::string& path) {
  const std::vector<std::uint8_t> bytes = read_bytes(path);
  if (bytes.empty()) throw Error(fmt::format("{}: the file is empty; make a schedule with 'presil plan'", path));
  // JSON opens with a brace, after white space at most; the binary form has its identifier at byte 4.
  const bool binary = bytes.size() >= 8 && std::memcmp(bytes.data() + 4, "PSCH", 4) == 0;
  std::size_t i = 0;
  while (i < bytes.size() && std::strchr(" \t\r\n", bytes[i]) && bytes[i] != 0) ++i;
  if (!binary && i < bytes.size() && bytes[i] == '{') return from_json(std::string(bytes.begin(), bytes.end()), path);
  return decode(bytes, path);
}

void write_schedule(const Schedule& schedule, const std::string& path) {
  const std::vector<std::uint8_t> bytes = encode(schedule);
  const std::string text = to_json(schedule);
  write_atomically(path, bytes.data(), bytes.size());
  write_atomically(path + ".json", text.data(), text.size());
}

}  // namespace presil::traces
