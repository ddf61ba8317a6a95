// Schedules as bytes (flatbuffers, `S.sched`) and as text that a person can edit (JSON, `S.sched.json`).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "traces/schedule.hpp"

namespace presil::traces {

inline constexpr std::int32_t schedule_version = 1;

/// The binary form; decode(encode(s)) gives s back.
std::vector<std::uint8_t> encode(const Schedule& schedule);

/// Verifies the buffer before anything is read, then every index. `place` names the file in messages.
/// Throws common::Error.
Schedule decode(const std::vector<std::uint8_t>& bytes, const std::string& place);

/// The readable form, one job a line. Jobs and works carry an `id` that other jobs refer to in `after` and `work`; ids
/// need not be dense or in order after an edit, only unique. Jobs of one queue run in the order in which they are
/// written. Fields with their default value are left out. Areas are written inside their jobs. Precondition:
/// check_references passes.
std::string to_json(const Schedule& schedule);

/// Throws common::Error for bad JSON (line and column), unknown keys, values out of range and dangling ids.
Schedule from_json(const std::string& text, const std::string& place);

/// Reads either form, told apart by content. Throws common::Error when the file cannot be read or is neither.
Schedule read_schedule(const std::string& path);

/// Writes `path` and its readable twin `path`.json; each appears complete or not at all. Throws common::Error.
void write_schedule(const Schedule& schedule, const std::string& path);

}  // namespace presil::traces
