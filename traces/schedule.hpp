// The schedule as a value: what every unit does in which order, on which bytes, after what. Work, never durations.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/common/area.hpp"
#include "models/common/work.hpp"

namespace presil::traces {

using common::Area;
using common::OpClass;
using common::Work;

enum class JobKind : std::uint8_t {
  transfer,  // between a memory and the unit's own buffer, one area
  copy,      // from one memory to another, two areas of equal size
  launch,    // the unit's front end starts a hardware operator
  compute,   // NPU: one tile
  kernel,    // CPU: one operator or a part of it
  hand_over  // CPU: interrupt, driver call, cache maintenance between units
};
const char* name(JobKind kind);

/// Kind of data that a transfer moves, for the traffic tables.
enum class DataKind : std::uint8_t { input, weights, output, spill, none };
inline constexpr int data_kind_count = 5;
const char* name(DataKind kind);

struct Job {
  JobKind kind = JobKind::transfer;
  DataKind data = DataKind::none;
  bool write = false;       // transfer: towards the memory
  bool redundant = false;   // the whole job repeats what was moved before (re-fetch), or spills
  std::uint16_t queue = 0;  // index in Schedule::queues
  std::int32_t op = -1;     // index in Schedule::operators
  std::int32_t tile = 0;    // number of the tile within the operator
  std::int32_t inference = 0;
  std::int32_t area = -1;                        // index in Schedule::areas: source, or the only one
  std::int32_t to_area = -1;                     // copy: destination
  std::int32_t work = -1;                        // index in Schedule::works
  std::uint32_t first_edge = 0, edge_count = 0;  // the job ids in Schedule::edges that must end before this one starts
};

/// An in-order queue of jobs: an engine of a unit. Jobs of one queue run in the order of their ids.
struct Queue {
  std::string name;  // "npu", "npu.in", "npu.weights", "npu.out", "cpu", ...: unique
  std::string unit;  // of the hardware file
  std::int32_t core = 0;
};

/// Where a tensor (or a staging buffer) lies and for how long. Two buffers of one memory that overlap in addresses must
/// not overlap in life. Life is counted in positions of `operators`, both ends included.
struct Buffer {
  std::string name;
  std::int32_t memory = 0;
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::int32_t first_op = 0, last_op = 0;
  bool constant = false;
};

/// One row per operator of the network, in its order; what reports say about it that the jobs do not.
struct OperatorInfo {
  std::int32_t index = 0;
  std::string name;  // of its output tensor
  std::string type;  // builtin name
  OpClass op_class = OpClass::other;
  std::string unit;              // that runs it
  std::int32_t fused_into = -1;  // index of the operator whose jobs include it
  std::string free_reason;       // why it has no jobs, empty when it has
  std::string fallback_reason;   // why not on the preferred unit
  std::string note;              // generic rate and the like: what the user must know
  std::int64_t macs = 0;
  std::int32_t tiles = 0;
  std::int32_t tile_h = 0, tile_w = 0, tile_oc = 0;  // largest tile
  std::vector<std::int64_t> output_shape;
};

struct Schedule {
  std::int32_t version = 1;
  std::string network, network_digest;
  std::string hardware, hardware_digest;
  std::vector<std::string> memories;  // names; Area::memory and Buffer::memory index this list
  std::vector<Queue> queues;
  std::vector<OperatorInfo> operators;
  std::vector<Buffer> buffers;
  std::vector<Area> areas;
  std::vector<Work> works;
  std::vector<Job> jobs;  // an edge always points to a smaller id, except in hand-edited files
  std::vector<std::uint32_t> edges;
};

}  // namespace presil::traces
