// Serves a foreign TLM memory, one that has no timing object, burst by burst over its socket.
#pragma once

#include <cstdint>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/memory_timing.hpp"

namespace presil::fabric {

/// Each burst is one b_transport, made ahead of SystemC's time with the difference in `delay`; the target adds what the
/// access takes to it. It must annotate and not wait(): the call comes from the fabric's method. Bursts go one after
/// another: the next is accepted when the last has been answered. No data are transported: reads land in a scratch
/// buffer, writes carry zeros.
class SocketMemory final : public common::MemoryTiming {
 public:
  using Forward = tlm::tlm_fw_transport_if<>;

  /// `forward` is asked for at each burst: it is the initiator socket's interface once it is bound.
  SocketMemory(std::string name, Forward* (*forward)(void*), void* socket)
      : name_(std::move(name)), forward_(forward), socket_(socket) {}

  bool queued() const override { return false; }
  bool completes_in_order() const override { return true; }
  common::Tick accepts_from(common::Tick now, bool) const override { return now > free_at_ ? now : free_at_; }
  /// Throws common::Error when the target answers with an error.
  common::Service push(const common::Burst& burst) override;
  void reset() override;
  const common::MemoryCounters& counters() const override { return counters_; }
  double peak_bytes_per_second() const override { return 0; }  // nobody knows
  common::Tick typical_latency() const override { return 0; }

 private:
  std::string name_;
  Forward* (*forward_)(void*);
  void* socket_;
  common::Tick free_at_ = 0;
  std::vector<unsigned char> scratch_;
  tlm::tlm_generic_payload payload_;
  common::MemoryCounters counters_;
};

}  // namespace presil::fabric
