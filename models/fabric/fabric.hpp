// The interconnect as a SystemC module: one b_transport per transfer in, bursts over shared buses, memories behind.
#pragma once

#define SC_INCLUDE_DYNAMIC_PROCESSES  // the sockets of tlm_utils need it
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>
#include <deque>
#include <exception>
#include <memory>
#include <string>
#include <systemc>
#include <tlm>
#include <vector>

#include "models/common/memory_timing.hpp"
#include "models/fabric/fabric_timing.hpp"
#include "models/fabric/transfer_extension.hpp"

namespace presil::fabric {

/// How to build a platform: construct with the ports of all units' engines, `bind_memory` each memory in the order of
/// `memory_names`, bind initiators to `port(i)`, start. A process then calls b_transport on its socket with a
/// payload that carries a TransferExtension; the call returns when the transfer has completed. Payloads without one are
/// answered TLM_GENERIC_ERROR_RESPONSE.
///
/// One method runs the bursts of all transfers in flight up to the next completion or the next SystemC activity,
/// whichever comes first; at one instant it waits until no delta cycle is pending, so that nobody can still submit.
class Fabric : public sc_core::sc_module {
 public:
  using PortSocket = tlm_utils::simple_target_socket_tagged<Fabric>;
  using MemorySocket = tlm_utils::simple_initiator_socket<Fabric>;

  Fabric(sc_core::sc_module_name name, std::vector<BusSpec> buses, std::vector<std::string> memory_names,
         std::vector<TrafficSpec> traffic, std::vector<PortSpec> ports);
  ~Fabric() override;

  PortSocket& port(std::int32_t number) { return *ports_[static_cast<std::size_t>(number)]; }

  /// Binds memory number `memory` to `module.socket`. A module that is a common::MemoryTimingProvider lends its timing
  /// object, in the spirit of TLM's direct memory interface; any other is served burst by burst over its socket, and
  /// must annotate its delay instead of calling wait().
  template <class Module>
  void bind_memory(std::int32_t memory, Module& module) {
    bind_memory(memory, module.socket, dynamic_cast<common::MemoryTimingProvider*>(&module));
  }
  template <class Socket>
  void bind_memory(std::int32_t memory, Socket& socket, common::MemoryTimingProvider* provider) {
    memory_sockets_[static_cast<std::size_t>(memory)]->bind(socket);
    providers_[static_cast<std::size_t>(memory)] = provider;
  }

  /// Valid once the simulation has started: counters, activities, traffic.
  FabricTiming& timing() { return *timing_; }

  /// Throws again what was thrown while bursts ran (a write to a read-only memory, say): SystemC would lose its type,
  /// so the fabric keeps it and stops the simulation. Call after sc_start().
  void rethrow_error() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  void end_of_elaboration() override;
  void b_transport(int port, tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);
  void run();
  void deliver(Tick now);

  struct Waiter {  // a process inside b_transport
    bool waiting = false;
    std::uint32_t id = 0;
    Completion completion;
    sc_core::sc_event completed;
  };

  std::vector<BusSpec> buses_;
  std::vector<std::string> memory_names_;
  std::vector<TrafficSpec> traffic_;
  std::vector<PortSpec> port_specs_;
  std::vector<std::unique_ptr<PortSocket>> ports_;
  std::vector<std::unique_ptr<MemorySocket>> memory_sockets_;
  std::vector<common::MemoryTimingProvider*> providers_;        // null: foreign
  std::vector<std::unique_ptr<common::MemoryTiming>> foreign_;  // stand for the memories without a timing object
  std::unique_ptr<FabricTiming> timing_;
  std::deque<Waiter> waiters_;  // reused; as many as transfers were ever in flight at once
  sc_core::sc_event submitted_;
  bool runs_again_ = false;  // run() is due once more at this instant
  std::exception_ptr error_;
};

}  // namespace presil::fabric
