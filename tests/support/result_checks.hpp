// What every Result must satisfy (the conservation laws), and when two of them are the same to the bit.
#pragma once

#include <gtest/gtest.h>

#include "sim/replay/result.hpp"

namespace presil::test {

/// Units, memories and the latency stack sum to the latency; bytes moved, useful and redundant match.
inline void expect_consistent(const replay::Result& r) {
  using common::Tick;
  EXPECT_EQ(r.stack.total(), r.latency);
  common::CauseTimes operators;
  for (const auto& op : r.operators) operators += op.stack;
  EXPECT_TRUE(operators == r.stack) << "the operators' stacks do not sum to the whole";
  for (const Tick t : r.stack.ps) EXPECT_GE(t, 0);
  for (const auto& u : r.units) {
    EXPECT_EQ(u.busy + u.idle + u.stalls.total(), r.latency) << u.name;
    EXPECT_GE(u.idle, 0) << u.name;
    for (const Tick t : u.stalls.ps) EXPECT_GE(t, 0) << u.name;
  }
  std::int64_t redundant = 0, of_operators = 0, useful_and_redundant = 0, asked_in_all = 0;
  for (std::size_t m = 0; m < r.memories.size(); ++m) {
    const auto& memory = r.memories[m];
    EXPECT_EQ(memory.busy + memory.idle + memory.stalls.total(), r.latency) << memory.name;
    EXPECT_GE(memory.busy, 0) << memory.name;
    EXPECT_GE(memory.idle, 0) << memory.name;
    for (const Tick t : memory.stalls.ps) EXPECT_GE(t, 0) << memory.name;
    std::int64_t read = 0, written = 0, extra = 0;
    for (const auto& k : memory.kinds) {
      read += k.read_bytes, written += k.write_bytes;
      extra += k.redundant_read_bytes + k.redundant_write_bytes;
    }
    EXPECT_EQ(memory.useful_bytes, read + written - extra) << memory.name;
    if (memory.cache) {  // what it holds need not be moved again
      EXPECT_GE(memory.cache->read_bytes + memory.cache->write_bytes + memory.cache->passed_bytes, read + written)
          << memory.name;
    } else {
      EXPECT_GE(memory.counters.read_bytes, read) << memory.name;  // whole beats
      EXPECT_GE(memory.counters.write_bytes, written) << memory.name;
    }
    std::int64_t op_read = 0, op_written = 0;
    for (const auto& op : r.operators) op_read += op.read_bytes[m], op_written += op.write_bytes[m];
    EXPECT_EQ(op_read, read) << memory.name;
    EXPECT_EQ(op_written, written) << memory.name;
    redundant += extra;
    useful_and_redundant += memory.useful_bytes + extra;
    asked_in_all += read + written;
  }
  EXPECT_EQ(useful_and_redundant, asked_in_all);
  for (const auto& op : r.operators) of_operators += op.redundant_bytes;
  EXPECT_EQ(r.tiling.extra_bytes, redundant);
  EXPECT_EQ(r.tiling.extra_bytes, of_operators);
  EXPECT_EQ(r.tiling.extra_bytes, r.tiling.halo_bytes + r.tiling.refetch_bytes + r.tiling.spill_bytes);
  Tick last = 0;
  for (const Tick t : r.inference_ends) last = std::max(last, t);
  EXPECT_EQ(last, r.latency);
}

inline void expect_same(const replay::Result& a, const replay::Result& b) {
  EXPECT_EQ(a.latency, b.latency);
  EXPECT_TRUE(a.stack == b.stack);
  EXPECT_EQ(a.bursts, b.bursts);
  EXPECT_EQ(a.inference_ends, b.inference_ends);
  EXPECT_EQ(a.notes, b.notes);
  EXPECT_EQ(a.tiling.overhead, b.tiling.overhead);
  EXPECT_EQ(a.tiling.bytes_part, b.tiling.bytes_part);
  EXPECT_EQ(a.tiling.macs_part, b.tiling.macs_part);
  ASSERT_EQ(a.timeline.size(), b.timeline.size());
  for (std::size_t i = 0; i < a.timeline.size(); ++i) {
    const auto &x = a.timeline[i], &y = b.timeline[i];
    EXPECT_EQ(x.start, y.start) << "job " << i;
    EXPECT_EQ(x.end, y.end) << "job " << i;
    EXPECT_EQ(x.bind, y.bind) << "job " << i;
    for (std::size_t c = 0; c < common::cause_count; ++c)
      EXPECT_EQ(x.causes.ps[c], y.causes.ps[c]) << "job " << i << ": " << common::name(static_cast<common::Cause>(c));
  }
  ASSERT_EQ(a.units.size(), b.units.size());
  for (std::size_t i = 0; i < a.units.size(); ++i) {
    EXPECT_EQ(a.units[i].busy, b.units[i].busy) << a.units[i].name;
    EXPECT_EQ(a.units[i].idle, b.units[i].idle) << a.units[i].name;
    EXPECT_TRUE(a.units[i].stalls == b.units[i].stalls) << a.units[i].name;
  }
  ASSERT_EQ(a.memories.size(), b.memories.size());
  for (std::size_t i = 0; i < a.memories.size(); ++i) {
    const auto &x = a.memories[i], &y = b.memories[i];
    EXPECT_EQ(x.busy, y.busy) << x.name;
    EXPECT_EQ(x.idle, y.idle) << x.name;
    EXPECT_TRUE(x.stalls == y.stalls) << x.name;
    EXPECT_EQ(x.counters.read_bytes, y.counters.read_bytes) << x.name;
    EXPECT_EQ(x.counters.write_bytes, y.counters.write_bytes) << x.name;
    EXPECT_EQ(x.counters.bursts, y.counters.bursts) << x.name;
    EXPECT_EQ(x.counters.row_hits, y.counters.row_hits) << x.name;
    EXPECT_EQ(x.counters.row_misses, y.counters.row_misses) << x.name;
    EXPECT_EQ(x.counters.row_conflicts, y.counters.row_conflicts) << x.name;
    EXPECT_EQ(x.counters.refreshes, y.counters.refreshes) << x.name;
    EXPECT_EQ(x.counters.turnarounds, y.counters.turnarounds) << x.name;
  }
  ASSERT_EQ(a.operators.size(), b.operators.size());
  for (std::size_t i = 0; i < a.operators.size(); ++i) {
    EXPECT_TRUE(a.operators[i].stack == b.operators[i].stack) << i;
    EXPECT_EQ(a.operators[i].start, b.operators[i].start) << i;
    EXPECT_EQ(a.operators[i].end, b.operators[i].end) << i;
    EXPECT_EQ(a.operators[i].utilisation, b.operators[i].utilisation) << i;
    EXPECT_EQ(a.operators[i].energy_uj, b.operators[i].energy_uj) << i;
  }
  ASSERT_EQ(a.traffic.size(), b.traffic.size());
  for (std::size_t i = 0; i < a.traffic.size(); ++i) {
    EXPECT_EQ(a.traffic[i].bytes, b.traffic[i].bytes);
    EXPECT_EQ(a.traffic[i].late_bursts, b.traffic[i].late_bursts);
    EXPECT_EQ(a.traffic[i].worst_wait, b.traffic[i].worst_wait);
  }
}

}  // namespace presil::test
