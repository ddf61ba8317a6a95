#include "models/dma/dma.hpp"

#include <algorithm>
#include <string>

#include "models/common/error.hpp"

namespace presil::dma {

using sc_core::sc_time;

Dma::Dma(sc_core::sc_module_name name, const DmaSpec& spec) : sc_module(name), socket("socket"), timing_(spec) {}

fabric::Completion Dma::move(const fabric::Transfer& transfer) {
  Tick setup = timing_.setup(transfer.area);
  if (transfer.copy) setup = std::max(setup, timing_.setup(transfer.to_area));
  return move(transfer, setup);
}

fabric::Completion Dma::move(const fabric::Transfer& transfer, Tick setup) {
  while (working_) {
    ++waiting_;
    wait(freed_);
    --waiting_;
  }
  working_ = true;
  extension_.transfer = transfer;
  payload_.set_extension(&extension_);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  sc_time delay = sc_time::from_value(static_cast<sc_dt::uint64>(setup));  // it arrives when it has been set up
  try {
    socket->b_transport(payload_, delay);
  } catch (...) {
    payload_.clear_extension(&extension_);  // a payload would delete it
    throw;
  }
  payload_.clear_extension(&extension_);
  working_ = false;
  if (waiting_ > 0) freed_.notify(sc_core::SC_ZERO_TIME);
  if (payload_.is_response_error())
    throw common::Error(std::string(name()) + ": transfer " + std::to_string(transfer.id) + " answered " +
                        payload_.get_response_string());
  return extension_.completion;
}

}  // namespace presil::dma
