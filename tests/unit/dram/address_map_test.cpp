// Mapping strings: which bits of an address are row, bank, column and channel.
#include "models/dram/address_map.hpp"

#include <gtest/gtest.h>

#include <map>
#include <tuple>

#include "tests/support/dram_example.hpp"
#include "tests/support/error_of.hpp"

namespace presil::dram {
namespace {

using tests::example_dram;

std::string error_of(const DramSpec& spec) {
  return error_or_none([&] { AddressMap map(spec); });
}

TEST(AddressMap, RowBankColumnPutsConsecutiveRowsOfDifferentBanksSideBySide) {
  const AddressMap map(example_dram());  // 16 B bursts, 2 KiB rows, 8 banks
  EXPECT_EQ(map.place(2047).bank, 0);
  EXPECT_EQ(map.place(2048).bank, 1);
  EXPECT_EQ(map.place(8 * 2048 - 1).row, 0);
  EXPECT_EQ(map.place(8 * 2048).row, 1);
  EXPECT_EQ(map.place(8 * 2048).bank, 0);
}

TEST(AddressMap, BankRowColumnKeepsABankTogether) {
  DramSpec spec = example_dram();
  spec.mapping = "bank-row-column";  // 1 MiB / 8 banks = 128 KiB a bank
  const AddressMap map(spec);
  EXPECT_EQ(map.place(2048).row, 1);
  EXPECT_EQ(map.place(128 * 1024 - 1).bank, 0);
  EXPECT_EQ(map.place(128 * 1024).bank, 1);
}

TEST(AddressMap, ChannelBelowTheColumnChangesWithEveryDeviceBurst) {
  DramSpec spec = example_dram();
  spec.channels = 2;
  spec.mapping = "row-bank-column-channel";
  const AddressMap map(spec);
  EXPECT_EQ(map.place(15).channel, 0);
  EXPECT_EQ(map.place(16).channel, 1);
  EXPECT_EQ(map.place(32).channel, 0);
}

TEST(AddressMap, PartsOfTheColumnSetTheGrainOfInterleaving) {
  DramSpec spec = example_dram();
  spec.channels = 2;
  spec.mapping = "row-bank-column-channel-column:3";  // 8 device bursts of 16 B
  const AddressMap map(spec);
  EXPECT_EQ(map.place(127).channel, 0);
  EXPECT_EQ(map.place(128).channel, 1);
  EXPECT_EQ(map.place(256).channel, 0);
  EXPECT_EQ(map.place(4095).row, 0);
  EXPECT_EQ(map.place(4096).bank, 1);  // 2 KiB in each channel
}

TEST(AddressMap, BankCountsOverAllGroups) {
  DramSpec spec = example_dram();
  spec.bank_groups = 2;
  spec.banks_per_group = 4;
  spec.mapping = "row-bank-bankgroup-column";
  const AddressMap map(spec);
  EXPECT_EQ(map.place(2048).bank, 4);  // group 1, bank 0
  EXPECT_EQ(map.place(2048).group, 1);
  EXPECT_EQ(map.place(4096).bank, 1);
}

TEST(AddressMap, StretchesCoverEveryDeviceBurstOnceWhateverTheMapping) {
  for (const char* mapping : {"row-bank-column-bankgroup-channel", "row-bank-bankgroup-channel-column",
                              "row-bank-column-channel-column:2-bankgroup-column:1",
                              "column-row-bankgroup-bank-channel", "channel-bank-bankgroup-row-column"}) {
    DramSpec spec = example_dram();
    spec.bank_groups = 2;
    spec.banks_per_group = 4;
    spec.channels = 2;
    spec.mapping = mapping;
    const AddressMap map(spec);
    for (const auto& [address, bytes] : {std::pair{0u, 64u}, {8u, 100u}, {4096u, 4096u}, {1000u, 3333u}, {0u, 1u}}) {
      for (const bool gather : {false, true}) {
        using Key = std::tuple<int, int, int>;
        std::map<Key, int> expected, found;
        for (std::uint64_t burst = address / 16; burst <= (address + bytes - 1) / 16; ++burst) {
          const AddressMap::Place place = map.place(burst * 16);
          ++expected[Key{place.channel, place.bank, place.row}];
        }
        map.for_each_stretch(address, bytes, gather, [&](const AddressMap::Place& place, int count) {
          found[Key{place.channel, place.bank, place.row}] += count;
        });
        EXPECT_EQ(found, expected) << mapping << " " << address << " + " << bytes;
      }
    }
  }
}

TEST(AddressMap, RowsNeedNotBeAPowerOfTwoWhenTheyAreMostSignificant) {
  DramSpec spec = example_dram();
  spec.size_bytes = 3 << 20;  // 192 rows
  EXPECT_EQ(rows_per_bank(spec), 192);
  EXPECT_EQ(AddressMap(spec).place((3 << 20) - 1).row, 191);
  spec.mapping = "bank-row-column";
  EXPECT_NE(error_of(spec).find("most significant"), std::string::npos);
}

TEST(AddressMap, RankIsKnownAndEmpty) {
  DramSpec spec = example_dram();
  spec.mapping = "row-rank-bank-column";
  EXPECT_EQ(error_of(spec), "");
}

TEST(AddressMap, RefusesMappingsThatDoNotCoverTheAddress) {
  DramSpec spec = example_dram();
  const auto error_with = [&](const char* mapping) {
    spec.mapping = mapping;
    return error_of(spec);
  };
  EXPECT_NE(error_with("row-column").find("'bank' (3 bits) is missing"), std::string::npos);
  EXPECT_NE(error_with("row-bank-colum").find("unknown field 'colum'"), std::string::npos);
  EXPECT_NE(error_with("row-bank-bank-column").find("'bank' stands twice"), std::string::npos);
  EXPECT_NE(error_with("row-bank-column:3").find("'column' has 7 bits, the mapping gives it 3"), std::string::npos);
  EXPECT_NE(error_with("row-bank-column:x").find("no width in bits"), std::string::npos);
  EXPECT_NE(error_with("").find("unknown field ''"), std::string::npos);
  EXPECT_EQ(error_with("row-bank-column:3-column:4"), "");
}

TEST(AddressMap, RefusesSizesThatDoNotFitTheGeometry) {
  DramSpec spec = example_dram();
  spec.size_bytes += 2048;
  EXPECT_NE(error_of(spec).find("not a multiple"), std::string::npos);
  spec = example_dram();
  spec.rows = 63;  // 1 MiB is 64 rows
  EXPECT_NE(error_of(spec).find("needs 64 rows"), std::string::npos);
  spec.rows = 64;
  EXPECT_EQ(error_of(spec), "");
}

}  // namespace
}  // namespace presil::dram
