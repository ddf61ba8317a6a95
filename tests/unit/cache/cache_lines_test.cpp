// What a cache takes and lets through: sequences worked out by hand, and a plain model of the same rules.
#include "models/cache/cache_lines.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <list>
#include <random>
#include <string>

#include "models/common/error.hpp"

namespace presil::cache {
namespace {

CacheSpec small(std::int64_t lines, int ways) {
  CacheSpec spec;
  spec.size_bytes = lines * 32;
  spec.line_bytes = 32;
  spec.ways = ways;
  return spec;
}

/// "fill 0, write_back 64": what one access leads to.
std::string access(CacheLines& cache, std::uint64_t address, std::uint32_t bytes, bool write = false) {
  static const char* words[] = {"hit", "fill", "prefetch", "write_back", "write_through", "read_around"};
  std::vector<Action> actions;
  cache.access(address, bytes, write, actions);
  std::string text;
  for (const Action& a : actions)
    text += (text.empty() ? "" : ", ") + std::string(words[static_cast<int>(a.kind)]) + " " +
            std::to_string(a.address) + (a.kind == Action::Kind::write_through ? "+" + std::to_string(a.bytes) : "");
  return text;
}

TEST(CacheLines, EvictTheLeastRecentlyUsedLineOfTheirSet) {
  CacheLines cache(small(4, 2), 4096);  // two sets: even lines and odd lines, two ways each
  EXPECT_EQ(access(cache, 0, 4), "fill 0");
  EXPECT_EQ(access(cache, 64, 4), "fill 64");    // line 2: the other way of set 0
  EXPECT_EQ(access(cache, 8, 4), "hit 0");       // line 0 is the newer now
  EXPECT_EQ(access(cache, 128, 4), "fill 128");  // line 4 takes the place of line 2
  EXPECT_EQ(access(cache, 0, 4), "hit 0");
  EXPECT_EQ(access(cache, 64, 4), "fill 64");
  EXPECT_EQ(access(cache, 32, 4), "fill 32");  // set 1 was empty all the time
  EXPECT_EQ(cache.counters().hits, 2);
  EXPECT_EQ(cache.counters().misses, 5);
}

TEST(CacheLines, ABurstAsksForEachLineThatItTouches) {
  CacheLines cache(small(4, 0), 4096);
  EXPECT_EQ(access(cache, 30, 36), "fill 0, fill 32, fill 64");  // bytes 30 ... 65
  EXPECT_EQ(access(cache, 64, 64), "hit 64, fill 96");
  EXPECT_EQ(cache.counters().read_bytes, 100);
  EXPECT_EQ(cache.counters().fills, 4);
}

TEST(CacheLines, WriteBackKeepsWrittenLinesUntilTheyLeave) {
  CacheLines cache(small(2, 0), 4096);
  EXPECT_EQ(access(cache, 0, 4, true), "fill 0");    // allocated: the rest of the line is fetched
  EXPECT_EQ(access(cache, 32, 32, true), "hit 32");  // written whole: nothing to fetch
  EXPECT_EQ(access(cache, 0, 4, true), "hit 0");
  EXPECT_EQ(access(cache, 64, 4), "fill 64, write_back 32");  // the fetch goes first
  EXPECT_EQ(access(cache, 96, 4), "fill 96, write_back 0");
  EXPECT_EQ(access(cache, 128, 4), "fill 128");  // line 64 was clean
  EXPECT_EQ(cache.counters().write_backs, 2);
  EXPECT_EQ(cache.counters().misses, 5);
  EXPECT_EQ(cache.counters().fills, 4);
}

TEST(CacheLines, WriteThroughSendsTheBytesOnInOneBurst) {
  CacheSpec spec = small(4, 0);
  spec.write_back = false;
  spec.write_allocate = false;
  CacheLines cache(spec, 4096);
  EXPECT_EQ(access(cache, 16, 64, true), "write_through 16+64");  // nothing is there, and nothing is taken in
  EXPECT_EQ(access(cache, 32, 4), "fill 32");
  EXPECT_EQ(access(cache, 16, 64, true), "write_through 16+64, hit 32");
  EXPECT_EQ(cache.counters().written_through_bytes, 128);
  EXPECT_EQ(cache.counters().write_backs, 0);
}

TEST(CacheLines, PrefetchKeepsAheadOfAStreamAsLongAsItIsUsed) {
  CacheSpec spec = small(8, 0);
  spec.prefetch_lines = 2;
  CacheLines cache(spec, 160);  // five lines
  EXPECT_EQ(access(cache, 0, 32), "fill 0, prefetch 32, prefetch 64");
  EXPECT_EQ(access(cache, 32, 32), "hit 32, prefetch 96");
  EXPECT_EQ(access(cache, 32, 32), "hit 32");  // a second use fetches nothing more
  EXPECT_EQ(access(cache, 64, 32), "hit 64, prefetch 128");
  EXPECT_EQ(access(cache, 96, 32), "hit 96");  // the memory ends after line 4
  EXPECT_EQ(cache.counters().misses, 1);
  EXPECT_EQ(cache.counters().prefetches, 4);
  EXPECT_EQ(cache.counters().useful_prefetches, 3);
}

TEST(CacheLines, WhatWasFetchedAheadBeforeTheCountIsNoUsefulPrefetchOfIt) {
  CacheSpec spec = small(8, 0);
  spec.prefetch_lines = 1;
  CacheLines cache(spec, 4096);
  access(cache, 0, 32);  // brings line 1 along
  cache.reset_counters();
  EXPECT_EQ(access(cache, 32, 32), "hit 32, prefetch 64");  // it still does its work ...
  EXPECT_EQ(cache.counters().prefetches, 1);
  EXPECT_EQ(cache.counters().useful_prefetches, 0);  // ... but line 1 was not fetched in this count
  EXPECT_EQ(access(cache, 64, 32, true), "hit 64");
  EXPECT_EQ(cache.counters().useful_prefetches, 1);
}

TEST(CacheLines, WhoGoesAroundFindsWhatWasWrittenAndLeavesNothingStale) {
  CacheLines cache(small(4, 0), 4096);
  access(cache, 0, 32, true);
  access(cache, 32, 32);
  std::vector<Action> actions;
  cache.pass_by(0, 64, false, actions);
  ASSERT_EQ(actions.size(), 2u);
  EXPECT_EQ(actions[0].kind, Action::Kind::write_back);
  EXPECT_EQ(actions[1].kind, Action::Kind::read_around);
  EXPECT_EQ(actions[1].bytes, 64u);
  EXPECT_EQ(access(cache, 0, 32), "hit 0");  // still there, clean
  actions.clear();
  cache.pass_by(0, 32, true, actions);
  ASSERT_EQ(actions.size(), 1u);
  EXPECT_EQ(access(cache, 0, 32), "fill 0");   // dropped
  EXPECT_EQ(access(cache, 32, 32), "hit 32");  // not touched by it
  EXPECT_EQ(cache.counters().passed_bytes, 96);
}

/// The same rules, written as plainly as can be: a list of lines a set, the newest first.
struct PlainCache {
  CacheSpec spec;
  struct Line {
    std::uint64_t number;
    bool dirty;
  };
  std::vector<std::list<Line>> sets;
  std::size_t ways;
  std::int64_t hits = 0, misses = 0, fills = 0, write_backs = 0, through = 0;

  explicit PlainCache(const CacheSpec& s) : spec(s) {
    const auto lines = static_cast<std::size_t>(s.size_bytes / s.line_bytes);
    ways = s.ways == 0 ? lines : static_cast<std::size_t>(s.ways);
    sets.resize(lines / ways);
  }
  void access(std::uint64_t address, std::uint32_t bytes, bool write) {
    const auto line_bytes = static_cast<std::uint64_t>(spec.line_bytes);
    for (std::uint64_t n = address / line_bytes; n <= (address + bytes - 1) / line_bytes; ++n) {
      const std::uint64_t part = std::min(address + bytes, (n + 1) * line_bytes) - std::max(address, n * line_bytes);
      std::list<Line>& set = sets[n % sets.size()];
      auto found = set.begin();
      while (found != set.end() && found->number != n) ++found;
      if (found != set.end()) {
        ++hits;
        set.splice(set.begin(), set, found);
      } else {
        ++misses;
        if (write && !spec.write_allocate) {
          through += static_cast<std::int64_t>(part);
          continue;
        }
        if (!write || part < line_bytes) ++fills;
        set.push_front({n, false});
        if (set.size() > ways) {
          write_backs += set.back().dirty;
          set.pop_back();
        }
      }
      if (write && spec.write_back) set.front().dirty = true;
      if (write && !spec.write_back) through += static_cast<std::int64_t>(part);
    }
  }
};

/// Addresses as programs make them: streams, some of them again, and jumps.
struct Accesses {
  std::mt19937_64 random;
  std::uint64_t at = 0;
  std::uint32_t bytes = 0;
  bool write = false;
  explicit Accesses(std::uint64_t seed) : random(seed) {}
  void next() {
    at = random() % 8 == 0 ? random() % 60'000 : (at + bytes) % 60'000;
    if (random() % 32 == 0) at = at > 3000 ? at - 3000 : 0;
    bytes = 1 + static_cast<std::uint32_t>(random() % 130);
    write = random() % 3 == 0;
  }
};

TEST(CacheLines, AgreeWithAPlainModelOfTheSameRules) {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    std::mt19937_64 random(seed);
    CacheSpec spec;
    spec.line_bytes = 16 << random() % 4;
    spec.ways = static_cast<int>(std::vector<int>{1, 2, 4, 0}[random() % 4]);
    spec.size_bytes = spec.line_bytes * (4 << random() % 6);
    spec.write_back = random() % 2 == 0;
    spec.write_allocate = random() % 2 == 0;
    CacheLines cache(spec, 1 << 16);
    PlainCache plain(spec);
    Accesses accesses(seed);
    std::vector<Action> actions;
    for (int i = 0; i < 3000; ++i) {
      accesses.next();
      actions.clear();
      cache.access(accesses.at, accesses.bytes, accesses.write, actions);
      plain.access(accesses.at, accesses.bytes, accesses.write);
    }
    const CacheCounters& found = cache.counters();
    EXPECT_EQ(found.hits, plain.hits) << "seed " << seed;
    EXPECT_EQ(found.misses, plain.misses) << "seed " << seed;
    EXPECT_EQ(found.fills, plain.fills) << "seed " << seed;
    EXPECT_EQ(found.write_backs, plain.write_backs) << "seed " << seed;
    EXPECT_EQ(found.written_through_bytes, plain.through) << "seed " << seed;
    EXPECT_GT(found.hits, 0);
    EXPECT_GT(found.misses, 0);
  }
}

TEST(CacheLines, ALargerFullyAssociativeCacheNeverMissesMoreOften) {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    std::int64_t before = std::numeric_limits<std::int64_t>::max();
    for (std::int64_t lines = 2; lines <= 1024; lines *= 2) {
      CacheLines cache(small(lines, 0), 1 << 16);
      Accesses accesses(seed);
      std::vector<Action> actions;
      for (int i = 0; i < 3000; ++i) {
        accesses.next();
        actions.clear();
        cache.access(accesses.at, accesses.bytes, accesses.write, actions);
      }
      EXPECT_LE(cache.counters().misses, before) << "seed " << seed << ", " << lines << " lines";
      before = cache.counters().misses;
    }
  }
}

TEST(CacheLines, RefuseFiguresThatMakeNoCache) {
  const auto refused = [](CacheSpec spec, const char* words) {
    try {
      CacheLines cache(spec, 4096);
      FAIL() << "no error where '" << words << "' was expected";
    } catch (const common::Error& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr(words));
    }
  };
  CacheSpec spec = small(4, 2);
  spec.line_bytes = 24;
  refused(spec, "a line of 24 B; write a power of two");
  refused(small(0, 2), "0 B are no whole number of lines of 32 B");
  refused(small(4, 3), "4 lines cannot be shared out among 3 ways");
  spec = small(4, 2);
  spec.prefetch_lines = 4;
  refused(spec, "prefetch of 4 lines; it holds 4 in all");
}

}  // namespace
}  // namespace presil::cache
