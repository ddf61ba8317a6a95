// Bad input: exactly one line that names the file, the place, what was found and what would do.
#include <gmock/gmock.h>

#include "tests/unit/hw/support.hpp"

namespace presil::hw {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

TEST(HardwareErrors, AnUnknownKeyProposesTheNearest) {
  EXPECT_EQ(error_with(small_chip, "    tile_buffer:", "    tile_bufer:"),
            "hw.yaml:19:5: unknown key 'tile_bufer' in units.npu; did you mean 'tile_buffer'?");
  EXPECT_THAT(error_with(small_chip, "banks: 4", "bank: 4"), HasSubstr("did you mean 'banks'?"));
  EXPECT_THAT(error_with(small_chip, "placement:", "placment:"), HasSubstr("did you mean 'placement'?"));
  EXPECT_THAT(error_with(small_chip, "oc: 16, ic: 16", "oc: 16, ik: 16"),
              HasSubstr("'ik' is no dimension; did you mean 'ic'?"));
  EXPECT_THAT(error_with(small_chip, "depthwise: {}", "depthwice: {}"),
              HasSubstr("no operator class; did you mean 'depthwise'?"));
}

TEST(HardwareErrors, AWrongUnitNamesThoseThatWouldDo) {
  EXPECT_THAT(error_with(small_chip, "size: 64 KiB", "size: 64 MHz"),
              StartsWith("hw.yaml:19:25: units.npu.tile_buffer.size: '64 MHz' has the wrong unit 'MHz' for a size"));
  EXPECT_THAT(error_with(small_chip, "20 clocks", "20 ns"), HasSubstr("flash.dummy: '20 ns' has the wrong unit"));
}

TEST(HardwareErrors, AMissingUnitProposesOne) {
  EXPECT_EQ(error_with(small_chip, "size: 1 MiB", "size: 512"),
            "hw.yaml:5:28: memories.sram.size: '512' has no unit; write '512 KiB'");
  EXPECT_THAT(error_with(small_chip, "npu: 800 MHz", "npu: 800"),
              HasSubstr("clocks.npu: '800' has no unit; write '800 MHz'"));
  EXPECT_THAT(error_with(small_chip, "latency: 2 cycles", "latency: 2"), HasSubstr("write '2 cycles'"));
}

TEST(HardwareErrors, ZeroAndNegativeSizesAndClocksAreRefused) {
  EXPECT_THAT(error_with(small_chip, "size: 1 MiB", "size: 0 MiB"),
              HasSubstr("memories.sram.size: '0 MiB' must be more than 0"));
  EXPECT_THAT(error_with(small_chip, "size: 1 MiB", "size: -1 MiB"), HasSubstr("'-1 MiB' must be more than 0"));
  EXPECT_THAT(error_with(small_chip, "npu: 800 MHz", "npu: 0 MHz"),
              HasSubstr("clocks.npu: '0 MHz' must be more than 0"));
  EXPECT_THAT(error_with(small_chip, "outstanding: 8", "outstanding: 0"), HasSubstr("too small; write 1 or more"));
  EXPECT_THAT(error_with(small_chip, "size: 1 GiB", "size: 90000 GiB"), HasSubstr("larger than any memory"));
}

TEST(HardwareErrors, DuplicatesBombsAndDepthAreRefusedBeforeAnythingIsRead) {
  EXPECT_THAT(error_with(small_chip, "banks: 4,", "banks: 4, banks: 8,"),
              HasSubstr("duplicate key 'banks' in memories.sram"));
  EXPECT_THAT(error_with(small_chip, "name: small", "name: " + std::string(80, '[') + std::string(80, ']')),
              HasSubstr("nested deeper"));
}

TEST(HardwareErrors, WrongTypesAreNamed) {
  EXPECT_THAT(
      error_with(small_chip, "sram: {type: sram, size: 1 MiB, width: 128 bit, banks: 4, clock: bus, latency: 2 cycles}",
                 "sram: 1 MiB"),
      HasSubstr("memories.sram: '1 MiB' where a map is expected"));
  EXPECT_THAT(error_with(small_chip, "banks: 4", "banks: [4]"), HasSubstr("a list where a single value is expected"));
  EXPECT_THAT(error_with(small_chip, "banks: 4", "banks: many"), HasSubstr("'many' is not a whole number"));
  EXPECT_THAT(error_with(small_chip, "ddr: true", "ddr: 8"), HasSubstr("neither true nor false"));
  EXPECT_THAT(error_with(small_chip, "max_kernel: 7x5", "max_kernel: 7"),
              HasSubstr("write height x width, e.g. '7x7'"));
  EXPECT_THAT(error_with(small_chip, "type: sram", "type: sramm"), HasSubstr("did you mean 'sram'?"));
  EXPECT_THAT(error_with(small_chip, "kind: hardware", "kind: study"),
              HasSubstr("where a file of kind 'hardware' is expected"));
}

TEST(HardwareErrors, NamesMustLeadToThings) {
  EXPECT_THAT(error_with(small_chip, "clock: npu", "clock: npv"), HasSubstr("no clock 'npv'; did you mean 'npu'?"));
  EXPECT_THAT(error_with(small_chip, "bus: main\n    array", "bus: mian\n    array"),
              HasSubstr("units.npu.bus: no bus 'mian'"));
  EXPECT_THAT(error_with(small_chip, "[sram, dram, flash]", "[sram, dramm, flash]"),
              HasSubstr("no memory 'dramm'; did you mean 'dram'?"));
  EXPECT_THAT(error_with(small_chip, "[sram, dram, flash]", "[sram, sram, dram, flash]"),
              HasSubstr("buses.main.memories.1: 'sram' stands twice; keep one"));
  EXPECT_THAT(error_with(small_chip, "weights: flash", "weights: flesh"),
              HasSubstr("placement.weights: no memory 'flesh'"));
  EXPECT_THAT(error_with(small_chip, "to: cpu", "to: dsp"), HasSubstr("fallback.to: no other unit 'dsp'"));
  EXPECT_THAT(error_with(small_chip, "to: cpu", "to: npu"), HasSubstr("no other unit 'npu'"));
  EXPECT_THAT(error_with(small_chip, "outstanding: 8", "outstanding: 8, shares: {gpu: {weight: 2}}"),
              HasSubstr("no unit or traffic 'gpu'"));
  EXPECT_THAT(error_with(small_chip, "preset: lpddr4-3200-x16", "preset: lpddr4-3200-x61"),
              HasSubstr("lpddr4-3200-x16"));
}

TEST(HardwareErrors, PlacementMustBeReachableAndWritable) {
  EXPECT_EQ(
      error_with(small_chip, "[sram, dram, flash]", "[sram, dram]"),
      "hw.yaml:29:22: placement.weights: unit 'npu' cannot reach 'flash': none of its buses (main) leads there; add "
      "'flash' to the memories of one of them");
  EXPECT_THAT(error_with(small_chip, "activations: [sram, dram]", "activations: [sram, flash]"),
              HasSubstr("'flash' cannot be written by an inference"));
  EXPECT_THAT(error_with(small_chip, "activations: [sram, dram]", "activations: []"), HasSubstr("is empty"));
  EXPECT_THAT(error_with(small_chip, "activations: [sram, dram]", "activations: [sram, sram]"),
              HasSubstr("stands twice"));
}

TEST(HardwareErrors, TheTileBufferMustHoldMoreThanItReserves) {
  EXPECT_THAT(error_with(small_chip, "size: 64 KiB,", "size: 64 KiB, reserved: 64 KiB,"),
              HasSubstr("units.npu.tile_buffer: 64 KiB of 64 KiB are reserved"));
  EXPECT_NO_THROW(from_text(with(small_chip, "size: 64 KiB,", "size: 64 KiB, reserved: 63 KiB,")));
  EXPECT_THAT(error_with(small_chip, "size: 64 KiB,", "size: 7 B, banks: 8,"),
              HasSubstr("units.npu.tile_buffer: 7 B are less than one byte for each of 8 banks"));
  EXPECT_NO_THROW(from_text(with(small_chip, "size: 64 KiB,", "size: 8 B, banks: 8,")));
  EXPECT_THAT(error_with(small_chip, "input: 50 %", "input: 51 %"), HasSubstr("add up to 101 %"));
  EXPECT_THAT(error_with(small_chip, "output: 20 %", "output: 0 %"),
              HasSubstr("holds output, but 'partition' gives it no share"));
}

TEST(HardwareErrors, WhatIsSupportedMustHaveAPace) {
  EXPECT_THAT(error_with(small_chip, "      depthwise: {modes: [{unroll: {oc: 16}}]}\n", ""),
              HasSubstr("'depthwise' is supported, but 'array' has no modes for it"));
  EXPECT_THAT(error_with(small_chip, "streams: {input: 32 B/cycle, output: 16 B/cycle, weights: 8 B/cycle}",
                         "streams: {weights: 8 B/cycle}"),
              HasSubstr("nothing sets the pace of 'add'"));
}

TEST(HardwareErrors, ABurstMustHoldABeat) {
  EXPECT_THAT(error_with(small_chip, "max_burst: 128 B", "max_burst: 8 B"),
              HasSubstr("less than one beat of 128 bit; write at least '16 B'"));
  EXPECT_NO_THROW(from_text(with(small_chip, "max_burst: 128 B", "max_burst: 16 B")));
}

TEST(HardwareErrors, RefreshAndRestThatCannotBe) {
  const auto error = [](const std::string& keys) {
    const std::string text =
        error_with(small_chip, "preset: lpddr4-3200-x16,", ("preset: lpddr4-3200-x16, " + keys + ",").c_str());
    EXPECT_THAT(text, HasSubstr("memories.dram"));
    EXPECT_EQ(text.find('\n'), std::string::npos);
    return text;
  };
  EXPECT_THAT(error("refresh_mode: per_bank, timing: {tRFCpb: 400 ns}"),
              HasSubstr("tRFC (448 clocks) is smaller than tRFCpb (640); correct one of them"));
  EXPECT_THAT(error("refresh_mode: per_bank, timing: {tRFCpb: 0 clocks}"), HasSubstr("give it in timing"));
  EXPECT_THAT(error("refresh_mode: one_bank"), HasSubstr("per_bank"));
  EXPECT_THAT(error("postponed_refreshes: 9"), HasSubstr("JEDEC allows at most 8"));
  EXPECT_THAT(error("power_down_after: 1 us, timing: {tXP: 0 clocks}"),
              HasSubstr("needs tXP, from leaving power-down to a command; give it in timing"));
  EXPECT_THAT(error("power_down_after: 1 us, timing: {tXP: -3 ns}"), HasSubstr("must not be negative"));
  EXPECT_THAT(error("power_down_after: 1 us, timing: {tCKE: 0 clocks}"), HasSubstr("needs tCKE"));
  EXPECT_THAT(error("self_refresh_after: 1 us, timing: {tXS: 100 ns}"),
              HasSubstr("tXS (160 clocks) is smaller than tRFC"));
  EXPECT_THAT(error("power_down_after: 2 us, self_refresh_after: 1 us"), HasSubstr("make it longer"));
  EXPECT_THAT(error("power_down_after: soon"), HasSubstr("write e.g."));
  EXPECT_THAT(error("whole_burst: false"), HasSubstr("did you mean 'whole_bursts'?"));
}

TEST(HardwareErrors, TheDramModelsOwnChecksNameThePlace) {
  EXPECT_THAT(error_with(small_chip, "preset: lpddr4-3200-x16,", "preset: lpddr4-3200-x16, timing: {tRAS: 1 clock},"),
              AllOf(StartsWith("hw.yaml:6:"), HasSubstr("memories.dram"), HasSubstr("tRAS")));
  EXPECT_THAT(
      error_with(small_chip, "preset: lpddr4-3200-x16,", "clock: 1600 MHz, bus: 16 bit, timing: {tRL: 28 clocks},"),
      HasSubstr("'tWL' is missing"));
}

TEST(HardwareErrors, AMappingThatFitsAnotherDeviceIsToBeLeftOut) {
  const auto error = [](const std::string& dram) {
    return error_with(small_chip, "preset: lpddr4-3200-x16", ("preset: " + dram).c_str());
  };
  EXPECT_THAT(error("ddr4-2400-x16, mapping: row-bank-column"),
              HasSubstr("'bankgroup' (1 bits) is missing; leave it out for that of ddr4-2400-x16: "
                        "row-bank-column-bankgroup-column:2"));
  EXPECT_THAT(error("lpddr4-3200-x32, mapping: row-bank-column"), HasSubstr("; leave it out for that of"));
  EXPECT_THAT(error("lpddr4-3200-x16, channels: 2"), Not(HasSubstr("leave it out")));
}

TEST(HardwareErrors, KernelsMustCostSomething) {
  EXPECT_THAT(error_with(small_chip, "cycles_per_mac: 0.5, source: a book", "source: a book"),
              HasSubstr("costs nothing"));
}

TEST(HardwareErrors, SourcesMustLeadToFigures) {
  EXPECT_THAT(error_of([] { from_text(std::string(small_chip) + "sources: {units.npu.tile_bufer: a}\n"); }),
              HasSubstr("nothing in the file lies at 'units.npu.tile_bufer'; did you mean 'tile_buffer'?"));
  EXPECT_THAT(
      error_of([] { from_text(std::string(small_chip) + "sources: {clocks: {source: a, status: guessed}}\n"); }),
      HasSubstr("no status 'guessed'"));
  EXPECT_THAT(error_of([] { from_text(std::string(small_chip) + "energy: {gpu: {mac_int8: 1 pJ}}\n"); }),
              HasSubstr("no unit, memory or bus 'gpu'"));
}

TEST(HardwareErrors, EachLineTakenAwayGivesAnErrorOrAChip) {
  // No line of the file can vanish without either a complaint of one line or a chip that still loads.
  const std::string text = small_chip;
  int errors = 0;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = text.find('\n', begin) + 1;
    try {
      from_text(text.substr(0, begin) + text.substr(end));
    } catch (const common::Error& error) {
      ++errors;
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
    begin = end;
  }
  EXPECT_GT(errors, 15);
}

TEST(HardwareErrors, AFileCutAnywhereGivesOneLineOrAChip) {
  const std::string text = small_chip;
  for (std::size_t length = 1; length < text.size(); length += 3) {
    try {
      from_text(text.substr(0, length));
    } catch (const common::Error& error) {
      EXPECT_EQ(std::string(error.what()).find('\n'), std::string::npos);
    }
  }
}

TEST(HardwareErrors, ACacheThatCannotBeIsRefused) {
  const auto error = [](const std::string& cache) {
    return error_with(small_chip, "dummy: 20 clocks", "dummy: 20 clocks, cache: {" + cache + "}");
  };
  EXPECT_EQ(error("clock: bus, size: 1000 B"),
            "hw.yaml:7:107: memories.flash.cache: 1000 B are no whole number of lines of 32 B");
  EXPECT_THAT(error("clock: bus, size: 16 KiB, line: 48 B"), HasSubstr("lines of 48 B"));
  EXPECT_THAT(error("clock: bus, size: 16 KiB, ways: 3"), HasSubstr("cannot be shared out among 3 ways"));
  EXPECT_THAT(error("clock: bus, size: 16 KiB, ways: all"), HasSubstr("ways: 'all' is not a whole number"));
  EXPECT_THAT(error("clock: bus, size: 16"), HasSubstr("has no unit"));
  EXPECT_THAT(error("clock: bus"), HasSubstr("'size' is missing"));
  EXPECT_THAT(error("clock: bus, size: 16 KiB, write: never"), HasSubstr("cache.write: 'never'"));
  EXPECT_THAT(error("clock: bus, size: 16 KiB, prefetch: 65"), HasSubstr("cache.prefetch"));
  EXPECT_THAT(error("clock: bus, size: 16 KiB, latency: 2 ns"), HasSubstr("has the wrong unit 'ns'"));
  EXPECT_THAT(error("clock: bus, size: 16 KiB, for: [cpu, gpu]"),
              HasSubstr("cache.for.1: no unit or traffic 'gpu'; did you mean 'npu'"));
  EXPECT_THAT(error("clock: bus, size: 16 KiB, for: []"), HasSubstr("is empty; name a unit"));
  EXPECT_THAT(error("clock: bus, size: 16 KiB, assoc: 2"), HasSubstr("unknown key 'assoc'"));
  EXPECT_THAT(error("clock: bus, size: 16 GiB"), HasSubstr("'16 GiB' is no cache"));
}

TEST(Caches, StandBeforeEveryKindOfMemory) {
  std::string text = small_chip;
  for (const char* type : {"type: sram,", "type: dram,", "type: serial_flash,"})
    text =
        with(text, type, type + std::string(" cache: {clock: bus, size: 16 KiB, line: 64 B, ways: full, for: npu},"));
  const Hardware hardware = from_text(text);
  for (const Memory& memory : hardware.memories) {
    ASSERT_TRUE(memory.cache.has_value()) << memory.name;
    EXPECT_EQ(memory.cache->size_bytes, 16 * 1024);
    EXPECT_EQ(memory.cache->ways, 0);
    EXPECT_EQ(memory.cache->users, std::vector<std::string>{"npu"});
    EXPECT_TRUE(memory.cache->write_back);
  }
  EXPECT_NE(hardware.digest, from_text(small_chip).digest);
}

TEST(HardwareErrors, ABridgeThatLeadsNowhereIsRefused) {
  const auto error = [](const std::string& bridges) {
    return error_with(small_chip, "outstanding: 8", "outstanding: 8, bridges: {" + bridges + "}");
  };
  EXPECT_THAT(error("b: {clock: bus, width: 32 bit, memories: [rom]}"),
              HasSubstr("buses.main.bridges.b.memories.0: no memory of the bus 'rom'"));
  EXPECT_THAT(error("b: {clock: bus, width: 32 bit, memories: []}"), HasSubstr("is empty; name at least one memory"));
  EXPECT_THAT(error("b: {clock: bus, width: 12 bit, memories: flash}"), HasSubstr("no whole number of bytes"));
  EXPECT_THAT(error("b: {clock: bus, memories: flash}"), HasSubstr("'width' is missing"));
  EXPECT_THAT(error("b: {clock: bus, width: 32, memories: flash}"), HasSubstr("'32' has no unit"));
  EXPECT_THAT(error("b: {clock: bus, width: 32 bit, latency: 2 ns, memories: flash}"), HasSubstr("wrong unit 'ns'"));
  EXPECT_THAT(error("b: {clock: bus, width: 32 bit, outstanding: 0, memories: flash}"), HasSubstr("write 1 or more"));
  EXPECT_THAT(error("b: {clock: bus, width: 32 bit, memories: [flash, flash]}"), HasSubstr("stands twice"));
  EXPECT_THAT(error("b: {clock: bus, width: 32 bit, memories: flash}, c: {clock: bus, width: 8 bit, memories: flash}"),
              HasSubstr("'flash' lies behind the bridge 'b' already"));
  EXPECT_THAT(error("b: {clock: bus, width: 32 bit, memories: flash, burst: 8}"), HasSubstr("unknown key 'burst'"));
}

TEST(HardwareErrors, ALatencyBoundNeedsATime) {
  const auto error = [](const std::string& bound) {
    return error_with(small_chip, "outstanding: 8", "outstanding: 8, shares: {npu: {latency_bound: " + bound + "}}");
  };
  EXPECT_THAT(error("2"), HasSubstr("buses.main.shares.npu.latency_bound: '2' has no unit"));
  EXPECT_THAT(error("0 ns"), HasSubstr("must be more than 0"));
  EXPECT_THAT(error("20 cycles"), HasSubstr("wrong unit 'cycles'"));
}

TEST(HardwareErrors, ASerialPresetMustExistAndBeOfItsType) {
  const auto error = [](const std::string& preset) {
    return error_with(small_chip, "clock: 200 MHz, lanes: 8, ddr: true, dummy: 20 clocks", "preset: " + preset);
  };
  EXPECT_THAT(error("hexadeca-nor-20"),
              HasSubstr("flash.preset: no serial memory 'hexadeca-nor-20'; did you mean 'hexadeca-nor-200'?"));
  EXPECT_THAT(error("hexadeca-psram-200"), HasSubstr("'hexadeca-psram-200' can be written; write 'type: psram'"));
}

TEST(SerialPresets, GiveAllFiguresAndEachCanBeGivenToo) {
  const std::string with_preset = with(small_chip, "clock: 200 MHz, lanes: 8, ddr: true, dummy: 20 clocks",
                                       "preset: hexadeca-nor-200, dummy: 16 clocks");
  const Hardware hardware = from_text(with_preset);
  const auto& flash = std::get<flash::FlashSpec>(hardware.memory("flash")->spec);
  EXPECT_EQ(flash.lanes, 16);
  EXPECT_EQ(flash.hz, 200'000'000);
  EXPECT_TRUE(flash.ddr);
  EXPECT_EQ(flash.dummy_clocks, 16);
  EXPECT_EQ(flash.size_bytes, 64 << 20);
  for (const std::string& one : hardware.defaults)
    EXPECT_EQ(one.find("memories.flash.lanes"), std::string::npos) << one;
}

}  // namespace
}  // namespace presil::hw
