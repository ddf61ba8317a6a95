#include "sim/study/workers.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <new>

#include "models/common/error.hpp"

namespace presil::study {
namespace {

using common::Error;

struct Header {
  std::uint64_t job, size;
  std::uint64_t done;
};

bool write_all(int file, const void* data, std::size_t size) {
  const char* at = static_cast<const char*>(data);
  while (size > 0) {
    const ssize_t written = ::write(file, at, size);
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return false;
    at += written;
    size -= static_cast<std::size_t>(written);
  }
  return true;
}

/// The number of the next job, shared by all children.
class Counter {
 public:
  Counter() {
    memory_ =
        ::mmap(nullptr, sizeof(std::atomic<std::uint64_t>), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (memory_ == MAP_FAILED) throw std::bad_alloc();
    next_ = new (memory_) std::atomic<std::uint64_t>(0);
  }
  ~Counter() { ::munmap(memory_, sizeof(std::atomic<std::uint64_t>)); }
  Counter(const Counter&) = delete;
  Counter& operator=(const Counter&) = delete;
  std::uint64_t take() { return next_->fetch_add(1); }

 private:
  void* memory_;
  std::atomic<std::uint64_t>* next_;
};

/// A child's life: takes jobs until there are none.
[[noreturn]] void serve(int out, std::size_t jobs, Counter& counter,
                        const std::function<std::string(std::size_t)>& work) {
  for (std::uint64_t job = counter.take(); job < jobs; job = counter.take()) {
    Outcome outcome;
    try {
      outcome = {true, work(job)};
    } catch (const std::exception& error) {
      outcome = {false, error.what()};
    } catch (...) {
      outcome = {false, "an unknown exception; this is a fault of presil, please report it"};
    }
    const Header header{job, outcome.text.size(), outcome.done ? 1u : 0u};
    if (!write_all(out, &header, sizeof header) || !write_all(out, outcome.text.data(), outcome.text.size())) break;
  }
  ::_exit(0);
}

struct Child {
  pid_t pid = -1;
  int in = -1;
  std::string bytes;  // received, not yet a whole message
};

/// Takes the whole messages at the front of what a child sent; returns how many.
std::size_t take_messages(Child& child, std::vector<Outcome>& outcomes) {
  std::size_t count = 0, at = 0;
  while (child.bytes.size() - at >= sizeof(Header)) {
    Header header;
    std::memcpy(&header, child.bytes.data() + at, sizeof header);
    if (child.bytes.size() - at - sizeof header < header.size) break;
    outcomes[header.job] = {header.done != 0, child.bytes.substr(at + sizeof header, header.size)};
    at += sizeof header + header.size;
    ++count;
  }
  child.bytes.erase(0, at);
  return count;
}

Child start(const std::vector<Child>& others, std::size_t jobs, Counter& counter,
            const std::function<std::string(std::size_t)>& work) {
  int ends[2];
  if (::pipe(ends) != 0) throw Error(fmt::format("cannot start processes: {}; use -j 1", std::strerror(errno)));
  const pid_t pid = ::fork();
  if (pid < 0) {
    ::close(ends[0]), ::close(ends[1]);
    throw Error(fmt::format("cannot start processes: {}; use -j 1", std::strerror(errno)));
  }
  if (pid == 0) {
    for (const Child& other : others) ::close(other.in);
    ::close(ends[0]);
    serve(ends[1], jobs, counter, work);
  }
  ::close(ends[1]);
  return {pid, ends[0], {}};
}

}  // namespace

std::vector<Outcome> in_processes(std::size_t jobs, int processes, const std::function<std::string(std::size_t)>& work,
                                  const std::function<void(std::size_t)>& progress) {
  std::vector<Outcome> outcomes(jobs, {false, "its process ended early; this is a fault of presil, please report it"});
  Counter counter;
  std::vector<Child> children;
  const std::size_t count = std::min<std::size_t>(jobs, static_cast<std::size_t>(std::max(1, processes)));
  while (children.size() < count) children.push_back(start(children, jobs, counter, work));

  std::size_t finished = 0, open = children.size();
  while (open > 0) {
    std::vector<pollfd> polled;
    for (const Child& child : children) polled.push_back({child.in, POLLIN, 0});  // a negative one is passed over
    if (::poll(polled.data(), polled.size(), -1) < 0 && errno != EINTR) break;
    for (std::size_t c = 0; c < children.size(); ++c) {
      if (polled[c].revents == 0) continue;
      char buffer[65536];
      const ssize_t got = ::read(children[c].in, buffer, sizeof buffer);
      if (got < 0 && errno == EINTR) continue;
      if (got > 0) {
        children[c].bytes.append(buffer, static_cast<std::size_t>(got));
        const std::size_t taken = take_messages(children[c], outcomes);
        finished += taken;
        if (taken > 0 && progress) progress(finished);
        continue;
      }
      ::close(children[c].in);
      children[c].in = -1;
      --open;
    }
  }
  for (const Child& child : children) ::waitpid(child.pid, nullptr, 0);
  return outcomes;
}

int processors() {
  cpu_set_t set;
  if (::sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace presil::study
