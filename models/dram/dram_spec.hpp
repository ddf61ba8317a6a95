// Parameters of a DRAM and its controller: JEDEC timing in clocks, geometry, queue and policies, each with a name.
#pragma once

#include <cstdint>
#include <string>

namespace presil::dram {

/// Timing in clocks of `hz` (the command clock). Names are those of the JEDEC standards.
struct DramTimingSpec {
  int tRL = 0, tWL = 0, tRCD = 0, tRP = 0, tRAS = 0, tRFC = 0, tREFI = 0;
  int tRRD_S = 0, tRRD_L = 0, tFAW = 0, tCCD_S = 0, tCCD_L = 0;
  int tWTR_S = 0, tWTR_L = 0, tWR = 0, tRTP = 0, tRTRS = 1, tPPD = 0;
  int tRFCpb = 0;  // refresh of one bank
  int tCKE = 0, tXP = 0,
      tXS = 0;   // shortest stay in or out of power-down; from leaving it, or self-refresh, to a command
  int tRDA = 0;  // read with auto-precharge to the activation of the same bank; 0 = tRTP + tRP
};

enum class PagePolicy : std::uint8_t {
  open,     // rows stay open until a conflict or a refresh
  closed,   // every column command carries auto-precharge
  adaptive  // a column command carries auto-precharge when no burst that waits hits its row
};
enum class WriteDrain : std::uint8_t {
  batch,       // drain starts when the write buffer is full and moves what it held then (DRAMsim3); with bank queues
  watermarks,  // between a high and a low watermark (Ramulator 2); with one shared buffer
  none         // reads and writes in one order (DRAMSys); with one shared buffer, or bank queues and read_queue 0
};
enum class BankArbitration : std::uint8_t {
  oldest,      // of the commands that are ready the one for the oldest burst
  round_robin  // banks in turn, starting behind the one served last; within a bank the oldest
};
enum class ConflictRule : std::uint8_t {
  hits_first,   // a row is closed when no burst that waits hits it, or it has served row_hit_cap bursts
  oldest_first  // a row is closed as soon as timing allows when the oldest burst of the bank wants another one
};

enum class RefreshMode : std::uint8_t {
  all_banks,  // all banks of a channel at once, every tREFI
  per_bank    // one bank after the other, each every tREFI; the others go on (LPDDR)
};

struct DramSpec {
  std::string preset;  // name of the preset it came from, for messages; empty when given in full
  std::int64_t size_bytes = 0;
  std::int64_t hz = 0;      // command clock: 1600 MHz for LPDDR4-3200
  int beats_per_clock = 2;  // data beats in a command clock: 2, or 8 where WCK runs at four times CK
  int channels = 1;
  int bus_bits = 16;      // of one channel
  int burst_length = 16;  // beats of one device burst
  int bank_groups = 1, banks_per_group = 8;
  std::int64_t rows = 0;                    // 0: from size
  int columns = 1024;                       // of bus_bits each
  std::string mapping = "row-bank-column";  // fields from the most to the least significant, joined by '-':
                                            // row, rank, bank, bankgroup, column, channel; see address_map.hpp
  DramTimingSpec timing;
  PagePolicy page_policy = PagePolicy::open;
  WriteDrain write_drain = WriteDrain::watermarks;
  BankArbitration arbitration = BankArbitration::oldest;
  ConflictRule conflict_rule = ConflictRule::hits_first;
  int read_queue = 32, write_queue = 32;  // device bursts; read_queue 0: bursts enter the bank queues directly
  int bank_queue = 0;                     // device bursts a bank (reads and writes together); 0 = one shared buffer
  bool whole_bursts = true;               // a bus burst enters whole as soon as one place is free; else piece by piece
  int write_high = 26, write_low = 6;     // watermarks: writing starts with this many, ends with no more than that
  int write_idle = 0;                     // batch: a drain also starts when more than these wait and no command does
  int max_writes_in_turn = 32;        // watermarks: writing also ends after this many while reads wait; 0 = no limit
  int max_reads_in_turn = 256;        // ... and starts after this many reads while writes wait; 0 = no limit
  int row_hit_cap = 16;               // column commands a row may serve while an older request waits; 0 = no cap
  bool strict_row_hit_cap = true;     // hits beyond the cap wait; else they still go while the precharge is not ready
  int priority_lead = 256;            // a burst goes before this many older ones for each step of priority
  bool active_first = false;          // a burst whose row was activated for it goes first and leaves the queue then
  bool hit_fixes_type = false;        // a bank's oldest hit goes before its other hits, ready or not
  bool strict_back_pressure = false;  // no entry while the bank of the burst that entered last is full
  bool posted_writes = true;          // a write is answered when the queue has taken it
  int front_end_clocks = 2;           // from acceptance to the first command
  int max_run = 64;                   // column commands of one row committed in one decision
  bool lockstep = true;               // bursts over all bank groups alike move in all groups side by side while nothing
                                      // else waits; see lockstep.hpp
  bool segments = true;               // where nothing could come between, the next command needs no choice: same
                                      // result, sooner
  int command_clocks = 1;             // an activate, read or write occupies the command bus
  int precharge_clocks = 1;           // a precharge or refresh does
  bool refresh = true;
  RefreshMode refresh_mode = RefreshMode::all_banks;
  int postponed_refreshes = 0;  // a refresh may wait for so many tREFI while bursts wait, and is made up for when idle
  int power_down_after =
      0;  // clocks without work until power-down, which ends with the next burst or refresh; 0 = never
  int self_refresh_after = 0;  // ... until self-refresh; 0 = never
  bool precharge_all = true;   // one precharge-all before a refresh; else bank by bank
};

}  // namespace presil::dram
