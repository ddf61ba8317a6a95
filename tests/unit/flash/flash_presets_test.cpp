// Presets of serial memories against the nanoseconds of lone bursts that the data sheets of their class give.
#include "models/flash/flash_presets.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/common/error.hpp"
#include "models/flash/flash_timing.hpp"

namespace presil::flash {
namespace {

double nanoseconds(const FlashSpec& spec, std::uint32_t bytes) {
  FlashTiming memory(spec);
  Burst burst;
  burst.bytes = bytes;
  return static_cast<double>(memory.push(burst).done) / 1000;
}

TEST(FlashPresets, TakeTheTimeOfTheirDataSheets) {
  struct Row {
    const char* name;
    double ns_32, ns_256;
  };
  // (command + address + latency + chip select high + data clocks) / clock
  for (const Row& row : {Row{"quad-nor-133", 88 / 0.133, 536 / 0.133},
                         {"octal-nor-100", 310, 1430},
                         {"octal-nor-200", 205, 765},
                         {"hexadeca-nor-200", (25 + 8) * 5.0, (25 + 64) * 5.0},
                         {"octal-psram-200", 155, 715},
                         {"hexadeca-psram-200", 115, 395},
                         {"hyperram-200", 140, 700},
                         {"hexadeca-hyperram-200", 100, 380}}) {
    EXPECT_NEAR(nanoseconds(preset(row.name), 32), row.ns_32, 0.01 * row.ns_32) << row.name;
    EXPECT_NEAR(nanoseconds(preset(row.name), 256), row.ns_256, 0.01 * row.ns_256) << row.name;
  }
  EXPECT_EQ(preset_names().size(), 8u);
}

TEST(FlashPresets, SixteenLinesMoveTwiceTheBytesOfEightInTheSameClocks) {
  for (const char* kind : {"nor-200", "psram-200"}) {
    const FlashTiming eight(preset(std::string("octal-") + kind)), sixteen(preset(std::string("hexadeca-") + kind));
    EXPECT_EQ(sixteen.peak_bytes_per_second(), 2 * eight.peak_bytes_per_second());
    EXPECT_EQ(sixteen.peak_bytes_per_second(), 800e6);
    EXPECT_EQ(sixteen.typical_latency(), eight.typical_latency());
  }
}

TEST(FlashPresets, AnUnknownNameListsTheKnown) {
  try {
    preset("octal");
    FAIL();
  } catch (const common::Error& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("no serial memory 'octal'; there are quad-nor-133, octal-nor-100"));
  }
}

}  // namespace
}  // namespace presil::flash
