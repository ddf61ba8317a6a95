// The bursts that wait in a DRAM controller: pieces of bus bursts, in lists by bank and direction, without allocation.
#pragma once

#include <cstdint>
#include <vector>

#include "models/dram/command.hpp"

namespace presil::dram {

/// Device bursts of one bus burst of one row on their way in; a smaller key goes earlier.
struct Arrival {
  std::int32_t burst = -1;
  std::int32_t bank = 0, row = 0, count = 0;
  std::int32_t write = 0;
  std::uint8_t master = 0;
  std::uint32_t lag = 0;
  std::uint64_t key = 0;
};

/// Device bursts of one bus burst that lie in one row of one bank.
struct alignas(64) Piece {                // a power of two: found by a shift
  std::int32_t next = -1, previous = -1;  // in its list
  std::int32_t burst = -1;                // the bus burst it belongs to
  std::int32_t row = 0;
  std::int32_t count = 0;  // device bursts that wait
  std::uint8_t master = 0;
  std::uint32_t lag = 0;  // bursts that may overtake it because of their priority
  Cycle ready = 0;        // the first command may issue from here on
  std::uint64_t key = 0;  // smaller = to be served earlier: age and lag
};

/// `count` of the piece's device bursts on their way to another queue, with the same key.
inline Arrival arrival_of(const Piece& piece, int bank, int count, int write) {
  Arrival arrival;
  arrival.burst = piece.burst;
  arrival.bank = bank;
  arrival.row = piece.row;
  arrival.count = count;
  arrival.write = write;
  arrival.master = piece.master;
  arrival.lag = piece.lag;
  arrival.key = piece.key;
  return arrival;
}

struct PieceList {
  std::int32_t first = -1, last = -1;
  bool empty() const { return first < 0; }
};

class PiecePool {
 public:
  explicit PiecePool(int capacity) : pieces_(static_cast<std::size_t>(capacity)) { clear(); }

  void clear() {
    free_.clear();
    free_.reserve(pieces_.size());
    for (std::size_t i = pieces_.size(); i-- > 0;) free_.push_back(static_cast<std::int32_t>(i));
  }

  Piece& operator[](std::int32_t index) { return pieces_[static_cast<std::size_t>(index)]; }
  const Piece& operator[](std::int32_t index) const { return pieces_[static_cast<std::size_t>(index)]; }

  std::int32_t take() {
    if (free_.empty()) {  // more than the queues hold: cannot happen, but costs only memory
      pieces_.emplace_back();
      return static_cast<std::int32_t>(pieces_.size() - 1);
    }
    const std::int32_t index = free_.back();
    free_.pop_back();
    return index;
  }

  void give_back(std::int32_t index) { free_.push_back(index); }

  /// Takes the device bursts of `arrival` in: to the last piece where that is the same row of the same bus burst.
  std::int32_t append(PieceList& list, const Arrival& arrival, Cycle ready) {
    if (!list.empty()) {
      Piece& last = (*this)[list.last];
      if (last.burst == arrival.burst && last.row == arrival.row) {
        last.count += arrival.count;
        return list.last;
      }
    }
    const std::int32_t index = take();
    Piece& piece = (*this)[index];
    piece.burst = arrival.burst;
    piece.row = arrival.row;
    piece.count = arrival.count;
    piece.master = arrival.master;
    piece.lag = arrival.lag;
    piece.ready = ready;
    piece.key = arrival.key;
    insert(list, index);
    return index;
  }

  /// In order of the keys; a new key is nearly always the largest.
  void insert(PieceList& list, std::int32_t index) {
    Piece& piece = (*this)[index];
    std::int32_t before = list.last;
    while (before >= 0 && (*this)[before].key > piece.key) before = (*this)[before].previous;
    piece.previous = before;
    piece.next = before >= 0 ? (*this)[before].next : list.first;
    (before >= 0 ? (*this)[before].next : list.first) = index;
    (piece.next >= 0 ? (*this)[piece.next].previous : list.last) = index;
  }

  void remove(PieceList& list, std::int32_t index) {
    const Piece& piece = (*this)[index];
    (piece.previous >= 0 ? (*this)[piece.previous].next : list.first) = piece.next;
    (piece.next >= 0 ? (*this)[piece.next].previous : list.last) = piece.previous;
  }

 private:
  std::vector<Piece> pieces_;
  std::vector<std::int32_t> free_;
};

}  // namespace presil::dram
