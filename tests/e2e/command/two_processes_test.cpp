// The same input gives the same bytes, in two processes as in one.
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <string>

namespace presil {
namespace {

/// Standard output of a command of the built program.
std::string output_of(const std::string& arguments) {
  const std::string command =
      std::string("PRESIL_HOME='") + PRESIL_SOURCE_DIR + "' '" + PRESIL_BINARY_DIR + "/presil' " + arguments;
  FILE* pipe = popen(command.c_str(), "r");
  std::string text;
  std::array<char, 65536> buffer;
  for (std::size_t n = 0; (n = fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) text.append(buffer.data(), n);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return text;
}

TEST(TwoProcesses, GiveTheSameBytes) {
  for (const char* chip : {"edge-npu", "ethos-u55-128", "stm32n6", "stm32h747"}) {
    const std::string arguments =
        std::string("run 'mobilenet_v2(alpha=0.35,resolution=128)' --format json --hw ") + chip;
    const std::string first = output_of(arguments);
    EXPECT_NE(first.find("\"latency_ps\""), std::string::npos) << chip;
    EXPECT_EQ(first, output_of(arguments)) << chip;
  }
}

}  // namespace
}  // namespace presil
