// FabricTiming: the public face of the interconnect's engine.
#include "models/fabric/fabric_timing.hpp"

#include "models/fabric/engine.hpp"

namespace presil::fabric {

FabricTiming::FabricTiming(std::vector<BusSpec> buses, std::vector<std::string> memory_names,
                           std::vector<MemoryTiming*> memories, std::vector<TrafficSpec> traffic)
    : state_(new State(std::move(buses), std::move(memory_names), std::move(memories), std::move(traffic))) {}

FabricTiming::~FabricTiming() = default;

std::int32_t FabricTiming::add_port(const PortSpec& spec) {
  return state_->engine.add_port(spec);
}

bool FabricTiming::reaches(std::int32_t port, std::int32_t memory) const {
  return state_->engine.port(port).bus_towards(memory) != nullptr;
}

void FabricTiming::submit(const Transfer& transfer, Tick now) {
  state_->engine.submit(transfer, now);
}

Tick FabricTiming::advance(Tick limit) {
  return state_->engine.advance(limit);
}

bool FabricTiming::pop_completion(Tick now, Completion& completion) {
  return state_->engine.pop_completion(now, completion);
}

bool FabricTiming::busy() const {
  return state_->engine.busy();
}

MemoryActivity FabricTiming::activity(std::int32_t memory, Tick until) const {
  Engine& engine = state_->engine;
  if (until > engine.now()) engine.catch_up(until);  // with background traffic that nobody waited for
  MemoryActivity activity;
  engine.activity(memory).read(until, activity.busy, activity.stalls);
  activity.idle = until - activity.busy - activity.stalls.total();
  return activity;
}

std::int64_t FabricTiming::bursts() const {
  return state_->engine.bursts();
}

std::vector<FabricTiming::TrafficResult> FabricTiming::traffic() const {
  std::vector<TrafficResult> results;
  for (const Traffic& traffic : state_->engine.traffic())
    results.push_back(traffic.source.result(state_->engine.now()));
  return results;
}

std::vector<FabricTiming::Culprit> FabricTiming::lost_to_others(std::int32_t port) const {
  const Engine& engine = state_->engine;
  const std::vector<Tick>& lost = engine.port(port).lost;
  std::vector<Culprit> culprits;
  for (std::size_t unit = 0; unit < lost.size(); ++unit)
    if (lost[unit] > 0) culprits.push_back({engine.units()[unit].name, lost[unit]});
  return culprits;
}

}  // namespace presil::fabric
