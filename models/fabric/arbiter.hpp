// Who gets the next slot of a bus channel: round robin, fixed priority or weighted, among the ports that are ready.
#pragma once

#include <cstdint>
#include <vector>

#include "models/fabric/burst_record.hpp"
#include "models/fabric/bus_spec.hpp"

namespace presil::fabric {

/// Arbitration state of one channel. Masters are units and traffic masters, numbered in order of creation; streams
/// (reads before writes of each port) are numbered in order of creation too.
///  - round_robin: the first ready master after the one served last, cyclically; within it the first ready stream after
///    the one of it served last.
///  - fixed_priority: the highest priority; equals take turns as with round_robin.
///  - weighted: start-time fair queuing. A master's slot of n beats costs it n / weight; the one that would start
///    earliest on that scale is served, equals take turns. A master that had nothing ready saves nothing up.
class Arbiter {
 public:
  struct Candidate {
    std::int32_t stream = nobody, master = nobody;
  };

  explicit Arbiter(Arbitration policy) : policy_(policy) {}

  void add_master(int priority, int weight) {
    masters_.push_back({priority, (std::uint64_t{1} << 30) / static_cast<std::uint64_t>(weight), 0, nobody});
  }

  /// True when `a` is to be served before `b`.
  bool before(const Candidate& a, const Candidate& b) const {
    const Master& x = masters_[static_cast<std::size_t>(a.master)];
    const Master& y = masters_[static_cast<std::size_t>(b.master)];
    if (a.master != b.master) {
      if (policy_ == Arbitration::fixed_priority && x.priority != y.priority) return x.priority > y.priority;
      if (policy_ == Arbitration::weighted) {
        const std::uint64_t start_x = start(x), start_y = start(y);
        if (start_x != start_y) return start_x < start_y;
      }
      return turn(a.master, last_master_) < turn(b.master, last_master_);
    }
    return turn(a.stream, x.last_stream) < turn(b.stream, x.last_stream);
  }

  void served(const Candidate& candidate, std::uint32_t beats) {
    Master& master = masters_[static_cast<std::size_t>(candidate.master)];
    last_master_ = candidate.master;
    master.last_stream = candidate.stream;
    if (policy_ == Arbitration::weighted) {
      virtual_time_ = start(master);
      master.finish = virtual_time_ + beats * master.cost_of_beat;
    }
  }

 private:
  struct Master {
    int priority;
    std::uint64_t cost_of_beat;  // 2^30 / weight
    std::uint64_t finish;        // virtual time at which its last slot ended
    std::int32_t last_stream;
  };

  std::uint64_t start(const Master& master) const {
    return master.finish > virtual_time_ ? master.finish : virtual_time_;
  }
  /// Order of a number in the cycle that begins after `last`.
  static std::uint32_t turn(std::int32_t number, std::int32_t last) {
    return static_cast<std::uint32_t>(number - last - 1);  // wraps: those up to `last` come after all others
  }

  Arbitration policy_;
  std::vector<Master> masters_;
  std::int32_t last_master_ = nobody;
  std::uint64_t virtual_time_ = 0;
};

}  // namespace presil::fabric
