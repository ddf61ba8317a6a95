// Closed-loop replay of an address trace on one memory: how fast it goes with a window of outstanding requests.
#pragma once

#include <cstdint>
#include <vector>

#include "models/common/causes.hpp"
#include "models/common/memory_timing.hpp"
#include "models/dram/trace_file.hpp"

namespace presil::dram {

/// When a write leaves the window.
enum class WriteRelease : std::uint8_t {
  answered,  // with its answer: at once where writes are posted, else with its data
  command,   // when its last write command issues, `write_latency` before its data
  data_end   // when its data have moved
};

struct PlayerSpec {
  int window = 64;                // outstanding requests, or units of `window_unit` bytes of each direction
  std::uint32_t window_unit = 0;  // bytes; 0 = the window counts requests of both directions together
  WriteRelease write_release = WriteRelease::answered;
  common::Tick write_latency = 0;        // last write command to first data of its device burst ...
  common::Tick write_burst = 0;          // ... and the time of that
  bool ends_with_write_command = false;  // the last write counts to its command, not to its data
};

struct PlayerResult {
  common::Tick elapsed = 0;
  std::int64_t bytes = 0;
  double bandwidth = 0;  // bytes per second
  double percent_of_peak = 0;
  common::Tick mean_read_latency = 0, p99_read_latency = 0;  // entry to last data
  common::MemoryCounters counters;
  common::CauseTimes causes;  // sums to `elapsed`: each picosecond by the request that completes next
};

/// Requests enter in the order of the trace, as soon as the window and the memory have room; one that does not fit
/// keeps all behind it out. Each request is one bus burst. The memory must be fresh (after reset()). Throws
/// common::Error for an address outside `size_bytes`.
PlayerResult play(const std::vector<TraceRequest>& requests, const PlayerSpec& spec, common::MemoryTiming& memory,
                  std::int64_t size_bytes);

}  // namespace presil::dram
