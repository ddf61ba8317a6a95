// The fabric as a SystemC module: transfers over TLM sockets, in step with SystemC's time.
#include <gtest/gtest.h>

#include "tests/support/fresh_context.hpp"
// (the context first: it sets SystemC up)
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <functional>
#include <memory>
#include <random>

#include "models/common/error.hpp"
#include "models/fabric/fabric.hpp"

namespace presil::fabric {
namespace {

using common::Cause;
using sc_core::sc_time;

sc_time ps(Tick ticks) {
  return sc_time::from_value(static_cast<sc_dt::uint64>(ticks));
}
Tick now() {
  return static_cast<Tick>(sc_core::sc_time_stamp().value());
}

/// 100 MHz, 8 bytes, bursts of 64 bytes: 80 ns each.
BusSpec slow_bus() {
  BusSpec bus;
  bus.name = "main";
  bus.hz = 100'000'000;
  bus.width_bits = 64;
  bus.max_burst_bytes = 64;
  bus.memories = {"memory"};
  return bus;
}

/// Ten lines of memory: data 30 ns after a burst arrives, 80 ns for 64 bytes. `refuses`: answers no write.
class PlainTiming : public common::MemoryTiming {
 public:
  bool refuses = false;
  bool queued() const override { return false; }
  Tick accepts_from(Tick at, bool) const override { return std::max(at, free_ - 30'000); }
  common::Service push(const common::Burst& burst) override {
    if (burst.write && refuses) throw common::Error("memory: read-only");
    common::Service service;
    service.id = burst.id;
    service.data_start = std::max(burst.arrival + 30'000, free_);
    service.wait.add(Cause::latency, burst.arrival, service.data_start);
    service.data_end = service.done = free_ = service.data_start + burst.bytes * 1'250;
    return service;
  }
  void reset() override { free_ = 0; }
  const common::MemoryCounters& counters() const override { return counters_; }
  double peak_bytes_per_second() const override { return 800e6; }
  Tick typical_latency() const override { return 30'000; }

 private:
  Tick free_ = 0;
  common::MemoryCounters counters_;
};

struct Memory : sc_core::sc_module, common::MemoryTimingProvider {
  tlm_utils::simple_target_socket<Memory> socket{"socket"};
  PlainTiming timing;
  explicit Memory(sc_core::sc_module_name name) : sc_module(name) {}
  common::MemoryTiming& memory_timing() override { return timing; }
};

/// A memory of somebody else's: ten lines of loosely timed TLM, 110 ns an access.
struct ForeignMemory : sc_core::sc_module {
  tlm_utils::simple_target_socket<ForeignMemory> socket{"socket"};
  std::vector<Tick> arrivals;
  std::int64_t bytes = 0;
  explicit ForeignMemory(sc_core::sc_module_name name) : sc_module(name) {
    socket.register_b_transport(this, &ForeignMemory::b_transport);
  }
  void b_transport(tlm::tlm_generic_payload& payload, sc_time& delay) {
    arrivals.push_back(now() + static_cast<Tick>(delay.value()));
    bytes += payload.get_data_length();
    delay += sc_time(110, sc_core::SC_NS);
    payload.set_response_status(payload.get_address() < 4096 ? tlm::TLM_OK_RESPONSE : tlm::TLM_ADDRESS_ERROR_RESPONSE);
  }
};

/// Runs a script in a process and moves bytes through its socket.
struct Master : sc_core::sc_module {
  tlm_utils::simple_initiator_socket<Master> socket{"socket"};
  std::function<void(Master&)> script;
  std::string error;

  Master(sc_core::sc_module_name name, std::function<void(Master&)> its_script)
      : sc_module(name), script(std::move(its_script)) {
    SC_HAS_PROCESS(Master);
    SC_THREAD(run);
  }
  void run() {
    try {
      script(*this);
    } catch (const common::Error& caught) {
      error = caught.what();
    }
  }
  Completion move(std::uint32_t id, bool write, std::uint64_t address, std::uint32_t bytes, Tick ahead = 0) {
    TransferExtension extension;
    extension.transfer.id = id;
    extension.transfer.write = write;
    extension.transfer.area.address = address;
    extension.transfer.area.row_bytes = bytes;
    tlm::tlm_generic_payload payload;
    payload.set_extension(&extension);
    sc_time delay = ps(ahead);
    try {
      socket->b_transport(payload, delay);
    } catch (...) {
      payload.clear_extension(&extension);
      throw;
    }
    payload.clear_extension(&extension);
    EXPECT_EQ(payload.get_response_status(), tlm::TLM_OK_RESPONSE);
    EXPECT_EQ(delay, sc_core::SC_ZERO_TIME);
    return extension.completion;
  }
};

class FabricModule : public test::WithFreshContext {};

TEST_F(FabricModule, OneCallMovesOneTransferAndReturnsWhenItsLastByteHasMoved) {
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"npu.in", "npu", {"main"}}});
  Memory memory("memory");
  fabric.bind_memory(0, memory);
  Completion first, second;
  Tick returned = 0;
  Master master("master", [&](Master& self) {
    first = self.move(7, false, 0, 128);
    returned = now();
    second = self.move(8, false, 0, 64, 5'000);  // 5 ns ahead of SystemC's time
  });
  master.socket.bind(fabric.port(0));
  sc_core::sc_start();
  fabric.rethrow_error();
  EXPECT_EQ(first.id, 7u);
  EXPECT_EQ(first.end, 190'000);  // 30 ns of latency, 2 bursts
  EXPECT_EQ(returned, 190'000);
  EXPECT_EQ(first.causes.total(), 190'000);
  EXPECT_EQ(second.start, 195'000);
  EXPECT_EQ(second.end, 200'000 + 110'000);  // from the next edge
  EXPECT_EQ(fabric.timing().bursts(), 3);
}

TEST_F(FabricModule, AProcessThatSubmitsInTheMiddleOfAnothersTransferIsNotLookedPast) {
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"a.in", "a", {"main"}}, {"b.in", "b", {"main"}}});
  Memory memory("memory");
  fabric.bind_memory(0, memory);
  Completion a, b;
  Master first("first", [&](Master& self) { a = self.move(0, false, 0, 640); });
  Master second("second", [&](Master& self) {
    sc_core::wait(ps(90'000));
    b = self.move(1, false, 4096, 64);
  });
  first.socket.bind(fabric.port(0));
  second.socket.bind(fabric.port(1));
  sc_core::sc_start();
  // a's slots 0 ... 80 and 80 ... 160, then b's turn: data 190 ... 270. a ends one slot later.
  EXPECT_EQ(b.start, 90'000);
  EXPECT_EQ(b.end, 270'000);
  EXPECT_EQ(a.end, 30'000 + 11 * 80'000);
}

TEST_F(FabricModule, WhoComesFirstAtOneInstantDoesNotDependOnTheOrderOfProcesses) {
  for (const bool swapped : {false, true}) {
    sc_core::sc_simcontext* outer = sc_core::sc_curr_simcontext;
    sc_core::sc_simcontext* context = new sc_core::sc_simcontext;
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context;
    {
      Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"a.in", "a", {"main"}}, {"b.in", "b", {"main"}}});
      Memory memory("memory");
      fabric.bind_memory(0, memory);
      Completion a, b;
      const auto run_a = [&](Master& self) { a = self.move(0, false, 0, 128); };
      const auto run_b = [&](Master& self) {
        for (int i = 0; i < 3; ++i) sc_core::wait(sc_core::SC_ZERO_TIME);  // some deltas later, the same instant
        b = self.move(1, false, 4096, 128);
      };
      Master one("one", swapped ? std::function<void(Master&)>(run_b) : run_a);
      Master two("two", swapped ? std::function<void(Master&)>(run_a) : run_b);
      one.socket.bind(fabric.port(swapped ? 1 : 0));
      two.socket.bind(fabric.port(swapped ? 0 : 1));
      sc_core::sc_start();
      EXPECT_EQ(a.end, 270'000);  // a, b, a, b
      EXPECT_EQ(b.end, 350'000);
    }
    delete context;
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = outer;
  }
}

TEST_F(FabricModule, AForeignMemoryIsServedBurstByBurstOverItsSocket) {
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"npu.in", "npu", {"main"}}});
  ForeignMemory memory("memory");
  fabric.bind_memory(0, memory);
  Completion completion;
  Master master("master", [&](Master& self) {
    sc_core::wait(ps(20'000));
    completion = self.move(0, false, 0, 192);
  });
  master.socket.bind(fabric.port(0));
  sc_core::sc_start();
  // Each access takes 110 ns; the next burst is granted on the edge at or after its end: 20, 130, 240 ns.
  EXPECT_EQ(memory.arrivals, (std::vector<Tick>{20'000, 130'000, 240'000}));
  EXPECT_EQ(memory.bytes, 192);
  EXPECT_EQ(completion.end, 350'000);
  EXPECT_EQ(completion.causes.total(), 330'000);
}

TEST_F(FabricModule, AnErrorInsideTheMemoryStopsTheSimulationAndKeepsItsType) {
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"npu.out", "npu", {"main"}}});
  Memory memory("memory");
  memory.timing.refuses = true;
  fabric.bind_memory(0, memory);
  bool returned = false;
  Master master("master", [&](Master& self) {
    self.move(0, true, 0, 64);
    returned = true;
  });
  master.socket.bind(fabric.port(0));
  sc_core::sc_start();
  EXPECT_FALSE(returned);
  EXPECT_THROW(fabric.rethrow_error(), common::Error);
}

TEST_F(FabricModule, AnAddressErrorOfAForeignMemoryNamesTheMemory) {
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"npu.in", "npu", {"main"}}});
  ForeignMemory memory("memory");
  fabric.bind_memory(0, memory);
  Master master("master", [&](Master& self) { self.move(0, false, 8192, 64); });
  master.socket.bind(fabric.port(0));
  sc_core::sc_start();
  try {
    fabric.rethrow_error();
    FAIL();
  } catch (const common::Error& error) {
    EXPECT_NE(std::string(error.what()).find("memory 'memory': read of 64 bytes at address 8192"), std::string::npos)
        << error.what();
  }
}

TEST_F(FabricModule, APayloadWithoutTheExtensionIsAnswered) {
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"npu.in", "npu", {"main"}}});
  Memory memory("memory");
  fabric.bind_memory(0, memory);
  tlm::tlm_response_status status = tlm::TLM_INCOMPLETE_RESPONSE;
  Master master("master", [&](Master& self) {
    tlm::tlm_generic_payload payload;
    sc_time delay = sc_core::SC_ZERO_TIME;
    self.socket->b_transport(payload, delay);
    status = payload.get_response_status();
  });
  master.socket.bind(fabric.port(0));
  sc_core::sc_start();
  EXPECT_EQ(status, tlm::TLM_GENERIC_ERROR_RESPONSE);
}

TEST_F(FabricModule, TwoTransfersOfOneIdAtATimeAreAnError) {
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"a.in", "a", {"main"}}, {"b.in", "b", {"main"}}});
  Memory memory("memory");
  fabric.bind_memory(0, memory);
  Master a("a", [&](Master& self) { self.move(3, false, 0, 64); });
  Master b("b", [&](Master& self) { self.move(3, false, 0, 64); });
  a.socket.bind(fabric.port(0));
  b.socket.bind(fabric.port(1));
  sc_core::sc_start();
  EXPECT_NE((a.error + b.error).find("transfer 3"), std::string::npos);
}

TEST_F(FabricModule, ATransferOfNoBytesReturnsAtTheSameTime) {
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {}, {{"a.in", "a", {"main"}}});
  Memory memory("memory");
  fabric.bind_memory(0, memory);
  Completion completion;
  Master a("a", [&](Master& self) {
    sc_core::wait(ps(12'345));
    completion = self.move(0, false, 0, 0);
  });
  a.socket.bind(fabric.port(0));
  sc_core::sc_start();
  EXPECT_EQ(completion.end, 12'345);
  EXPECT_EQ(now(), 12'345);
}

TEST_F(FabricModule, BackgroundTrafficDoesNotKeepTheSimulationRunning) {
  TrafficSpec camera;
  camera.name = "camera";
  camera.bus = "main";
  camera.memory = "memory";
  camera.bytes_per_second = 200e6;
  camera.burst_bytes = 64;
  camera.region_bytes = 4096;
  Fabric fabric("fabric", {slow_bus()}, {"memory"}, {camera}, {{"a.in", "a", {"main"}}});
  Memory memory("memory");
  fabric.bind_memory(0, memory);
  Completion completion;
  Master a("a", [&](Master& self) { completion = self.move(0, false, 0, 6400); });
  a.socket.bind(fabric.port(0));
  sc_core::sc_start();
  EXPECT_EQ(now(), completion.end);
  EXPECT_GT(completion.causes[Cause::arbitration], 0);
}

/// The module against the timing object alone: the same transfers at the same times give the same completions.
TEST_F(FabricModule, AgreesWithTheTimingObjectToThePicosecond) {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    std::mt19937_64 random(seed);
    struct Step {
      Tick pause;
      bool write;
      std::uint32_t bytes;
    };
    std::vector<std::vector<Step>> scripts(3);
    for (auto& script : scripts)
      for (int i = 0; i < 6; ++i)
        script.push_back({static_cast<Tick>(random() % 4 == 0 ? 0 : random() % 600'000), random() % 2 == 0,
                          static_cast<std::uint32_t>(random() % 900)});
    std::map<std::uint32_t, Tick> expected, found;

    {  // the timing object in a plain loop
      PlainTiming memory;
      FabricTiming fabric({slow_bus()}, {"memory"}, {&memory}, {});
      std::vector<Tick> due;
      std::vector<std::size_t> step(scripts.size(), 0);
      for (std::size_t i = 0; i < scripts.size(); ++i) {
        fabric.add_port({"p", "u" + std::to_string(i), {"main"}});
        due.push_back(scripts[i][0].pause);
      }
      for (;;) {
        const Tick next = *std::min_element(due.begin(), due.end());
        const Tick completed = fabric.busy() ? fabric.advance(next) : common::never;
        const Tick time = std::min(next, completed);
        if (time == common::never) break;
        Completion completion;
        while (fabric.pop_completion(time, completion)) {
          expected[completion.id] = completion.end;
          const std::size_t i = completion.id / 10;
          if (++step[i] < scripts[i].size()) due[i] = time + scripts[i][step[i]].pause;
        }
        for (std::size_t i = 0; i < scripts.size(); ++i) {
          if (due[i] != time) continue;
          Transfer transfer;
          transfer.id = static_cast<std::uint32_t>(i * 10 + step[i]);
          transfer.port = static_cast<std::int32_t>(i);
          transfer.write = scripts[i][step[i]].write;
          transfer.area.row_bytes = scripts[i][step[i]].bytes;
          fabric.submit(transfer, time);
          due[i] = common::never;
        }
      }
    }
    sc_core::sc_simcontext* outer = sc_core::sc_curr_simcontext;
    sc_core::sc_simcontext* context = new sc_core::sc_simcontext;
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = context;
    {
      Fabric fabric("fabric", {slow_bus()}, {"memory"}, {},
                    {{"p", "u0", {"main"}}, {"p", "u1", {"main"}}, {"p", "u2", {"main"}}});
      Memory memory("memory");
      fabric.bind_memory(0, memory);
      std::vector<std::unique_ptr<Master>> masters;
      for (std::size_t i = 0; i < scripts.size(); ++i) {
        masters.push_back(
            std::make_unique<Master>(("m" + std::to_string(i)).c_str(), [&scripts, &found, i](Master& self) {
              for (std::size_t k = 0; k < scripts[i].size(); ++k) {
                if (scripts[i][k].pause > 0) sc_core::wait(ps(scripts[i][k].pause));
                const std::uint32_t id = static_cast<std::uint32_t>(i * 10 + k);
                found[id] = self.move(id, scripts[i][k].write, 0, scripts[i][k].bytes).end;
                EXPECT_EQ(now(), found[id]);
              }
            }));
        masters.back()->socket.bind(fabric.port(static_cast<std::int32_t>(i)));
      }
      sc_core::sc_start();
    }
    delete context;
    sc_core::sc_curr_simcontext = sc_core::sc_default_global_context = outer;
    EXPECT_EQ(found, expected) << "seed " << seed;
    if (HasFailure()) break;
  }
}

}  // namespace
}  // namespace presil::fabric
