// One DRAM channel: which command of which burst goes next and when, decided event by event and not clock by clock.
#pragma once

#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "models/dram/bank_state.hpp"
#include "models/dram/command.hpp"
#include "models/dram/distances.hpp"
#include "models/dram/dram_spec.hpp"
#include "models/dram/offers.hpp"
#include "models/dram/queue.hpp"

namespace presil::dram {

inline constexpr Cycle no_cycle = std::numeric_limits<Cycle>::max();

/// A stretch of clocks with one cause of waiting.
struct Stretch {
  Cycle from = 0, until = 0;
};

/// Distance of the column commands of a run.
struct RunStep {
  Cycle clocks = 1;
  std::uint64_t reciprocal = 0;  // in 2^-32, rounded up

  explicit RunStep(Cycle step = 1)
      : clocks(step), reciprocal((std::uint64_t{1} << 32) / static_cast<std::uint64_t>(step) + 1) {}

  /// since % clocks without a division, for what lies within a run.
  Cycle phase(Cycle since) const {
    return since - static_cast<Cycle>(static_cast<std::uint64_t>(since) * reciprocal >> 32) * clocks;
  }
};

/// Column commands that were issued together for one burst.
struct Columns {
  std::int32_t burst = -1;
  std::int32_t count = 0;
  std::int32_t write = 0;
  std::uint8_t master_before = 0;  // whose data moved before these
  Cycle first = 0, last = 0;
  Stretch bank, row, refresh;  // how the first one's row was prepared, and the last refresh of its bank
};

/// Several column commands of one row are committed at once where nothing could come in between (see run_length), or of
/// rows of two bank groups in turn (see issue_weave); activates and precharges of other banks still slip between them.
/// So a decision may reach a little into the future, by at most max_run column commands of each, and a burst that
/// arrives meanwhile is considered after them.
class Channel {
 public:
  Channel(const DramSpec& spec, const Distances& distances, int number);

  void reset();

  // Two channels of one kind of devices: one with the banks of all groups, one with wide banks (see lockstep.hpp).
  bool can_be_gathered(Cycle now) const { return idle() && run_last_ < now && banks_.groups_agree(); }
  void gather(const Channel& narrow);  // goes on where that one stands, if it can_be_gathered()
  void spread(Channel& wide);          // ... with all that waits there
  int device_bursts() const { return d_.lanes * d_.lane_columns; }  // in one of this channel's
  Cycle data_clocks() const { return d_.burst; }

  /// No place is free in the buffer for one direction, where there is such.
  bool full(int write) const { return waiting_[write] >= capacity_[write]; }

  /// Device bursts that may enter now for this bank.
  int room(int write, int bank) const {
    const int places = shared_ || two_level_ ? capacity_[write] - waiting_[write] : room_of_bank(bank);
    return places > 0 && spec_.whole_bursts ? whole_burst : places;
  }
  static constexpr int whole_burst = std::numeric_limits<int>::max();

  /// arrival.count <= room(). The first command may issue `front_end_clocks` after `now`.
  void enter(const Arrival& arrival, Cycle now);

  /// Brings refreshes and states of rest up to date while nothing waits.
  void idle_until(Cycle now) {
    if ((refresh_due_ <= now || rests_) && idle()) pass_idle_time(now);
  }

  bool idle() const { return pending_ == 0 && waiting_[0] == 0 && waiting_[1] == 0; }

  /// Clock of the next command, no_cycle when nothing waits. Valid until the next enter() or step().
  Cycle next_event() {
    if (stale_) plan();
    return next_.time;
  }

  /// Issues that command, and what is committed with it. All its columns are to be taken before the next step.
  void step();

  /// One piece waits and no other. Its row commands, as far as they come before `before`; the clock of the last one, or
  /// no_cycle.
  bool is_lone() const { return lone_ >= 0; }
  Cycle open_lone_row(Cycle before);

  /// The columns that the last step issued, one burst after the other.
  bool has_columns() const { return taken_ < issued_; }
  const Columns& take_columns() { return columns_[static_cast<std::size_t>(taken_++)]; }

  /// From the end of the last rest until commands were possible again.
  const Stretch& last_wake() const { return wake_; }
  Cycle powered_down() const { return powered_down_; }      // clocks in that state so far
  Cycle self_refreshed() const { return self_refreshed_; }  // ... and in this one

  const Stretch& last_turnaround() const { return turnaround_; }

  std::int64_t activations_after_conflict() const { return conflicts_; }
  std::int64_t activations_of_closed_rows() const { return misses_; }
  std::int64_t refreshes() const { return refreshes_; }
  std::int64_t turnarounds() const { return turnarounds_; }

  void record(std::vector<Command>* log) { log_ = log; }

 private:
  enum class Kind : std::uint8_t { read, write, activate, precharge, refresh, refresh_bank, drain };
  static constexpr std::uint64_t bit(int bank) { return std::uint64_t{1} << bank; }
  struct Choice {
    Cycle time = no_cycle;
    std::int32_t bank = -1, piece = -1, write = 0;
    Kind kind = Kind::refresh;
  };
  using Best = unsigned __int128;  // time << 64 | order of an offer; the smallest goes
  static constexpr Best none = static_cast<Best>(no_cycle) << 64 | ~std::uint64_t{0};
  struct Rivals {  // earliest clock at which any of them is ready, by what it would issue
    Cycle hit = no_cycle, activate = no_cycle, precharge = no_cycle;
  };
  struct RowCommand {  // an activation or a precharge in lockstep; until `last` it has groups still to come
    Cycle first = 0, last = -1;
    Cycle clocks = 1;
  };
  struct Lane : Choice {  // one of two banks whose column commands alternate
    std::int32_t burst = -1;
    int left = 0, issued = 0;
    Cycle stop = no_cycle;  // no column command from here on
  };
  struct alignas(64) BankQueue {     // a power of two: found by a shift
    PieceList list[2];               // may be scheduled; [0] reads, [1] writes
    PieceList waiting[2];            // two levels: not yet in the bank's queue
    std::int32_t hit[2] = {-1, -1};  // oldest piece of the open row
    std::int32_t active = -1;        // piece whose row was activated for it and that has not been served since
    std::int32_t active_write = 0;
    std::int32_t queued = 0;  // device bursts in `list`
  };
  // channel.cpp: bursts come in
  int room_of_bank(int bank) const;
  bool add_to_queue(const Arrival& arrival, Cycle ready);
  void start_drain_if_due(Cycle now);
  void move_waiting(Cycle now);
  void move_waiting_of_bank(int bank, int write, Cycle now);

  // channel_schedule.cpp: which command goes next
  void plan() {
    if (lone_ < 0 || !plan_lone()) plan_among_offers();
  }
  void plan_among_offers();
  enum class Bus : std::uint8_t { free, columns, lanes };  // what the command bus is committed to
  template <Bus bus>
  Cycle slot(Cycle earliest, int kind) const {
    return bus == Bus::columns ? behind_columns(earliest, kind) : lockstep_slot(earliest, kind);
  }
  template <bool turns, Bus bus>
  Best best_offer(Best best) const;
  template <bool turns, Bus bus>
  Best best_slot() const;
  Best best_command() const;
  void choose();
  Cycle offer_time(int kind, int bank) const;
  bool mode_due() const;
  int wanted_mode() const { return mode_due() ? 1 - mode_ : mode_; }
  void plan_mode(int mode);
  void renew(int bank);
  void offer_activate(int bank, std::int32_t piece, bool active);
  bool offer_hits(int bank);
  bool offer_first(int bank);
  void renew_entered(int bank);
  void renew_all();
  std::int32_t head(const BankQueue& queue) const;
  std::uint64_t rank_of(const Piece& piece, bool active, bool column = true) const;
  Cycle command_slot(Cycle earliest, int kind) const;
  Cycle behind_columns(Cycle earliest, int kind) const;
  void plan_refresh();
  void plan_bank_refresh();
  void release_bank();
  void plan_drain();
  static int columns_until(Cycle limit, Cycle first, int count, Cycle step);
  int left_in_turn(int count) const;
  Cycle stopped_at(const Choice& choice, int& count) const;
  Rivals rivals(int write, Cycle span, std::uint64_t others, std::uint64_t rank) const;
  Cycle taken_from(const Rivals& rivals, Cycle first) const;
  int run_length(const Choice& choice, int count, Cycle step, std::uint64_t rank) const;

  // channel_lockstep.cpp: one command in each bank group
  Cycle lockstep_slot(Cycle earliest, int kind) const;
  void commit_lanes(const Choice& choice);
  void adopt(const Channel& other);
  void add_to_log(const Command& command) const;

  // channel_weave.cpp: two bank groups alternate
  int find_partner(int write, int other, Cycle at) const;
  void fill(Lane& lane, int write, int bank, Cycle at) const;
  bool refill(Lane& lane, const Lane& other, Cycle at) const;
  void issue_lane(Lane& lane);
  void issue_weave(const Choice& choice, int partner);

  // channel_lone.cpp: the only piece that waits
  bool plan_lone();
  void end_lone();
  void issue_lone_row(const Choice& choice);

  // channel_columns.hpp: column commands take effect
  void issue_run(const Choice& choice, int count, Cycle step);
  bool is_alone(const Choice& choice) const;
  bool closes_row(const Choice& choice, int count) const;
  Columns* columns_of(std::int32_t burst);
  void book_run(const Choice& choice, int count, Cycle step, bool closes);
  bool pass_on(const Choice& choice, int count);
  void leave_queue(const Choice& choice, int count);

  void begin_step() {
    stale_ = true;
    issued_ = taken_ = 0;
    if (mode_ == planned_mode_) return;
    mode_ = planned_mode_;
    in_turn_ = 0;
  }

  // channel_issue.cpp: commands are issued
  void issue_columns(const Choice& choice);
  bool is_segment(const Choice& choice) const;
  void issue_segment(const Choice& choice, int most);
  void open_row(const Choice& choice);
  void close_row(const Choice& choice);
  void issue_activate(const Choice& choice);
  void issue_precharge(const Choice& choice);
  void step_seldom(const Choice& choice);
  void do_refresh();
  void step_bank_refresh(Cycle at);
  void set_refresh_due();
  Cycle precharge_together(Cycle at);
  Cycle precharge_one_by_one(Cycle at);
  void skip_refreshes(Cycle now);
  bool refresh_when_idle(Cycle now);

  // channel_idle.cpp: nothing waits
  void pass_idle_time(Cycle now);
  void rest_until(Cycle now);
  void power_down(Cycle from, Cycle until);
  void self_refresh(Cycle from, Cycle now);
  void record_command(CommandKind kind, Cycle at, int bank, std::int32_t row) const {
    if (log_ != nullptr) add_to_log({at, kind, number_, bank, row});
  }

  DramSpec spec_;
  Distances d_;
  int number_;
  bool shared_, two_level_, single_order_, weaves_, plain_, segments_, per_bank_, rests_;
  int capacity_[2];
  int unasked_;  // column commands that two banks are given without a look at what might get ready meanwhile
  BankStates banks_;
  std::vector<BankQueue> queues_;
  Offers offers_;
  PiecePool pool_;

  std::uint64_t pending_ = 0;  // banks with pieces that may be scheduled
  std::uint64_t waiting_mask_[2] = {0, 0};
  int waiting_[2] = {0, 0};  // device bursts in the shared buffers
  int queued_ = 0;           // device bursts in all bank queues
  int draining_ = 0;         // batch: writes still to be moved
  int mode_ = 0;             // watermarks: 1 = writing
  int planned_mode_ = 0;     // ... from the planned command on: a burst that comes before it may change the plan
  std::int32_t out_of_mode_[2] = {0, -1};   // ... -1 for the direction that may not be scheduled meanwhile
  int in_turn_ = 0;                         // column commands since the mode changed
  std::int32_t lone_ = -1, lone_bank_ = 0;  // the only piece that waits, which offers nothing; or -1
  int last_entered_ = 0;                    // bank
  std::uint64_t moves_ = 0;                 // order of entry into the bank queues
  Cycle move_free_ = 0;                     // from here on another burst may move there

  Choice next_;
  bool stale_ = true;
  static constexpr int most_columns = 8;
  std::array<Columns, most_columns> columns_;  // issued last
  int issued_ = 0, taken_ = 0;
  Cycle command_free_ = 0;
  Cycle run_first_ = -1, run_last_ = -1;  // column commands committed ahead: clocks of the command bus
  RunStep run_step_;
  RowCommand lanes_of_[2];   // the last activation and the last precharge, in lockstep
  Cycle lanes_last_ = -1;    // ... and when both have ended
  int slot_clocks_[4];       // on the command bus, by kind
  RunStep step_s_, step_l_;  // the two values of run_step_
  RunStep row_step_;         // of lanes
  int last_bank_ = 0;
  int last_write_ = 0;
  std::uint8_t last_master_ = 0;
  Cycle last_column_ = -1;

  // A refresh is made when it is due and nothing waits, or when it has reached its limit.
  Cycle refresh_due_ = no_cycle, refresh_limit_ = no_cycle;
  int refreshed_bank_ = 0;  // per bank: whose turn it is
  bool bank_held_ = false;  // ... it is planned: this bank offers nothing
  Cycle bank_refresh_ok_ = 0;
  std::int64_t refresh_number_ = 0;  // on the grid of tREFI that began at refresh_base_
  Cycle refresh_base_ = 0;
  Cycle quiet_ = 0;  // the last column command is done with: data and write recovery
  Cycle woken_ = 0;  // end of the last power-down
  Cycle powered_down_ = 0, self_refreshed_ = 0;
  Stretch turnaround_, wake_;
  std::int64_t conflicts_ = 0, misses_ = 0, refreshes_ = 0, turnarounds_ = 0;
  std::vector<Command>* log_ = nullptr;
};

/// The oldest burst of a bank that may be scheduled, or the one whose row was activated for it; -1 when there is none.
inline std::int32_t Channel::head(const BankQueue& queue) const {
  if (queue.active >= 0) return queue.active;
  const std::int32_t read = queue.list[0].first | out_of_mode_[0], write = queue.list[1].first | out_of_mode_[1];
  if (write < 0) return read;
  if (read < 0) return write;
  return pool_[read].key < pool_[write].key ? read : write;
}

/// `column`: of a column command or an activate, which are as long.
inline std::uint64_t Channel::rank_of(const Piece& piece, bool active, bool column) const {
  const bool longer = column && spec_.command_clocks > spec_.precharge_clocks;
  const std::uint64_t passive = spec_.active_first && !active ? 1 : 0;
  return passive << (key_bits + 1) | static_cast<std::uint64_t>(longer) << key_bits | (piece.key & key_mask);
}

/// Watermarks: true when the channel has to turn from reading to writing or back.
inline bool Channel::mode_due() const {
  if (single_order_) return false;
  if (mode_ == 0) {
    if (waiting_[1] == 0) return false;
    return waiting_[1] >= spec_.write_high || waiting_[0] == 0 ||
           (spec_.max_reads_in_turn > 0 && in_turn_ >= spec_.max_reads_in_turn);
  }
  if (waiting_[0] == 0) return false;
  return waiting_[1] <= spec_.write_low || (spec_.max_writes_in_turn > 0 && in_turn_ >= spec_.max_writes_in_turn);
}

/// Column commands that the turn of their direction leaves of `count`.
inline int Channel::left_in_turn(int count) const {
  if (single_order_) return count;
  if (planned_mode_ == 1 && waiting_[0] > 0) {
    count = std::min(count, std::max(1, waiting_[1] - spec_.write_low));
    if (spec_.max_writes_in_turn > 0) count = std::min(count, std::max(1, spec_.max_writes_in_turn - in_turn_));
  } else if (planned_mode_ == 0 && waiting_[1] > 0 && spec_.max_reads_in_turn > 0) {
    count = std::min(count, std::max(1, spec_.max_reads_in_turn - in_turn_));
  }
  return count;
}

/// From when on a refresh or another row that is wanted stop the bank's column commands; may leave fewer of `count`.
inline Cycle Channel::stopped_at(const Choice& choice, int& count) const {
  const Cycle refresh = !per_bank_ || choice.bank == refreshed_bank_ ? refresh_limit_ : no_cycle;
  const Bank& bank = banks_[choice.bank];
  const std::int32_t oldest = head(queues_[choice.bank]);
  if (oldest < 0 || oldest == choice.piece || pool_[oldest].row == bank.row) return refresh;
  if (spec_.conflict_rule == ConflictRule::oldest_first) return std::min(refresh, bank.pre_ok);
  if (spec_.row_hit_cap > 0) count = std::min(count, std::max(1, spec_.row_hit_cap - bank.served));
  return refresh;
}

/// When a command that could issue at `earliest` finds the command bus free.
inline Cycle Channel::command_slot(Cycle earliest, int kind) const {
  if (earliest > std::max(run_last_, lanes_last_)) return earliest;
  return d_.lanes == 1 ? behind_columns(earliest, kind) : lockstep_slot(earliest, kind);
}

/// Activates and precharges slip between the column commands that were committed ahead.
inline Cycle Channel::behind_columns(Cycle earliest, int kind) const {
  const Cycle step = run_step_.clocks, phase = run_step_.phase(earliest - run_first_);
  const Cycle column = spec_.command_clocks;
  Cycle until = phase + slot_clocks_[kind] > step ? step - phase + column : 0;  // behind the next column
  if (phase < column) until = column - phase;                                   // behind this one
  return earliest > run_last_ || kind < gate_activate ? earliest : earliest + until;
}

}  // namespace presil::dram
