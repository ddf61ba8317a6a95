#include "models/fabric/fabric.hpp"

#include <algorithm>

#include "models/common/error.hpp"

namespace presil::fabric {

using sc_core::sc_time;

namespace {

/// Serves a foreign TLM memory, one that has no timing object, burst by burst over its socket. Each burst is one
/// b_transport, made ahead of SystemC's time with the difference in `delay`; the target adds what the access takes to
/// it. It must annotate and not wait(): the call comes from the fabric's method. Bursts go one after another: the next
/// is accepted when the last has been answered. No data are transported: reads land in a scratch buffer, writes carry
/// zeros.
class SocketMemory final : public common::MemoryTiming {
 public:
  using Forward = tlm::tlm_fw_transport_if<>;

  /// `forward` is asked for at each burst: it is the initiator socket's interface once it is bound.
  SocketMemory(std::string name, Forward* (*forward)(void*), void* socket)
      : name_(std::move(name)), forward_(forward), socket_(socket) {}

  bool queued() const override { return false; }
  bool completes_in_order() const override { return true; }
  Tick accepts_from(Tick now, bool) const override { return now > free_at_ ? now : free_at_; }
  /// Throws common::Error when the target answers with an error.
  common::Service push(const common::Burst& burst) override;
  void reset() override;
  const common::MemoryCounters& counters() const override { return counters_; }
  double peak_bytes_per_second() const override { return 0; }  // nobody knows
  Tick typical_latency() const override { return 0; }

 private:
  std::string name_;
  Forward* (*forward_)(void*);
  void* socket_;
  Tick free_at_ = 0;
  std::vector<unsigned char> scratch_;
  tlm::tlm_generic_payload payload_;
  common::MemoryCounters counters_;
};

common::Service SocketMemory::push(const common::Burst& burst) {
  if (scratch_.size() < burst.bytes) scratch_.resize(burst.bytes);
  payload_.set_command(burst.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
  payload_.set_address(burst.address);
  payload_.set_data_ptr(scratch_.data());
  payload_.set_data_length(burst.bytes);
  payload_.set_streaming_width(burst.bytes);
  payload_.set_byte_enable_ptr(nullptr);
  payload_.set_dmi_allowed(false);
  payload_.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
  const Tick now = static_cast<Tick>(sc_core::sc_time_stamp().value());
  sc_core::sc_time delay = sc_core::sc_time::from_value(static_cast<sc_dt::uint64>(burst.arrival - now));
  forward_(socket_)->b_transport(payload_, delay);
  if (payload_.is_response_error())
    throw common::Error("memory '" + name_ + "': " + (burst.write ? "write" : "read") + " of " +
                        std::to_string(burst.bytes) + " bytes at address " + std::to_string(burst.address) +
                        " answered " + payload_.get_response_string());
  common::Service service;
  service.id = burst.id;
  service.data_start = burst.arrival;
  service.data_end = service.done = free_at_ = now + static_cast<Tick>(delay.value());
  ++counters_.bursts;
  (burst.write ? counters_.write_bytes : counters_.read_bytes) += burst.bytes;
  return service;
}

void SocketMemory::reset() {
  free_at_ = 0;
  counters_ = {};
}

Tick current_time() {
  return static_cast<Tick>(sc_core::sc_time_stamp().value());
}  // SystemC counts picoseconds

sc_time duration(Tick ticks) {
  return sc_time::from_value(static_cast<sc_dt::uint64>(ticks));
}

}  // namespace

Fabric::Fabric(sc_core::sc_module_name name, std::vector<BusSpec> buses, std::vector<std::string> memory_names,
               std::vector<TrafficSpec> traffic, std::vector<PortSpec> ports)
    : sc_module(name),
      buses_(std::move(buses)),
      memory_names_(std::move(memory_names)),
      traffic_(std::move(traffic)),
      port_specs_(std::move(ports)),
      providers_(memory_names_.size(), nullptr) {
  for (std::size_t i = 0; i < memory_names_.size(); ++i)
    memory_sockets_.push_back(std::make_unique<MemorySocket>(("memory_" + std::to_string(i)).c_str()));
  for (std::size_t i = 0; i < port_specs_.size(); ++i) {
    ports_.push_back(std::make_unique<PortSocket>(("port_" + std::to_string(i)).c_str()));
    ports_.back()->register_b_transport(this, &Fabric::b_transport, static_cast<int>(i));
  }
  SC_HAS_PROCESS(Fabric);
  SC_METHOD(run);
  sensitive << submitted_;
  dont_initialize();
}

Fabric::~Fabric() = default;

void Fabric::end_of_elaboration() {
  std::vector<MemoryTiming*> memories;
  for (std::size_t i = 0; i < memory_names_.size(); ++i) {
    if (providers_[i] != nullptr) {
      memories.push_back(&providers_[i]->memory_timing());
      continue;
    }
    const auto forward = [](void* socket) -> SocketMemory::Forward* {
      return static_cast<MemorySocket*>(socket)->get_base_port().operator->();
    };
    foreign_.push_back(std::make_unique<SocketMemory>(memory_names_[i], forward, memory_sockets_[i].get()));
    memories.push_back(foreign_.back().get());
  }
  timing_ = std::make_unique<FabricTiming>(buses_, memory_names_, memories, traffic_);
  for (const PortSpec& spec : port_specs_) timing_->add_port(spec);
}

void Fabric::b_transport(int port, tlm::tlm_generic_payload& payload, sc_time& delay) {
  auto* extension = payload.get_extension<TransferExtension>();
  if (extension == nullptr) {
    payload.set_response_status(tlm::TLM_GENERIC_ERROR_RESPONSE);
    return;
  }
  Waiter* waiter = nullptr;
  for (Waiter& one : waiters_) {
    if (!one.waiting)
      waiter = &one;
    else if (one.id == extension->transfer.id)
      throw common::Error("transfer " + std::to_string(one.id) + " is under way already; give each an id of its own");
  }
  if (waiter == nullptr) waiter = &waiters_.emplace_back();
  extension->transfer.port = port;
  timing_->submit(extension->transfer, current_time() + static_cast<Tick>(delay.value()));
  delay = sc_core::SC_ZERO_TIME;  // the wait below takes it
  waiter->waiting = true;
  waiter->id = extension->transfer.id;
  if (!runs_again_) submitted_.notify(sc_core::SC_ZERO_TIME);
  wait(waiter->completed);
  waiter->waiting = false;
  extension->completion = waiter->completion;
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
}

/// Wakes those whose transfers have completed.
void Fabric::deliver(Tick now) {
  Completion completion;
  while (timing_->pop_completion(now, completion)) {
    for (Waiter& waiter : waiters_) {
      if (!waiter.waiting || waiter.id != completion.id) continue;
      waiter.completion = completion;
      waiter.completed.notify();
      break;
    }
  }
}

void Fabric::run() {
  if (error_) return;
  try {
    const Tick now = current_time();
    runs_again_ = false;
    deliver(now);
    if (!timing_->busy()) return;  // until the next submission
    runs_again_ = sc_core::sc_pending_activity_at_current_time();
    if (runs_again_) {  // others may still submit now
      next_trigger(sc_core::SC_ZERO_TIME);
      return;
    }
    const Tick limit = sc_core::sc_pending_activity_at_future_time()
                           ? now + static_cast<Tick>(sc_core::sc_time_to_pending_activity().value())
                           : common::never;
    const Tick wake = std::min(timing_->advance(limit), limit);
    if (wake == common::never) return;  // bursts that never end: nothing would change that
    next_trigger(duration(wake - now), submitted_);
  } catch (...) {
    error_ = std::current_exception();
    sc_core::sc_stop();
  }
}

}  // namespace presil::fabric
