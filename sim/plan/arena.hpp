// One memory's address space over the steps of a plan: finds room for a buffer between those that live at its time.
#pragma once

#include <cstdint>
#include <vector>

namespace presil::plan {

class Arena {
 public:
  explicit Arena(std::int64_t capacity = 0) : capacity_(capacity) {}

  /// Lowest aligned address where `bytes` fit during steps first...last, both included; -1 when there is no room.
  std::int64_t find(std::int64_t bytes, int first, int last) const;

  /// Precondition: find() returned this address for these arguments.
  void take(std::int64_t address, std::int64_t bytes, int first, int last);

  std::int64_t capacity() const { return capacity_; }

  static constexpr std::int64_t alignment = 16;

 private:
  struct Block {
    std::int64_t address, end;
    int first, last;
  };
  std::int64_t capacity_ = 0;
  std::vector<Block> blocks_;  // sorted by address
};

}  // namespace presil::plan
