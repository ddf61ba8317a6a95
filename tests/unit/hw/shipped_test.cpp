// The hardware files that presil ships: they load, every figure has a source, and round figures come out as published.
#include <gmock/gmock.h>

#include "models/npu/npu_timing.hpp"
#include "sim/hw/describe.hpp"
#include "sim/hw/provenance.hpp"
#include "tests/unit/hw/support.hpp"

namespace presil::hw {
namespace {

using common::OpClass;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

std::vector<std::filesystem::path> all_shipped() {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(std::filesystem::path(PRESIL_SOURCE_DIR) / "hwconfigs"))
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

TEST(Shipped, AllFilesLoadAndNoFigureIsWithoutSource) {
  ASSERT_GE(all_shipped().size(), 5u);
  for (const auto& file : all_shipped()) {
    SCOPED_TRACE(file.string());
    const yaml::Document document = read_document(file);
    EXPECT_THAT(figures_without_source(document), IsEmpty());
    const Hardware hardware = from_document(document);
    EXPECT_EQ(hardware.name, file.stem().string());
    EXPECT_EQ(hardware.digest.size(), 16u);
    for (const Provenance& one : hardware.sources) EXPECT_NE(one.status, "unstated") << one.key;
  }
}

TEST(Shipped, NoFileNamesAPathOfAMachine) {
  for (const auto& file : all_shipped()) {
    for (const Provenance& one : load(file).sources) {
      EXPECT_EQ(one.source.find("/home"), std::string::npos) << one.source;
      EXPECT_EQ(one.source.find("../"), std::string::npos) << one.source;
    }
  }
}

TEST(Shipped, EveryLibraryHasARateForEveryClassButTheUnknownOne) {
  for (const auto& file : all_shipped()) {
    for (const Unit& unit : load(file).units) {
      if (unit.is_npu()) continue;
      for (std::size_t i = 0; i < common::op_class_count; ++i) {
        const auto op_class = static_cast<OpClass>(i);
        if (op_class == OpClass::other) continue;
        EXPECT_EQ(unit.cpu().library.rates.count(op_class), 1u) << file << ": " << name(op_class);
      }
      for (const auto& [op_class, rate] : unit.cpu().library.rates)
        EXPECT_NE(rate.assumed, !rate.source.empty()) << file << ": " << name(op_class);
    }
  }
}

TEST(Shipped, EthosU55Has128MacsACycleAnd64GigaMacsASecond) {
  const Hardware hardware = load(shipped("ethos-u55-128"));
  const npu::NpuSpec& npu = hardware.unit("npu")->npu();
  EXPECT_EQ(npu::NpuTiming(npu).peak_macs_per_cycle(), 128);  // 8 oc x 2 ow x 32 ic / 4 cycles
  EXPECT_EQ(npu.hz, 500'000'000);
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("sram")), 4e9);     // 8 B x 500 MHz
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("flash")), 0.5e9);  // 1 B x 500 MHz
  EXPECT_EQ(npu.tile_buffer.size_bytes, 24 * 1024);
  EXPECT_THAT(hardware.unit("npu")->buses, ElementsAre("axi0", "axi1"));
}

TEST(Shipped, EthosU55RunsALayerAtVelasCycles) {
  const npu::NpuSpec npu = load(shipped("ethos-u55-128")).unit("npu")->npu();
  const npu::NpuTiming timing(npu);
  common::Work work;
  work.op_class = OpClass::convolution;
  work.oh = 16, work.ow = 16, work.oc = 16, work.ic = 64, work.kh = work.kw = 3;
  work.output_elements = 16 * 16 * 16;
  // Depth first: nx * ny = 8 * 16 = 128 micro-blocks of 2 x 1, max(32, 4 * 128) = 512 cycles, nz = 2 blocks of 8
  // channels, 9 kernel elements, ceil(64 / 32) = 2 slices: 512 * 2 * 9 * 2 = 18 432.
  work.mode = 0;
  EXPECT_EQ(timing.cost(work).array, 18432);
  // Output stage: 4096 elements at 0.5 cycles.
  EXPECT_EQ(timing.cost(work).output, 2048);
  // Part kernel: ceil(9 / 4) = 3 steps of the kernel, ceil(64 / 8) = 8 of the channels: 512 * 2 * 3 * 8 = 24 576.
  work.mode = 2;
  EXPECT_EQ(timing.cost(work).array, 24576);
  // A fully connected layer has one pixel: max(32, 4 * 1) = 32 cycles, 2 blocks of channels, 2 slices = 128.
  common::Work dense;
  dense.op_class = OpClass::fully_connected;
  dense.oc = 16, dense.ic = 64;
  EXPECT_EQ(timing.cost(dense).array, 128);
  // And the bubble of a single micro-block: 2 cycles for each of its 2 * 2 steps... of 1 pixel = 8.
  EXPECT_EQ(timing.cost(dense).overhead, 8);
}

TEST(Shipped, EthosU55sDepthwiseTakesThreeStepsForA3x3Kernel) {
  const npu::NpuSpec npu = load(shipped("ethos-u55-128")).unit("npu")->npu();
  common::Work work;
  work.op_class = OpClass::depthwise;
  work.oh = 16, work.ow = 16, work.oc = 16, work.kh = work.kw = 3;
  // max(32, 4 * 128) = 512 cycles x ceil(9 / 4) = 3 x 2 blocks of channels = 3072.
  EXPECT_EQ(npu::NpuTiming(npu).cost(work).array, 3072);
}

TEST(Shipped, EthosU65Has256MacsACycleAndVelas3Point75GigabytesToDram) {
  const Hardware hardware = load(shipped("ethos-u65-256"));
  EXPECT_EQ(npu::NpuTiming(hardware.unit("npu")->npu()).peak_macs_per_cycle(), 256);
  EXPECT_EQ(hardware.unit("npu")->npu().hz, 1'000'000'000);
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("sram")), 16e9);
  const fabric::BusSpec& axi1 = hardware.buses.at(1);
  EXPECT_EQ(axi1.width_bits / 8 * axi1.hz, 3'750'000'000);
  EXPECT_FALSE(axi1.duplex);
}

TEST(Shipped, EveryEthosU85DoesTheMacsOfItsNameACycle) {
  for (const std::int64_t macs : {128, 256, 512, 1024, 2048}) {
    SCOPED_TRACE(macs);
    const Hardware hardware = load(shipped("ethos-u85-" + std::to_string(macs)));
    const npu::NpuTiming timing(hardware.unit("npu")->npu());
    EXPECT_EQ(timing.peak_macs_per_cycle(), macs);
    // 16 x 16 x 64 outputs of 64 channels and 3 x 3 elements fill every micro-block: 9 437 184 products.
    common::Work work;
    work.op_class = OpClass::convolution;
    work.oh = work.ow = 16, work.oc = 64, work.ic = 64, work.kh = work.kw = 3;
    work.mode = 0;
    EXPECT_EQ(timing.cost(work).array, 9'437'184 / macs);
    // Of depthwise each output has an eighth of the lanes: 4 kernel elements in 4 cycles, 3 steps for 3 x 3.
    work.op_class = OpClass::depthwise;
    work.ic = 1;
    EXPECT_EQ(timing.cost(work).array, 16 * 16 * 64 * 12 / (macs / 8));
  }
}

TEST(Shipped, EthosU85sPortsAreVelas) {
  // SRAM of 32 GB/s and DRAM of 12; from 1024 on 24; SRAM of 64 with 2048.
  const auto axi1 = [](const Hardware& hardware) {
    return hardware.buses.at(1).width_bits / 8 * hardware.buses.at(1).hz;
  };
  for (const char* name : {"ethos-u85-128", "ethos-u85-256", "ethos-u85-512"}) {
    EXPECT_EQ(peak_bytes_per_second(*load(shipped(name)).memory("sram")), 32e9) << name;
    EXPECT_EQ(axi1(load(shipped(name))), 12'000'000'000) << name;
  }
  EXPECT_EQ(peak_bytes_per_second(*load(shipped("ethos-u85-1024")).memory("sram")), 32e9);
  EXPECT_EQ(axi1(load(shipped("ethos-u85-1024"))), 24'000'000'000);
  EXPECT_EQ(peak_bytes_per_second(*load(shipped("ethos-u85-2048")).memory("sram")), 64e9);
  EXPECT_EQ(axi1(load(shipped("ethos-u85-2048"))), 24'000'000'000);
}

TEST(Shipped, Stm32n6HasItsMemoriesAndNoTileBuffer) {
  const Hardware hardware = load(shipped("stm32n6"));
  EXPECT_EQ(hardware.memory("npu_ram")->size_bytes, 4 * 448 * 1024);
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("npu_ram")), 4 * 8 * 900e6);
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("flash")), 400e6);
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("hyper_ram")), 800e6);
  EXPECT_EQ(hardware.unit("npu")->npu().tile_buffer.size_bytes, 0);
  EXPECT_EQ(npu::NpuTiming(hardware.unit("npu")->npu()).peak_macs_per_cycle(), 300);
}

TEST(Shipped, Stm32h747HasOneCpuAndAnSdramOf400Megabytes) {
  const Hardware hardware = load(shipped("stm32h747"));
  ASSERT_EQ(hardware.units.size(), 1u);
  EXPECT_FALSE(hardware.units[0].is_npu());
  EXPECT_EQ(hardware.main_unit, "cpu");
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("sdram")), 400e6);  // 4 B x 100 MHz, one edge
  EXPECT_EQ(hardware.memory("sram")->size_bytes, (512 + 288 + 64 + 128) * 1024);
}

TEST(Shipped, EdgeNpuIsTheReadmesExample) {
  const Hardware hardware = load(shipped("edge-npu"));
  EXPECT_EQ(npu::NpuTiming(hardware.unit("npu")->npu()).peak_macs_per_cycle(), 256);
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("dram")), 6.4e9);  // 2 B x 2 x 1.6 GHz
  EXPECT_EQ(peak_bytes_per_second(*hardware.memory("sram")), 6.4e9);  // 16 B x 400 MHz
  EXPECT_EQ(hardware.unit("npu")->npu().tile_buffer.size_bytes, 65536);
}

}  // namespace
}  // namespace presil::hw
