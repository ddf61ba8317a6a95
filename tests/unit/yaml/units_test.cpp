#include "sim/yaml/units.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/yaml/suggest.hpp"

namespace presil::yaml {
namespace {

using ::testing::HasSubstr;

double value(const Dimension& dimension, const std::string& text) {
  const Quantity quantity = read(dimension, text);
  EXPECT_EQ(quantity.complaint, "") << text;
  return quantity.value;
}

std::string complaint(const Dimension& dimension, const std::string& text) {
  return read(dimension, text).complaint;
}

TEST(Units, SizesCountBytes) {
  EXPECT_EQ(value(size_bytes(), "512 KiB"), 524288);   // 512 * 1024
  EXPECT_EQ(value(size_bytes(), "512KiB"), 524288);    // the space is free
  EXPECT_EQ(value(size_bytes(), "512 kB"), 512000);    // decimal
  EXPECT_EQ(value(size_bytes(), "1.5 MiB"), 1572864);  // 1.5 * 1048576
  EXPECT_EQ(value(size_bytes(), "64 B"), 64);
  EXPECT_EQ(value(size_bytes(), "2 GiB"), 2147483648.0);
  EXPECT_EQ(value(size_bytes(), "1 GB"), 1e9);
}

TEST(Units, FrequenciesCountHertz) {
  EXPECT_EQ(value(frequency_hz(), "1.5 GHz"), 1.5e9);
  EXPECT_EQ(value(frequency_hz(), "800 MHz"), 8e8);
  EXPECT_EQ(value(frequency_hz(), "32.768 kHz"), 32768);
  EXPECT_EQ(value(frequency_hz(), "234.375 MHz"), 234375000);
}

TEST(Units, TimesCountPicoseconds) {
  EXPECT_EQ(value(time_ps(), "1 ns"), 1000);
  EXPECT_EQ(value(time_ps(), "7.8 us"), 7800000);
  EXPECT_EQ(value(time_ps(), "833 ps"), 833);
  EXPECT_EQ(value(time_ps(), "0.2 ms"), 200000000);
  EXPECT_EQ(value(time_ps(), "1 s"), 1e12);
}

TEST(Units, RatesSharesEnergiesAndPowers) {
  EXPECT_EQ(value(rate_bytes_per_second(), "3.2 GB/s"), 3.2e9);
  EXPECT_EQ(value(rate_bytes_per_cycle(), "16 B/cycle"), 16);
  EXPECT_EQ(value(rate_elements_per_cycle(), "0.5 elements/cycle"), 0.5);
  EXPECT_EQ(value(rate_elements_per_cycle(), "16 B/cycle"), 16);
  EXPECT_EQ(value(count_cycles(), "2 cycles"), 2);
  EXPECT_EQ(value(count_clocks(), "20 clocks"), 20);
  EXPECT_EQ(value(width_bits(), "128 bit"), 128);
  EXPECT_EQ(value(share_percent(), "50 %"), 50);
  EXPECT_EQ(value(energy_pj(), "0.2 pJ"), 0.2);
  EXPECT_EQ(value(energy_pj(), "1.2 nJ"), 1200);
  EXPECT_EQ(value(power_mw(), "33 mW"), 33);
  EXPECT_EQ(value(power_mw(), "250 uW"), 0.25);
}

TEST(Units, AMissingUnitIsNamedWithTheCure) {
  EXPECT_EQ(complaint(size_bytes(), "512"), "has no unit; write '512 KiB'");
  EXPECT_EQ(complaint(frequency_hz(), "800"), "has no unit; write '800 MHz'");
  EXPECT_EQ(complaint(count_cycles(), "2"), "has no unit; write '2 cycles'");
}

TEST(Units, AForeignUnitIsNamedWithThoseThatWouldDo) {
  EXPECT_EQ(complaint(size_bytes(), "512 MHz"),
            "has the wrong unit 'MHz' for a size (B, kB, MB, GB, KiB, MiB, GiB); write e.g. '512 KiB'");
  EXPECT_THAT(complaint(size_bytes(), "512 kb"), HasSubstr("wrong unit 'kb'"));  // bits or bytes? not guessed
  EXPECT_THAT(complaint(frequency_hz(), "800 mhz"), HasSubstr("wrong unit 'mhz'"));
  EXPECT_THAT(complaint(rate_bytes_per_second(), "3 Gbit/s"), HasSubstr("wrong unit"));
}

TEST(Units, WhatIsNoNumberIsSaidToBeNone) {
  for (const char* text : {"", "big", "KiB", "inf KiB", "nan KiB", "0x10 ", "--4 KiB", ".", "1e999 KiB"})
    EXPECT_NE(complaint(size_bytes(), text), "") << text;
  EXPECT_EQ(complaint(size_bytes(), "big"), "is not a size; write e.g. '512 KiB'");
}

TEST(Units, PartsOfAByteAndSizesBeyondAnyMemoryAreRefused) {
  EXPECT_EQ(complaint(size_bytes(), "0.3 B"), "is not a whole number of B; write e.g. '512 KiB'");
  EXPECT_EQ(value(size_bytes(), "0.5 KiB"), 512);  // whole after all
  EXPECT_EQ(complaint(size_bytes(), "1e30 GiB"), "is too large for a size");
}

TEST(Units, TimesAndCyclesWhoseSumsWouldOverflowAreRefused) {
  EXPECT_EQ(value(count_cycles(), "1000000000 cycles"), 1e9);
  EXPECT_EQ(complaint(count_cycles(), "1000000001 cycles"), "is too large for a number of cycles");
  EXPECT_EQ(complaint(count_clocks(), "2e9 clocks"), "is too large for a number of clocks");
  EXPECT_EQ(value(time_ps(), "10000 s"), 1e16);
  EXPECT_EQ(complaint(time_ps(), "10001 s"), "is too large for a time");
}

TEST(Units, ShowsWithTheUnitThatKeepsItShort) {
  EXPECT_EQ(show(size_bytes(), 65536), "64 KiB");
  EXPECT_EQ(show(size_bytes(), 1000000), "1 MB");
  EXPECT_EQ(show(size_bytes(), 1572864), "1.5 MiB");
  EXPECT_EQ(show(size_bytes(), 100), "100 B");
  EXPECT_EQ(show(size_bytes(), 0), "0 B");
  EXPECT_EQ(show(frequency_hz(), 1.5e9), "1.5 GHz");
  EXPECT_EQ(show(frequency_hz(), 800e6), "800 MHz");
  EXPECT_EQ(show(count_cycles(), 2), "2 cycles");
  EXPECT_EQ(show(width_bits(), 32), "32 bit");
  EXPECT_EQ(show(time_ps(), 20000000), "20 us");
}

TEST(Suggest, CountsEditsOfOneCharacter) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("size", "size"), 0u);
  EXPECT_EQ(edit_distance("siez", "size"), 2u);  // two substitutions
  EXPECT_EQ(edit_distance("tile_bufer", "tile_buffer"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("", "abc"), 3u);
}

TEST(Suggest, ProposesTheNearestWordOrListsThemAll) {
  const std::vector<std::string> keys = {"size", "width", "tile_buffer", "banks"};
  EXPECT_EQ(suggestion("tile_bufer", keys), "did you mean 'tile_buffer'?");
  EXPECT_EQ(suggestion("wdith", {"width"}), "known: width");           // five letters bear one edit, this is two
  EXPECT_EQ(suggestion("tile", keys), "did you mean 'tile_buffer'?");  // its beginning
  EXPECT_EQ(suggestion("colour", keys), "known: size, width, tile_buffer, banks");
}

}  // namespace
}  // namespace presil::yaml
