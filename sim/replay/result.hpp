// What a replay found: latency, stacks, units, memories, operators, energy. A value; printing comes later, elsewhere.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "models/cache/cache_spec.hpp"
#include "models/common/causes.hpp"
#include "models/common/memory_timing.hpp"
#include "models/common/op_class.hpp"

namespace presil::replay {

using common::CauseTimes;
using common::OpClass;
using common::Tick;

/// Time booked as arbitration because another unit or a traffic master held what was needed.
struct LostTo {
  std::string master;
  Tick ps = 0;
};

/// A unit's engine (a queue of the schedule) over [0, latency): busy + stalls + idle = latency.
struct UnitResult {
  std::string name;  // queue name: "npu", "npu.in", "cpu"
  std::string unit;
  Tick busy = 0, idle = 0;
  CauseTimes stalls;
  std::int64_t jobs = 0;
  std::int64_t moved_bytes = 0;  // of its transfers, as asked for
  std::vector<LostTo> lost;      // of its transfers' time
};

/// Bytes of one kind of data.
struct Traffic {
  std::int64_t read_bytes = 0, write_bytes = 0;  // as asked for by the schedule, without beat rounding
  std::int64_t redundant_read_bytes = 0, redundant_write_bytes = 0;  // of them halo, re-fetch and spill
};

/// A memory over [0, latency): busy + stalls + idle = latency.
struct MemoryResult {
  std::string name, type;
  common::MemoryCounters counters;            // as moved, in whole beats; behind a cache whole lines
  std::optional<cache::CacheCounters> cache;  // in front of it
  std::int64_t useful_bytes = 0;              // moved for the first time: moved - redundant - beat rounding
  std::array<Traffic, 5> kinds{};             // by traces::DataKind: input, weights, output, spill, none
  Tick busy = 0, idle = 0;
  CauseTimes stalls;
  std::int64_t size_bytes = 0, peak_bytes = 0;  // capacity, and high-water mark of the allocation
  double peak_bytes_per_second = 0;
};

/// A tensor's place, for the memory map.
struct BufferResult {
  std::string name, memory;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::int32_t first_op = 0, last_op = 0;
  bool constant = false;
};

enum class Bound : std::uint8_t { compute, memory, overhead, none };
const char* name(Bound bound);

struct OperatorResult {
  std::int32_t index = 0;
  std::string name, type, unit;
  OpClass op_class = OpClass::other;
  std::int32_t fused_into = -1;
  std::string free_reason, fallback_reason, note;
  Tick start = 0, end = 0;  // first job's start, last job's end; 0, 0 when it has no jobs
  CauseTimes stack;         // its share of the latency stack
  std::int64_t macs = 0, tiles = 0;
  std::int32_t tile_h = 0, tile_w = 0, tile_oc = 0;
  std::vector<std::int64_t> output_shape;
  double utilisation = 0;          // macs / (peak MACs in the time its compute jobs took); 0 without MACs
  std::string utilisation_reason;  // in words: "17 output channels on 16 lanes: 2 passes, 47 % idle"
  Bound bound = Bound::none;
  std::vector<std::int64_t> read_bytes, write_bytes;  // by memory, in the order of Result::memories
  std::int64_t redundant_bytes = 0;
  std::optional<double> energy_uj;
};

/// One job, for timelines; filled on request.
struct JobResult {
  std::uint32_t id = 0;
  std::uint16_t queue = 0;
  std::uint8_t kind = 0, data = 0;  // traces::JobKind, traces::DataKind
  std::int32_t op = -1, tile = 0, inference = 0;
  Tick start = 0, end = 0;
  std::int32_t bind = -1;  // job that ended at `start` and held this one back; -1: none
  CauseTimes causes;       // sums to end - start
};

struct TilingOverhead {
  std::int64_t extra_bytes = 0;  // halo + re-fetch + spill
  std::int64_t halo_bytes = 0, refetch_bytes = 0, spill_bytes = 0;
  std::int64_t extra_macs = 0;
  std::optional<Tick> overhead;  // latency minus that of the schedule without all of it; on request
  std::optional<Tick> bytes_part, macs_part, setup_part;  // sum to `overhead`
};

struct EnergyPart {
  std::string component, what;  // "sram", "read"; "npu", "mac_int8"; "dram", "static"
  std::optional<double> uj;     // empty: the figure is missing in the hardware file
};

struct TrafficMaster {
  std::string name;
  std::int64_t bytes = 0, late_bursts = 0;
  Tick worst_wait = 0;
  std::int64_t periods = 0, missed_periods = 0;  // frames, runs of a task or bursts; of them those with a late burst
  bool has_deadline = true;
  Tick taken = 0;  // what the inference's transfers lost to it
};

struct Result {
  std::string network, network_digest, hardware, hardware_digest;
  std::string main_unit;
  std::int64_t main_hz = 0;
  Tick latency = 0;  // of all inferences replayed
  CauseTimes stack;  // sums to latency
  std::vector<UnitResult> units;
  std::vector<MemoryResult> memories;
  std::vector<BufferResult> buffers;
  std::vector<OperatorResult> operators;
  TilingOverhead tiling;
  std::vector<EnergyPart> energy;
  std::optional<double> energy_uj;  // empty when any part is missing
  std::vector<TrafficMaster> traffic;
  std::vector<std::string> notes;  // loud: generic rates, assumed figures, nothing to load at a cold start
  std::int64_t jobs = 0, bursts = 0;
  double dependency_share = 0;      // of unit-stall time booked as `dependency`, 0...1
  double peak_macs_per_second = 0;  // of the main unit, for the roofline
  // With several inferences: ends of each, and the steady interval between the last two.
  std::vector<Tick> inference_ends;
  std::optional<Tick> cold_latency,
      warm_latency;                 // of a lone inference; set by whoever ran it, from a replay of its own
  std::vector<JobResult> timeline;  // empty unless asked for
};

}  // namespace presil::replay
