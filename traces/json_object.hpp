// One object of a schedule's JSON, read strictly: unknown keys, wrong types and values out of range are errors.
#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <limits>
#include <nlohmann/json.hpp>
#include <string>
#include <type_traits>

#include "models/common/error.hpp"

namespace presil::traces {

/// Names an object in messages, "s.json: job 12: area"; the text is only made when there is a message.
struct JsonPlace {
  const std::string& file;
  const char* what = nullptr;  // "job"
  std::int64_t number = 0;
  const char* part = nullptr;  // "area"

  std::string text() const {
    std::string t = file;
    if (what) t += fmt::format(": {} {}", what, number);
    if (part) t += fmt::format(": {}", part);
    return t;
  }
};

/// Call `done` last: it refuses keys that nobody asked for.
class JsonObject {
 public:
  JsonObject(const nlohmann::json& json, JsonPlace place) : json_(json), place_(place) {
    if (!json.is_object()) fail("is not an object; write {...}");
  }

  const nlohmann::json* find(const char* key) {
    const auto it = json_.find(key);
    if (it == json_.end()) return nullptr;
    assert(used_ < keys_.size());
    keys_[used_++] = key;
    return &*it;
  }
  const nlohmann::json& at(const char* key) {
    const nlohmann::json* value = find(key);
    if (!value) fail(fmt::format("key '{}' is missing; add it", key));
    return *value;
  }

  /// An integer that fits T.
  template <typename T>
  T integer(const nlohmann::json& value, const char* key) {
    static_assert(std::is_integral_v<T>);
    bool fits = false;
    if (value.is_number_unsigned())
      fits = value.get<std::uint64_t>() <= static_cast<std::uint64_t>(std::numeric_limits<T>::max());
    else if (value.is_number_integer() && std::is_signed_v<T>)
      fits = value.get<std::int64_t>() >= static_cast<std::int64_t>(std::numeric_limits<T>::min());
    if (!fits)
      fail(fmt::format("'{}' is {}; write a whole number from {} to {}", key, value.dump(),
                       +std::numeric_limits<T>::min(), +std::numeric_limits<T>::max()));
    return value.get<T>();
  }
  template <typename T>
  void get(const char* key, T& field) {  // keeps the default when the key is missing
    if (const nlohmann::json* value = find(key)) field = integer<T>(*value, key);
  }
  void get(const char* key, bool& field) {
    if (const nlohmann::json* value = find(key)) {
      if (!value->is_boolean()) fail(fmt::format("'{}' is {}; write true or false", key, value->dump()));
      field = value->get<bool>();
    }
  }
  void get(const char* key, std::string& field) {
    if (const nlohmann::json* value = find(key)) field = string(*value, key);
  }
  std::string string(const nlohmann::json& value, const char* key) {
    if (!value.is_string()) fail(fmt::format("'{}' is {}; write a string", key, value.dump()));
    return value.get<std::string>();
  }
  const nlohmann::json& list(const nlohmann::json& value, const char* key) {
    if (!value.is_array()) fail(fmt::format("'{}' is not a list; write [...]", key));
    return value;
  }

  void done() {
    if (used_ == json_.size()) return;
    const auto end = keys_.begin() + static_cast<std::ptrdiff_t>(used_);
    for (const auto& item : json_.items())
      if (std::find(keys_.begin(), end, item.key()) == end)
        fail(fmt::format("unknown key '{}'; remove it or mend its spelling", item.key()));
  }

  [[noreturn]] void fail(const std::string& what) const {
    throw common::Error(fmt::format("{}: {}", place_.text(), what));
  }

 private:
  const nlohmann::json& json_;
  JsonPlace place_;
  std::array<const char*, 32> keys_{};  // asked for and found: more than any object of a schedule has
  std::size_t used_ = 0;
};

}  // namespace presil::traces
