// A DMA engine as a SystemC module: a process that calls it spends the set-up, then the transfer on the fabric.
#pragma once

#define SC_INCLUDE_DYNAMIC_PROCESSES  // the sockets of tlm_utils need it
#include <tlm_utils/simple_initiator_socket.h>
#include <systemc>
#include <tlm>

#include "models/dma/dma_timing.hpp"
#include "models/fabric/fabric_timing.hpp"
#include "models/fabric/transfer_extension.hpp"

namespace presil::dma {

/// One engine, one transfer at a time: later callers wait for it. Bind `socket` to a port of the fabric and call from
/// SystemC processes only.
class Dma : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Dma> socket;

  Dma(sc_core::sc_module_name name, const DmaSpec& spec);
  ~Dma() override { payload_.clear_extension(&extension_); }  // a payload would delete it, were a transfer cut short

  /// Sets one transfer up and moves it; returns when its last byte has moved. The completion counts from the end of the
  /// set-up. Throws common::Error when the fabric refuses it.
  fabric::Completion move(const fabric::Transfer& transfer);

  /// The same for a caller that has costed the set-up already.
  fabric::Completion move(const fabric::Transfer& transfer, Tick setup);

  const DmaTiming& timing() const { return timing_; }

 private:
  DmaTiming timing_;
  tlm::tlm_generic_payload payload_;
  fabric::TransferExtension extension_;
  bool working_ = false;
  int waiting_ = 0;  // callers
  sc_core::sc_event freed_;
};

}  // namespace presil::dma
