// What holds of every DRAM after any traffic: rules kept, nothing lost, nothing doubled.
#pragma once

#include <gtest/gtest.h>

#include <vector>

#include "models/dram/address_map.hpp"
#include "tests/support/dram_checker.hpp"
#include "tests/support/dram_example.hpp"

namespace presil::tests {

/// `drive` pushes bursts until nothing waits any more.
template <typename F>
void expect_rules_kept_and_all_served(const dram::DramSpec& spec, F&& drive) {
  using dram::CommandKind;
  DramDriver d(spec);
  std::vector<dram::Command> log;
  d.memory.record(&log);
  drive(d);
  EXPECT_EQ(DramChecker(spec).check(log), "");

  std::int64_t columns = 0, activates = 0;
  for (const dram::Command& command : log) {
    if (command.kind == CommandKind::activate) ++activates;
    if (command.kind == CommandKind::read || command.kind == CommandKind::write ||
        command.kind == CommandKind::read_precharge || command.kind == CommandKind::write_precharge) {
      ++columns;
    }
  }
  const common::MemoryCounters& counters = d.memory.counters();
  EXPECT_EQ(columns, counters.bursts);
  EXPECT_EQ(columns * dram::burst_bytes(spec), counters.read_bytes + counters.write_bytes);
  EXPECT_EQ(activates, counters.row_misses + counters.row_conflicts);
  for (std::size_t i = 0; i < d.served.size(); ++i) {
    ASSERT_EQ(d.served[i], 1) << "burst " << i;
    EXPECT_GT(d.services[i].data_start, d.arrivals[i]);
    EXPECT_GT(d.services[i].data_end, d.services[i].data_start);
  }
}

}  // namespace presil::tests
