// What each bank of a channel would issue next as far as it alone decides, by kind of command (see bank_state.hpp).
#pragma once

#include <array>
#include <cstdint>

#include "models/dram/bank_state.hpp"
#include "models/dram/command.hpp"

namespace presil::dram {

// A rank holds, from the most significant bit on: not the burst whose row was activated for it; the longer command; the
// key of the piece, as far as it fits. It would overflow after 2^34 bursts, and then only ties would fall differently.
inline constexpr int key_bits = 34;
inline constexpr int rank_bits = key_bits + 2;
inline constexpr std::uint64_t key_mask = (std::uint64_t{1} << key_bits) - 1;
inline constexpr int kind_bits = 2, bank_bits = 6;
inline constexpr int order_bits = rank_bits + bank_bits + kind_bits;

struct alignas(32) Offer {
  Cycle at = 0;             // the bank is ready
  std::uint64_t order = 0;  // rank, bank, kind: of those ready at one clock the smallest goes first
  std::int32_t piece = -1;
  std::int32_t gate = 0;  // what else it waits for: BankStates::gate_of()

  std::uint64_t rank() const { return order >> (bank_bits + kind_bits); }
};

class Offers {
 public:
  explicit Offers(const BankStates& banks) {
    for (int bank = 0; bank < banks.count(); ++bank)
      for (int kind = 0; kind < 4; ++kind)
        all_[static_cast<std::size_t>(bank << kind_bits | kind)].gate = banks.gate_of(bank, kind);
  }

  void clear() {
    mask_.fill(0);
    several_ = 0;
  }

  /// Kinds of one bank come in rising order.
  void put(int kind, int bank, Cycle at, std::uint64_t rank, std::int32_t piece) {
    const std::uint64_t bit = std::uint64_t{1} << bank;
    if ((any() & bit) == 0) {
      first_[static_cast<std::size_t>(bank)] = static_cast<std::uint8_t>(bank << kind_bits | kind);
    } else {
      several_ |= bit;
    }
    mask_[static_cast<std::size_t>(kind)] |= bit;
    replace(kind, bank, at, rank, piece);
  }

  /// In place of what the bank offers of this kind.
  void replace(int kind, int bank, Cycle at, std::uint64_t rank, std::int32_t piece) {
    const std::size_t slot = static_cast<std::size_t>(bank << kind_bits | kind);
    Offer& offer = all_[slot];
    offer.at = at;
    offer.order = rank << (bank_bits + kind_bits) | slot;
    offer.piece = piece;
  }

  void withdraw(int bank) {
    const std::uint64_t others = ~(std::uint64_t{1} << bank);
    for (std::uint64_t& mask : mask_) mask &= others;
    several_ &= others;
  }

  /// Banks that offer this kind of command.
  std::uint64_t banks(int kind) const { return mask_[static_cast<std::size_t>(kind)]; }
  std::uint64_t any() const { return mask_[0] | mask_[1] | mask_[2] | mask_[3]; }

  static constexpr std::size_t slot_mask = (std::size_t{1} << (bank_bits + kind_bits)) - 1;
  const Offer& operator[](std::size_t slot) const { return all_[slot]; }  // slot: the lowest bits of an order

  const Offer& of(int kind, int bank) const { return all_[static_cast<std::size_t>(bank << kind_bits | kind)]; }

  /// Calls f(offer, bank) for every offer. Few branches: which bank wants what is anybody's guess.
  template <typename F>
  void for_each(F&& f) const {
    for (std::uint64_t mask = any(); mask != 0; mask &= mask - 1) {
      const int bank = __builtin_ctzll(mask);
      const std::size_t slot = first_[static_cast<std::size_t>(bank)];
      f(all_[slot], bank);
    }
    for (std::uint64_t mask = several_; mask != 0; mask &= mask - 1) {
      const int bank = __builtin_ctzll(mask);
      for (int kind = (first_[static_cast<std::size_t>(bank)] & 3) + 1; kind < 4; ++kind)
        if ((banks(kind) >> bank & 1) != 0) f(of(kind, bank), bank);
    }
  }

 private:
  std::array<Offer, 64 << kind_bits> all_;
  std::array<std::uint64_t, 4> mask_{};   // by kind, the banks that offer it
  std::array<std::uint8_t, 64> first_{};  // by bank, the kind offered first, ...
  std::uint64_t several_ = 0;             // ... and which banks offer another one besides
};

}  // namespace presil::dram
