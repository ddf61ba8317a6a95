// Building the interconnect's state from its parameters, and the ways in and out of it.
#include <algorithm>

#include "models/common/error.hpp"
#include "models/fabric/engine.hpp"

namespace presil::fabric {

using common::Error;

namespace {

std::int32_t index_of(const std::vector<std::string>& names, const std::string& name) {
  const auto found = std::find(names.begin(), names.end(), name);
  return found == names.end() ? nobody : static_cast<std::int32_t>(found - names.begin());
}

void check(const BusSpec& spec) {
  const std::string where = "bus '" + spec.name + "': ";
  const std::int64_t width = spec.width_bits / 8;
  if (spec.hz <= 0) throw Error(where + "clock must be positive");
  if (spec.width_bits < 8 || spec.width_bits % 8 != 0 || (width & (width - 1)) != 0)
    throw Error(where + "width of " + std::to_string(spec.width_bits) + " bit; write 8, 16, 32, 64, 128, ... bit");
  if (spec.max_burst_bytes < width)
    throw Error(where + "max_burst of " + std::to_string(spec.max_burst_bytes) + " B is less than one beat of " +
                std::to_string(width) + " B");
  if (spec.outstanding_reads < 1 || spec.outstanding_writes < 1) throw Error(where + "outstanding must be at least 1");
  if (spec.latency_cycles < 0) throw Error(where + "latency must not be negative");
}

bool in_step(const Bus& bus, const common::SteadyPins* pins) {
  return pins != nullptr && bus.clock.whole_period() && pins->clock().hz() == bus.clock.hz() &&
         pins->width() == bus.width;
}

}  // namespace

Engine::Engine(std::vector<BusSpec> buses, std::vector<std::string> memory_names, std::vector<MemoryTiming*> memories,
               std::vector<TrafficSpec> traffic) {
  for (MemoryTiming* timing : memories) {
    MemorySide memory;
    memory.timing = timing;
    memory.queued = timing->queued();
    memory.in_order = !memory.queued && timing->completes_in_order();
    memory.posts_writes = timing->posts_writes();
    memory.steady = timing->steady_pins();
    if (memory.queued) memory.next_decision = timing->next_decision();
    memories_.push_back(std::move(memory));
  }
  for (MemorySide& memory : memories_)
    if (memory.queued) queued_memories_.push_back(&memory);
  channels_.reserve(2 * buses.size());  // pointers to channels and traffic masters stay good
  traffic_.reserve(traffic.size());
  for (const BusSpec& spec : buses) add_bus(spec, memory_names);
  for (const TrafficSpec& spec : traffic) add_traffic(spec, memory_names);
}

void Engine::add_bus(const BusSpec& spec, const std::vector<std::string>& memory_names) {
  check(spec);
  Bus bus;
  bus.name = spec.name;
  bus.number = static_cast<std::int32_t>(buses_.size());
  bus.clock = common::Clock(spec.hz);
  bus.width = static_cast<std::uint32_t>(spec.width_bits / 8);
  bus.width_shift = 0;
  while ((1u << bus.width_shift) < bus.width) ++bus.width_shift;
  bus.max_burst = static_cast<std::uint32_t>(spec.max_burst_bytes / bus.width * bus.width);  // whole beats
  bus.latency = bus.clock.duration(spec.latency_cycles);
  bus.slot_limit = {spec.outstanding_reads, spec.outstanding_writes};
  bus.shares = spec.shares;
  bus.reaches.assign(memories_.size(), false);
  for (const MemorySide& memory : memories_) bus.in_step.push_back(in_step(bus, memory.steady));
  for (const std::string& name : spec.memories) {
    const std::int32_t memory = index_of(memory_names, name);
    if (memory == nobody) throw Error("bus '" + spec.name + "': no memory '" + name + "' exists");
    bus.reaches[static_cast<std::size_t>(memory)] = true;
  }
  bus.bridges.assign(memories_.size(), nullptr);
  for (const BridgeSpec& bridge : spec.bridges) add_bridge(bridge, spec, bus, memory_names);
  bus.channel[0] = static_cast<std::int32_t>(channels_.size());
  bus.channel[1] = bus.channel[0] + (spec.duplex ? 1 : 0);
  buses_.push_back(std::move(bus));
  for (std::int32_t channel = buses_.back().channel[0]; channel <= buses_.back().channel[1]; ++channel)
    channels_.emplace_back(buses_.back(), channel, spec.arbitration);
}

void Engine::add_bridge(const BridgeSpec& spec, const BusSpec& bus_spec, Bus& bus,
                        const std::vector<std::string>& memory_names) {
  const std::string where = "bus '" + bus.name + "': bridge '" + spec.name + "': ";
  if (spec.hz <= 0 || spec.width_bits < 8 || spec.width_bits % 8 != 0 || spec.latency_cycles < 0)
    throw Error(where + "clock and width (whole bytes) must be positive, latency not negative");
  if (spec.outstanding_reads < 1 || spec.outstanding_writes < 1) throw Error(where + "outstanding must be at least 1");
  SharedBridge& bridge = bridges_.emplace_back(
      SharedBridge{Bridge(spec.hz, spec.width_bits / 8, spec.latency_cycles, bus_spec.duplex), {}});
  bridge.slots[0].limit = spec.outstanding_reads;
  bridge.slots[1].limit = spec.outstanding_writes;
  for (Slots& slots : bridge.slots) slots.known.reserve(slots.limit);
  for (const std::string& name : spec.memories) {
    const std::int32_t memory = index_of(memory_names, name);
    if (memory == nobody || !bus.reaches[static_cast<std::size_t>(memory)])
      throw Error(where + "the bus has no memory '" + name + "'");
    if (bus.bridges[static_cast<std::size_t>(memory)] != nullptr)
      throw Error(where + "memory '" + name + "' lies behind another bridge of the bus already");
    bus.bridges[static_cast<std::size_t>(memory)] = &bridge;
  }
}

const Bus* Engine::bus_named(const std::string& name) const {
  for (const Bus& bus : buses_)
    if (bus.name == name) return &bus;
  return nullptr;
}

/// `own_share`: of a traffic master; those of units stand with the bus.
std::int32_t Engine::add_unit(const std::string& name, const MasterShare* own_share) {
  Unit unit;
  unit.name = name;
  for (const Bus& bus : buses_) {
    MasterShare share;
    if (own_share != nullptr)
      share = *own_share;
    else
      for (const MasterShare& one : bus.shares)
        if (one.unit == name) share = one;
    if (share.weight < 1) throw Error("bus '" + bus.name + "': weight of '" + name + "' must be at least 1");
    std::array<Slots, 2>& slots = unit.slots.emplace_back();
    for (std::size_t write = 0; write < 2; ++write) {
      slots[write].limit = bus.slot_limit[write];
      slots[write].known.reserve(slots[write].limit);
      slots[write].priority = static_cast<std::uint8_t>(std::clamp(share.priority, 0, 255));
      if (share.latency_bound_ps > 0) slots[write].latency_bound = share.latency_bound_ps;
    }
    for (std::int32_t channel = bus.channel[0]; channel <= bus.channel[1]; ++channel)
      channels_[static_cast<std::size_t>(channel)].arbiter.add_master(share.priority, share.weight);
  }
  units_.push_back(std::move(unit));
  for (Port& port : ports_) port.lost.resize(units_.size());
  return static_cast<std::int32_t>(units_.size()) - 1;
}

Stream* Engine::add_stream(std::int32_t unit, std::int32_t owner, bool write) {
  Stream& stream = streams_.emplace_back();
  stream.number = static_cast<std::int32_t>(streams_.size()) - 1;
  stream.unit = unit;
  stream.owner = owner;
  stream.write = write;
  units_[static_cast<std::size_t>(unit)].streams.push_back(&stream);
  for (Channel& channel : channels_) channel.ready.reserve(streams_.size());
  return &stream;
}

void Engine::add_traffic(const TrafficSpec& spec, const std::vector<std::string>& memory_names) {
  const std::string where = "traffic '" + spec.name + "': ";
  const std::int32_t memory = index_of(memory_names, spec.memory);
  if (memory == nobody) throw Error(where + "no memory '" + spec.memory + "' exists");
  const Bus* bus = bus_named(spec.bus);
  if (bus == nullptr) throw Error(where + "no bus '" + spec.bus + "' exists");
  if (!bus->reaches[static_cast<std::size_t>(memory)])
    throw Error(where + "bus '" + spec.bus + "' does not reach memory '" + spec.memory + "'");
  Traffic& traffic = traffic_.emplace_back(Traffic{TrafficSource(spec)});
  const MasterShare share{spec.name, spec.priority, spec.weight, spec.latency_bound_ps};
  const std::int32_t unit = add_unit(spec.name, &share);
  traffic.stream = add_stream(unit, -1 - static_cast<std::int32_t>(traffic_.size()), spec.write);  // ports count from 0
  traffic.stream->traffic = &traffic;
  traffic.stream->memory_number = memory;
  traffic.stream->memory = &memories_[static_cast<std::size_t>(memory)];
  take_path(*traffic.stream, unit, *bus, memory);
  traffic.stream->passes_by = traffic.stream->memory->timing->passed_by(spec.name);
  traffic.stream->books_early = !traffic.stream->memory->queued;  // it has no books
  traffic.stream->in_step = keeps_step(*traffic.stream);
}

std::int32_t Engine::add_port(const PortSpec& spec) {
  for (const Traffic& traffic : traffic_)
    if (traffic.source.spec().name == spec.unit)
      throw Error("port '" + spec.name + "': a traffic master is called '" + spec.unit + "' too; rename one");
  Port& port = ports_.emplace_back();
  const std::int32_t number = static_cast<std::int32_t>(ports_.size()) - 1;
  port.spec = spec;
  int most_reads = 1;
  for (const std::string& name : spec.buses) {
    const Bus* bus = bus_named(name);
    if (bus == nullptr) throw Error("port '" + spec.name + "': no bus '" + name + "' exists");
    port.buses.push_back(bus);
    most_reads = std::max(most_reads, bus->slot_limit[0]);
    for (const SharedBridge* bridge : bus->bridges)
      if (bridge != nullptr) most_reads = std::max(most_reads, bridge->slots[0].limit);
  }
  port.progress.reserve(most_reads);
  for (std::size_t i = 0; i < units_.size(); ++i)
    if (units_[i].name == spec.unit) port.unit = static_cast<std::int32_t>(i);
  if (port.unit == nobody) port.unit = add_unit(spec.unit, nullptr);
  port.reads = add_stream(port.unit, number, false);
  port.writes = add_stream(port.unit, number, true);
  port.reads->port = port.writes->port = &port;
  port.lost.resize(units_.size());
  return number;
}

void Engine::submit(const Transfer& transfer, Tick at) {
  Port& port = ports_[static_cast<std::size_t>(transfer.port)];
  for (const Area* area : {&transfer.area, &transfer.to_area})
    if ((area == &transfer.area || transfer.copy) && port.bus_towards(area->memory) == nullptr)
      throw Error("transfer " + std::to_string(transfer.id) + ": port '" + port.spec.name + "' reaches memory number " +
                  std::to_string(area->memory) + " over none of its buses");
  if (transfer.copy && transfer.area.bytes() != transfer.to_area.bytes())
    throw Error("transfer " + std::to_string(transfer.id) + ": a copy of " + std::to_string(transfer.area.bytes()) +
                " bytes to a place of " + std::to_string(transfer.to_area.bytes()));
  if (transfer.area.bytes() == 0) {
    completions_.push_back({transfer.id, at, at, {}});
    return;
  }
  ++transfers_;
  const auto later = [](const Port::Waiting& a, const Port::Waiting& b) {
    return a.submitted != b.submitted ? a.submitted > b.submitted : a.transfer.id > b.transfer.id;
  };
  port.queue.push_back({transfer, at});
  for (std::size_t i = port.queue.size() - 1; i > port.queue_head && later(port.queue[i - 1], port.queue[i]); --i)
    std::swap(port.queue[i - 1], port.queue[i]);
  if (!port.running) request_start(port, at);
}

Tick Engine::advance(Tick limit) {
  const auto first = [this] {
    Tick time = never;
    for (const Completion& completion : completions_) time = std::min(time, completion.end);
    return time;
  };
  // With nothing in flight there is no completion to find; background traffic is caught up with when it matters.
  if (transfers_ > 0) run(std::min(limit, first()), true);
  const Tick completion = first();
  return completion <= limit ? completion : never;
}

bool Engine::pop_completion(Tick now, Completion& completion) {
  std::size_t best = completions_.size();
  for (std::size_t i = 0; i < completions_.size(); ++i)
    if (completions_[i].end <= now && (best == completions_.size() || completions_[i].id < completions_[best].id))
      best = i;
  if (best == completions_.size()) return false;
  completion = completions_[best];
  completions_[best] = completions_.back();
  completions_.pop_back();
  return true;
}

}  // namespace presil::fabric
