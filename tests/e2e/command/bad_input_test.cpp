// Bad input on the command line: one clear line naming the place and the cure, exit code 1, nothing half written.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "sim/cli/cli.hpp"
#include "sim/graph/export.hpp"
#include "tests/support/hand_chip.hpp"
#include "tests/support/walk.hpp"

namespace presil {
namespace {

namespace fs = std::filesystem;

struct Outcome {
  int code = 0;
  std::string out, err;
};

Outcome presil(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"presil"};
  for (const std::string& a : arguments) argv.push_back(a.c_str());
  std::ostringstream out, err;
  cli::Surroundings around;
  around.home = test::source_dir;
  Outcome o;
  o.code = cli::run(static_cast<int>(argv.size()), argv.data(), out, err, around);
  o.out = out.str();
  o.err = err.str();
  return o;
}

class BadInput : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = fs::temp_directory_path() /
           fmt::format("presil_bad_{}", ::testing::UnitTest::GetInstance()->current_test_info()->name());
    fs::remove_all(dir_);
    fs::create_directories(dir_);
    const auto bytes = graph::export_tflite(test::one_convolution(4, 4, 16, 16, 1));
    good_ = file("good.tflite", std::string(bytes.begin(), bytes.end()));
    chip_ = file("chip.yaml", test::hand_chip);
  }
  void TearDown() override { fs::remove_all(dir_); }

  std::string file(const std::string& name, const std::string& content) {
    std::ofstream(dir_ / name, std::ios::binary) << content;
    return (dir_ / name).string();
  }

  /// Exit code 1 and one line on the error stream that contains all the parts.
  void expect_refused(const std::vector<std::string>& arguments, const std::vector<std::string>& parts) {
    const Outcome o = presil(arguments);
    EXPECT_EQ(o.code, 1) << o.err;
    EXPECT_EQ(std::count(o.err.begin(), o.err.end(), '\n'), 1) << o.err;
    for (const std::string& part : parts)
      EXPECT_NE(o.err.find(part), std::string::npos) << "'" << part << "' is missing in: " << o.err;
  }

  fs::path dir_;
  std::string good_, chip_;
};

TEST_F(BadInput, AGoodPairRunsAndWritesEveryFormat) {
  const fs::path out = dir_ / "out";
  const Outcome o = presil({"run", good_, "--hw", chip_, "--out", out.string()});
  EXPECT_EQ(o.code, 0) << o.err;
  int files = 0;
  for (const auto& entry : fs::directory_iterator(out)) files += entry.file_size() > 0;
  EXPECT_GE(files, 3);
}

TEST_F(BadInput, NetworksThatAreNone) {
  expect_refused({"run", (dir_ / "missing.tflite").string(), "--hw", chip_}, {"missing.tflite"});
  expect_refused({"run", dir_.string(), "--hw", chip_}, {"director"});
  expect_refused({"run", file("empty.tflite", ""), "--hw", chip_}, {"empty.tflite"});
  expect_refused({"run", file("text.tflite", "this is no flatbuffer at all, really"), "--hw", chip_}, {"text.tflite"});
  expect_refused({"run", "mobilenet_v22", "--hw", chip_}, {"mobilenet_v2"});
}

TEST_F(BadInput, ATruncatedNetworkIsRefusedOrRunsButNeverCrashes) {
  const auto bytes = graph::export_tflite(test::one_convolution(2, 2, 1, 1, 1));
  int refused = 0;
  for (std::size_t n = 0; n < bytes.size(); ++n) {
    const Outcome o =
        presil({"run", file("cut.tflite", std::string(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(n))),
                "--hw", chip_, "--format", "json"});
    ASSERT_NE(o.code, 2) << "at byte " << n << ": " << o.err;
    refused += o.code == 1;
  }
  EXPECT_GT(refused, static_cast<int>(bytes.size() * 9 / 10));
}

TEST_F(BadInput, HardwareFilesWithFaults) {
  const auto with = [&](const std::string& from, const std::string& to) {
    std::string text = test::hand_chip;
    const auto at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    return file("bad.yaml", text.replace(at, from.size(), to));
  };
  expect_refused({"run", good_, "--hw", with("tile_buffer:", "tile_bufer:")},
                 {"bad.yaml:", "tile_bufer", "did you mean 'tile_buffer'"});
  expect_refused({"run", good_, "--hw", with("size: 64 KiB", "size: 64 MHz")},
                 {"bad.yaml:", "tile_buffer.size", "MHz"});
  expect_refused({"run", good_, "--hw", with("size: 64 KiB", "size: 64")}, {"bad.yaml:", "unit"});
  expect_refused({"run", good_, "--hw", with("size: 64 KiB", "size: 0 KiB")}, {"bad.yaml:", "tile_buffer.size"});
  expect_refused({"run", good_, "--hw", with("size: 64 KiB", "size: -4 KiB")}, {"bad.yaml:", "tile_buffer.size"});
  expect_refused({"run", good_, "--hw", with("size: 64 KiB", "size: 64 KiB, size: 32 KiB")}, {"bad.yaml:", "size"});
  expect_refused({"run", good_, "--hw", with("memories: [sram]", "memories: {sram: yes}")}, {"bad.yaml:", "memories"});
  expect_refused({"run", good_, "--hw", with("memories: [sram]", "memories: [sdram]")}, {"bad.yaml", "sdram"});
  std::string bomb = "kind: hardware\na0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) bomb += fmt::format("a{}: &a{} [*a{}, *a{}]\n", i, i, i - 1, i - 1);
  expect_refused({"run", good_, "--hw", file("bomb.yaml", bomb)}, {"bomb.yaml"});
  expect_refused({"run", good_, "--hw", file("deep.yaml", "kind: " + std::string(5000, '['))}, {"deep.yaml"});
  expect_refused({"run", good_, "--hw", file("none.yaml", "")}, {"none.yaml"});
  expect_refused({"run", good_, "--hw", dir_.string()}, {"director"});
}

TEST_F(BadInput, ANetworkThatCannotFitSaysByHowMuchAndWhichTensors) {
  expect_refused({"run", "mobilenet_v2", "--hw", chip_}, {"does not fit", "KiB"});
  const auto bytes = graph::export_tflite(test::one_convolution(512, 512, 16, 16, 1));
  expect_refused({"run", file("large.tflite", std::string(bytes.begin(), bytes.end())), "--hw", chip_},
                 {"does not fit", "too much", "largest:"});
}

TEST_F(BadInput, OutputThatCannotBeWrittenLeavesNothingHalfDone) {
  const std::string blocked = file("blocked", "a file where a folder should be");
  expect_refused({"run", good_, "--hw", chip_, "--out", blocked + "/inside"}, {"blocked"});
  EXPECT_EQ(fs::file_size(blocked), 31u);
  expect_refused({"plan", good_, "--hw", chip_, "-o", blocked + "/s.sched"}, {"blocked"});
}

TEST_F(BadInput, SchedulesThatContradictThemselves) {
  const std::string sched = (dir_ / "s.sched").string();
  ASSERT_EQ(presil({"plan", good_, "--hw", chip_, "-o", sched}).code, 0);
  ASSERT_EQ(presil({"replay", sched, "--hw", chip_}).code, 0);
  ASSERT_EQ(presil({"replay", sched + ".json", "--hw", chip_}).code, 0);
  std::ifstream in(sched + ".json");
  const std::string json((std::istreambuf_iterator<char>(in)), {});
  expect_refused({"replay", file("cut.json", json.substr(0, json.size() / 2)), "--hw", chip_}, {"cut.json"});
  const auto expect_edit_refused = [&](const char* edit, const std::string& pointer, const nlohmann::json& value,
                                       const std::vector<std::string>& parts) {
    SCOPED_TRACE(edit);
    nlohmann::json edited = nlohmann::json::parse(json);
    edited[nlohmann::json::json_pointer(pointer)] = value;
    std::vector<std::string> all = {"edited.json: ", "; "};
    all.insert(all.end(), parts.begin(), parts.end());
    expect_refused({"replay", file("edited.json", edited.dump()), "--hw", chip_}, all);
  };
  expect_edit_refused("a circle", "/jobs/0/after", nlohmann::json::array({2}),
                      {"job 0 ", "wait for each other in a circle"});
  expect_edit_refused("a dangling edge", "/jobs/0/after", nlohmann::json::array({4000}), {"job 0", "4000"});
  expect_edit_refused("an unknown unit", "/queues/0/unit", "gpu", {"queue 'npu'", "'gpu' is not in the hardware file"});
  expect_edit_refused("outside the memory", "/jobs/0/area/address", 1 << 20,
                      {"job 0 ", "past the end of memory 'sram'"});
  expect_edit_refused("an overlap", "/buffers/0/address", nlohmann::json::parse(json)["buffers"][1]["address"],
                      {"overlap in 'sram' at address"});
  // Another chip: the digests differ.
  expect_refused({"replay", sched, "--hw", chip_, "--set", "units.npu.tile_buffer.size=32 KiB"}, {"digest"});
}

TEST_F(BadInput, UnknownVerbsAndOptions) {
  expect_refused({"rum", good_}, {"rum"});
  expect_refused({"run", good_, "--hw", chip_, "--formt", "json"}, {"formt"});
  expect_refused({"run", good_}, {"--hw"});
  expect_refused({"run", good_, "--hw", chip_, "--set", "units.npu.tile_bufer.size=1KiB"}, {"tile_bufer"});
  expect_refused({"run", good_, "--hw", chip_, "--place", "softmax*=gpu"}, {"gpu"});
}

}  // namespace
}  // namespace presil
