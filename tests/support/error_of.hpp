// Runs something that may throw common::Error and hands back its message, which must be a single line.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "models/common/error.hpp"

/// Empty when nothing is thrown.
template <typename F>
std::string error_or_none(F&& run) {
  try {
    run();
  } catch (const presil::common::Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << "more than one line: " << message;
    return message;
  }
  return {};
}

/// Something must be thrown.
template <typename F>
std::string error_of(F&& run) {
  const std::string message = error_or_none(run);
  EXPECT_NE(message, "") << "no Error was thrown";
  return message;
}
