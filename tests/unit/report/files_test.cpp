#include "sim/report/files.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "models/common/error.hpp"

namespace presil::report {
namespace {

namespace fs = std::filesystem;

class ReportFiles : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (fs::temp_directory_path() / "presil-files-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { fs::remove_all(dir_); }

  static std::string read(const fs::path& path) {
    std::ifstream file(path);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  std::size_t entries() const { return std::distance(fs::directory_iterator(dir_), fs::directory_iterator()); }
  template <class Call>
  static std::string error_of(Call&& call) {
    try {
      call();
    } catch (const common::Error& error) {
      return error.what();
    }
    return "";
  }

  fs::path dir_;
};

TEST_F(ReportFiles, WritesAllIntoADirectoryItMakes) {
  write_all(dir_ / "a/b", {{"one.txt", "1"}, {"two.txt", "22"}});
  EXPECT_EQ(read(dir_ / "a/b/one.txt"), "1");
  EXPECT_EQ(read(dir_ / "a/b/two.txt"), "22");
  EXPECT_EQ(std::distance(fs::directory_iterator(dir_ / "a/b"), fs::directory_iterator()), 2);  // no temporary file
}

TEST_F(ReportFiles, WritesOneIntoADirectoryItMakes) {
  write_file(dir_ / "a/b/one.txt", "1");
  EXPECT_EQ(read(dir_ / "a/b/one.txt"), "1");
  EXPECT_FALSE(error_of([&] { write_file(dir_ / "c/d/", "no name"); }).empty());
  EXPECT_FALSE(fs::exists(dir_ / "c"));
}

TEST_F(ReportFiles, AcceptsATrailingSlash) {
  write_all((dir_ / "out/").string(), {{"one.txt", "1"}});
  EXPECT_EQ(read(dir_ / "out/one.txt"), "1");
}

TEST_F(ReportFiles, ReplacesWhatWasThere) {
  write_file(dir_ / "one.txt", "old and long");
  write_file(dir_ / "one.txt", "new");
  EXPECT_EQ(read(dir_ / "one.txt"), "new");
  EXPECT_EQ(entries(), 1u);
}

TEST_F(ReportFiles, LeavesTheUsersMaskInCharge) {
  const mode_t before = ::umask(027);
  write_file(dir_ / "one.txt", "1");
  ::umask(before);
  struct stat status;
  ASSERT_EQ(::stat((dir_ / "one.txt").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0640u);
}

TEST_F(ReportFiles, AFileInThePlaceOfTheDirectoryIsAnError) {
  write_file(dir_ / "out", "a file");
  const std::string error = error_of([&] { write_all(dir_ / "out", {{"one.txt", "1"}}); });
  EXPECT_NE(error.find((dir_ / "out").string()), std::string::npos) << error;
  EXPECT_EQ(error.find('\n'), std::string::npos);
  EXPECT_EQ(read(dir_ / "out"), "a file");
  EXPECT_FALSE(error_of([&] { write_all(dir_ / "out/deeper", {{"one.txt", "1"}}); }).empty());
  EXPECT_FALSE(error_of([&] { write_file(dir_ / "out/one.txt", "1"); }).empty());
  EXPECT_EQ(entries(), 1u);
}

TEST_F(ReportFiles, ADirectoryInThePlaceOfAFileSparesTheOtherFiles) {
  write_file(dir_ / "one.txt", "old");
  fs::create_directory(dir_ / "two.txt");
  const std::string error = error_of([&] { write_all(dir_, {{"one.txt", "new"}, {"two.txt", "22"}}); });
  EXPECT_NE(error.find("two.txt: cannot write: it is a directory"), std::string::npos) << error;
  EXPECT_EQ(read(dir_ / "one.txt"), "old");
  EXPECT_EQ(entries(), 2u);  // no temporary file stays
}

TEST_F(ReportFiles, TakesBackTheDirectoriesOfAFailedWrite) {
  EXPECT_FALSE(error_of([&] { write_all(dir_ / "a/b", {{"missing/one.txt", "1"}}); }).empty());
  EXPECT_EQ(entries(), 0u);
}

TEST_F(ReportFiles, AFullDeviceIsAnErrorThatSaysSo) {
  if (!fs::exists("/dev/full")) GTEST_SKIP() << "no /dev/full on this system";
  const std::string error = error_of([&] { write_file("/dev/full", "1"); });
  EXPECT_NE(error.find("/dev/full: cannot write: No space left on device"), std::string::npos) << error;
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(ReportFiles, WritesThroughLinksAndIntoDevices) {
  write_file(dir_ / "real.txt", "old");
  fs::create_symlink("real.txt", dir_ / "link.txt");
  write_file(dir_ / "link.txt", "new");
  EXPECT_TRUE(fs::is_symlink(dir_ / "link.txt"));
  EXPECT_EQ(read(dir_ / "real.txt"), "new");
  EXPECT_NO_THROW(write_file("/dev/null", "1"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
}

}  // namespace
}  // namespace presil::report
