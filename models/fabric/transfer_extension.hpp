// The payload extension that carries a whole transfer through one b_transport to the fabric, and its result back.
#pragma once

#include <tlm>

#include "models/fabric/fabric_timing.hpp"

namespace presil::fabric {

/// Set on a generic payload that goes to one of the fabric's port sockets. The payload's own address, length and data
/// are not looked at: the transfer says what moves (the fabric fills in its port), and `completion` when it was done
/// and what it waited for. The caller owns the extension and clears it from the payload before either goes.
class TransferExtension : public tlm::tlm_extension<TransferExtension> {
 public:
  Transfer transfer;      // in: id, direction, areas
  Completion completion;  // out, valid when b_transport has returned with TLM_OK_RESPONSE

  tlm::tlm_extension_base* clone() const override { return new TransferExtension(*this); }
  void copy_from(const tlm::tlm_extension_base& other) override {
    *this = static_cast<const TransferExtension&>(other);
  }
};

}  // namespace presil::fabric
