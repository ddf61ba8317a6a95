// Bank groups in lockstep (see lockstep.hpp): where the commands of all groups find a place on the command bus, and how
// a channel goes on where one with the other kind of banks stands.
#include <algorithm>

#include "models/dram/channel.hpp"

namespace presil::dram {
namespace {

/// How long a command of `clocks` that would start `phase` after another one of `taken` clocks has to wait, for the two
/// never to meet where both come again every `period`.
Cycle until_apart(Cycle phase, Cycle period, Cycle clocks, Cycle taken) {
  if (phase < taken) return taken - phase;
  return phase + clocks > period ? period - phase + taken : 0;
}

}  // namespace

// --- commands -----------------------------------------------------------------------------------------------------

/// Clear of the columns committed ahead, and of the activations and precharges that other groups have still to come.
Cycle Channel::lockstep_slot(Cycle earliest, int kind) const {
  const RunStep& period = kind < gate_activate ? step_l_ : row_step_;
  Cycle at = earliest;
  for (Cycle before = -1; before != at;) {
    before = at;
    at = behind_columns(at, kind);
    for (const RowCommand& row : lanes_of_)
      if (at <= row.last)
        at += until_apart(period.phase(at - row.first), period.clocks, slot_clocks_[kind], row.clocks);
  }
  return at;
}

/// An activation or a precharge has been issued in the first group.
void Channel::commit_lanes(const Choice& choice) {
  const int kind = static_cast<int>(choice.kind);
  RowCommand& row = lanes_of_[kind - gate_activate];
  row.first = choice.time;
  row.clocks = slot_clocks_[kind];
  row.last = choice.time + d_.row_tail + row.clocks - 1;
  lanes_last_ = std::max(lanes_last_, row.last);
}

/// As the commands to each group.
void Channel::add_to_log(const Command& command) const {
  const bool row = command.kind == CommandKind::activate || command.kind == CommandKind::precharge;
  const bool column = command.kind == CommandKind::read || command.kind == CommandKind::write;
  const int columns = column ? d_.lane_columns : 1;
  for (int lane = 0; lane < (row || column ? d_.lanes : 1); ++lane) {
    for (int i = 0; i < columns; ++i) {
      Command one = command;
      one.clock += row ? d_.row_of_lane(lane) : d_.column_of_lane(lane, i);
      one.bank += lane * banks_.count();
      log_->push_back(one);
    }
  }
}

// --- from one kind of banks to the other --------------------------------------------------------------------------

/// What does not depend on the kind of banks.
void Channel::adopt(const Channel& other) {
  waiting_[0] = waiting_[1] = queued_ = 0;
  pending_ = 0;
  lone_ = -1;
  issued_ = taken_ = 0;
  mode_ = other.mode_;
  last_entered_ = last_bank_ = 0;
  last_write_ = other.last_write_;
  last_master_ = other.last_master_;
  last_column_ = other.last_column_;
  command_free_ = other.command_free_;
  run_first_ = other.run_first_;
  run_last_ = other.run_last_;
  run_step_ = other.run_step_;
  refresh_due_ = other.refresh_due_;
  refresh_limit_ = other.refresh_limit_;
  refresh_number_ = other.refresh_number_;
  refresh_base_ = other.refresh_base_;
  turnaround_ = other.turnaround_;
  wake_ = other.wake_;
  conflicts_ = other.conflicts_;
  misses_ = other.misses_;
  refreshes_ = other.refreshes_;
  turnarounds_ = other.turnarounds_;
  stale_ = true;
}

void Channel::gather(const Channel& narrow) {
  adopt(narrow);
  in_turn_ = narrow.in_turn_ / device_bursts();
  lanes_of_[0] = lanes_of_[1] = RowCommand{};
  lanes_last_ = -1;
  banks_.gather(narrow.banks_);
  for (BankQueue& queue : queues_) queue.hit[0] = queue.hit[1] = -1;
  plan_mode(mode_);
}

void Channel::spread(Channel& wide) {
  adopt(wide);
  in_turn_ = wide.in_turn_ * wide.device_bursts();
  command_free_ = std::max(command_free_, wide.lanes_last_ + 1);
  banks_.spread(wide.banks_);
  for (BankQueue& queue : queues_) queue.hit[0] = queue.hit[1] = -1;
  for (int bank = 0; bank < wide.banks_.count(); ++bank) {
    BankQueue& from = wide.queues_[bank];
    for (int write = 0; write < 2; ++write) {
      for (std::int32_t index = from.list[write].first; index >= 0; index = wide.pool_[index].next) {
        const Piece& piece = wide.pool_[index];
        const int count = piece.count * wide.d_.lane_columns;
        for (int lane = 0; lane < wide.d_.lanes; ++lane) {
          waiting_[write] += count;
          add_to_queue(arrival_of(piece, bank + lane * wide.banks_.count(), count, write), piece.ready);
        }
      }
    }
    from = BankQueue{};
  }
  wide.pool_.clear();
  wide.offers_.clear();
  wide.lone_ = -1;
  plan_mode(mode_);
}

bool BankStates::groups_agree() const {
  const std::size_t wide = banks_.size() / group_banks_.size();
  for (std::size_t i = wide; i < banks_.size(); ++i)
    if (banks_[i].row != banks_[i - wide].row) return false;
  return true;
}

/// The rows agree; all else is as the last group allows.
void BankStates::gather(const BankStates& narrow) {
  const std::size_t wide = banks_.size();
  std::fill(gates_.begin(), gates_.end(), Cycle{0});
  for (int kind = 0; kind < kinds; ++kind)
    for (int lane = 0; lane < d_.lanes; ++lane) raise(kind, narrow.gate(lane * kinds + kind) - of_lane(kind, lane));
  for (std::size_t i = 0; i < wide; ++i) {
    Bank& bank = banks_[i] = narrow.banks_[i];
    bank.group = 0;
    bank.served /= d_.lane_columns;
    for (int lane = 1; lane < d_.lanes; ++lane) {
      const Bank& other = narrow.banks_[i + static_cast<std::size_t>(lane) * wide];
      bank.act_ok = std::max(bank.act_ok, other.act_ok - d_.row_of_lane(lane));
      bank.pre_ok = std::max(bank.pre_ok, other.pre_ok - d_.row_of_lane(lane));
      bank.column_ok = std::max(bank.column_ok, other.column_ok - d_.column_of_lane(lane));
      bank.activated_at = std::max(bank.activated_at, other.activated_at);
      bank.refresh_ok = std::max(bank.refresh_ok, other.refresh_ok);
      bank.used_until = std::max(bank.used_until, other.used_until);
      bank.row_from = std::max(bank.row_from, other.row_from);
      bank.last_column = std::max(bank.last_column, other.last_column);
      bank.closed_by_conflict |= other.closed_by_conflict;
    }
  }
  activations_ = narrow.activations_;
  next_activation_ = narrow.next_activation_;
}

/// As late in each group as its own commands, or a little later.
void BankStates::spread(const BankStates& wide) {
  for (std::size_t i = 0; i < banks_.size(); ++i) {
    const int group = group_of_[i];
    Bank& bank = banks_[i] = wide.banks_[i - static_cast<std::size_t>(group) * wide.banks_.size()];
    bank.group = group;
    bank.act_ok += wide.d_.row_of_lane(group);
    bank.pre_ok += wide.d_.row_of_lane(group);
    bank.activated_at += wide.d_.row_of_lane(group);
    bank.column_ok += wide.d_.column_of_lane(group);
    bank.last_column += wide.d_.column_of_lane(group, wide.d_.lane_columns - 1);
    bank.served *= wide.d_.lane_columns;
  }
  for (int group = 0; group < wide.d_.lanes; ++group) {  // whose commands may come later than those of others
    const Cycle column = wide.d_.column_of_lane(group, wide.d_.lane_columns - 1), row = wide.d_.row_of_lane(group);
    const Cycle same = column + d_.same_l - wide.d_.same_l,
                turn = column + d_.write_to_read_l - wide.d_.write_to_read_l;
    const Cycle later[kinds] = {std::max(same, turn), same, row + d_.rrd_l - wide.d_.rrd_l, 0};
    for (int kind = 0; kind < kinds; ++kind)
      gates_[static_cast<std::size_t>(group * kinds + kind)] = wide.gate(kind) + std::max(Cycle{0}, later[kind]);
  }
  activations_ = wide.activations_;
  next_activation_ = wide.next_activation_;
}

}  // namespace presil::dram
