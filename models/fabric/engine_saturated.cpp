// Several streams that together keep a memory's pins busy without a gap: most of their bursts cost a few additions
// each.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

namespace {

constexpr std::size_t most_lanes = 2, most_streams = 4, most_kept = 8;

/// A stream and its last burst.
struct Runner {
  Stream* stream;
  Tick latency;            // from a grant to the first data, when nobody else is served
  Tick answer;             // from the last data to the completion
  bool plain;              // its next burst waits for others of its own unit only, beyond what is booked already
  std::size_t granted_as;  // number of its last grant in its lane; 0: none yet
  Tick granted, slot_end, moved;
};

/// What a grant means to the others that are ready on its channel.
struct Grant {
  const Stream* stream;
  Tick at, slot_end;
  const Stream* accepted_before;  // by the memory
  Tick closed_until;              // the memory, before
};

/// A channel all of whose ready streams run.
struct Lane {
  Channel* channel;
  std::array<Runner, most_streams> runners;  // in order of their streams' numbers
  std::size_t count, turn;
  bool takes_turns;                          // all are one unit's
  std::array<Grant, most_kept> last_grants;  // ring: number n at n - 1
  std::size_t grants;
  std::uint32_t beats, last_beats;

  bool join(Channel& its_channel, const Stream& like);
  Runner& next();
  void served(const Runner& runner, std::uint32_t its_beats);
  void catch_up(const Runner& runner) const;
  void settle(const Stream* last) const;
};

/// `shift`: of for_each_segment().
bool waits_for_own_unit(const Stream& stream, Tick shift) {
  if (stream.port == nullptr) return false;
  const Tick booked = stream.port->frontier.at() - shift;
  for (const auto& segment : stream.chain)
    if (segment.until > booked && !(segment.cause == Cause::arbitration && segment.culprit == nobody)) return false;
  return true;
}

/// False when not all of the channel's ready streams can run beside `like`.
bool Lane::join(Channel& its_channel, const Stream& like) {
  if (its_channel.ready.size() > most_streams) return false;
  channel = &its_channel;
  count = turn = grants = beats = last_beats = 0;
  takes_turns = true;
  const common::SteadyPins& pins = *like.memory->steady;
  for (Stream* stream : its_channel.ready) {
    if (!stream->in_step || stream->memory != like.memory) return false;
    takes_turns &= stream->unit == its_channel.ready[0]->unit;
    const Tick latency = stream->write ? 0 : pins.read_latency();
    const Tick answer = its_channel.bus->latency + (stream->write ? pins.write_latency() : 0);
    std::size_t place = count++;
    for (; place > 0 && runners[place - 1].stream->number > stream->number; --place)
      runners[place] = runners[place - 1];
    runners[place] = {stream, latency, answer, waits_for_own_unit(*stream, latency + answer), 0, 0, 0, 0};
  }
  return true;
}

/// Whose turn it is. All stay ready all the time, so those of one unit follow each other in the order of their numbers.
inline Runner& Lane::next() {
  if (count > 1 && (grants == 0 || !takes_turns)) {
    turn = 0;
    for (std::size_t i = 1; i < count; ++i)
      if (channel->arbiter.before({runners[i].stream->number, runners[i].stream->unit},
                                  {runners[turn].stream->number, runners[turn].stream->unit}))
        turn = i;
  }
  return runners[turn];
}

inline void Lane::served(const Runner& runner, std::uint32_t its_beats) {
  if (!takes_turns) channel->arbiter.served({runner.stream->number, runner.stream->unit}, its_beats);
  if (++turn == count) turn = 0;
  ++grants;
  beats += its_beats;
  last_beats = its_beats;
}

/// What the runner's next burst has waited for since its last grant.
void Lane::catch_up(const Runner& runner) const {
  Stream& stream = *runner.stream;
  if (runner.granted_as > 0) {
    stream.mark = runner.granted;
    stream.chain.restart(runner.granted);
    blocked_by(stream, stream, runner.slot_end);
  }
  for (std::size_t n = runner.granted_as; n < grants; ++n) {
    const Grant& grant = last_grants[n % most_kept];
    account_waiting(stream, grant.accepted_before, grant.closed_until, grant.at);
    blocked_by(stream, *grant.stream, grant.slot_end);
  }
}

/// The channel's state after its last grant, and what its streams' next bursts have waited for. All but `last`: its
/// next burst has still to come.
void Lane::settle(const Stream* last) const {
  channel->stale = true;
  if (grants == 0) return;
  channel->free_cycle = channel->bus->clock.cycle_at_or_after(channel->free_at);
  if (takes_turns) {
    const Stream& holder = *channel->holder;
    channel->arbiter.served({holder.number, holder.unit}, beats - last_beats);
    channel->arbiter.served({holder.number, holder.unit}, last_beats);
  }
  for (std::size_t i = 0; i < count; ++i)
    if (runners[i].stream != last) catch_up(runners[i]);
}

/// The memory's state, and the burst that it accepted last.
struct Pins {
  MemorySide& memory;
  Tick beat, read_latency;
  Tick pinned_until, opens_at, closed_until;
  Tick logged_until;  // in the memory's activity
  const Stream* accepted;
  std::int64_t bytes = 0, write_bytes = 0;  // `bytes`: in all
  std::uint32_t last_bytes = 0;
  Runner *last = nullptr, *before = nullptr;  // the last one's, and that of the last other stream

  explicit Pins(MemorySide& its_memory)
      : memory(its_memory),
        beat(memory.steady->clock().duration(1)),
        read_latency(memory.steady->read_latency()),
        pinned_until(memory.activity.pinned_until()),
        opens_at(memory.opens_at),
        closed_until(memory.last_closed_until),
        logged_until(pinned_until),
        accepted(memory.holder(false)) {}
  void grant(Lane& lane, Runner& runner, bool one_unit, Tick now);
  void settle(std::int64_t bursts, Tick now) const;
};

/// In order of their last data.
void note_pins(MemorySide& memory, const Runner* before, const Runner* last) {
  for (const Runner* runner : {before, last})
    if (runner != nullptr) memory.pins.note(runner->stream->owner, runner->stream->unit, runner->moved);
}

/// The books of a burst whose data move from `start` to `end`, by for_each_segment().
void book(const Pins& pins, const Lane& lane, const Runner& runner, Tick now, Tick start, Tick end) {
  Stream& stream = *runner.stream;
  lane.catch_up(runner);
  account_waiting(stream, pins.accepted, pins.closed_until, now);
  note_pins(pins.memory, pins.before, pins.last);
  common::WaitSegments wait;
  wait.add(Cause::latency, now, now + runner.latency);
  wait.add(Cause::transfer, now + runner.latency, start);
  Port& port = *stream.port;
  for_each_segment(
      stream, pins.memory, stream.chain, wait, now, runner.answer, end + runner.answer,
      [&](Cause cause, std::int32_t culprit, Tick until) { port.frontier.book(cause, culprit, until, port.lost); });
}

/// `one_unit`: all that has been granted lately and all that runs.
inline void Pins::grant(Lane& lane, Runner& runner, bool one_unit, Tick now) {
  Stream& stream = *runner.stream;
  Channel& channel = *lane.channel;
  const std::uint32_t burst_bytes = stream.cursor.bytes(), beats = burst_bytes >> channel.bus->width_shift;
  stream.cursor.advance();
  const Tick start = pinned_until, slot_end = now + beats * beat;
  pinned_until += beats * beat;
  const Tick completion = pinned_until + runner.answer;
  stream.slots->known.insert(completion);
  if (stream.port == nullptr) {
    if (start > logged_until) {
      memory.activity.pend(now);
      memory.activity.move(logged_until, start, false, now);
    }
    memory.activity.pend(now);
    memory.activity.move(start, pinned_until, true, now);
    logged_until = pinned_until;
  } else if (start + runner.answer <= stream.port->frontier.at()) {
    stream.port->frontier.book(Cause::transfer, completion);
  } else if (runner.plain && one_unit && (std::max(stream.mark, channel.free_at) >= now || closed_until >= now)) {
    stream.port->frontier.book(Cause::arbitration, start + runner.answer);
    stream.port->frontier.book(Cause::transfer, completion);
  } else if (lane.count == 1 && runner.granted_as > 0) {  // behind what the memory accepted last
    const std::int32_t culprit = accepted->unit == stream.unit ? nobody : accepted->unit;
    stream.port->frontier.book(Cause::arbitration, culprit, start + runner.answer, stream.port->lost);
    stream.port->frontier.book(Cause::transfer, completion);
  } else {
    book(*this, lane, runner, now, start, pinned_until);
  }

  if (lane.count > 1) lane.last_grants[lane.grants % most_kept] = {&stream, now, slot_end, accepted, closed_until};
  lane.served(runner, beats);
  runner.plain = stream.port != nullptr;
  runner.granted_as = lane.grants;
  runner.granted = now;
  runner.slot_end = slot_end;
  runner.moved = pinned_until;
  bytes += burst_bytes;
  write_bytes += stream.write ? burst_bytes : 0;
  last_bytes = burst_bytes;
  if (&runner != last) {
    before = last;
    last = &runner;
  }
  accepted = channel.holder = &stream;
  opens_at = std::max(start - read_latency, now);
  if (opens_at > now) closed_until = opens_at;
  channel.free_at = slot_end;
}

void Pins::settle(std::int64_t bursts, Tick now) const {
  memory.steady->push_behind(bursts, bytes - write_bytes, write_bytes, last_bytes);
  memory.activity.move(logged_until, pinned_until, false, now);
  memory.has_changed(now);
  memory.last_closed_until = closed_until;
  memory.holder(false) = accepted;
  note_pins(memory, before, last);
}

}  // namespace

/// It is `first`'s channel's turn. Grants bursts to it and to the other ready streams, on all channels, and does what
/// grant() does, burst for burst, as long as
///  - nothing else happens, and no stream's turn comes that cannot join,
///  - every burst's data move right behind those of the one before.
/// Then a burst has waited for the data of the others, and for nothing else; where all are one unit's, that is all
/// there is to book. False when there was no such burst.
bool Engine::saturate(Stream& first) {
  std::array<Lane, most_lanes> lanes;
  std::size_t count = 0;
  Tick until = std::min({event_at_, limit_, in_flight_.next_time()});
  for (const Channel* channel : active_)
    if (!channel->ready[0]->in_step) until = std::min(until, channel->next);
  // Two bursts at least, or it costs more than it spares.
  const Bus& bus = *first.channel->bus;
  const Tick burst_time = bus.clock.duration(bus.max_burst >> bus.width_shift);
  if (until - first.channel->next <= burst_time || !lanes[count++].join(*first.channel, first)) return false;
  for (Channel* channel : active_) {
    if (channel == first.channel || !channel->ready[0]->in_step) continue;
    if (count < most_lanes && lanes[count].join(*channel, first))
      ++count;
    else
      until = std::min(until, channel->next);
  }

  Pins pins(*first.memory);
  bool one_unit = pins.accepted != nullptr && pins.accepted->unit == first.unit;
  for (std::size_t i = 0; i < count; ++i)
    one_unit = one_unit && lanes[i].takes_turns && lanes[i].runners[0].stream->unit == first.unit;
  const std::uint64_t grants_before_these = grants_;
  Lane* lane = nullptr;
  for (bool goes_on = true; goes_on;) {
    Lane* const next = count == 2 && grants_before(*lanes[1].channel, *lanes[0].channel) ? &lanes[1] : &lanes[0];
    Channel& channel = *next->channel;
    Runner& runner = next->next();
    const Tick now = channel.next;
    if (now >= until || now + runner.latency > pins.pinned_until) break;
    if (!next->takes_turns && next->grants == most_kept) break;
    lane = next;
    pins.grant(*lane, runner, one_unit, now);
    now_ = now;
    channel.last_grant = ++grants_;
    channel.next = std::max(channel.free_at, pins.opens_at);
    if (count == 2) {
      Channel& other = *lanes[lane == &lanes[0] ? 1 : 0].channel;
      other.next = std::max(other.next, pins.opens_at);
    }
    if (runner.stream->traffic == nullptr)
      starved_for_ = 0;
    else
      count_burst(*runner.stream->traffic, pins.last_bytes, now, pins.pinned_until + runner.answer);
    goes_on = !runner.stream->cursor.done() && !runner.stream->slots->full(now);
  }
  if (lane == nullptr) return false;

  Pins(pins).settle(static_cast<std::int64_t>(grants_ - grants_before_these), now_);
  Stream& last = *pins.last->stream;
  for (std::size_t i = 0; i < count; ++i) lanes[i].settle(&last);
  look_again(*last.channel, *last.memory);
  if (lane->count > 1) send_others_for_slots(*last.channel, last, now_);
  if (!last.cursor.done()) {
    next_burst(last, now_);
    return true;
  }
  drop(*last.channel, last);
  if (last.port != nullptr) set_alarm({pins.pinned_until + pins.last->answer, last.port, nullptr});
  return true;
}

}  // namespace presil::fabric
