// The published networks, where they are at hand, for tests that hold for all of them.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "models/common/error.hpp"
#include "sim/graph/import.hpp"

namespace presil::transform {

inline std::filesystem::path network_folder() {
  return std::string(PRESIL_SOURCE_DIR) + "/../shared/networks";
}

inline std::vector<std::filesystem::path> network_files() {
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::directory_iterator(network_folder(), missing)) {
    if (entry.path().extension() == ".tflite") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

inline std::vector<std::vector<std::int64_t>> shapes(const graph::Graph& network) {
  std::vector<std::vector<std::int64_t>> result;
  for (const graph::Tensor& tensor : network.tensors) result.push_back(tensor.shape);
  return result;
}

/// What is said about something refused; "" when it is done.
template <typename Function>
std::string complaint(const Function& function) {
  try {
    function();
  } catch (const common::Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos);
    return message;
  }
  return "";
}

#define EXPECT_SAYS(text, part) EXPECT_NE((text).find(part), std::string::npos) << "'" << (text) << "'"

}  // namespace presil::transform
