// One memory of a chip by itself: an address trace replayed on it, and its curve of bandwidth over burst length and
// stride.
#pragma once

#include <string>
#include <vector>

#include "models/dram/trace_file.hpp"
#include "models/dram/trace_player.hpp"
#include "sim/hw/hardware.hpp"

namespace presil::study {

struct MemoryRun {
  std::string memory, type;
  double peak_bytes_per_second = 0;
  int window = 0;  // outstanding requests, or device bursts where `bursts`
  bool bursts = false;
  std::int64_t requests = 0;
  dram::PlayerResult result;
};

/// Throws common::Error for an unknown memory, an address outside it, or `bursts` on a memory that is no DRAM.
MemoryRun replay_trace(const hw::Hardware& hardware, const std::string& memory, const dram::Trace& trace, int window,
                       bool bursts);

/// One point of the curve.
struct SweepPoint {
  std::uint32_t burst_bytes = 0;
  std::uint64_t stride_bytes = 0;       // from one request to the next; 0: random addresses, from a fixed seed
  double read = 0, write = 0, mix = 0;  // bytes per second; mix: every other request writes. 0 where writing is refused
};

/// Bursts of 16 B to 4 KiB, one after another, 4 KiB apart, and at random; 16 requests outstanding.
std::vector<SweepPoint> sweep_memory(const hw::Hardware& hardware, const std::string& memory);

std::string table(const MemoryRun& run);
std::string json(const MemoryRun& run);
std::string table(const std::vector<SweepPoint>& sweep, double peak_bytes_per_second);
std::string json(const std::vector<SweepPoint>& sweep);

}  // namespace presil::study
