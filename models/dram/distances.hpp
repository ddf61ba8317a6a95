// Smallest distances between two commands in clocks, derived from the JEDEC parameters of a DramSpec.
#pragma once

#include "models/dram/command.hpp"
#include "models/dram/dram_spec.hpp"

namespace presil::dram {

/// Index 0 = read, 1 = write, as everywhere in this folder.
struct Distances {
  Cycle burst = 0;               // clocks a device burst occupies the data bus
  Cycle latency[2] = {0, 0};     // command to first data
  Cycle same_s = 0, same_l = 0;  // read to read, write to write: other bank group, same bank group
  Cycle read_to_write = 0;       // any bank of the channel
  Cycle write_to_read_s = 0, write_to_read_l = 0;
  Cycle to_precharge[2] = {0, 0};  // column command to precharge of its bank
  Cycle auto_to_act[2] = {0, 0};   // column command with auto-precharge to the next activation of its bank
  Cycle rcd = 0, rp = 0, ras = 0, rc = 0;
  Cycle rrd_s = 0, rrd_l = 0, faw = 0, ppd = 0;
  Cycle rfc = 0, rfc_bank = 0, refi = 0;
  Cycle cke = 0, xp = 0, xs = 0;
  Cycle to_rest[2] = {0, 0};  // column command to power-down or self-refresh
  // In lockstep (see lockstep.hpp) a command stands for one or some to each bank group, and its time is the first
  // one's.
  int lanes = 1, lane_columns = 1;      // bank groups; column commands to each
  Cycle column_gap = 0, row_gap = 0;    // between two commands, whatever their groups
  Cycle column_tail = 0, row_tail = 0;  // from the first command to the last one

  /// Two groups alternate until they are done, then the next two.
  Cycle column_of_lane(int lane, int column = 0) const {
    return ((lane / 2 * lane_columns + column) * 2 + lane % 2) * column_gap;
  }
  Cycle row_of_lane(int lane) const { return lane * row_gap; }
};

inline Distances distances(const DramSpec& spec) {
  const DramTimingSpec& t = spec.timing;
  Distances d;
  d.burst = spec.burst_length / spec.beats_per_clock;
  d.latency[0] = t.tRL;
  d.latency[1] = t.tWL;
  d.same_s = t.tCCD_S;
  d.same_l = t.tCCD_L;
  d.read_to_write = t.tRL + d.burst + t.tRTRS - t.tWL;  // the read's data, a gap, the write's data
  d.write_to_read_s = t.tWL + d.burst + t.tWTR_S;
  d.write_to_read_l = t.tWL + d.burst + t.tWTR_L;
  d.to_precharge[0] = t.tRTP;
  d.to_precharge[1] = t.tWL + d.burst + t.tWR;
  d.auto_to_act[0] = t.tRDA != 0 ? t.tRDA : t.tRTP + t.tRP;
  d.auto_to_act[1] = d.to_precharge[1] + t.tRP;
  d.rcd = t.tRCD;
  d.rp = t.tRP;
  d.ras = t.tRAS;
  d.rc = t.tRAS + t.tRP;
  d.rrd_s = t.tRRD_S;
  d.rrd_l = t.tRRD_L;
  d.faw = t.tFAW;
  d.ppd = t.tPPD;
  d.rfc = t.tRFC;
  d.rfc_bank = t.tRFCpb;
  d.cke = t.tCKE;
  d.xp = t.tXP;
  d.xs = t.tXS;
  d.to_rest[0] = t.tRL + d.burst + 1;
  d.to_rest[1] = t.tWL + d.burst + t.tWR + 1;
  d.refi = t.tREFI;
  return d;
}

}  // namespace presil::dram
