// Picks out of a Result what a reader should look at first, in words: worst operators, fallbacks, free operators.
#pragma once

#include <string>
#include <vector>

#include "sim/replay/result.hpp"

namespace presil::report {

using replay::OperatorResult;
using replay::Result;

/// Its share of the latency stack beyond the array's work at full utilisation: what a better fit could win at most.
common::Tick lost_time(const OperatorResult& op);

struct Finding {
  const OperatorResult* op = nullptr;
  common::Tick lost = 0;
  std::vector<std::string> reasons;  // sentences without full stops, the weightiest first
};

/// The `count` operators that lose most time, the worst first; operators that lose nothing are left out.
std::vector<Finding> worst_operators(const Result& result, std::size_t count);

/// Operators that share a reason and a unit, in the order in which the first of each appears.
struct Group {
  std::string reason, unit;
  std::vector<const OperatorResult*> operators;
  common::Tick time = 0;  // of the latency stack
};
std::vector<Group> fallbacks(const Result& result);
std::vector<Group> free_operators(const Result& result);

/// What an operator waits for when time is booked under `cause`: "weights still on their way".
const char* in_words(common::Cause cause);

}  // namespace presil::report
