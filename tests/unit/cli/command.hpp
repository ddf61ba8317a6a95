// Calls the command line in-process, as a user would from a shell, and a folder that goes away.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/cli/cli.hpp"

namespace presil::cli {

struct Outcome {
  int code = -1;
  std::string out, err;
};

inline Outcome presil(const std::vector<std::string>& arguments) {
  std::vector<const char*> argv = {"presil"};
  for (const std::string& argument : arguments) argv.push_back(argument.c_str());
  std::ostringstream out, err;
  const Surroundings around{false, 120, PRESIL_SOURCE_DIR};
  const int code = run(static_cast<int>(argv.size()), argv.data(), out, err, around);
  return {code, out.str(), err.str()};
}

/// A user's mistake: exit code 1, nothing on the output, one line on stderr that begins with the program's name.
inline void expect_mistake(const std::vector<std::string>& arguments, const std::string& words) {
  const Outcome outcome = presil(arguments);
  EXPECT_EQ(outcome.code, 1) << words;
  EXPECT_EQ(outcome.out, "");
  EXPECT_EQ(outcome.err.rfind("presil: ", 0), 0u) << outcome.err;
  EXPECT_EQ(outcome.err.find('\n') + 1, outcome.err.size()) << "more than one line: " << outcome.err;
  EXPECT_NE(outcome.err.find(words), std::string::npos) << outcome.err;
}

class InFolder : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "presil-cli-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string in(const std::string& name) const { return (dir_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(dir_ / name, std::ios::binary) << content;
    return in(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(dir_ / name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }
  bool empty() const { return std::filesystem::is_empty(dir_); }

  std::filesystem::path dir_;
};

}  // namespace presil::cli
