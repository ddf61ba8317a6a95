// The tile buffer's space for one operand over time: who must have finished before the next piece can be loaded.
#pragma once

#include <cstdint>
#include <deque>

#include "sim/plan/builder.hpp"

namespace presil::plan {

/// Pieces live in the order of their loading; each takes a share of the operand's space (a half when double-buffered).
/// A piece is dropped, oldest first, when a new one needs the room; the new one's load waits for its last user.
class Slots {
 public:
  /// The job that frees enough room for a piece of this share; -1 when there is room. Call before `put`.
  JobId make_room(double share) {
    JobId freed = -1;
    while (!live_.empty() && used_ + share > 1.0 + 1e-6) {
      if (live_.front().user > freed) freed = live_.front().user;
      used_ -= live_.front().share;
      live_.pop_front();
    }
    return freed;
  }

  void put(std::int64_t key, double share, JobId load) {
    live_.push_back({key, share, load, load});
    used_ += share;
  }

  /// The piece, when it is in the buffer; its load job is what a user waits for.
  bool holds(std::int64_t key) const { return find(key) != nullptr; }
  JobId load_of(std::int64_t key) const {
    const Piece* piece = find(key);
    return piece != nullptr ? piece->load : -1;
  }

  /// `job` reads (or, for outputs, drains) the piece.
  void use(std::int64_t key, JobId job) {
    for (auto it = live_.rbegin(); it != live_.rend(); ++it)
      if (it->key == key) {
        it->user = job;
        return;
      }
  }

 private:
  struct Piece {
    std::int64_t key;
    double share;
    JobId load, user;
  };
  const Piece* find(std::int64_t key) const {
    for (auto it = live_.rbegin(); it != live_.rend(); ++it)
      if (it->key == key) return &*it;
    return nullptr;
  }
  std::deque<Piece> live_;
  double used_ = 0;
};

}  // namespace presil::plan
