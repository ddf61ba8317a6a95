#include "sim/report/files.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <system_error>

#include "models/common/error.hpp"

namespace presil::report {
namespace {

namespace fs = std::filesystem;

[[noreturn]] void fail(const fs::path& path, const std::string& reason) {
  throw common::Error(fmt::format("{}: cannot write: {}; give another place for the output", path.string(), reason));
}

[[noreturn]] void fail(const fs::path& path) {
  fail(path, std::strerror(errno));
}

/// An open file descriptor, closed at the end of its scope.
class Descriptor {
 public:
  explicit Descriptor(int fd) : fd_(fd) {}
  ~Descriptor() { close(); }
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  int get() const { return fd_; }
  bool close() {
    const int fd = fd_;
    fd_ = -1;
    return fd < 0 || ::close(fd) == 0;
  }

 private:
  int fd_;
};

void write_to(int fd, const std::string& content, const fs::path& shown) {
  for (std::size_t done = 0; done < content.size();) {
    const ssize_t count = ::write(fd, content.data() + done, content.size() - done);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) fail(shown);
    done += static_cast<std::size_t>(count);
  }
}

/// A file on its way: exists beside its target until renamed over it, and goes away if that never happens.
class Pending {
 public:
  Pending(const fs::path& target, const std::string& content) : shown_(target), target_(target) {
    std::error_code ignored;
    if (fs::is_symlink(target_, ignored)) {  // write through the link rather than replace it
      const fs::path real = fs::weakly_canonical(target_, ignored);
      if (!ignored) target_ = real;
    }
    if (fs::is_directory(target_, ignored)) fail(shown_, "it is a directory");
    create();
    try {
      Descriptor file(fd_);
      write_to(file.get(), content, shown_);
      if (::fsync(file.get()) != 0 && errno != EINVAL) fail(shown_);
      if (!file.close()) fail(shown_);
    } catch (...) {
      ::unlink(temporary_.c_str());
      throw;
    }
  }
  ~Pending() {
    if (!temporary_.empty()) ::unlink(temporary_.c_str());
  }
  Pending(Pending&& other) noexcept
      : shown_(std::move(other.shown_)), target_(std::move(other.target_)), temporary_(std::move(other.temporary_)) {
    other.temporary_.clear();
  }

  void commit() {
    if (::rename(temporary_.c_str(), target_.c_str()) != 0) fail(shown_);
    temporary_.clear();
  }

 private:
  void create() {
    // Opened by hand, not by mkstemp(), so that the user's umask decides who may read the file.
    for (int attempt = 0; attempt < 100; ++attempt) {
      temporary_ = target_.parent_path() /
                   fmt::format(".{}.{}.{}.tmp", target_.filename().string().substr(0, 100), ::getpid(), attempt);
      fd_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
      if (fd_ >= 0) return;
      if (errno != EEXIST) break;
    }
    temporary_.clear();
    fail(shown_);
  }

  fs::path shown_, target_, temporary_;
  int fd_ = -1;
};

void sync_directory(const fs::path& dir) {
  // The data are safe already; a file system that cannot sync directories is no reason to fail.
  Descriptor directory(::open(dir.empty() ? "." : dir.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() >= 0) ::fsync(directory.get());
}

/// Directories made for the output, taken away again unless kept.
class MadeDirectories {
 public:
  explicit MadeDirectories(const fs::path& dir) {
    for (fs::path at = dir.lexically_normal(); !at.empty() && !fs::exists(at, error_); at = at.parent_path()) {
      if (!at.has_filename()) continue;  // "out/" names the same directory as "out"
      made_.push_back(at);
      if (at == at.parent_path()) break;
    }
    if (!fs::create_directories(dir, error_) && error_) {
      const std::string reason = error_.message();
      remove();
      fail(dir, reason);
    }
    if (!fs::is_directory(dir, error_)) fail(dir, "it is not a directory");
  }
  ~MadeDirectories() {
    if (!kept_) remove();
  }
  void keep() { kept_ = true; }

 private:
  void remove() {
    for (const fs::path& dir : made_) fs::remove(dir, error_);  // only empty ones go
  }

  std::vector<fs::path> made_;  // innermost first
  std::error_code error_;
  bool kept_ = false;
};

}  // namespace

void write_all(const fs::path& dir, const std::vector<File>& files) {
  MadeDirectories made(dir);
  std::vector<Pending> pending;
  pending.reserve(files.size());
  for (const File& file : files) pending.emplace_back(dir / file.name, file.content);
  for (Pending& file : pending) file.commit();
  made.keep();
  sync_directory(dir);
}

void write_file(const fs::path& path, const std::string& content) {
  std::error_code error;
  const fs::file_status status = fs::status(path, error);
  if (fs::is_character_file(status) || fs::is_fifo(status) || fs::is_socket(status)) {
    Descriptor device(::open(path.c_str(), O_WRONLY | O_CLOEXEC));
    if (device.get() < 0) fail(path);
    write_to(device.get(), content, path);
    if (!device.close()) fail(path);
    return;
  }
  MadeDirectories made(path.has_parent_path() ? path.parent_path() : ".");
  Pending file(path, content);
  file.commit();
  made.keep();
  sync_directory(path.parent_path());
}

}  // namespace presil::report
