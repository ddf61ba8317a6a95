#include "sim/plan/arena.hpp"

#include <algorithm>

namespace presil::plan {
namespace {

constexpr std::int64_t align(std::int64_t value) {
  return (value + Arena::alignment - 1) / Arena::alignment * Arena::alignment;
}

}  // namespace

std::int64_t Arena::find(std::int64_t bytes, int first, int last) const {
  std::int64_t address = 0;
  for (const Block& block : blocks_) {
    if (block.last < first || block.first > last) continue;
    if (address + bytes <= block.address) break;
    address = std::max(address, align(block.end));
  }
  return address + bytes <= capacity_ ? address : -1;
}

void Arena::take(std::int64_t address, std::int64_t bytes, int first, int last) {
  const Block block{address, address + bytes, first, last};
  const auto at = std::upper_bound(blocks_.begin(), blocks_.end(), block,
                                   [](const Block& a, const Block& b) { return a.address < b.address; });
  blocks_.insert(at, block);
}

}  // namespace presil::plan
