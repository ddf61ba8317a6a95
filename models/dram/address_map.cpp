#include "models/dram/address_map.hpp"

#include <algorithm>
#include <array>
#include <string>

#include "models/common/error.hpp"

namespace presil::dram {
namespace {

using common::Error;

constexpr std::array<const char*, 6> field_names = {"row", "bank", "bankgroup", "column", "channel", "rank"};

bool power_of_two(std::int64_t n) {
  return n > 0 && (n & (n - 1)) == 0;
}

int bits_for(std::int64_t n) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < n) ++bits;
  return bits;
}

struct Token {
  int field = 0;
  int width = -1;  // bits; -1: what the other parts leave
};

std::vector<Token> parse(const std::string& mapping) {
  std::vector<Token> tokens;
  std::size_t begin = 0;
  while (begin <= mapping.size()) {
    const std::size_t end = std::min(mapping.find('-', begin), mapping.size());
    std::string word = mapping.substr(begin, end - begin);
    Token token;
    if (const std::size_t colon = word.find(':'); colon != std::string::npos) {
      const std::string digits = word.substr(colon + 1);
      if (digits.empty() || digits.size() > 2 || digits.find_first_not_of("0123456789") != std::string::npos) {
        throw Error("mapping '" + mapping + "': '" + word + "' has no width in bits behind the colon; write column:2");
      }
      token.width = std::stoi(digits);
      word.resize(colon);
    }
    const auto name = std::find(field_names.begin(), field_names.end(), word);
    if (name == field_names.end()) {
      throw Error("mapping '" + mapping + "': unknown field '" + word +
                  "'; known are row, rank, bank, bankgroup, column, channel");
    }
    token.field = static_cast<int>(name - field_names.begin());
    tokens.push_back(token);
    begin = end + 1;
  }
  return tokens;
}

/// Gives the parts without a width what the others leave; every field must come out at its width.
void settle_widths(std::vector<Token>& tokens, const std::array<int, 6>& widths, const std::string& mapping) {
  for (int field = 0; field < 6; ++field) {
    const std::string name = field_names[field];
    int given = 0, parts = 0;
    Token* open = nullptr;
    for (Token& token : tokens) {
      if (token.field != field) continue;
      ++parts;
      if (token.width >= 0) {
        given += token.width;
      } else if (open != nullptr) {
        throw Error("mapping '" + mapping + "': field '" + name + "' stands twice; give the parts widths, as in " +
                    name + ":2");
      } else {
        open = &token;
      }
    }
    if (parts == 0 && widths[field] > 0) {
      throw Error("mapping '" + mapping + "' does not cover the address: '" + name + "' (" +
                  std::to_string(widths[field]) + " bits) is missing");
    }
    if (open != nullptr && given <= widths[field]) {
      open->width = widths[field] - given;
      given = widths[field];
    }
    if (parts > 0 && given != widths[field]) {
      throw Error("mapping '" + mapping + "' does not cover the address: '" + name + "' has " +
                  std::to_string(widths[field]) + " bits, the mapping gives it " + std::to_string(given));
    }
  }
}

}  // namespace

std::int64_t rows_per_bank(const DramSpec& spec) {
  const std::int64_t row_of_all_banks = row_bytes(spec) * spec.bank_groups * spec.banks_per_group * spec.channels;
  if (row_of_all_banks <= 0) throw Error("dram: columns, bus_bits, banks and channels must be positive");
  if (spec.size_bytes <= 0 || spec.size_bytes % row_of_all_banks != 0) {
    throw Error("dram: size of " + std::to_string(spec.size_bytes) + " bytes is not a multiple of the " +
                std::to_string(row_of_all_banks) + " bytes that one row of all banks and channels holds");
  }
  const std::int64_t rows = spec.size_bytes / row_of_all_banks;
  if (spec.rows != 0 && spec.rows != rows) {
    throw Error("dram: size of " + std::to_string(spec.size_bytes) + " bytes needs " + std::to_string(rows) +
                " rows a bank, but rows is " + std::to_string(spec.rows) + "; leave one of them out");
  }
  return rows;
}

AddressMap::AddressMap(const DramSpec& spec) {
  const std::int64_t rows = rows_per_bank(spec);
  const auto need_power = [](std::int64_t value, const char* what) {
    if (!power_of_two(value)) {
      throw Error(std::string("dram: ") + what + " is " + std::to_string(value) + ", must be a power of two");
    }
  };
  need_power(dram::burst_bytes(spec), "burst_length x bus_bits / 8");
  need_power(spec.columns, "columns");
  need_power(spec.bank_groups, "bank_groups");
  need_power(spec.banks_per_group, "banks_per_group");
  need_power(spec.channels, "channels");
  if (spec.columns < spec.burst_length) throw Error("dram: a row of columns must hold at least one burst_length");

  const std::array<int, 6> widths = {bits_for(rows),
                                     bits_for(spec.banks_per_group),
                                     bits_for(spec.bank_groups),
                                     bits_for(spec.columns / spec.burst_length),
                                     bits_for(spec.channels),
                                     0};
  std::vector<Token> tokens = parse(spec.mapping);
  settle_widths(tokens, widths, spec.mapping);
  if (!power_of_two(rows) && tokens.front().field != 0) {
    throw Error("mapping '" + spec.mapping + "': " + std::to_string(rows) +
                " rows are not a power of two, so row must be the most significant field");
  }

  burst_shift_ = static_cast<std::uint8_t>(bits_for(dram::burst_bytes(spec)));
  bank_width_ = static_cast<std::uint8_t>(widths[1]);
  int shift = 0;
  std::array<int, 6> filled{};
  std::uint64_t column_bits = 0, group_bits = 0;
  for (auto token = tokens.rbegin(); token != tokens.rend(); ++token) {
    if (token->width <= 0) continue;
    const std::uint64_t mask = (std::uint64_t{1} << token->width) - 1;
    if (token->field == 3) {
      column_bits |= mask << shift;
    } else {
      if (token->field == 2) group_bits |= mask << shift;
      const Part part{static_cast<Field>(token->field), static_cast<std::uint8_t>(shift),
                      static_cast<std::uint8_t>(filled[token->field]), mask};
      if (part.target == 0) {
        lowest_[static_cast<std::size_t>(token->field)] = part;
      } else {
        further_.push_back(part);
      }
    }
    filled[token->field] += token->width;
    shift += token->width;
  }
  if (column_bits == 0) return;  // one device burst a row
  while ((column_bits & (run_mask_ + 1)) != 0) run_mask_ = run_mask_ << 1 | 1;
  while (column_bits > block_mask_) block_mask_ = block_mask_ << 1 | 1;
  between_ = block_mask_ & ~column_bits;
  for (std::uint64_t bits = between_; bits != 0; bits &= bits - 1) ++ways_;
  while (reach_ <= between_) reach_ = std::uint64_t{1} << ++reach_shift_;
  if (between_ != 0 && between_ == group_bits) group_columns_ = static_cast<int>(reach_ >> ways_);
}

}  // namespace presil::dram
