// Several streams that together keep a memory's pins busy without a gap: most of their bursts cost a few additions
// each.
#include <algorithm>

#include "models/fabric/engine_inline.hpp"

namespace presil::fabric {

namespace {

constexpr std::size_t most_lanes = 2, most_streams = 4, most_kept = 8;

/// A stream, and what becomes of it.
struct Runner {
  Stream* stream;
  Port* port;
  Tick latency;             // from a grant to the first data, when nobody else is served
  Tick answer;              // from the last data to the completion
  int slots;                // for its bursts in flight
  std::size_t granted = 0;  // number of its last grant in its lane; 0: none yet
  std::int64_t bytes = 0;
  Tick moved = 0;      // its last data
  bool plain = false;  // its next burst waits for others of its own unit only, beyond what is booked already
};

/// What a grant means to the others that are ready on its channel.
struct Grant {
  const Runner* runner;
  Tick at, slot_end;
  const Stream* accepted_before;  // by the memory
  Tick closed_until;              // the memory, before
};

/// A channel all of whose ready streams run.
struct Lane {
  Channel* channel;
  std::int32_t number;  // this and what follows as of the channel
  Tick next, free_at;
  std::uint64_t last_grant;
  std::size_t count, turn;
  bool takes_turns;  // all are one unit's
  std::size_t grants;
  std::int64_t bytes, last_bytes;
  std::array<Runner, most_streams> runners;  // in order of their streams' numbers
  std::array<Grant, most_kept> last_grants;  // ring: number n at n - 1

  Lane() {}  // all comes into being as it joins
  bool join(Channel& its_channel, const Stream& like);
  Runner& next_runner();
  bool forgets() const;
  void catch_up(const Runner& runner) const;
  void settle(const Stream* last) const;
};

/// False when not all of the channel's ready streams can run beside `like`.
bool Lane::join(Channel& its_channel, const Stream& like) {
  if (its_channel.ready.size() > most_streams) return false;
  channel = &its_channel;
  count = turn = grants = 0;
  bytes = last_bytes = 0;
  takes_turns = true;
  number = channel->number;
  next = channel->next;
  free_at = channel->free_at;
  last_grant = channel->last_grant;
  const common::SteadyPins& pins = *like.memory->steady;
  for (Stream* stream : its_channel.ready) {
    if (!stream->in_step || stream->memory != like.memory) return false;
    takes_turns &= stream->unit == its_channel.ready[0]->unit;
    const Tick latency = stream->write ? 0 : pins.read_latency();
    const Tick answer = its_channel.bus->latency + (stream->write ? pins.write_latency() : 0);
    std::size_t place = count++;
    for (; place > 0 && runners[place - 1].stream->number > stream->number; --place)
      runners[place] = runners[place - 1];
    runners[place] = {stream, stream->port, latency, answer, stream->slots->limit - stream->slots->with_record};
  }
  return true;
}

/// Whose turn it is. All stay ready all the time, so those of one unit follow each other in the order of their numbers.
inline Runner& Lane::next_runner() {
  if (count > 1 && (grants == 0 || !takes_turns)) {
    turn = 0;
    for (std::size_t i = 1; i < count; ++i)
      if (channel->arbiter.before({runners[i].stream->number, runners[i].stream->unit},
                                  {runners[turn].stream->number, runners[turn].stream->unit}))
        turn = i;
  }
  return runners[turn];
}

/// True when another grant would displace one of `last_grants` that a runner has still to know of.
bool Lane::forgets() const {
  if (grants + 1 < most_kept) return false;
  for (std::size_t i = 0; i < count; ++i)
    if (grants + 1 - (runners[i].granted > 0 ? runners[i].granted - 1 : 0) > most_kept) return true;
  return false;
}

/// What the runner's next burst has waited for since its last grant.
void Lane::catch_up(const Runner& runner) const {
  Stream& stream = *runner.stream;
  if (runner.granted > 0) {
    const Grant& own = last_grants[(runner.granted - 1) % most_kept];
    stream.mark = own.at;
    stream.chain.restart(own.at);
    blocked_by(stream, stream, own.slot_end);
  }
  for (std::size_t n = runner.granted; n < grants; ++n) {
    const Grant& grant = last_grants[n % most_kept];
    account_waiting(stream, grant.accepted_before, grant.closed_until, grant.at);
    blocked_by(stream, *grant.runner->stream, grant.slot_end);
  }
}

/// The channel's state after its last grant, and what its streams' next bursts have waited for. All but `last`: its
/// next burst has still to come.
void Lane::settle(const Stream* last) const {
  channel->stale = true;
  if (grants == 0) return;
  channel->free_at = free_at;
  channel->free_cycle = channel->bus->clock.cycle_at_or_after(free_at);
  channel->last_grant = last_grant;
  Stream& holder = *last_grants[(grants - 1) % most_kept].runner->stream;
  channel->holder = &holder;
  if (takes_turns) {
    const unsigned shift = channel->bus->width_shift;
    channel->arbiter.served({holder.number, holder.unit}, static_cast<std::uint32_t>((bytes - last_bytes) >> shift));
    channel->arbiter.served({holder.number, holder.unit}, static_cast<std::uint32_t>(last_bytes >> shift));
  }
  for (std::size_t i = 0; i < count; ++i)
    if (runners[i].stream != last) catch_up(runners[i]);
}

/// All that runs, and the memory's state.
struct Run {
  std::array<Lane, most_lanes> lanes;
  std::size_t lane_count = 0;
  bool one_unit = false;    // all that has been granted lately and all that runs
  bool background = false;  // packets run too

  MemorySide& memory;
  std::uint64_t grants;  // as the engine counts them
  Tick beat, read_latency;
  unsigned width_shift;
  Tick pinned_from, pinned_until, opens_at, closed_until;
  const Stream* accepted;  // last, by the memory
  const Runner* last = nullptr;

  Run(MemorySide& its_memory, std::uint64_t grants_before)
      : memory(its_memory),
        grants(grants_before),
        beat(memory.steady->clock().duration(1)),
        read_latency(memory.steady->read_latency()),
        width_shift(memory.steady->width_shift()),
        pinned_from(memory.activity.pinned_until()),
        pinned_until(pinned_from),
        opens_at(memory.opens_at),
        closed_until(memory.last_closed_until),
        accepted(memory.holder(false)) {}
  void know_each_other();
  void note_pins() const;
  void book(const Lane& lane, const Runner& runner, Tick now, Tick start, Tick end);
  void move(Lane& lane, Runner& runner, std::int64_t bytes, Tick now);
  void grant(Lane& lane, Runner& runner, Tick now);
  Tick repeat(Lane& lane, Runner& runner, Tick last_grant, Tick until);
  void settle(Tick now) const;
};

bool waits_for_own_unit(const Runner& runner, Tick first_grant, Tick closed_until) {
  const Stream& stream = *runner.stream;
  if (stream.mark < first_grant && closed_until < first_grant) return false;        // for an edge of the bus's clock
  const Tick booked = runner.port->frontier.at() - runner.latency - runner.answer;  // the shift of for_each_segment()
  for (const auto& segment : stream.chain)
    if (segment.until > booked && !(segment.cause == Cause::arbitration && segment.culprit == nobody)) return false;
  return true;
}

/// All lanes have joined.
void Run::know_each_other() {
  one_unit = accepted != nullptr;
  for (std::size_t l = 0; l < lane_count; ++l) {
    one_unit = one_unit && lanes[l].takes_turns && lanes[l].runners[0].stream->unit == accepted->unit;
    for (std::size_t i = 0; i < lanes[l].count; ++i) background |= lanes[l].runners[i].port == nullptr;
  }
  if (!one_unit || background) return;
  for (std::size_t l = 0; l < lane_count; ++l)
    for (std::size_t i = 0; i < lanes[l].count; ++i)
      lanes[l].runners[i].plain = waits_for_own_unit(lanes[l].runners[i], lanes[l].next, closed_until);
}

/// In any order: the latest two owners count.
void Run::note_pins() const {
  for (std::size_t l = 0; l < lane_count; ++l)
    for (std::size_t i = 0; i < lanes[l].count; ++i) {
      const Runner& runner = lanes[l].runners[i];
      if (runner.granted > 0) memory.pins.note(runner.stream->owner, runner.stream->unit, runner.moved);
    }
}

/// The books of a burst whose data move from `start` to `end`, by for_each_segment().
void Run::book(const Lane& lane, const Runner& runner, Tick now, Tick start, Tick end) {
  Stream& stream = *runner.stream;
  lane.catch_up(runner);
  account_waiting(stream, accepted, closed_until, now);
  if (one_unit) note_pins();
  common::WaitSegments wait;
  wait.add(Cause::latency, now, now + runner.latency);
  wait.add(Cause::transfer, now + runner.latency, start);
  Port& port = *stream.port;
  for_each_segment(
      stream, memory, stream.chain, wait, now, runner.answer, end + runner.answer,
      [&](Cause cause, std::int32_t culprit, Tick until) { port.frontier.book(cause, culprit, until, port.lost); });
}

/// The runner's next burst is granted.
inline void Run::move(Lane& lane, Runner& runner, std::int64_t bytes, Tick now) {
  const Tick time = (bytes >> width_shift) * beat;
  opens_at = std::max(pinned_until - read_latency, now);
  if (opens_at > now) closed_until = opens_at;
  pinned_until += time;
  lane.free_at = now + time;
  lane.next = std::max(lane.free_at, opens_at);
  lane.bytes += bytes;
  lane.last_bytes = bytes;
  lane.last_grant = ++grants;
  runner.bytes += bytes;
  runner.moved = pinned_until;
  runner.granted = ++lane.grants;
  runner.stream->cursor.advance();
  runner.stream->slots->known.insert(pinned_until + runner.answer);
}

/// The same with its books, and with all that the others have to know.
inline void Run::grant(Lane& lane, Runner& runner, Tick now) {
  Stream& stream = *runner.stream;
  const std::int64_t bytes = stream.cursor.bytes();
  const Tick time = (bytes >> width_shift) * beat, start = pinned_until, end = start + time;
  if (runner.port != nullptr) {
    Frontier& frontier = runner.port->frontier;
    if (const Tick shown = start + runner.answer; shown > frontier.at()) {
      if (runner.plain && one_unit) {
        frontier.book(Cause::arbitration, shown);
      } else if (lane.count == 1 && runner.granted > 0) {  // behind what the memory accepted last
        const std::int32_t culprit = accepted->unit == stream.unit ? nobody : accepted->unit;
        frontier.book(Cause::arbitration, culprit, shown, runner.port->lost);
      } else {
        book(lane, runner, now, start, end);
      }
    }
    frontier.book(Cause::transfer, end + runner.answer);
  }
  lane.last_grants[lane.grants % most_kept] = {&runner, now, now + time, accepted, closed_until};
  move(lane, runner, bytes, now);
  runner.plain = true;
  accepted = &stream;
  last = &runner;
  if (!lane.takes_turns)
    lane.channel->arbiter.served({stream.number, stream.unit}, static_cast<std::uint32_t>(bytes >> width_shift));
  if (++lane.turn == lane.count) lane.turn = 0;
  if (!one_unit) memory.pins.note(stream.owner, stream.unit, pinned_until);
}

/// Nobody else runs: after a first burst, the runner's next ones wait for its own data only. Returns the last grant.
inline Tick Run::repeat(Lane& lane, Runner& runner, Tick last_grant, Tick until) {
  Stream& stream = *runner.stream;
  while (!stream.cursor.done() && !stream.slots->known.reach(runner.slots, last_grant) && lane.next < until &&
         lane.next + runner.latency <= pinned_until) {
    last_grant = lane.next;
    move(lane, runner, stream.cursor.bytes(), last_grant);
  }
  runner.port->frontier.book(Cause::transfer, pinned_until + runner.answer);
  lane.last_grants[(lane.grants - 1) % most_kept] = {&runner, last_grant, lane.free_at, accepted, closed_until};
  return last_grant;
}

/// The last grant was at `now`.
void Run::settle(Tick now) const {
  std::int64_t bursts = 0, last_bytes = 0;
  std::array<std::int64_t, 2> bytes{};  // reads, writes
  for (std::size_t l = 0; l < lane_count; ++l) {
    bursts += static_cast<std::int64_t>(lanes[l].grants);
    if (lanes[l].channel == last->stream->channel) last_bytes = lanes[l].last_bytes;
    for (std::size_t i = 0; i < lanes[l].count; ++i)
      bytes[lanes[l].runners[i].stream->write] += lanes[l].runners[i].bytes;
  }
  memory.steady->push_behind(bursts, bytes[0], bytes[1], last_bytes);
  memory.activity.move(pinned_from, pinned_until, background, now);
  memory.has_changed(now);
  memory.last_closed_until = closed_until;
  memory.holder(false) = accepted;
  note_pins();
}

}  // namespace

/// It is `first`'s channel's turn. Grants bursts to it and to the other ready streams, on all channels, and does what
/// grant() does, burst for burst, as long as
///  - nothing else happens, and no stream's turn comes that cannot join,
///  - every burst's data move right behind those of the one before.
/// Then a burst has waited for the data of the others, and for nothing else; where all are one unit's, that is all
/// there is to book. False when there was no such burst.
bool Engine::saturate(Stream& first) {
  Tick until = std::min({event_at_, limit_, in_flight_.next_time()});
  for (const Channel* channel : active_)
    if (!channel->ready[0]->in_step) until = std::min(until, channel->next);
  // Two bursts at least, or it costs more than it spares.
  const Bus& bus = *first.channel->bus;
  const Tick burst_time = bus.clock.duration(bus.max_burst >> bus.width_shift);
  if (until - first.channel->next <= burst_time || first.channel->next > first.memory->activity.pinned_until())
    return false;
  Run run(*first.memory, grants_);
  auto& lanes = run.lanes;
  if (!lanes[0].join(*first.channel, first)) return false;
  run.lane_count = 1;
  for (Channel* channel : active_) {
    if (channel == first.channel || !channel->ready[0]->in_step) continue;
    if (run.lane_count < most_lanes && lanes[run.lane_count].join(*channel, first))
      ++run.lane_count;
    else
      until = std::min(until, channel->next);
  }
  run.know_each_other();

  Lane* const beside = run.lane_count == 2 ? &lanes[1] : nullptr;
  const bool alone = beside == nullptr && lanes[0].count == 1 && !run.background;
  Tick last_grant = now_;
  for (;;) {
    Lane& lane = beside != nullptr && grants_before(*beside, lanes[0]) ? *beside : lanes[0];
    Runner& runner = lane.next_runner();
    const Tick now = lane.next;
    if (now >= until || now + runner.latency > run.pinned_until) break;
    if (!lane.takes_turns && lane.forgets()) break;
    run.grant(lane, runner, now);
    last_grant = alone ? run.repeat(lane, runner, now, until) : now;
    if (beside != nullptr) {
      Lane& other = &lane == beside ? lanes[0] : *beside;
      other.next = std::max(other.next, run.opens_at);
    }
    if (runner.port != nullptr)
      starved_for_ = 0;
    else
      count_burst(*runner.stream->traffic, static_cast<std::uint32_t>(lane.last_bytes), now,
                  run.pinned_until + runner.answer);
    if (runner.stream->cursor.done() || runner.stream->slots->known.reach(runner.slots, last_grant)) break;
  }
  if (run.last == nullptr) return false;

  now_ = last_grant;
  grants_ = run.grants;
  Stream& last = *run.last->stream;
  run.settle(last_grant);
  for (std::size_t l = 0; l < run.lane_count; ++l) lanes[l].settle(&last);
  look_again(*last.channel, *last.memory);
  if (last.channel->ready.size() > 1) send_others_for_slots(*last.channel, last, now_);
  if (!last.cursor.done()) {
    next_burst(last, now_);
    return true;
  }
  drop(*last.channel, last);
  if (last.port != nullptr) set_alarm({run.pinned_until + run.last->answer, last.port});
  return true;
}

}  // namespace presil::fabric
