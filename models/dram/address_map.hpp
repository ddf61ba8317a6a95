// Where an address lies in a DRAM: the mapping string ("row-bank-column") turned into bit fields.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

#include "models/dram/dram_spec.hpp"

namespace presil::dram {

/// Fields from the most to the least significant, joined by '-': row, rank, bank, bankgroup, column, channel. Below
/// them lie the bytes of one device burst. A field stands once, or in parts with their widths in bits:
/// "row-bank-column-channel-column:2" changes the channel after every four device bursts; one part may leave its width
/// open. Throws common::Error when a field is unknown, stands twice, is missing, or the fields do not cover the size.
class AddressMap {
 public:
  struct Place {
    int channel = 0;
    int group = 0;
    int bank = 0;  // over all groups: group * banks_per_group + bank in the group
    std::int32_t row = 0;
  };

  explicit AddressMap(const DramSpec& spec);

  std::uint32_t burst_bytes() const { return std::uint32_t{1} << burst_shift_; }
  std::int32_t whole_bursts(std::uint32_t bytes) const { return static_cast<std::int32_t>(bytes >> burst_shift_); }

  Place place(std::uint64_t address) const { return place_of_burst(address >> burst_shift_); }

  /// Device bursts in each bank group until all groups come again, where the groups, and nothing else, change within a
  /// row's columns; else 0.
  int group_columns() const { return group_columns_; }

  /// ... then: has the burst as many bytes in each group, which begin and end together?
  bool lies_over_groups(std::uint64_t address, std::uint32_t bytes) const {
    return ((address | bytes) & ((reach_ << burst_shift_) - 1)) == 0 && bytes > 0;
  }

  /// ... then calls f(Place in the first group, times that all groups come) for every row of all groups.
  template <typename F>
  void for_each_wide_stretch(std::uint64_t address, std::uint32_t bytes, F&& f) const {
    const std::uint64_t last = (address + bytes - 1) >> burst_shift_;
    for (std::uint64_t first = address >> burst_shift_; first <= last;) {
      const std::uint64_t block_last = std::min(first | block_mask_, last);
      f(place_of_burst(first), static_cast<int>((block_last - first + 1) >> reach_shift_));
      first = block_last + 1;
    }
  }

  /// Calls f(Place, device bursts) for every stretch of [address, address + bytes) that lies in one row; whole device
  /// bursts. With `gather` the bursts of one of several interleaved channels or bank groups may come together as one
  /// stretch, else the stretches come in the order of addresses.
  template <typename F>
  void for_each_stretch(std::uint64_t address, std::uint32_t bytes, bool gather, F&& f) const {
    std::uint64_t first = address >> burst_shift_;
    const std::uint64_t last = (address + (bytes == 0 ? 0 : bytes - 1)) >> burst_shift_;
    if (((first ^ last) & ~run_mask_) == 0) return f(place_of_burst(first), static_cast<int>(last - first + 1));
    while (first <= last) {
      const std::uint64_t block_last = std::min(first | block_mask_, last);
      const std::uint64_t count = block_last - first + 1;
      if (gather && (first & between_) == 0 && (count & (reach_ - 1)) == 0 && (first & (reach_ - 1)) == 0) {
        std::uint64_t way = 0;  // all ways through the fields between the columns, each as often
        do {
          f(place_of_burst(first | way), static_cast<int>(count >> ways_));
          way = (way - between_) & between_;
        } while (way != 0);
        first = block_last + 1;
      } else {
        const std::uint64_t run_last = std::min(first | run_mask_, last);
        f(place_of_burst(first), static_cast<int>(run_last - first + 1));
        first = run_last + 1;
      }
    }
  }

 private:
  enum class Field : std::uint8_t { row, bank, group, column, channel };
  struct Part {
    Field field = Field::row;
    std::uint8_t shift = 0;   // of the part in the number of the device burst
    std::uint8_t target = 0;  // of the part in the field
    std::uint64_t mask = 0;
  };

  Place place_of_burst(std::uint64_t number) const {
    const auto lowest = [&](Field field) {
      const Part& part = lowest_[static_cast<int>(field)];
      return (number >> part.shift) & part.mask;
    };
    Place place;
    place.row = static_cast<std::int32_t>(lowest(Field::row));
    place.group = static_cast<int>(lowest(Field::group));
    place.bank = static_cast<int>(lowest(Field::bank));
    place.channel = static_cast<int>(lowest(Field::channel));
    for (const Part& part : further_) {
      const std::uint64_t value = ((number >> part.shift) & part.mask) << part.target;
      switch (part.field) {
        case Field::row:
          place.row |= static_cast<std::int32_t>(value);
          break;
        case Field::group:
          place.group |= static_cast<int>(value);
          break;
        case Field::bank:
          place.bank |= static_cast<int>(value);
          break;
        case Field::channel:
          place.channel |= static_cast<int>(value);
          break;
        case Field::column:
          break;
      }
    }
    place.bank += place.group << bank_width_;
    return place;
  }

  // Without columns: timing does not depend on them.
  std::array<Part, 5> lowest_;    // by field, the part with its lowest bits, and nearly always the only one
  std::vector<Part> further_;     // the other parts
  std::uint8_t burst_shift_ = 0;  // bytes of a device burst
  std::uint8_t bank_width_ = 0;   // bits of the bank in its group
  std::uint8_t ways_ = 0;         // number of bits in between_
  int group_columns_ = 0;         // see group_columns()
  std::uint64_t run_mask_ = 0;    // device bursts that share a row and follow each other: the lowest column bits
  std::uint64_t block_mask_ = 0;  // everything up to the highest column bit
  std::uint64_t between_ = 0;     // bits of other fields in there
  std::uint8_t reach_shift_ = 0;
  std::uint64_t reach_ = 1;  // 1 << reach_shift_: device bursts after which all values of between_ have come
};

/// Rows of one bank: spec.rows, or what size_bytes leaves. Throws common::Error when the two disagree.
std::int64_t rows_per_bank(const DramSpec& spec);

/// Bytes of one row of one bank of one channel.
inline std::int64_t row_bytes(const DramSpec& spec) {
  return std::int64_t{spec.columns} * spec.bus_bits / 8;
}

/// Bytes of one device burst.
inline std::int64_t burst_bytes(const DramSpec& spec) {
  return std::int64_t{spec.burst_length} * spec.bus_bits / 8;
}

}  // namespace presil::dram
