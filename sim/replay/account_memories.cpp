#include <algorithm>

#include "sim/replay/account_parts.hpp"

namespace presil::replay {

using common::Area;
using traces::DataKind;
using traces::Job;
using traces::JobKind;

namespace {

/// High-water mark: the most bytes that live at any one operator; constants live always.
std::int64_t peak_bytes(const traces::Schedule& s, std::size_t memory) {
  std::vector<std::int64_t> change(s.operators.size() + 1, 0);  // of live bytes, by position
  std::int64_t live = 0;
  for (const traces::Buffer& b : s.buffers) {
    if (static_cast<std::size_t>(b.memory) != memory) continue;
    if (b.constant) {
      live += b.bytes;
    } else {
      change[static_cast<std::size_t>(b.first_op)] += b.bytes;
      change[static_cast<std::size_t>(b.last_op) + 1] -= b.bytes;
    }
  }
  std::int64_t peak = live;
  for (const std::int64_t c : change) live += c, peak = std::max(peak, live);
  return peak;
}

class Tally {
 public:
  Tally(const Evidence& e, Result& r) : e_(e), r_(r) {}

  void add(const Job& j) {
    if (j.kind == JobKind::transfer) move(j, e_.schedule.areas[static_cast<std::size_t>(j.area)], j.write);
    if (j.kind == JobKind::copy) {
      move(j, e_.schedule.areas[static_cast<std::size_t>(j.area)], false);
      move(j, e_.schedule.areas[static_cast<std::size_t>(j.to_area)], true);
    }
    if (j.work >= 0 && (j.kind == JobKind::compute || j.kind == JobKind::kernel))
      r_.tiling.extra_macs += e_.schedule.works[static_cast<std::size_t>(j.work)].recomputed_macs;
  }

 private:
  void move(const Job& j, const Area& area, bool write) {
    const auto m = static_cast<std::size_t>(e_.wiring.memory_of[static_cast<std::size_t>(area.memory)]);
    MemoryResult& memory = r_.memories[m];
    Traffic& kind = memory.kinds[static_cast<std::size_t>(j.data)];
    OperatorResult& op = r_.operators[static_cast<std::size_t>(j.op)];
    const std::int64_t bytes = area.bytes();
    const std::int64_t redundant = j.redundant ? bytes : bytes - area.useful_bytes();
    (write ? kind.write_bytes : kind.read_bytes) += bytes;
    (write ? kind.redundant_write_bytes : kind.redundant_read_bytes) += redundant;
    (write ? op.write_bytes : op.read_bytes)[m] += bytes;
    op.redundant_bytes += redundant;
    memory.useful_bytes += bytes - redundant;
    r_.tiling.extra_bytes += redundant;
    if (!j.redundant)
      r_.tiling.halo_bytes += redundant;
    else if (j.data == DataKind::spill)
      r_.tiling.spill_bytes += redundant;
    else
      r_.tiling.refetch_bytes += redundant;
  }

  const Evidence& e_;
  Result& r_;
};

}  // namespace

void account_memories(const Evidence& e, Result& r) {
  const std::size_t count = e.hardware.memories.size();
  r.memories.resize(count);
  for (std::size_t m = 0; m < count; ++m) {
    MemoryResult& memory = r.memories[m];
    memory.name = e.hardware.memories[m].name;
    memory.type = e.hardware.memories[m].type();
    memory.size_bytes = e.hardware.memories[m].size_bytes;
    memory.counters = e.outcome.counters[m];
    memory.cache = e.outcome.caches[m];
    memory.busy = e.outcome.activity[m].busy;
    memory.idle = e.outcome.activity[m].idle;
    memory.stalls = e.outcome.activity[m].stalls;
    memory.peak_bytes_per_second = e.outcome.peak_bytes_per_second[m];
  }
  for (std::size_t m = 0; m < e.schedule.memories.size(); ++m)
    r.memories[static_cast<std::size_t>(e.wiring.memory_of[m])].peak_bytes = peak_bytes(e.schedule, m);
  for (OperatorResult& op : r.operators) op.read_bytes.assign(count, 0), op.write_bytes.assign(count, 0);
  Tally tally(e, r);
  for (const Job& j : e.schedule.jobs) tally.add(j);
  for (const traces::Buffer& b : e.schedule.buffers)
    r.buffers.push_back({b.name, e.schedule.memories[static_cast<std::size_t>(b.memory)], b.address, b.bytes,
                         b.first_op, b.last_op, b.constant});
}

}  // namespace presil::replay
