// Runs something that must throw common::Error and hands back its message, which must be a single line.
#pragma once

#include <gtest/gtest.h>

#include <string>

#include "models/common/error.hpp"

template <typename F>
std::string error_of(F&& run) {
  try {
    run();
  } catch (const presil::common::Error& error) {
    const std::string message = error.what();
    EXPECT_EQ(message.find('\n'), std::string::npos) << "more than one line: " << message;
    return message;
  }
  ADD_FAILURE() << "no Error was thrown";
  return {};
}
