// The state of the interconnect and the loop that moves it from event to event; FabricTiming is its public face.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "models/common/time.hpp"
#include "models/fabric/arbiter.hpp"
#include "models/fabric/bridge.hpp"
#include "models/fabric/burst_cursor.hpp"
#include "models/fabric/burst_record.hpp"
#include "models/fabric/copy_progress.hpp"
#include "models/fabric/fabric_timing.hpp"
#include "models/fabric/frontier.hpp"
#include "models/fabric/memory_side.hpp"
#include "models/fabric/traffic_source.hpp"

namespace presil::fabric {

struct SharedBridge;

struct Bus {
  std::string name;
  common::Clock clock;
  std::int32_t number = 0;
  std::uint32_t width = 8, max_burst = 64;
  unsigned width_shift = 3;
  Tick latency = 0;
  std::array<int, 2> slot_limit{};        // reads, writes
  std::array<std::int32_t, 2> channel{};  // the same one twice unless duplex
  std::vector<MasterShare> shares;
  std::vector<bool> reaches;  // by memory
  std::vector<bool> in_step;  // by memory: it keeps step with the bus, beat for beat, see MemoryTiming::steady_pins
  std::vector<SharedBridge*> bridges;  // by memory; null: none on the way
};

/// The data path of a bus in one or both directions: slots of whole beats that never overlap.
struct Channel {
  Channel(const Bus& its_bus, std::int32_t its_number, Arbitration policy)
      : bus(&its_bus), number(its_number), arbiter(policy) {}
  const Bus* bus;
  std::int32_t number;
  Arbiter arbiter;
  std::int64_t free_cycle = 0, next_cycle = 0;
  Tick free_at = 0;          // edge number free_cycle
  Tick next = never;         // edge number next_cycle: when a burst can be granted, as far as known
  bool stale = false;        // `next` has to be found again
  Stream* holder = nullptr;  // of the last slot
  std::uint64_t last_grant = 0;
  std::vector<Stream*> ready;  // in no order: the arbiter's order is total
};

/// A unit's bursts in flight on one bus, in one direction.
struct Slots {
  int limit = 1;
  int with_record = 0;           // in flight, until their completion is seen to
  ReleaseTimes known;            // of all others
  std::vector<Stream*> waiting;  // streams that need a slot, in no order
  std::uint8_t priority = 0;     // handed to the memory
  Tick latency_bound = never;    // of a burst that waits for its grant

  bool full(Tick now) const { return known.reach(limit - with_record, now); }
};

/// A bridge and the bursts of all units that may be in flight on it.
struct SharedBridge {
  Bridge path;
  std::array<Slots, 2> slots;  // reads, writes
};

struct Unit {
  std::string name;
  std::vector<Stream*> streams;
  std::vector<std::array<Slots, 2>> slots;  // by bus: reads, writes
};

struct Port;
struct Traffic;

enum class StreamState : std::uint8_t { idle, wants_data, wants_slot, ready };

/// The reads or the writes of one port or traffic master, and what its next burst has waited for.
struct Stream {
  std::int32_t number = 0;
  std::int32_t unit = nobody;
  std::int32_t owner = nobody;  // port or traffic master: whoever waits behind its own owner waits for itself
  bool write = false;
  StreamState state = StreamState::idle;
  bool held = false;         // the next burst has waited for a slot
  bool pending = false;      // the next burst is pending at its memory
  bool passes_by = false;    // goes around its memory's cache
  bool books_early = false;  // completions are known at the grant and come in its order: none is in `in_flight_`
  bool in_step = false;      // and bus and memory keep step: see Engine::saturate
  std::int32_t memory_number = 0;
  MemorySide* memory = nullptr;
  Channel* channel = nullptr;
  Slots* slots = nullptr;  // of its unit on the bus, or of the bridge that it crosses
  SharedBridge* bridge = nullptr;
  Tick crossed = 0;                             // the last burst that crossed it
  std::uint8_t priority = 0;                    // handed to the memory
  Tick latency_bound = never, overdue = never;  // of a wait for the grant; when the next burst has waited so long
  Port* port = nullptr;
  Traffic* traffic = nullptr;
  Tick mark = 0;  // the next burst's waiting is accounted for up to here
  BurstCursor cursor;
  PortChain chain;
};

/// See Engine::saturate.
inline bool keeps_step(const Stream& stream) {
  return stream.books_early && stream.bridge == nullptr && stream.latency_bound == never &&
         stream.channel->bus->in_step[static_cast<std::size_t>(stream.memory_number)];
}

struct Port {
  PortSpec spec;
  std::vector<const Bus*> buses;
  std::int32_t unit = nobody;
  Stream* reads = nullptr;
  Stream* writes = nullptr;
  struct Waiting {
    Transfer transfer;
    Tick submitted;
  };
  std::vector<Waiting> queue;  // from `queue_head` on, in order of (time, id)
  std::size_t queue_head = 0;
  bool running = false, start_requested = false;
  // The transfer under way:
  std::uint32_t id = 0;
  bool copy = false;
  bool all_granted = false;
  int in_flight = 0;  // bursts with a record
  Tick start = 0;
  Frontier frontier;
  CopyProgress progress;
  CompletionQueue unbooked;  // bursts of a copy without a record in flight
  std::vector<Tick> lost;    // by unit

  const Bus* bus_towards(std::int32_t memory) const {
    for (const Bus* bus : buses)
      if (memory >= 0 && static_cast<std::size_t>(memory) < bus->reaches.size() &&
          bus->reaches[static_cast<std::size_t>(memory)])
        return bus;
    return nullptr;
  }
};

/// What is known to happen when a burst whose completion was known at its grant completes: its port's transfer ends,
/// its slot is free for those that wait, or a copy's next write has its data.
struct Alarm {
  Tick time = never;
  Port* port = nullptr;
  Slots* slots = nullptr;
  Stream* copies = nullptr;
};

struct Traffic {
  TrafficSource source;
  Stream* stream = nullptr;
  bool between_packets = true;
};

class Engine {
 public:
  Engine(std::vector<BusSpec> buses, std::vector<std::string> memory_names, std::vector<MemoryTiming*> memories,
         std::vector<TrafficSpec> traffic);
  Engine(const Engine&) = delete;  // its parts point at each other
  Engine& operator=(const Engine&) = delete;

  std::int32_t add_port(const PortSpec& spec);
  const Port& port(std::int32_t number) const { return ports_[static_cast<std::size_t>(number)]; }
  void submit(const Transfer& transfer, Tick at);
  Tick advance(Tick limit);
  bool pop_completion(Tick now, Completion& completion);
  bool busy() const { return transfers_ > 0 || !completions_.empty(); }

  /// Runs to `limit`, and past completions.
  void catch_up(Tick limit);

  Tick now() const { return now_; }
  std::int64_t bursts() const { return static_cast<std::int64_t>(grants_); }
  const std::vector<Unit>& units() const { return units_; }
  const std::vector<Traffic>& traffic() const { return traffic_; }
  const ActivityLog& activity(std::int32_t memory) const {
    return memories_[static_cast<std::size_t>(memory)].activity;
  }

 private:
  // engine_setup.cpp: parts, and transfers in and out
  void add_bus(const BusSpec& spec, const std::vector<std::string>& memory_names);
  void add_bridge(const BridgeSpec& spec, const BusSpec& bus_spec, Bus& bus,
                  const std::vector<std::string>& memory_names);
  void add_traffic(const TrafficSpec& spec, const std::vector<std::string>& memory_names);
  void take_path(Stream& stream, std::int32_t unit, const Bus& bus, std::int32_t memory);
  const Bus* bus_named(const std::string& name) const;
  std::int32_t add_unit(const std::string& name, const MasterShare* own_share);
  Stream* add_stream(std::int32_t unit, std::int32_t owner, bool write);

  // engine_run.cpp: the loop, events and completions
  void run(Tick limit, bool stop_at_completion);
  void grant_before_events();
  bool complete_until(Tick time);
  bool complete(const CompletionQueue::Entry& entry);
  bool ring_alarms(Tick now);
  Tick next_known_event() const;
  Traffic* next_packet();
  Tick next_packet_at();
  Channel* next_grant();
  void find_next(Channel& channel, Tick now);

  // engine_grant.cpp: arbitration, and a granted burst's way to its memory
  std::size_t choose(Channel& channel, Tick now);
  void grant(Channel& channel, Tick now);
  void look_again(Channel& channel, const MemorySide& memory);
  Tick push(Stream& stream, Tick slot_end, Tick now);
  void charge_others(Channel& channel, const Stream& granted, Tick now);
  void send_others_for_slots(Channel& channel, const Stream& granted, Tick now);
  void book_exposed(Port& port, const Stream& stream, const common::Service& service, Tick now, Tick moved,
                    Tick completion);

  // engine_saturated.cpp: many bursts at once
  bool saturate(Stream& first);

  // engine_packets.cpp: background packets
  void count_burst(Traffic& traffic, std::uint32_t bytes, Tick now, Tick completion);
  void check_starvation(const Traffic& traffic);
  void take_packet(Traffic& traffic);
  void stream_packets(Traffic& traffic, Tick horizon);

  // engine_queued.cpp: bursts whose completion is found later, or booked later
  Tick push_with_record(Stream& stream, const common::Burst& burst, Tick slot_end, Tick now);
  void decide(Tick now);
  void served(BurstRecord& record, const common::Service& service, Tick now);
  void acknowledge(BurstRecord& record, std::uint32_t index, const common::Service& service, Tick now);
  void book(Port& port, const BurstRecord& record, Tick completion);
  void book_later(Stream& stream, const common::Service& service, Tick now, Tick moved, Tick completion);
  void book_until(Port& port, Tick time);
  void move_after_gap(const Stream& stream, MemorySide& memory, const PortChain& waited, const common::Service& service,
                      bool revocable, Tick now);

  // engine_streams.cpp: what a stream goes through until its burst is ready, and why it waits
  void request_start(Port& port, Tick now);
  void start_transfers(Tick now);
  void start_stream(Stream& stream, const Port& port, const Area& area, bool books_early, Tick now);
  void load_packet(Traffic& traffic);
  void start_packet(Traffic& traffic, Tick now);
  void next_burst(Stream& stream, Tick now);
  void request_slot(Stream& stream, Tick now);
  void become_ready(Stream& stream, Tick now);
  void data_came(Stream& copies, Tick now);
  void enter(Channel& channel, Stream& stream);
  void leave(Channel& channel, std::size_t place);
  void drop(Channel& channel, Stream& stream);
  void want_slot(Stream& stream, Tick now);
  void offer_slots(Slots& slots, Tick now);
  void set_alarm(const Alarm& alarm);
  void watch();
  void finish(Port& port, Tick now);

  std::vector<MemorySide> memories_;
  std::vector<MemorySide*> queued_memories_;
  std::deque<Bus> buses_;
  std::deque<SharedBridge> bridges_;
  std::vector<Channel> channels_;
  std::vector<Channel*> active_;  // those with ready streams, in no order
  std::vector<Unit> units_;
  std::deque<Stream> streams_;
  std::deque<Port> ports_;
  std::vector<Traffic> traffic_;
  RecordPool records_;
  CompletionQueue in_flight_;
  std::vector<Alarm> alarms_;  // in no order
  Tick next_alarm_ = never;
  std::vector<Completion> completions_;  // not delivered
  Tick now_ = 0, limit_ = 0;             // limit_: of run()
  Tick event_at_ = never;                // the next one after now_ but for grants
  Tick start_at_ = never;                // transfers wait to be started
  std::uint64_t grants_ = 0;
  std::int64_t transfers_ = 0;    // submitted and not completed
  std::int64_t starved_for_ = 0;  // background bursts since the last one of a transfer
  int watchers_ = 0;              // streams and ports that a completion in `in_flight_` may move on
};

/// Another burst, of `holder`, has what this stream's next burst needs until `until`.
inline void blocked_by(Stream& stream, const Stream& holder, Tick until) {
  if (until <= stream.mark) return;
  stream.mark = until;
  if (holder.owner == stream.owner)
    stream.chain.add(Cause::transfer, nobody, until);
  else
    stream.chain.add(Cause::arbitration, holder.unit == stream.unit ? nobody : holder.unit, until);
}

/// Calls book(cause, culprit, until) for one segment that a burst of `stream` waited inside its memory. A memory that
/// serves in order does not know whose data it waits behind: those of another owner are arbitration.
template <class Book>
inline void explain_wait(const Stream& stream, const MemorySide& memory, Cause cause, Tick until, Book&& book) {
  const bool behind_others = cause == Cause::arbitration;
  if (behind_others || (cause == Cause::transfer && !memory.queued)) {
    const PinHolders::Holder& other = memory.pins.other_than(stream.owner);
    book(Cause::arbitration, other.unit == stream.unit ? nobody : other.unit,
         behind_others ? until : std::min(other.until, until));
  }
  if (!behind_others) book(cause, nobody, until);
}

/// The books of one burst, from its transfer's start to its `completion`. `waited`: up to the grant; `way_back`: from
/// its last data to the completion.
///
/// Fixed latencies (of the bus, of the memory, of its answer) are booked as if they all lay before the burst's first
/// wait: as if its data moved at the bus. Then they fall behind the frontier as soon as bursts overlap, a saturated bus
/// shows `transfer` and not the latency of its last hop, a burst that another master delays by one slot books one slot
/// of arbitration, and one that the limit of bursts in flight held back books the latency it could not hide as
/// outstanding.
template <class Book>
inline void for_each_segment(const Stream& stream, const MemorySide& memory, const PortChain& waited,
                             const common::WaitSegments& wait, Tick granted, Tick way_back, Tick completion,
                             Book&& book) {
  Tick shift = way_back;
  Tick from = granted;
  for (int i = 0; i < wait.count; ++i) {
    const auto& segment = wait.segments[static_cast<std::size_t>(i)];
    if (segment.cause == Cause::latency) shift += segment.until - from;
    from = segment.until;
  }
  const auto* segment = waited.begin();
  book(Cause::transfer, nobody, segment->until);
  book(Cause::latency, nobody, segment->until + shift);
  while (++segment != waited.end()) book(segment->cause, segment->culprit, segment->until + shift);
  from = granted;
  for (int i = 0; i < wait.count; ++i) {
    const auto& inside = wait.segments[static_cast<std::size_t>(i)];
    if (inside.cause == Cause::latency)
      shift -= inside.until - from;  // booked above
    else
      explain_wait(stream, memory, inside.cause, inside.until,
                   [&](Cause cause, std::int32_t culprit, Tick until) { book(cause, culprit, until + shift); });
    from = inside.until;
  }
  book(Cause::transfer, nobody, completion);
}

/// When a burst's data have moved and it is complete.
struct Passage {
  Tick moved, completion;
};

/// The rest of its way, over a bridge. (In engine_streams.cpp: out of the way of the bursts that cross none.)
Passage over_bridge(Stream& stream, const common::Service& service, std::uint32_t bytes, Tick granted, Passage passage);

/// `known_at`: its answer cannot be back before.
inline Passage pass_back(Stream& stream, const common::Service& service, std::uint32_t bytes, Tick granted,
                         Tick slot_end, Tick known_at) {
  const Tick done = std::max({service.done, slot_end, known_at});
  Passage passage{std::max(slot_end, std::min(service.data_end, done)), done};
  if (stream.bridge != nullptr) passage = over_bridge(stream, service, bytes, granted, passage);
  passage.completion += stream.channel->bus->latency;
  return passage;
}

struct FabricTiming::State {
  template <class... Arguments>
  explicit State(Arguments&&... arguments) : engine(std::forward<Arguments>(arguments)...) {}
  Engine engine;
};

}  // namespace presil::fabric
