// What a hardware file says arrives in the Hardware, in base units.
#include "sim/hw/load.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "tests/unit/hw/support.hpp"

namespace presil::hw {
namespace {

using common::OpClass;
using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(Load, ReadsClocksMemoriesAndBuses) {
  const Hardware hardware = from_text(small_chip);
  EXPECT_EQ(hardware.clocks.at("cpu"), 1'500'000'000);
  ASSERT_EQ(hardware.memories.size(), 3u);
  EXPECT_EQ(hardware.memories[0].name, "sram");  // in the order of the file
  EXPECT_EQ(hardware.memories[0].size_bytes, 1 << 20);
  const auto& sram = std::get<sram::SramSpec>(hardware.memories[0].spec);
  EXPECT_EQ(sram.hz, 400'000'000);  // `clock: bus`
  EXPECT_EQ(sram.width_bits, 128);
  EXPECT_EQ(sram.read_latency_cycles, 2);  // `latency` stands for both
  EXPECT_EQ(sram.write_latency_cycles, 2);
  const auto& flash = std::get<flash::FlashSpec>(hardware.memories[2].spec);
  EXPECT_EQ(flash.hz, 200'000'000);  // a frequency in place of a name
  EXPECT_TRUE(flash.ddr);
  EXPECT_FALSE(flash.writable);
  const fabric::BusSpec& bus = hardware.buses.at(0);
  EXPECT_EQ(bus.max_burst_bytes, 128);
  EXPECT_EQ(bus.outstanding_reads, 8);
  EXPECT_EQ(bus.outstanding_writes, 8);
  EXPECT_THAT(bus.memories, ElementsAre("sram", "dram", "flash"));
}

TEST(Load, ReadsAnNpu) {
  const Hardware hardware = from_text(small_chip);
  const npu::NpuSpec& npu = hardware.unit("npu")->npu();
  EXPECT_EQ(npu.hz, 800'000'000);
  const npu::Mode& mode = npu.array.at(OpClass::convolution).at(0);
  ASSERT_EQ(mode.unroll.size(), 2u);
  EXPECT_EQ(mode.unroll[0].dims, std::vector<npu::Dim>{npu::Dim::oc});
  EXPECT_EQ(mode.unroll[0].factor, 16);
  EXPECT_EQ(npu.streams.input_elements_per_cycle, 32);
  EXPECT_EQ(npu.streams.weight_bytes_per_cycle, 8);
  EXPECT_EQ(npu.tile_buffer.size_bytes, 65536);
  EXPECT_EQ(npu.tile_buffer.partition.weights, 30);
  EXPECT_EQ(npu.precision.at(1).weight_bits, 4);
  EXPECT_TRUE(npu.precision.at(1).emulated);
  EXPECT_EQ(npu.launch.cycles, 500);
  EXPECT_EQ(npu.launch.host_ps, 10'000'000);  // 10 us
  EXPECT_EQ(npu.supports.at(OpClass::convolution).max_kernel_h, 7);
  EXPECT_EQ(npu.supports.at(OpClass::convolution).max_kernel_w, 5);
  EXPECT_EQ(npu.fallback.to, "cpu");
  EXPECT_EQ(npu.fallback.hand_over_ps, 20'000'000);
  EXPECT_EQ(npu.dma.hz, 800'000'000);  // the unit's clock unless given
  EXPECT_EQ(hardware.main_unit, "npu");
}

TEST(Load, LetsOtherMacClassesInheritConvolutionsModesAndSaysSo) {
  const Hardware hardware = from_text(small_chip);
  const npu::NpuSpec& npu = hardware.unit("npu")->npu();
  for (OpClass heir : {OpClass::pointwise, OpClass::transpose_convolution, OpClass::fully_connected, OpClass::matmul})
    EXPECT_EQ(npu.array.at(heir).at(0).unroll[1].factor, 16) << name(heir);
  EXPECT_EQ(npu.array.at(OpClass::depthwise).at(0).unroll.size(), 1u);
  EXPECT_THAT(hardware.defaults, Contains("units.npu.array.fully_connected = the modes of convolution"));
  // A class of its own is not overwritten.
  const Hardware other = from_text(
      with(small_chip, "      depthwise:", "      pointwise: {modes: [{unroll: {oc: 32}}]}\n      depthwise:"));
  EXPECT_EQ(other.unit("npu")->npu().array.at(OpClass::pointwise).at(0).unroll[0].factor, 32);
}

TEST(Load, SupportForConvolutionHoldsForPointwiseUnlessItIsGiven) {
  const Hardware hardware = from_text(small_chip);
  EXPECT_EQ(hardware.unit("npu")->npu().supports.at(OpClass::pointwise).max_kernel_h, 7);
  EXPECT_EQ(hardware.unit("npu")->npu().supports.count(OpClass::fully_connected), 0u);
}

TEST(Load, ReadsCompositeUnrollingsMinimaAndCyclesByBits) {
  const Hardware hardware = from_text(with(
      small_chip, "depthwise: {modes: [{unroll: {oc: 16}}]}",
      "depthwise: {modes: [{name: serial, unroll: {oc: 8, ic*kh*kw: 64}, cycles_per_step: 4, minimum_over: [oh, ow], "
      "minimum_cycles: 32, pad_ic_to: 8, max_kernel: 3x3, min_ic: 2, max_ic: 16, "
      "cycles_per_step_by_weight_bits: {2: 1, 4: 2}}]}"));
  const npu::Mode& mode = hardware.unit("npu")->npu().array.at(OpClass::depthwise).at(0);
  EXPECT_EQ(mode.name, "serial");
  EXPECT_EQ(mode.unroll[1].dims, (std::vector<npu::Dim>{npu::Dim::ic, npu::Dim::kh, npu::Dim::kw}));
  EXPECT_EQ(mode.unroll[1].factor, 64);
  EXPECT_EQ(mode.cycles_per_step, 4);
  EXPECT_EQ(mode.minimum_over, (std::vector<npu::Dim>{npu::Dim::oh, npu::Dim::ow}));
  EXPECT_EQ(mode.minimum_cycles, 32);
  EXPECT_EQ(mode.pad_ic_to, 8);
  EXPECT_EQ(mode.max_kernel_h, 3);
  EXPECT_EQ(mode.min_ic, 2);
  EXPECT_EQ(mode.max_ic, 16);
  EXPECT_EQ(mode.cycles_per_step_by_weight_bits, (std::map<int, double>{{2, 1.0}, {4, 2.0}}));
}

TEST(Load, ExpandsGroupsOfClassesAndLetsASingleClassWin) {
  const Hardware hardware =
      from_text(with(small_chip, "add: {}}", "maximum: {max_rank: 2}, elementwise: {max_rank: 4}, pooling: {}}"));
  const auto& supports = hardware.unit("npu")->npu().supports;
  EXPECT_EQ(supports.at(OpClass::add).max_rank, 4);
  EXPECT_EQ(supports.at(OpClass::mul).max_rank, 4);
  EXPECT_EQ(supports.at(OpClass::maximum).max_rank, 2);  // named itself, though before the group
  EXPECT_EQ(supports.count(OpClass::average_pool), 1u);
  EXPECT_EQ(supports.count(OpClass::max_pool), 1u);
}

TEST(Load, FusionChainsOfConvolutionHoldForPointwiseUnlessItIsNamed) {
  const std::string before = "    fallback:";
  const Hardware open =
      from_text(with(small_chip, before, "    fusion: [[convolution, add], [pad, convolution]]\n" + before));
  ASSERT_EQ(open.unit("npu")->npu().fusion.size(), 4u);
  EXPECT_EQ(open.unit("npu")->npu().fusion[1].chain, (std::vector<OpClass>{OpClass::pointwise, OpClass::add}));
  const Hardware exact =
      from_text(with(small_chip, before, "    fusion: [[convolution, add], [pointwise, relu]]\n" + before));
  EXPECT_EQ(exact.unit("npu")->npu().fusion.size(), 2u);
}

TEST(Load, ReadsStagedWeightsOverheadsAndTheOutputStage) {
  const Hardware hardware = from_text(with(
      small_chip, "    launch:",
      "    weights: {delivery: staged, staging_memory: sram, never_staged: [fully_connected], compression: entropy, "
      "bytes_per_output_channel: 10}\n"
      "    overheads: [{per: step, cycles: 2, over: {ow: 1, oc: 32}, only_when_pixels_up_to: 2}, {per: operator, "
      "cycles: 9, classes: "
      "[pooling], "
      "hidden: true}]\n"
      "    tile_granule: [1, 2, 8]\n    tile_limit: [32, 64, 128]\n    layout: channel_blocked\n    layout_block: 16\n"
      "    launch:"));
  const npu::NpuSpec& npu = hardware.unit("npu")->npu();
  EXPECT_EQ(npu.weights.delivery, npu::WeightDelivery::staged);
  EXPECT_EQ(npu.weights.staging_memory, "sram");
  EXPECT_EQ(npu.weights.never_staged, std::vector<OpClass>{OpClass::fully_connected});
  EXPECT_EQ(npu.weights.coding, npu::WeightCoding::entropy);
  EXPECT_FALSE(npu.weights.sliced_passes);
  EXPECT_EQ(npu.launch.command_bytes, 0);
  EXPECT_EQ(npu.weights.bytes_per_output_channel, 10);
  EXPECT_EQ(npu.overheads.at(0).per, npu::Per::step);
  EXPECT_EQ(npu.overheads.at(0).only_when_pixels_up_to, 2);
  EXPECT_EQ(npu.overheads.at(0).over, (std::array<std::int32_t, npu::dim_count>{0, 32, 0, 0, 1, 0, 0}));
  EXPECT_EQ(npu.overheads.at(1).per, npu::Per::op);
  EXPECT_TRUE(npu.overheads.at(1).hidden);
  EXPECT_EQ(npu.overheads.at(1).classes, (std::vector<OpClass>{OpClass::average_pool, OpClass::max_pool}));
  EXPECT_EQ(npu.tile_limit, (std::array<std::int32_t, 3>{32, 64, 128}));
  EXPECT_EQ(npu.layout, npu::Layout::channel_blocked);
}

TEST(Load, ReadsCodedWeightsPassesAndCommands) {
  const std::string weights =
      "    weights: {delivery: staged, staging_memory: sram, compression: golomb_rice, alignment: 16 B, "
      "sliced_passes: true, expected_copy_rate: 50 MB/s}\n";
  const std::string chip =
      with(with(small_chip, "    launch:", weights + "    launch:"), "launch: {", "launch: {commands: 200 B, ");
  const Hardware hardware = from_text(chip);
  const npu::NpuSpec& npu = hardware.unit("npu")->npu();
  EXPECT_EQ(npu.weights.coding, npu::WeightCoding::golomb_rice);
  EXPECT_EQ(npu.weights.alignment, 16);
  EXPECT_TRUE(npu.weights.sliced_passes);
  EXPECT_EQ(npu.weights.expected_copy_rate, 50'000'000);
  EXPECT_EQ(npu.launch.command_bytes, 200);
  for (const auto& [what, instead] : {std::pair{"golomb_rice", "entropy"},
                                      {"16 B", "1 B"},
                                      {"passes: true", "passes: false"},
                                      {"50 MB/s", "40 MB/s"},
                                      {"200 B", "100 B"}})
    EXPECT_NE(from_text(with(chip, what, instead)).digest, hardware.digest) << instead;
}

TEST(Load, EveryPolicyOfADramIsAKey) {
  const auto usual = std::get<dram::DramSpec>(from_text(small_chip).memory("dram")->spec);
  EXPECT_EQ(usual.refresh_mode, dram::RefreshMode::all_banks);
  EXPECT_EQ(usual.power_down_after, 0);
  const Hardware hardware =
      from_text(with(small_chip, "preset: lpddr4-3200-x16,",
                     "preset: lpddr4-3200-x16, whole_bursts: false, strict_row_hit_cap: false, priority_lead: 3, "
                     "max_reads_in_turn: 100, max_writes_in_turn: 20, refresh_mode: per_bank, postponed_refreshes: 4, "
                     "power_down_after: 100 ns, self_refresh_after: 3200 clocks,"));
  const auto& dram = std::get<dram::DramSpec>(hardware.memory("dram")->spec);
  EXPECT_FALSE(dram.whole_bursts);
  EXPECT_FALSE(dram.strict_row_hit_cap);
  EXPECT_EQ(dram.priority_lead, 3);
  EXPECT_EQ(dram.max_reads_in_turn, 100);
  EXPECT_EQ(dram.max_writes_in_turn, 20);
  EXPECT_EQ(dram.refresh_mode, dram::RefreshMode::per_bank);
  EXPECT_EQ(dram.timing.tRFCpb, 224);  // 8 Gbit: 140 ns at 1600 MHz
  EXPECT_EQ(dram.postponed_refreshes, 4);
  EXPECT_EQ(dram.power_down_after, 160);
  EXPECT_EQ(dram.self_refresh_after, 3200);
  EXPECT_EQ(dram.timing.tXS, 460);  // 287.5 ns
  EXPECT_NE(hardware.digest, from_text(small_chip).digest);
}

TEST(Load, DramTimingIsGivenInClocksOrRoundedUpFromATime) {
  const Hardware hardware = from_text(
      with(small_chip, "preset: lpddr4-3200-x16,", "preset: lpddr4-3200-x16, timing: {tRCD: 20 ns, tRP: 30 clocks},"));
  const auto& dram = std::get<dram::DramSpec>(hardware.memory("dram")->spec);
  EXPECT_EQ(dram.timing.tRCD, 32);  // 20 ns x 1.6 GHz
  EXPECT_EQ(dram.timing.tRP, 30);
  EXPECT_EQ(dram.hz, 1'600'000'000);  // the preset's
  const Hardware odd =
      from_text(with(small_chip, "preset: lpddr4-3200-x16,", "preset: lpddr4-3200-x16, timing: {tRCD: 18.1 ns},"));
  EXPECT_EQ(std::get<dram::DramSpec>(odd.memory("dram")->spec).timing.tRCD, 29);  // 28.96 clocks
}

TEST(Load, ReadsCpusWithCachesAndTheirLibrary) {
  const Hardware hardware =
      from_text(with(small_chip, "    library: {rates",
                     "    cores: 4\n    parallel_efficiency: 0.5\n    caches: {l1: {size: 32 KiB}, l2: "
                     "{size: 1 MiB, line: 32 B}}\n    library: {cycles_per_operator: 700, rates"));
  const cpu::CpuSpec& cpu = hardware.unit("cpu")->cpu();
  EXPECT_EQ(cpu.cores, 4);
  EXPECT_EQ(cpu.caches.at(1).name, "l2");  // the last one decides
  EXPECT_EQ(cpu.caches.at(1).line_bytes, 32);
  EXPECT_EQ(cpu.library.rates.at(OpClass::convolution).cycles_per_mac, 0.5);
  EXPECT_EQ(cpu.library.rates.at(OpClass::convolution).cycles_per_operator, 700);  // the library's, for all
  EXPECT_FALSE(cpu.library.rates.at(OpClass::convolution).assumed);
  EXPECT_TRUE(cpu.library.generic.assumed);  // no source
}

TEST(Load, ReadsSharesOutstandingByDirectionAndTraffic) {
  const Hardware hardware = from_text(
      with(small_chip, "outstanding: 8,",
           "outstanding: {reads: 4, writes: 2}, arbitration: weighted, shares: {npu: {weight: 3}, camera: {priority: "
           "1}},") +
      "traffic: {camera: {bus: main, memory: dram, rate: 2 GB/s, burst: 64 B, region: 4 MiB, address: 16 MiB}}\n");
  EXPECT_EQ(hardware.buses[0].outstanding_reads, 4);
  EXPECT_EQ(hardware.buses[0].outstanding_writes, 2);
  EXPECT_EQ(hardware.buses[0].arbitration, fabric::Arbitration::weighted);
  EXPECT_EQ(hardware.buses[0].shares.at(0).weight, 3);
  EXPECT_EQ(hardware.buses[0].shares.at(1).unit, "camera");
  EXPECT_EQ(hardware.traffic.at(0).bytes_per_second, 2e9);
  EXPECT_EQ(hardware.traffic.at(0).address, 16u << 20);
}

TEST(Load, PsramIsAWritableSerialMemory) {
  const Hardware hardware = from_text(with(small_chip, "type: serial_flash, size: 64 MiB",
                                           "type: psram, size: 8 MiB, page: 2 KiB, cs_low_limit: 4 us"));
  const auto& psram = std::get<flash::FlashSpec>(hardware.memory("flash")->spec);
  EXPECT_TRUE(psram.writable);
  EXPECT_EQ(psram.page_bytes, 2048);
  EXPECT_EQ(psram.cs_low_limit_ps, 4'000'000);
  EXPECT_EQ(hardware.memory("flash")->type(), "serial_flash");
}

TEST(Load, OverridesReachIntoTheFileAndIntoItsLibrary) {
  const Hardware hardware =
      load(shipped("edge-npu"), {"units.npu.tile_buffer.size=128KiB", "clocks.npu=1GHz",
                                 "units.cpu.library.rates.convolution.cycles_per_mac=0.25", "units.npu.cores=2"});
  EXPECT_EQ(hardware.unit("npu")->npu().tile_buffer.size_bytes, 131072);
  EXPECT_EQ(hardware.unit("npu")->npu().hz, 1'000'000'000);
  EXPECT_EQ(hardware.unit("npu")->npu().cores, 2);
  EXPECT_EQ(hardware.unit("cpu")->cpu().library.rates.at(OpClass::convolution).cycles_per_mac, 0.25);
  EXPECT_EQ(load(shipped("edge-npu"), {"units.cpu.library=cmsis-nn-m55"}).unit("cpu")->cpu().library.name,
            "cmsis-nn-m55");
}

TEST(Load, OverridesThatDoNotFitNameThemselves) {
  EXPECT_EQ(error_of([] { load(shipped("edge-npu"), {"units.npu.tile_buffer.size=128"}); }),
            "--set 'units.npu.tile_buffer.size=128': units.npu.tile_buffer.size: '128' has no unit; write '128 KiB'");
  EXPECT_THAT(error_of([] { load(shipped("edge-npu"), {"units.npu.tile_bufer={size: 1 KiB}"}); }),
              HasSubstr("--set 'units.npu.tile_bufer={size: 1 KiB}': unknown key 'tile_bufer' in units.npu"));
  EXPECT_THAT(error_of([] { load(shipped("edge-npu"), {"units.cpu.library=nowhere"}); }),
              HasSubstr("no library 'nowhere'"));
  EXPECT_THAT(error_of([] { load(shipped("edge-npu"), {"units.cpu.library=../x"}); }), HasSubstr("no library's name"));
}

TEST(Load, TakesTheExampleOfTheDesign) {
  const std::filesystem::path folder = std::filesystem::path(::testing::TempDir()) / "design_example";
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  std::filesystem::create_directory_symlink(std::filesystem::path(PRESIL_SOURCE_DIR) / "hwconfigs/libraries",
                                            folder / "libraries");
  std::ofstream(folder / "edge.yaml") << R"(kind: hardware            # network | hardware | study | suite
name: edge-npu
clocks:   {npu: 800 MHz, bus: 400 MHz, cpu: 1.5 GHz}
memories:
  sram:   {type: sram, size: 1 MiB, width: 128 bit, banks: 4, clock: bus, latency: 2 cycles}
  dram:   {type: dram, preset: lpddr4-3200-x16, size: 1 GiB, mapping: row-bank-column}
  flash:  {type: serial_flash, clock: 200 MHz, lanes: 8, ddr: true, dummy: 20 clocks, size: 64 MiB}
buses:
  main:   {clock: bus, width: 128 bit, max_burst: 128 B, outstanding: 8, arbitration: round_robin, memories: [sram, dram, flash]}
units:
  npu:
    type: npu
    clock: npu
    bus: main
    array:
      convolution: {modes: [{unroll: {oc: 16, ic: 16}, cycles_per_step: 1}]}
      depthwise:   {modes: [{unroll: {oc: 16}, cycles_per_step: 1}]}
    streams:     {input: 16 B/cycle, output: 16 B/cycle, weights: 16 B/cycle}
    tile_buffer: {size: 64 KiB, double_buffered: true, partition: {input: 50 %, weights: 30 %, output: 20 %}}
    precision:   [{activations: 8, weights: 8, rate: 1.0}, {activations: 8, weights: 4, rate: 0.5, emulated: true}]
    launch:      {hardware: 500 cycles}
    supports:    {convolution: {max_kernel: 7x7, types: [int8]}, depthwise: {}, pooling: {max_kernel: 8x8}, add: {}}
    fallback:    {to: cpu, granularity: operator, hand_over: 20 us}
  cpu: {type: cpu, clock: cpu, bus: main, cores: 1, caches: {l2: {size: 512 KiB, line: 64 B}}, library: cortex-a53-int8}
placement: {weights: flash, activations: [sram, dram], input: sram, output: sram}
energy:    {npu: {mac_int8: 0.2 pJ}, dram: {per_byte: 40 pJ}}
sources:   {units.npu: an example, energy: {source: a book, status: recall-unverified}}
)";
  const Hardware hardware = load(folder / "edge.yaml");
  EXPECT_EQ(hardware.energy.pj.at("dram").at("per_byte"), 40);
  EXPECT_EQ(hardware.unit("npu")->npu().supports.count(OpClass::max_pool), 1u);
  ASSERT_GE(hardware.sources.size(), 2u);
  EXPECT_EQ(hardware.sources[0].status, "unstated");
  EXPECT_EQ(hardware.sources[1].status, "recall-unverified");
}

}  // namespace
TEST(Traffic, TellsCamerasTasksAndRandomLoadByTheirKeys) {
  const Hardware hardware = from_text(
      std::string(small_chip) +
      "traffic:\n"
      "  camera: {bus: main, memory: dram, frame: 614400 B, frame_rate: 30 Hz, line: 1280 B, line_blanking: 20 %, "
      "fifo: 2 KiB, region: 2 MiB}\n"
      "  task: {bus: main, memory: sram, write: false, task: 16 KiB, every: 100 us, scattered: true, seed: 7}\n"
      "  noise: {bus: main, memory: dram, load: 10 %, region: 1 MiB}\n");
  ASSERT_EQ(hardware.traffic.size(), 3u);
  const fabric::TrafficSpec &camera = hardware.traffic[0], &task = hardware.traffic[1], &noise = hardware.traffic[2];
  EXPECT_EQ(camera.pacing, fabric::Pacing::frames);
  EXPECT_EQ(camera.line_bytes, 1280);
  EXPECT_DOUBLE_EQ(camera.line_blanking, 0.2);
  EXPECT_EQ(task.pacing, fabric::Pacing::task);
  EXPECT_EQ(task.seed, 7u);
  EXPECT_DOUBLE_EQ(task.frames_per_second, 1e4);
  EXPECT_EQ(noise.pacing, fabric::Pacing::random);
  EXPECT_DOUBLE_EQ(noise.bytes_per_second, 640e6) << "a tenth of 16 bit at 3200 MT/s";
}

TEST(Traffic, RefusesWhatCannotBe) {
  const auto error = [](const std::string& keys) {
    return error_of(
        [&] { from_text(std::string(small_chip) + "traffic: {camera: {bus: main, memory: dram, " + keys + "}}\n"); });
  };
  EXPECT_THAT(error("frame: 1 KiB, frame_rate: 30 Hz, rate: 1 GB/s"), HasSubstr("exclude each other"));
  EXPECT_THAT(error("frame: 1 KiB, frame_rate: 30 Hz, line: 2 KiB"), HasSubstr("larger than 'frame'"));
  EXPECT_THAT(error("frame: 1 KiB, frame_rate: 30 Hz, line_blanking: 100 %"), HasSubstr("no time for data"));
  EXPECT_THAT(error("frame: 4 KiB, frame_rate: 30 Hz, region: 1 KiB"), HasSubstr("no whole 'frame'"));
  EXPECT_THAT(error("task: 4 KiB"), HasSubstr("every"));
  EXPECT_THAT(
      error_of([] {
        from_text(std::string(small_chip) + "traffic: {npu: {bus: main, memory: dram, rate: 1 GB/s, region: 1 KiB}}\n");
      }),
      HasSubstr("traffic.npu: a unit has this name already; rename one"));
}

}  // namespace presil::hw
