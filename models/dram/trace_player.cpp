#include "models/dram/trace_player.hpp"

#include <algorithm>
#include <functional>
#include <queue>
#include <string>

#include "models/common/error.hpp"

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

struct Release {
  Tick at = 0;
  std::uint32_t request = 0;
  bool operator>(const Release& other) const { return at != other.at ? at > other.at : request > other.request; }
};

class Player {
 public:
  Player(const std::vector<TraceRequest>& requests, const PlayerSpec& spec, MemoryTiming& memory)
      : requests_(requests), spec_(spec), memory_(memory) {
    arrivals_.resize(requests.size());
    latencies_.reserve(requests.size());
  }

  PlayerResult run() {
    const std::size_t count = requests_.size();
    while (next_ < count || served_ < count) {
      while (!releases_.empty() && releases_.top().at <= now_) {
        occupied(requests_[releases_.top().request].write) -= weight(requests_[releases_.top().request]);
        releases_.pop();
      }
      if (next_ < count && window_open() && enter()) continue;
      advance();
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

  void advance() {
    const Tick decision_at = queued_ ? memory_.next_decision() : common::never;
    const bool decide = decision_at != common::never;
    Tick until = decision_at;
    if (next_ < requests_.size()) {
      if (!window_open()) {
        if (!releases_.empty()) until = std::min(until, releases_.top().at);
      } else if (!queued_) {
        until = std::min(until, memory_.accepts_from(now_, requests_[next_].write));
      }
    }
    now_ = std::max(now_, until);
    if (decide && decision_at <= now_) {
      const MemoryTiming::Decision decision = memory_.decide();
      if (decision.decided) finish(decision.service);
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
    if (!answered_at_once(request)) releases_.push({release, service.id});
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
  MemoryTiming& memory_;
  const bool queued_ = memory_.queued();
  std::vector<Tick> arrivals_, latencies_;
  std::priority_queue<Release, std::vector<Release>, std::greater<>> releases_;
  std::int64_t occupied_[2] = {0, 0};
  std::size_t next_ = 0, served_ = 0;
  Tick now_ = 0, end_ = 0;
  Frontier frontier_;
};

}  // namespace

PlayerResult play(const std::vector<TraceRequest>& requests, const PlayerSpec& spec, MemoryTiming& memory,
                  std::int64_t size_bytes) {
  for (std::size_t i = 0; i < requests.size(); ++i) {
    if (requests[i].address + requests[i].bytes > static_cast<std::uint64_t>(size_bytes)) {
      throw common::Error("trace request " + std::to_string(i + 1) + ": bytes up to " +
                          std::to_string(requests[i].address + requests[i].bytes) + " lie outside the memory of " +
                          std::to_string(size_bytes) + " bytes");
    }
  }
  return Player(requests, spec, memory).run();
}

}  // namespace presil::dram
