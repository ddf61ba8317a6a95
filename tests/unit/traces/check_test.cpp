#include "traces/check.hpp"

#include <gmock/gmock.h>

#include <functional>

#include "tests/unit/traces/sample.hpp"

namespace presil::traces {
namespace {

using test::sample;
using test::sample_hardware;
using ::testing::HasSubstr;

/// The message for the sample after one change.
std::string refusal(const std::function<void(Schedule&)>& change) {
  Schedule s = sample();
  change(s);
  return test::error_of([&] { check(s, sample_hardware(), "x"); });
}

void accepted(const std::function<void(Schedule&)>& change) {
  Schedule s = sample();
  change(s);
  EXPECT_NO_THROW(check(s, sample_hardware(), "x"));
}

TEST(Check, the_sample_passes) {
  accepted([](Schedule&) {});
}

TEST(Check, unknown_memories_and_units_are_named_with_what_there_is) {
  EXPECT_EQ(refusal([](Schedule& s) { s.memories[1] = "rom"; }),
            "x: memory 'rom' is not in the hardware file, which has 'sram', 'flash'; rename it");
  EXPECT_EQ(refusal([](Schedule& s) { s.queues[1].unit = "dsp"; }),
            "x: queue 'npu': unit 'dsp' is not in the hardware file, which has 'npu', 'cpu'; rename it");
}

TEST(Check, a_unit_has_only_its_cores) {
  accepted([](Schedule& s) { s.queues[1].core = 1; });
  EXPECT_THAT(refusal([](Schedule& s) { s.queues[1].core = 2; }), HasSubstr("unit 'npu' has no core 2; it has 2"));
}

TEST(Check, queues_have_names_of_their_own) {
  EXPECT_THAT(refusal([](Schedule& s) { s.queues[1].name = "npu.in"; }), HasSubstr("the name 'npu.in' is taken"));
}

TEST(Check, references_that_point_nowhere_are_refused) {
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[0].queue = 3; }), HasSubstr("job 0: queue 3 does not exist"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[0].op = 2; }), HasSubstr("job 0: operator 2 does not exist"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[0].op = -1; }), HasSubstr("job 0: operator -1 does not exist"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[0].area = 99; }), HasSubstr("job 0: area 99 does not exist"));
  EXPECT_THAT(refusal([](Schedule& s) { s.edges[0] = 8; }), HasSubstr("job 3: waits for job 8, which does not exist"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[3].edge_count = 99; }), HasSubstr("job 3: its edges"));
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[0].memory = 2; }), HasSubstr("area 0: memory 2 does not exist"));
  EXPECT_THAT(refusal([](Schedule& s) { s.operators[0].fused_into = 2; }), HasSubstr("operator 0: fused into"));
}

TEST(Check, an_area_ends_within_its_memory) {
  // sram has 65536 bytes; area 0 is 2 planes, 256 apart, of 4 rows, 64 apart, of 32 bytes: it spans 256 + 192 + 32 =
  // 480.
  accepted([](Schedule& s) { s.areas[0].address = 65536 - 480; });
  EXPECT_EQ(
      refusal([](Schedule& s) { s.areas[0].address = 65536 - 479; }),
      "x: job 0 (transfer of operator 0 'first \"quoted\"\\conv?', queue 'npu.in'): area 0: ends 1 bytes past the "
      "end of memory 'sram' of 65536 bytes; move or shrink it");
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[0].rows = 4294967295u, s.areas[0].row_stride = INT64_MAX; }),
              HasSubstr("past the end of memory"));
}

TEST(Check, extents_are_at_least_one) {
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[0].row_bytes = 0, s.areas[0].redundant_row_bytes = 0; }),
              HasSubstr("every extent must be at least 1"));
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[0].planes = 0; }), HasSubstr("every extent must be at least 1"));
  EXPECT_THAT(refusal([](Schedule& s) { s.works[0].ow = 0; }), HasSubstr("work 0: an extent is less than 1"));
  EXPECT_THAT(refusal([](Schedule& s) { s.works[0].macs = -1; }), HasSubstr("work 0: a count is negative"));
  EXPECT_THAT(refusal([](Schedule& s) { s.works[0].recomputed_macs = s.works[0].macs + 1; }),
              HasSubstr("recomputed_macs is more than macs"));
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[0].row_stride = -1; }), HasSubstr("a stride is negative"));
  accepted([](Schedule& s) { s.areas[0].redundant_rows = 4; });
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[0].redundant_rows = 5; }), HasSubstr("redundant than there is"));
}

TEST(Check, each_kind_of_job_has_what_it_needs) {
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[0].area = -1; }), HasSubstr("has no area"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[0].to_area = 0; }), HasSubstr("has two areas"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[4].to_area = -1; }), HasSubstr("needs both"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[3].work = -1; }), HasSubstr("has no work"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[6].work = -1; }), HasSubstr("has no work"));
  accepted([](Schedule& s) { s.jobs[5].work = -1; });  // a hand-over without cache maintenance
}

TEST(Check, a_copy_moves_as_much_as_it_reads) {
  accepted([](Schedule& s) { s.areas[2].row_bytes = 32, s.areas[2].rows = 2; });  // 2 x 32 into 64
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[2].row_bytes = 63; }), HasSubstr("copies 63 bytes into 64"));
}

TEST(Check, jobs_stand_on_the_right_kind_of_unit) {
  EXPECT_THAT(refusal([](Schedule& s) { s.queues[2].unit = "npu"; }),
              HasSubstr("'npu' is an NPU; make it a compute job"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[3].queue = 2; }), HasSubstr("'cpu' is not an NPU; make it a kernel"));
  EXPECT_THAT(refusal([](Schedule& s) { s.jobs[2].queue = 2; }), HasSubstr("only NPUs launch"));
}

TEST(Check, nobody_writes_to_read_only_memory) {
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[s.jobs[7].area].memory = 1; }),
              HasSubstr("writes to 'flash', which is"));
  EXPECT_THAT(refusal([](Schedule& s) { s.areas[s.jobs[4].to_area].memory = 1; }), HasSubstr("writes to 'flash'"));
}

TEST(Check, one_core_works_for_one_queue) {
  const auto second_queue = [](int core) {
    return [core](Schedule& s) {
      s.queues.push_back({"npu2", "npu", core});
      s.jobs.push_back(s.jobs[3]);
      s.jobs.back().queue = 3;
    };
  };
  accepted(second_queue(1));
  EXPECT_THAT(refusal(second_queue(0)), HasSubstr("core 0 of 'npu' works for queue 'npu' already"));
}

TEST(Check, buffers_that_live_together_lie_apart) {
  // t0 lives at [128, 1152) during operators 0 and 1.
  const auto add = [](Buffer b) { return [b](Schedule& s) { s.buffers.push_back(b); }; };
  accepted(add({"b", 0, 1152, 8, 0, 1, false}));  // starts where t0 ends
  accepted(add({"b", 0, 120, 8, 1, 1, false}));   // ends where t0 starts
  EXPECT_THAT(refusal(add({"b", 0, 1151, 8, 0, 1, false})),
              HasSubstr("buffer 1 't0' and buffer 2 'b' overlap in 'sram' at address 1151 while both live"));
  EXPECT_THAT(refusal(add({"b", 0, 120, 9, 1, 1, false})), HasSubstr("overlap in 'sram' at address 128"));
  EXPECT_THAT(refusal(add({"b", 0, 0, 65536, 1, 1, false})), HasSubstr("overlap"));  // t0 inside b
  EXPECT_THAT(refusal(add({"b", 0, 500, 1, 0, 0, true})), HasSubstr("overlap"));     // constants live always
}

TEST(Check, one_place_may_be_used_again_after_a_life_has_ended) {
  const auto lives = [](std::int32_t last, std::int32_t first) {
    return [last, first](Schedule& s) {
      s.buffers[1].last_op = last;
      s.buffers.push_back({"b", 0, 128, 1024, first, 1, false});
    };
  };
  accepted(lives(0, 1));
  EXPECT_THAT(refusal(lives(1, 1)), HasSubstr("(operator 1)"));
}

TEST(Check, buffers_end_within_their_memory_and_live_within_the_network) {
  accepted([](Schedule& s) { s.buffers[1].address = 65536 - 1024; });
  EXPECT_THAT(refusal([](Schedule& s) { s.buffers[1].address = 65536 - 1023; }),
              HasSubstr("buffer 1 't0': 1024 bytes"));
  EXPECT_THAT(refusal([](Schedule& s) { s.buffers[1].bytes = 0; }), HasSubstr("write at least 1"));
  EXPECT_THAT(refusal([](Schedule& s) { s.buffers[1].last_op = 2; }), HasSubstr("lives from operator 0 to 2"));
}

TEST(Check, a_forward_edge_without_a_circle_is_fine) {
  // Job 0 waits for job 2 (another queue, which waits for nothing).
  accepted([](Schedule& s) {
    s.jobs[0].first_edge = static_cast<std::uint32_t>(s.edges.size()), s.jobs[0].edge_count = 1;
    s.edges.push_back(2);
  });
}

TEST(Check, a_circle_is_refused_with_its_jobs) {
  // Job 0 waits for job 3, which waits for 0.
  EXPECT_EQ(
      refusal([](Schedule& s) {
        s.operators[0].name = "conv";
        s.jobs[0].first_edge = static_cast<std::uint32_t>(s.edges.size()), s.jobs[0].edge_count = 1;
        s.edges.push_back(3);
      }),
      "x: job 0 (transfer of operator 0 'conv', queue 'npu.in'): jobs wait for each other in a circle: job 0, which "
      "waits for 3, which waits for 0; take one of these edges out");
}

TEST(Check, a_circle_through_the_order_of_a_queue_is_found) {
  // Job 0 stands before job 4 in npu.in, and waits for it.
  EXPECT_THAT(refusal([](Schedule& s) {
                s.jobs[0].first_edge = static_cast<std::uint32_t>(s.edges.size()), s.jobs[0].edge_count = 1;
                s.edges.push_back(4);
              }),
              HasSubstr("in a circle"));
}

TEST(Check, a_job_that_waits_for_itself_is_a_circle) {
  EXPECT_THAT(refusal([](Schedule& s) {
                s.jobs[7].first_edge = static_cast<std::uint32_t>(s.edges.size()), s.jobs[7].edge_count = 1;
                s.edges.push_back(7);
              }),
              HasSubstr("job 7, which waits for 7"));
}

}  // namespace
}  // namespace presil::traces
