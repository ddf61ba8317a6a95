// Runs many independent jobs in forked processes: a job that crashes costs only itself, and results come in order.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace presil::study {

struct Outcome {
  bool done = false;
  std::string text;  // what the job returned, or why it did not
};

/// Calls `work(i)` for 0 <= i < jobs in at most `processes` children of this process, each with a copy of all that is
/// in memory now. `progress(finished)` is called here as results arrive. A job that throws common::Error, or whose
/// child ends before it returns, is not done; the others are. Which child runs what does not show in the results.
std::vector<Outcome> in_processes(std::size_t jobs, int processes, const std::function<std::string(std::size_t)>& work,
                                  const std::function<void(std::size_t)>& progress = {});

/// Processors that this process may use, at least 1.
int processors();

}  // namespace presil::study
