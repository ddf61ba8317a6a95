// Where an address lies in a DRAM: the mapping string ("row-bank-column") turned into bit fields.
#pragma once

#include <cstdint>
#include <vector>

#include "models/dram/dram_spec.hpp"

namespace presil::dram {

/// Fields from the most to the least significant, joined by '-': row, rank, bank, bankgroup, column, channel. Below them
/// lie the bytes of one device burst. A field stands once, or in parts with their widths in bits:
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

  Place place(std::uint64_t address) const { return place_of_burst(address >> burst_shift_); }

  /// Calls f(Place, device bursts) for every stretch of [address, address + bytes) that lies in one row; whole device
  /// bursts. The stretches of interleaved channels or bank groups follow each other.
  template <typename F>
  void for_each_stretch(std::uint64_t address, std::uint32_t bytes, F&& f) const {
    std::uint64_t first = address >> burst_shift_;
    const std::uint64_t last = (address + (bytes == 0 ? 0 : bytes - 1)) >> burst_shift_;
    while (first <= last) {
      const std::uint64_t block_last = first | block_mask_;
      const std::uint64_t end = block_last < last ? block_last : last;
      if (low_width_ == 0) {
        f(place_of_burst(first), static_cast<int>(end - first + 1));
      } else {
        const std::uint64_t ways = std::uint64_t{1} << low_width_;
        for (std::uint64_t way = first; way <= end && way < first + ways; ++way) {
          f(place_of_burst(way), static_cast<int>(((end - way) >> low_width_) + 1));
        }
      }
      first = end + 1;
    }
  }

 private:
  enum class Field : std::uint8_t { row, bank, group, column, channel };
  struct Part {
    Field field;
    std::uint8_t shift;   // of the part in the number of the device burst
    std::uint8_t target;  // of the part in the field
    std::uint64_t mask;
  };

  Place place_of_burst(std::uint64_t number) const {
    std::uint64_t value[5] = {0, 0, 0, 0, 0};
    for (const Part& part : parts_) {
      value[static_cast<int>(part.field)] |= ((number >> part.shift) & part.mask) << part.target;
    }
    Place place;
    place.row = static_cast<std::int32_t>(value[0]);
    place.group = static_cast<int>(value[2]);
    place.bank = static_cast<int>(value[1]) + (place.group << bank_width_);
    place.channel = static_cast<int>(value[4]);
    return place;
  }

  std::vector<Part> parts_;        // without columns: timing does not depend on them
  std::uint8_t burst_shift_ = 0;   // bytes of a device burst
  std::uint8_t bank_width_ = 0;    // bits of the bank in its group
  std::uint8_t low_width_ = 0;     // bits below the lowest part of the column
  std::uint64_t block_mask_ = 0;   // device bursts that share everything above the lowest part of the column
};

/// Rows of one bank: spec.rows, or what size_bytes leaves. Throws common::Error when the two disagree.
std::int64_t rows_per_bank(const DramSpec& spec);

/// Bytes of one row of one bank of one channel.
inline std::int64_t row_bytes(const DramSpec& spec) { return std::int64_t{spec.columns} * spec.bus_bits / 8; }

/// Bytes of one device burst.
inline std::int64_t burst_bytes(const DramSpec& spec) { return std::int64_t{spec.burst_length} * spec.bus_bits / 8; }

}  // namespace presil::dram
