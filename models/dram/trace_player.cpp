#include "models/dram/trace_player.hpp"

#include <algorithm>
#include <string>
#include <type_traits>

#include "models/common/error.hpp"
#include "models/dram/dram_timing.hpp"

namespace presil::dram {
namespace {

using common::Burst;
using common::Cause;
using common::CauseTimes;
using common::MemoryTiming;
using common::Service;
using common::Tick;

/// How long a transfer's time counts for which cause: the frontier rule of transfers.
class Frontier {
 public:
  void add(const Service& service, Tick arrival) {
    if (service.data_start <= reached_) return book(Cause::transfer, reached_, service.data_end);  // as under load
    Tick from = arrival;
    for (int i = 0; i < service.wait.count; ++i) {
      const auto& segment = service.wait.segments[static_cast<std::size_t>(i)];
      book(segment.cause, from, segment.until);
      from = segment.until;
    }
    book(Cause::transfer, from, service.data_end);
  }
  const CauseTimes& causes() const { return causes_; }
  Tick reached() const { return reached_; }

 private:
  void book(Cause cause, Tick from, Tick until) {
    if (until <= reached_) return;
    if (from > reached_) causes_[Cause::outstanding] += from - reached_;  // nothing was in the memory
    causes_[cause] += until - std::max(from, reached_);
    reached_ = until;
  }
  CauseTimes causes_;
  Tick reached_ = 0;
};

/// When requests leave the window, in order of time; a new one nearly always comes last.
class Releases {
 public:
  Tick next_at() const { return next_at_; }  // never: none
  std::uint32_t take() {
    const std::uint32_t request = list_[first_++].request;
    next_at_ = first_ < list_.size() ? list_[first_].at : common::never;
    return request;
  }

  void put(Tick at, std::uint32_t request) {
    if (first_ > 4096) {
      list_.erase(list_.begin(), list_.begin() + static_cast<std::ptrdiff_t>(first_));
      first_ = 0;
    }
    list_.push_back({at, request});
    for (std::size_t i = list_.size() - 1; i > first_ && list_[i - 1].at > at; --i) std::swap(list_[i - 1], list_[i]);
    next_at_ = std::min(next_at_, at);
  }

 private:
  struct Release {
    Tick at = 0;
    std::uint32_t request = 0;
  };
  std::vector<Release> list_;
  std::size_t first_ = 0;
  Tick next_at_ = common::never;
};

/// `Memory` is a final class where its calls shall cost nothing, else the interface.
template <typename Memory>
class Player {
 public:
  Player(const std::vector<TraceRequest>& requests, const PlayerSpec& spec, Memory& memory)
      : requests_(requests), spec_(spec), memory_(memory) {
    arrivals_.resize(requests.size());
    latencies_.reserve(requests.size());
  }

  PlayerResult run() {
    const std::size_t count = requests_.size();
    while (next_ < count || served_ < count) {
      while (releases_.next_at() <= now_) {
        const TraceRequest& request = requests_[releases_.take()];
        occupied(request.write) -= weight(request);
      }
      const bool waits = next_ < count && !window_open();
      if (next_ < count && !waits && enter()) continue;
      advance(waits);
    }
    return result();
  }

 private:
  std::int64_t weight(const TraceRequest& request) const {
    return spec_.window_unit == 0 ? 1 : (request.bytes + spec_.window_unit - 1) / spec_.window_unit;
  }
  std::int64_t& occupied(bool write) { return occupied_[spec_.window_unit != 0 && write ? 1 : 0]; }
  bool window_open() const { return occupied_[0] < spec_.window && occupied_[1] < spec_.window; }

  bool answered_at_once(const TraceRequest& request) const {
    return request.write && spec_.write_release == WriteRelease::answered && memory_.posts_writes();
  }

  bool enter() {
    if (memory_.accepts_from(now_, false) != now_ || memory_.accepts_from(now_, true) != now_) return false;
    const TraceRequest& request = requests_[next_];
    Burst burst;
    burst.address = request.address;
    burst.bytes = request.bytes;
    burst.write = request.write;
    burst.master = request.master;
    burst.id = static_cast<std::uint32_t>(next_);
    burst.arrival = now_;
    arrivals_[next_] = now_;
    if (!answered_at_once(request)) occupied(request.write) += weight(request);
    ++next_;
    const Service service = memory_.push(burst);
    if (!queued_) finish(service);
    return true;
  }

  /// To the next event; `waits`: the next request does, for another to be released.
  void advance(bool waits) {
    Tick until = waits ? releases_.next_at() : common::never;
    if (!queued_) {
      if (!waits && next_ < requests_.size()) until = memory_.accepts_from(now_, requests_[next_].write);
      now_ = std::max(now_, until);
      return;
    }
    const Tick decision_at = memory_.next_decision();
    now_ = std::max(now_, std::min(until, decision_at));
    if (decision_at > now_) return;
    const MemoryTiming::Decision decision = decide(until);
    if (decision.decided) finish(decision.service);
  }

  /// No request enters before `until`, or before the memory accepts it.
  MemoryTiming::Decision decide(Tick until) {
    if constexpr (std::is_same_v<Memory, DramTiming>) {
      return memory_.decide(now_, until);
    } else {
      return memory_.decide();
    }
  }

  void finish(const Service& service) {
    const TraceRequest& request = requests_[service.id];
    ++served_;
    Tick release = service.done, end = service.data_end;
    if (request.write) {
      const Tick command = service.data_end - spec_.write_burst - spec_.write_latency;
      if (spec_.write_release == WriteRelease::command) release = command;
      if (spec_.write_release == WriteRelease::data_end) release = service.data_end;
      if (spec_.ends_with_write_command) end = command;
    } else {
      latencies_.push_back(service.data_end - arrivals_[service.id]);
    }
    end_ = std::max(end_, end);
    frontier_.add(service, arrivals_[service.id]);
    if (!answered_at_once(request)) releases_.put(release, service.id);
  }

  PlayerResult result() {
    PlayerResult result;
    result.elapsed = end_;
    result.counters = memory_.counters();
    result.causes = frontier_.causes();
    for (const TraceRequest& request : requests_) result.bytes += request.bytes;
    if (end_ > 0) {
      result.bandwidth = static_cast<double>(result.bytes) * 1e12 / static_cast<double>(end_);
      result.percent_of_peak = 100 * result.bandwidth / memory_.peak_bytes_per_second();
    }
    if (!latencies_.empty()) {
      Tick sum = 0;
      for (const Tick latency : latencies_) sum += latency;
      result.mean_read_latency = sum / static_cast<Tick>(latencies_.size());
      const std::size_t rank = (latencies_.size() * 99 + 99) / 100 - 1;  // nearest rank
      std::nth_element(latencies_.begin(), latencies_.begin() + static_cast<std::ptrdiff_t>(rank), latencies_.end());
      result.p99_read_latency = latencies_[rank];
    }
    return result;
  }

  const std::vector<TraceRequest>& requests_;
  const PlayerSpec& spec_;
  Memory& memory_;
  const bool queued_ = memory_.queued();
  std::vector<Tick> arrivals_, latencies_;
  Releases releases_;
  std::int64_t occupied_[2] = {0, 0};
  std::size_t next_ = 0, served_ = 0;
  Tick now_ = 0, end_ = 0;
  Frontier frontier_;
};

}  // namespace

PlayerResult play(const std::vector<TraceRequest>& requests, const PlayerSpec& spec, MemoryTiming& memory,
                  std::int64_t size_bytes) {
  const auto size = static_cast<std::uint64_t>(size_bytes);
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].address > size || requests[i].bytes > size - requests[i].address) {
      throw common::Error("trace request " + std::to_string(i + 1) + ": " + std::to_string(requests[i].bytes) +
                          " bytes from " + std::to_string(requests[i].address) + " on lie outside the memory of " +
                          std::to_string(size_bytes) + " bytes");
    }
  }
  if (auto* dram = dynamic_cast<DramTiming*>(&memory)) return Player<DramTiming>(requests, spec, *dram).run();
  return Player<MemoryTiming>(requests, spec, memory).run();
}

}  // namespace presil::dram
