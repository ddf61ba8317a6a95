// What a cache holds, takes and lets through: its lines, without any time.
#pragma once

#include <cstdint>
#include <unordered_map>
#include <vector>

#include "models/cache/cache_spec.hpp"

namespace presil::cache {

/// What one access asks of the cache and of the memory behind it, in the order in which it does.
struct Action {
  enum class Kind : std::uint8_t {
    hit,            // the line is there, or is written whole: nothing is fetched
    fill,           // the line is fetched for this access
    prefetch,       // the line is fetched ahead; nobody waits
    write_back,     // a dirty line leaves; nobody waits
    write_through,  // written bytes go on to the memory
    read_around     // bytes that the cache does not keep
  };
  Kind kind = Kind::hit;
  std::uint64_t address = 0;
  std::uint32_t bytes = 0;
  std::uint32_t slot = 0;  // of hit, fill, prefetch: the line's place in the cache
};

/// Sets of least-recently-used lines. A fill goes out before the write-back that it causes (a write buffer).
class CacheLines {
 public:
  /// Nothing is fetched from `memory_bytes` on. Throws common::Error for a spec that makes no cache.
  CacheLines(const CacheSpec& spec, std::int64_t memory_bytes);

  /// One burst through the cache. Appends to `actions`.
  void access(std::uint64_t address, std::uint32_t bytes, bool write, std::vector<Action>& actions);

  /// One burst around it: what is dirty of it is written back first, what it writes is dropped.
  void pass_by(std::uint64_t address, std::uint32_t bytes, bool write, std::vector<Action>& actions);

  void reset();
  const CacheCounters& counters() const { return counters_; }
  /// What has been fetched ahead until now is no prefetch of these counters, used or not.
  void reset_counters() {
    counters_ = {};
    ++count_;
  }
  std::uint32_t slots() const { return static_cast<std::uint32_t>(lines_.size()); }

 private:
  static constexpr std::uint32_t none = 0xffffffff;
  struct Line {
    std::uint64_t number = 0;
    bool valid = false, dirty = false, prefetched = false;
    std::uint32_t count = 0;                   // in which it was fetched ahead
    std::uint32_t newer = none, older = none;  // in its set
  };
  struct Set {
    std::uint32_t newest = none, oldest = none;
  };

  Set& set_of(std::uint32_t slot) { return sets_[slot / ways_]; }
  std::uint32_t find(std::uint64_t number) const;
  void unlink(std::uint32_t slot);
  void make_newest(std::uint32_t slot);
  void make_oldest(std::uint32_t slot);
  std::uint32_t take_in(std::uint64_t number, Action::Kind kind, std::vector<Action>& actions);
  void fetch_ahead(std::uint64_t number, std::vector<Action>& actions);
  bool first_use(Line& line);
  void read_line(std::uint64_t number, std::vector<Action>& actions);
  void write_line(std::uint64_t number, std::uint64_t address, std::uint32_t bytes, std::vector<Action>& actions);
  void write_through(std::uint64_t address, std::uint32_t bytes, std::vector<Action>& actions);

  CacheSpec spec_;
  unsigned line_shift_ = 0;
  std::uint64_t line_bytes_ = 32, memory_lines_ = 0;
  std::uint32_t ways_ = 1;
  std::vector<Line> lines_;
  std::vector<Set> sets_;
  std::unordered_map<std::uint64_t, std::uint32_t> where_;  // looked up, never walked over
  CacheCounters counters_;
  std::uint32_t count_ = 0;  // how often the counters were set back
};

}  // namespace presil::cache
