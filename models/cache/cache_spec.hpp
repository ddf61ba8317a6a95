// Parameters of a cache in front of an external memory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace presil::cache {

struct CacheSpec {
  std::int64_t size_bytes = 0;
  std::int64_t line_bytes = 32;     // a power of two; what a miss moves
  int ways = 4;                     // 0: fully associative
  bool write_back = true;           // a written line waits until it is evicted; false: written through at once
  bool write_allocate = true;       // a written line that is not there is taken in; false: written around
  int prefetch_lines = 0;           // that follow a missed line, or one whose prefetch was used, are fetched ahead
  std::int64_t hz = 0;              // clock of its port
  std::int64_t width_bits = 64;     // of its port
  std::int64_t latency_cycles = 1;  // look-up: of a hit, and on top of the memory's answer for a miss
  std::vector<std::string> users;   // units and traffic whose accesses go through it; empty: all
};

/// Accesses count once for each line that a burst touches.
struct CacheCounters {
  std::int64_t read_bytes = 0, write_bytes = 0;  // asked for through the cache
  std::int64_t passed_bytes = 0;                 // by masters that go around it
  std::int64_t hits = 0, misses = 0;
  std::int64_t fills = 0;                              // lines fetched for a miss; a line written whole needs none
  std::int64_t prefetches = 0, useful_prefetches = 0;  // lines fetched ahead; of them asked for later
  std::int64_t write_backs = 0;                        // lines
  std::int64_t written_through_bytes = 0;
};

}  // namespace presil::cache
