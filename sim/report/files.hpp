// Writes output files whole or not at all: into a temporary file beside the target, synced, then renamed over it.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace presil::report {

struct File {
  std::filesystem::path name;
  std::string content;
};

/// Writes the files into `dir`, made if it is missing. Either all of them appear or none: throws common::Error naming
/// the file and the system's reason (full disk, no permission, a directory in the way), leaves nothing behind that was
/// not there before, and keeps what the targets held.
void write_all(const std::filesystem::path& dir, const std::vector<File>& files);

/// The same for one file. A device or pipe (/dev/stdout, /dev/null) is written to directly.
void write_file(const std::filesystem::path& path, const std::string& content);

}  // namespace presil::report
