// Address traces as text: `address(hex) size R|W master` a line, plain or gzip.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace presil::dram {

struct TraceRequest {
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  bool write = false;
  std::uint8_t master = 0;
};

struct Trace {
  std::string name;  // of its file, for errors
  int window = 0;    // outstanding requests, from a first line `# window=N`; 0 = not given
  std::vector<TraceRequest> requests;
};

/// True when this build can read .gz files.
bool reads_gzip();

/// Throws common::Error naming file and line for a line that does not parse, or a file that cannot be read.
Trace read_trace(const std::string& path);

/// The same of a text; `name` stands for the file in errors.
Trace parse_trace(const std::string& text, const std::string& name);

}  // namespace presil::dram
