#include "models/dram/lockstep.hpp"

#include <algorithm>

namespace presil::dram {
namespace {

constexpr Cycle activations_in_faw = 4;

Cycle rounded_up(Cycle value, Cycle step) {
  return (value + step - 1) / step * step;
}

}  // namespace

bool can_lockstep(const DramSpec& spec, const AddressMap& map) {
  const DramTimingSpec& t = spec.timing;
  const bool groups_matter = t.tCCD_L > t.tCCD_S && t.tCCD_L <= 2 * t.tCCD_S;
  const bool one_queue = spec.channels == 1 && spec.whole_bursts && spec.bank_queue == 0;
  const bool oldest_first = spec.arbitration == BankArbitration::oldest && !spec.active_first && !spec.hit_fixes_type;
  const bool rows_stay = spec.page_policy == PagePolicy::open && spec.refresh_mode == RefreshMode::all_banks &&
                         spec.precharge_all && spec.power_down_after == 0 && spec.self_refresh_after == 0;
  const bool slots_left = spec.command_clocks + std::max(spec.command_clocks, spec.precharge_clocks) <= t.tCCD_S;
  return spec.lockstep && map.group_columns() > 0 && groups_matter && one_queue && oldest_first && rows_stay &&
         slots_left && std::min(spec.read_queue, spec.write_queue) >= 2 * spec.bank_groups * map.group_columns();
}

DramSpec lockstep_spec(const DramSpec& spec, int group_columns) {
  DramSpec wide = spec;
  wide.bank_groups = 1;
  const auto scale = [](int& count, int by) { count = count == 0 ? 0 : std::max(1, count / by); };  // 0: no limit
  for (int* count : {&wide.read_queue, &wide.write_queue, &wide.write_high, &wide.max_run, &wide.max_writes_in_turn,
                     &wide.max_reads_in_turn}) {
    scale(*count, spec.bank_groups * group_columns);
  }
  scale(wide.row_hit_cap, group_columns);
  wide.write_low = std::min(spec.write_low / (spec.bank_groups * group_columns), wide.write_high - 1);
  return wide;
}

Distances lockstep_distances(const DramSpec& spec, int group_columns) {
  Distances d = distances(spec);
  d.lanes = spec.bank_groups;
  d.lane_columns = group_columns;
  d.column_gap = d.same_s;
  // A multiple of the columns' distance keeps all of them off the columns; twice that leaves room for another one.
  const Cycle faw = d.lanes > activations_in_faw ? (d.faw + activations_in_faw - 1) / activations_in_faw : 0;
  d.row_gap = rounded_up(std::max({d.rrd_s, d.ppd, faw, 2 * d.same_s}), d.same_s);
  d.column_tail = d.column_of_lane(d.lanes - 1, group_columns - 1);
  d.row_tail = d.row_of_lane(d.lanes - 1);

  const Cycle own_columns = (group_columns - 1) * 2 * d.column_gap;  // of one group, from the first to the last
  Cycle opened_late = 0, closed_early = 0;                           // by how much at most, beside its columns
  for (int lane = 0; lane < d.lanes; ++lane) {
    opened_late = std::max(opened_late, d.row_of_lane(lane) - d.column_of_lane(lane));
    closed_early = std::max(closed_early, d.column_of_lane(lane) + own_columns - d.row_of_lane(lane));
  }
  d.rcd += opened_late;
  for (Cycle& to_precharge : d.to_precharge) to_precharge += closed_early;
  d.burst += d.column_tail;
  d.read_to_write += d.column_tail;
  d.write_to_read_s = d.write_to_read_l = std::max(d.write_to_read_l + own_columns, d.write_to_read_s + d.column_tail);
  d.rrd_s = d.rrd_l = std::max(d.rrd_l, d.row_tail + d.rrd_s);
  d.ppd += d.row_tail;
  d.same_s = d.same_l = d.column_tail + d.column_gap;
  return d;
}

}  // namespace presil::dram
