// Ten-line neighbours for tests of the fabric: memories that are easy to work out by hand, and a driver.
#pragma once

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/common/steady_pins.hpp"
#include "models/fabric/fabric_timing.hpp"

namespace presil::fabric::testing {

using common::Burst;
using common::Cause;
using common::MemoryCounters;
using common::never;
using common::Service;

/// 100 MHz: a cycle is 10 ns. 8 bytes wide, bursts of 64 bytes: 8 beats, 80 ns.
inline BusSpec slow_bus(std::vector<std::string> memories = {"sram"}) {
  BusSpec bus;
  bus.name = "main";
  bus.hz = 100'000'000;
  bus.width_bits = 64;
  bus.max_burst_bytes = 64;
  bus.memories = std::move(memories);
  return bus;
}

/// Like an SRAM of the same clock and width: `servers` data paths of 8 bytes in 10 ns; reads begin 30 ns after they
/// arrive, writes are answered 10 ns after their data. A server accepts one burst ahead. `overhead`: of a serial
/// memory.
class PlainMemory : public MemoryTiming {
 public:
  Tick read_latency = 30'000, write_latency = 10'000, ps_per_byte = 1'250, overhead = 0;
  int servers = 1;

  bool queued() const override { return false; }
  bool completes_in_order() const override { return servers == 1; }
  Tick accepts_from(Tick now, bool) const override { return std::max(now, next().accepts_at); }
  Service push(const Burst& burst) override {
    Server& server = const_cast<Server&>(next());
    const Tick ready = burst.arrival + (burst.write ? 0 : read_latency);
    Service service;
    service.id = burst.id;
    service.wait.add(Cause::latency, burst.arrival, ready);
    service.wait.add(Cause::transfer, ready, server.free_at);
    const Tick begin = std::max(ready, server.free_at);
    service.data_start = begin + overhead;
    service.wait.add(Cause::row, begin, service.data_start);
    service.data_end = server.free_at = service.data_start + burst.bytes * ps_per_byte;
    service.done = service.data_end + (burst.write ? write_latency : 0);
    server.accepts_at = begin - read_latency;
    (burst.write ? counters_.write_bytes : counters_.read_bytes) += burst.bytes;
    ++counters_.bursts;
    return service;
  }
  void reset() override {
    servers_ = {};
    counters_ = {};
  }
  const MemoryCounters& counters() const override { return counters_; }
  double peak_bytes_per_second() const override { return 1e12 / static_cast<double>(ps_per_byte) * servers; }
  Tick typical_latency() const override { return read_latency; }

 private:
  struct Server {
    Tick free_at = 0, accepts_at = 0;
  };
  const Server& next() const {
    return servers == 2 && servers_[1].accepts_at < servers_[0].accepts_at ? servers_[1] : servers_[0];
  }
  std::array<Server, 2> servers_{};
  MemoryCounters counters_;
};

/// A queueing memory: one server, a fixed number of picoseconds a byte, a fixed latency from decision to data. It takes
/// the oldest burst, or (`newest_first`) the youngest: answers then come far out of order.
class QueueMemory : public MemoryTiming {
 public:
  int capacity = 4;
  Tick latency = 30'000, ps_per_byte = 1'250;
  bool newest_first = false, posts = false;

  bool queued() const override { return true; }
  bool posts_writes() const override { return posts; }
  Tick accepts_from(Tick now, bool) const override {
    return static_cast<int>(waiting_.size()) < capacity ? now : never;
  }
  Service push(const Burst& burst) override {
    waiting_.push_back(burst);
    return {};
  }
  Tick next_decision() const override {
    if (waiting_.empty()) return never;
    Tick oldest = never;
    for (const Burst& burst : waiting_) oldest = std::min(oldest, burst.arrival);
    return std::max(oldest, free_at_ - latency);
  }
  Decision decide() override {
    const Tick now = next_decision();
    const auto chosen = newest_first ? waiting_.end() - 1 : waiting_.begin();
    const Burst burst = *chosen;
    waiting_.erase(chosen);
    Decision decision;
    decision.decided = true;
    Service& service = decision.service;
    service.id = burst.id;
    service.wait.add(burst.master == last_master_ ? Cause::transfer : Cause::arbitration, burst.arrival, now);
    last_master_ = burst.master;
    service.data_start = std::max(now + latency, free_at_);
    service.wait.add(Cause::row, std::max(now, burst.arrival), service.data_start);
    service.data_end = free_at_ = service.data_start + burst.bytes * ps_per_byte;
    service.done = service.data_end;
    counters_.read_bytes += burst.bytes;
    ++counters_.bursts;
    return decision;
  }
  void reset() override {
    waiting_.clear();
    free_at_ = 0;
    counters_ = {};
  }
  const MemoryCounters& counters() const override { return counters_; }
  double peak_bytes_per_second() const override { return 1e12 / static_cast<double>(ps_per_byte); }
  Tick typical_latency() const override { return latency; }

 private:
  std::vector<Burst> waiting_;
  int last_master_ = -1;
  Tick free_at_ = 0;
  MemoryCounters counters_;
};

/// Passes everything on to another memory without saying that it answers in order: the fabric then takes the general
/// way with each burst.
class Unhurried : public MemoryTiming {
 public:
  explicit Unhurried(MemoryTiming& memory) : memory_(memory) {}
  bool queued() const override { return memory_.queued(); }
  Tick accepts_from(Tick now, bool write) const override { return memory_.accepts_from(now, write); }
  Service push(const Burst& burst) override { return memory_.push(burst); }
  Tick next_decision() const override { return memory_.next_decision(); }
  Decision decide() override { return memory_.decide(); }
  void reset() override { memory_.reset(); }
  const MemoryCounters& counters() const override { return memory_.counters(); }
  double peak_bytes_per_second() const override { return memory_.peak_bytes_per_second(); }
  Tick typical_latency() const override { return memory_.typical_latency(); }

 private:
  MemoryTiming& memory_;
};

/// Nothing but a data path, to which the fabric pushes directly.
class SteadyMemory : public MemoryTiming {
 public:
  explicit SteadyMemory(const common::SteadyPins& pins) : pins_(pins) {}
  bool queued() const override { return false; }
  bool completes_in_order() const override { return true; }
  common::SteadyPins* steady_pins() override { return &pins_; }
  Tick accepts_from(Tick now, bool) const override { return std::max(now, pins_.accepts_at()); }
  Service push(const Burst& burst) override { return pins_.push(burst); }
  void reset() override {}
  const MemoryCounters& counters() const override { return pins_.counters(); }
  double peak_bytes_per_second() const override { return 0; }
  Tick typical_latency() const override { return 0; }

 private:
  common::SteadyPins pins_;
};

/// Writes down every burst that reaches a memory.
class Witness : public Unhurried {
 public:
  using Unhurried::Unhurried;
  std::vector<Burst> seen;
  Service push(const Burst& burst) override {
    seen.push_back(burst);
    return Unhurried::push(burst);
  }
};

inline Transfer transfer(std::uint32_t id, std::int32_t port, bool write, std::uint64_t address, std::uint32_t bytes,
                         std::int32_t memory = 0) {
  Transfer transfer;
  transfer.id = id;
  transfer.port = port;
  transfer.write = write;
  transfer.area.memory = memory;
  transfer.area.address = address;
  transfer.area.row_bytes = bytes;
  return transfer;
}

/// Runs until nothing is in flight; the completions by id.
inline std::map<std::uint32_t, Completion> finish(FabricTiming& fabric) {
  std::map<std::uint32_t, Completion> completions;
  while (fabric.busy()) {
    const Tick time = fabric.advance(never);
    if (time == never) break;
    Completion completion;
    while (fabric.pop_completion(time, completion)) completions[completion.id] = completion;
  }
  return completions;
}

}  // namespace presil::fabric::testing
