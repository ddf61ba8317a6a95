#include "traces/codec.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

#include "models/common/error.hpp"
#include "tests/unit/traces/sample.hpp"

namespace presil::traces {
namespace {

using test::error_of;
using test::sample;
using ::testing::HasSubstr;

class Folder {  // of this test's own, gone afterwards
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("presil_codec_" + std::to_string(::getpid()))) {
    std::filesystem::create_directory(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_;
};

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  EXPECT_NE(at, std::string::npos) << what;
  return at == std::string::npos ? text : text.replace(at, what.size(), by);
}

TEST(Binary, decoding_gives_back_what_was_encoded) {
  const Schedule s = sample();
  test::expect_equal(s, decode(encode(s), "x.sched"));
}

TEST(Binary, an_empty_schedule_survives_too) {
  const Schedule s;
  test::expect_equal(s, decode(encode(s), "x.sched"));
}

TEST(Binary, the_same_schedule_gives_the_same_bytes) {
  EXPECT_EQ(encode(sample()), encode(sample()));
}

TEST(Binary, a_file_cut_short_anywhere_is_an_error_and_never_a_crash) {
  const std::vector<std::uint8_t> bytes = encode(sample());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const std::vector<std::uint8_t> part(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n));
    // The builder lays the root's fields before their contents, so that every byte but alignment is referenced.
    if (bytes.size() - n > 8)
      EXPECT_THROW(decode(part, "x.sched"), common::Error) << n;
    else
      try {
        decode(part, "x.sched");
      } catch (const common::Error&) {
      }
  }
}

TEST(Binary, flipped_bytes_never_crash) {
  const std::vector<std::uint8_t> bytes = encode(sample());
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    std::vector<std::uint8_t> bad = bytes;
    bad[n] ^= 0xff;
    try {
      to_json(decode(bad, "x.sched"));  // what decodes can be printed: every index is good
    } catch (const common::Error&) {
    }
  }
}

TEST(Binary, something_else_is_not_a_schedule) {
  EXPECT_THAT(error_of([] { decode(std::vector<std::uint8_t>(100, 7), "x.sched"); }),
              HasSubstr("x.sched: not a schedule"));
}

TEST(Binary, another_version_is_refused) {
  Schedule s = sample();
  s.version = 2;
  EXPECT_THAT(error_of([&] { decode(encode(s), "x.sched"); }), HasSubstr("schedule version 2"));
}

TEST(Binary, an_index_that_points_nowhere_is_refused_with_its_job) {
  Schedule s = sample();
  s.jobs[3].work = 2;  // there are works 0 and 1
  EXPECT_EQ(error_of([&] { decode(encode(s), "x.sched"); }), "x.sched: job 3: work 2 does not exist; there are 2");
  s.jobs[3].work = 1;
  EXPECT_NO_THROW(decode(encode(s), "x.sched"));
}

TEST(Json, reading_gives_back_what_was_written) {
  const Schedule s = sample();
  test::expect_equal(s, from_json(to_json(s), "x.json"));
}

TEST(Json, an_empty_schedule_survives_too) {
  const Schedule s;
  test::expect_equal(s, from_json(to_json(s), "x.json"));
}

TEST(Json, a_job_is_one_line_that_a_person_can_read) {
  EXPECT_THAT(
      to_json(sample()),
      HasSubstr("{\"id\": 4, \"queue\": \"npu.in\", \"kind\": \"copy\", \"op\": 0, \"tile\": 0, \"data\": \"spill\", "
                "\"area\": {\"memory\": \"flash\", \"address\": 0, \"row_bytes\": 64, \"row_stride\": 64}, "
                "\"to_area\": {\"memory\": \"sram\", \"address\": 2048, \"row_bytes\": 64, \"row_stride\": 64}, "
                "\"after\": [3]}"));
}

TEST(Json, a_job_may_be_taken_out_and_the_others_keep_their_ids) {
  std::string text = to_json(sample());
  const auto from = text.find("{\"id\": 1, \"queue\""), to = text.find("{\"id\": 2, \"queue\"");
  text.erase(from, to - from);
  text = replaced(text, "\"after\": [0, 1, 2]", "\"after\": [0, 2]");
  const Schedule s = from_json(text, "x.json");
  ASSERT_EQ(s.jobs.size(), 7u);
  EXPECT_EQ(s.edges[s.jobs[2].first_edge], 0u);
  EXPECT_EQ(s.edges[s.jobs[2].first_edge + 1], 1u);  // what the file calls job 2
}

TEST(Json, an_edge_to_a_later_job_is_read) {
  const std::string text =
      replaced(to_json(sample()), "{\"id\": 0, \"queue\"", "{\"after\": [7], \"id\": 0, \"queue\"");
  const Schedule s = from_json(text, "x.json");
  EXPECT_EQ(s.edges[s.jobs[0].first_edge], 7u);
}

TEST(Json, faults_are_named_with_their_place_and_cure) {
  const std::string good = to_json(sample());
  const auto message = [&](const std::string& what, const std::string& by) {
    return error_of([&] { from_json(replaced(good, what, by), "x.json"); });
  };
  EXPECT_EQ(message("\"after\": [0, 1, 2]", "\"after\": [0, 1, 99]"),
            "x.json: job 3: waits for job 99, which does not exist; take it out of 'after'");
  EXPECT_EQ(message("{\"id\": 1, \"queue\": \"npu.in\"", "{\"id\": 1, \"queue\": \"npu.inn\""),
            "x.json: job 1: queue 'npu.inn' is not in 'queues'; there are 'npu.in', 'npu', 'cpu'");
  EXPECT_EQ(message("\"kind\": \"launch\"", "\"kind\": \"lunch\""),
            "x.json: job 2: 'kind' is 'lunch'; use one of transfer, copy, launch, compute, kernel, hand_over");
  EXPECT_EQ(message("{\"memory\": \"flash\", \"address\": 4096,", "{\"memory\": \"rom\", \"address\": 4096,"),
            "x.json: job 1: area: memory 'rom' is not in 'memories'; there are 'sram', 'flash'");
  EXPECT_EQ(message("\"work\": 1, \"after\": [5]", "\"work\": 5, \"after\": [5]"),
            "x.json: job 6: work 5 is not in 'works'; add it there");
  EXPECT_EQ(message("\"tile\": 2", "\"tiel\": 2"), "x.json: job 3: unknown key 'tiel'; remove it or mend its spelling");
  EXPECT_EQ(message("\"row_bytes\": 512", "\"row_bytes\": -512"),
            "x.json: job 1: area: 'row_bytes' is -512; write a whole number from 0 to 4294967295");
  EXPECT_EQ(message("\"row_bytes\": 512", "\"row_bytes\": 4294967296"),
            "x.json: job 1: area: 'row_bytes' is 4294967296; write a whole number from 0 to 4294967295");
  EXPECT_NO_THROW(from_json(replaced(good, "\"row_bytes\": 512", "\"row_bytes\": 4294967295"), "x.json"));
  EXPECT_EQ(message("\"row_bytes\": 512", "\"row_bytes\": 1.5"),
            "x.json: job 1: area: 'row_bytes' is 1.5; write a whole number from 0 to 4294967295");
  EXPECT_EQ(message("{\"id\": 1, \"queue\"", "{\"id\": 0, \"queue\""),
            "x.json: job number 1: id 0 is taken; give each job its own");
  EXPECT_EQ(message("\"op\": 1,", "\"op\": 2,"), "x.json: job 5: operator 2 does not exist; there are 2");
  EXPECT_EQ(message("\"op_class\": \"softmax\"", "\"op_class\": \"sofmax\""),
            "x.json: operator 1: operator class 'sofmax' is unknown; use 'other'");
  EXPECT_EQ(message("\"queues\": [", "\"queue\": ["), "x.json: key 'queues' is missing; add it");
  EXPECT_EQ(message("\"presil_schedule\": 1", "\"presil_schedule\": 9"),
            "x.json: schedule version 9, but this program reads version 1; plan it again");
  EXPECT_THAT(message("\"after\": [5]", "\"after\": [5"), HasSubstr("x.json: not valid JSON: parse error at line"));
}

TEST(Files, both_forms_are_written_and_either_is_read) {
  const Folder folder;
  const std::string path = folder.file("s.sched");
  write_schedule(sample(), path);
  test::expect_equal(sample(), read_schedule(path));
  test::expect_equal(sample(), read_schedule(path + ".json"));
  EXPECT_FALSE(std::filesystem::exists(path + ".part"));
}

TEST(Files, a_form_is_told_by_content_and_not_by_name) {
  const Folder folder;
  const std::string path = folder.file("misnamed.json");
  write_schedule(sample(), path);  // binary under a JSON name
  test::expect_equal(sample(), read_schedule(path));
}

TEST(Files, what_cannot_be_read_or_written_says_so) {
  const Folder folder;
  EXPECT_THAT(error_of([&] { read_schedule(folder.file("none")); }), HasSubstr("cannot be read"));
  EXPECT_THAT(error_of([&] { read_schedule(folder.file("")); }), HasSubstr("is a directory"));
  std::ofstream(folder.file("empty")).close();
  EXPECT_THAT(error_of([&] { read_schedule(folder.file("empty")); }), HasSubstr("the file is empty"));
  EXPECT_THAT(error_of([&] { write_schedule(sample(), folder.file("no/such/folder")); }),
              HasSubstr("cannot be written"));
}

TEST(Files, a_full_disk_leaves_nothing_behind) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP() << "no /dev/full here";
  const Folder folder;
  const std::string path = folder.file("s.sched");
  std::filesystem::create_symlink("/dev/full", path + ".part");
  EXPECT_THAT(error_of([&] { write_schedule(sample(), path); }), HasSubstr("cannot be written"));
  EXPECT_FALSE(std::filesystem::exists(path));
}

}  // namespace
}  // namespace presil::traces
