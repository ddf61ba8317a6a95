// A copy's writes follow its reads: which bytes have come, and when the next ones will.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/common/time.hpp"

namespace presil::fabric {

using common::never;
using common::Tick;

/// How far the reads of a copy have come.
class CopyProgress {
 public:
  /// Room for `most_in_flight` reads.
  void reserve(int most_in_flight) {
    std::size_t size = 1;
    while (size < static_cast<std::size_t>(most_in_flight)) size *= 2;
    reads_.resize(size);
  }
  void start() {
    issued_ = oldest_ = 0;
    bytes_ = granted_bytes_ = 0;
  }

  /// The next read has been granted; `ends`: its completion, `never` while that is not known. Returns its number.
  std::uint32_t grant(std::int64_t bytes_through, Tick ends, Tick now) {
    bytes_until(now);
    granted_bytes_ = bytes_through;
    at(issued_) = {bytes_through, ends};
    return issued_++;
  }
  void ended(std::uint32_t number, Tick now) { at(number).ends = now; }

  /// Bytes up to the first read that has not ended at `now`.
  std::int64_t bytes_until(Tick now) {
    while (oldest_ != issued_ && at(oldest_).ends <= now) bytes_ = at(oldest_++).bytes_through;
    return bytes_;
  }
  /// When the first `bytes` have come; `never` while that is not known.
  Tick have_come_at(std::int64_t bytes) const {
    Tick time = 0;
    for (std::uint32_t i = oldest_; i != issued_; ++i) {
      time = std::max(time, at(i).ends);
      if (at(i).bytes_through >= bytes) return time;
    }
    return never;
  }
  std::int64_t granted_bytes() const { return granted_bytes_; }

 private:
  struct Read {
    std::int64_t bytes_through = 0;
    Tick ends = never;
  };
  Read& at(std::uint32_t number) { return reads_[number & (reads_.size() - 1)]; }
  const Read& at(std::uint32_t number) const { return reads_[number & (reads_.size() - 1)]; }

  std::vector<Read> reads_;  // ring
  std::uint32_t issued_ = 0, oldest_ = 0;
  std::int64_t bytes_ = 0, granted_bytes_ = 0;
};

}  // namespace presil::fabric
