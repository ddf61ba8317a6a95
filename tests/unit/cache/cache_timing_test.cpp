// A cache in front of a flash and of a DRAM: hits and misses in picoseconds, worked out by hand.
#include "models/cache/cache_timing.hpp"

#include <gtest/gtest.h>

#include <random>

#include "models/dram/dram_timing.hpp"
#include "models/flash/flash_timing.hpp"
#include "sim/hw/dram_preset.hpp"

namespace presil::cache {
namespace {

using common::Cause;

/// 200 MHz (5 ns), 8 lanes, both edges: a line of 32 bytes takes 16 clocks after 2 + 1 + 2 + 20 = 25: 205 ns.
flash::FlashSpec octal() {
  flash::FlashSpec spec;
  spec.size_bytes = 1 << 20;
  spec.hz = 200'000'000;
  spec.ddr = true;
  return spec;
}

/// A port of 8 bytes at 200 MHz, one cycle to look up.
CacheSpec cache_of(std::int64_t bytes) {
  CacheSpec spec;
  spec.size_bytes = bytes;
  spec.ways = 2;
  spec.hz = 200'000'000;
  return spec;
}

Service push(CacheTiming& cache, std::uint64_t address, std::uint32_t bytes, Tick arrival, bool write = false,
             bool passes_by = false) {
  Burst burst;
  burst.address = address;
  burst.bytes = bytes;
  burst.arrival = cache.accepts_from(arrival, write);
  burst.write = write;
  burst.passes_by = passes_by;
  return cache.push(burst);
}

TEST(CacheTiming, AMissTakesTheMemorysTimeAndALookUpAHitOnlyThePorts) {
  flash::FlashTiming flash(octal());
  CacheTiming cache(cache_of(1024), flash, 1 << 20);
  const Service miss = push(cache, 0, 8, 0);  // the whole line comes
  EXPECT_EQ(miss.data_start, 125'000);
  EXPECT_EQ(miss.data_end, 205'000);
  EXPECT_EQ(miss.done, 210'000);
  EXPECT_EQ(flash.counters().read_bytes, 32);
  const Service hit = push(cache, 8, 16, 300'000);  // one cycle, two beats
  EXPECT_EQ(hit.data_start, 305'000);
  EXPECT_EQ(hit.done, 315'000);
  EXPECT_EQ(flash.counters().read_bytes, 32);
  ASSERT_EQ(hit.wait.count, 1);
  EXPECT_EQ(hit.wait.segments[0].cause, Cause::latency);
}

TEST(CacheTiming, AMissIsNoFasterThanThePortThatPassesItOn) {
  CacheSpec spec = cache_of(1024);
  spec.width_bits = 8;
  spec.hz = 10'000'000;  // 100 ns a byte
  flash::FlashTiming flash(octal());
  CacheTiming cache(spec, flash, 1 << 20);
  // The line's first byte comes at 125 and is looked up for 100 ns: its 32 bytes pass from the edge at 300 on.
  EXPECT_EQ(push(cache, 0, 32, 0).done, 300'000 + 32 * 100'000);
}

TEST(CacheTiming, WhatPassesByLeavesNoStaleLineForTheNextInference) {
  flash::FlashTiming flash(octal());
  CacheTiming cache(cache_of(1024), flash, 1 << 20);
  cache.warm(0, 32, false);
  cache.warm(0, 32, true, true);
  push(cache, 0, 8, 0);
  EXPECT_EQ(cache.cache_counters().misses, 1);
}

TEST(CacheTiming, SeveralLinesOfOneBurstFollowOneAnother) {
  flash::FlashSpec spec = octal();
  spec.sequential_hold = false;  // each line is a command of its own
  flash::FlashTiming flash(spec);
  CacheTiming cache(cache_of(1024), flash, 1 << 20);
  const Service service = push(cache, 0, 64, 0);
  EXPECT_EQ(service.data_end, 410'000);
  EXPECT_EQ(service.data_start, 410'000 - 2 * 80'000);  // data move for 160 ns of them
  EXPECT_EQ(service.done, 415'000);
  Tick row = 0, from = 0;
  for (int i = 0; i < service.wait.count; ++i) {
    const auto& segment = service.wait.segments[static_cast<std::size_t>(i)];
    if (segment.cause == Cause::row) row += segment.until - from;
    from = segment.until;
  }
  EXPECT_EQ(row, 2 * 125'000);
  EXPECT_EQ(from, service.data_start);
}

TEST(CacheTiming, APrefetchedLineIsWaitedForOnlyAsLongAsItIsOnItsWay) {
  CacheSpec spec = cache_of(1024);
  spec.prefetch_lines = 1;
  flash::FlashTiming flash(octal());
  CacheTiming cache(spec, flash, 1 << 20);
  EXPECT_EQ(push(cache, 0, 32, 0).done, 210'000);
  // The next line has followed without a command: there after 285 ns; a cycle to look up, four beats.
  const Service next = push(cache, 32, 32, 210'000);
  EXPECT_EQ(next.wait.segments[0].cause, Cause::transfer);
  EXPECT_EQ(next.wait.segments[0].until, 285'000);
  EXPECT_EQ(next.done, 285'000 + 5'000 + 20'000);
  EXPECT_EQ(cache.cache_counters().useful_prefetches, 1);
}

TEST(CacheTiming, WriteBacksTakeTheMemorysTimeBehindTheFetch) {
  flash::FlashSpec spec = octal();
  spec.writable = true;
  flash::FlashTiming psram(spec);
  CacheSpec one = cache_of(32);
  one.ways = 1;
  CacheTiming cache(one, psram, 1 << 20);
  EXPECT_EQ(push(cache, 0, 32, 0, true).done, 5'000 + 20'000);  // written whole: the memory knows nothing of it
  EXPECT_EQ(psram.counters().bursts, 0);
  const Service read = push(cache, 64, 32, 100'000);
  EXPECT_EQ(read.done, 100'000 + 205'000 + 5'000);
  EXPECT_EQ(psram.counters().write_bytes, 32);
  const Service after = push(cache, 128, 32, 400'000);  // the write-back held the memory until 305 + 205 ns
  EXPECT_EQ(after.data_end, 510'000 + 205'000);
}

TEST(CacheTiming, WhoGoesAroundHasTheBytesItAsksForAndNoLookUp) {
  flash::FlashTiming flash(octal());
  CacheSpec spec = cache_of(1024);
  spec.users = {"cpu"};
  CacheTiming cache(spec, flash, 1 << 20);
  EXPECT_FALSE(cache.passed_by("cpu"));
  EXPECT_TRUE(cache.passed_by("npu"));
  const Service service = push(cache, 0, 8, 0, false, true);
  EXPECT_EQ(service.done, (25 + 4) * 5'000);
  EXPECT_EQ(flash.counters().read_bytes, 8);
  EXPECT_EQ(cache.cache_counters().misses, 0);
}

/// Serves reads in turn, `gap` apart, and returns their ends by id.
std::vector<Tick> serve(MemoryTiming& memory, const std::vector<std::uint64_t>& addresses, std::uint32_t bytes) {
  std::vector<Tick> done(addresses.size(), 0);
  Tick now = 0;
  std::size_t next = 0, served = 0;
  while (served < addresses.size()) {
    if (next < addresses.size() && memory.accepts_from(now, false) == now) {
      Burst burst;
      burst.address = addresses[next];
      burst.bytes = bytes;
      burst.id = static_cast<std::uint32_t>(next++);
      burst.arrival = now;
      const Service service = memory.push(burst);
      if (!memory.queued()) done[burst.id] = service.done, ++served;
      continue;
    }
    Tick step = memory.next_decision();
    if (next < addresses.size()) step = std::min(step, memory.accepts_from(now, false));
    now = std::max(now, step);
    if (memory.next_decision() <= now) {
      const MemoryTiming::Decision decision = memory.decide();
      if (decision.decided) done[decision.service.id] = decision.service.done, ++served;
    }
  }
  return done;
}

TEST(CacheTiming, InFrontOfADramHitsOvertakeMissesAndMissesOverlap) {
  dram::DramSpec spec = hw::dram_preset("lpddr4-3200-x16", 1 << 20);
  spec.refresh = false;
  CacheSpec cached = cache_of(4096);
  cached.line_bytes = 64;
  const auto lone = [&] {
    dram::DramTiming dram(spec);
    return serve(dram, {0}, 64)[0];
  }();
  dram::DramTiming dram(spec);
  CacheTiming cache(cached, dram, spec.size_bytes);
  EXPECT_TRUE(cache.queued());
  // Line 0 is missed; two more lines; then 0 again while it is on its way; all pushed at once.
  const auto done = serve(cache, {0, 64, 128, 8}, 8);
  EXPECT_EQ(done[0], lone + 5'000);
  EXPECT_LT(done[2], 2 * lone);  // not one after another
  EXPECT_EQ(dram.counters().read_bytes, 3 * 64);
  EXPECT_EQ(cache.cache_counters().hits, 1);
  EXPECT_EQ(cache.cache_counters().misses, 3);
}

TEST(CacheTiming, ConservesBytesInFrontOfEveryKindOfMemory) {
  for (const bool in_front_of_dram : {false, true}) {
    for (std::uint64_t seed = 1; seed <= 10; ++seed) {
      std::mt19937_64 random(seed);
      dram::DramSpec dram_spec = hw::dram_preset("lpddr4-3200-x16", 1 << 20);
      dram::DramTiming dram(dram_spec);
      flash::FlashTiming flash(octal());
      CacheSpec spec = cache_of(2048);
      spec.line_bytes = in_front_of_dram ? 64 : 32;
      spec.prefetch_lines = static_cast<int>(random() % 3);
      CacheTiming cache(spec, in_front_of_dram ? static_cast<MemoryTiming&>(dram) : flash, 1 << 20);
      std::vector<std::uint64_t> addresses;
      for (int i = 0; i < 500; ++i)
        addresses.push_back(random() % 4 != 0 && i > 0 ? addresses.back() + 16 : random() % 8192 * 16);
      const auto done = serve(cache, addresses, 16);
      for (const Tick t : done) EXPECT_GT(t, 0);
      const CacheCounters& c = cache.cache_counters();
      EXPECT_EQ(c.hits + c.misses, 500);
      EXPECT_EQ(c.read_bytes, 500 * 16);
      // In front of a DRAM the last fetches ahead may still be in its queue.
      const std::int64_t moved = cache.counters().read_bytes, fetched = (c.fills + c.prefetches) * spec.line_bytes;
      if (in_front_of_dram) {
        EXPECT_LE(moved, fetched);
        EXPECT_GE(moved, c.fills * spec.line_bytes);
      } else {
        EXPECT_EQ(moved, fetched);
      }
    }
  }
}

}  // namespace
}  // namespace presil::cache
