// Strict, typed reading of a YAML document: every key must be known, every figure has its unit, every default is noted.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/yaml/document.hpp"
#include "sim/yaml/units.hpp"

namespace presil::yaml {

class Map;

/// What the reader notes on its way; owned by the caller, shared by all Maps and Values of one reading.
struct Notes {
  std::vector<std::string> defaults;  // "units.npu.tile_buffer.ports = 2"
};

enum class Least : std::uint8_t { positive, zero, any };  // 0 and negative refused; negative refused; all fine

/// One node and the path that led to it. All getters throw common::Error with place, path, what was found and the cure.
class Value {
 public:
  Value(const Document& document, const Node& node, std::string path, Notes* notes)
      : document_(&document), node_(&node), path_(std::move(path)), notes_(notes) {}

  bool is_null() const { return node_->kind == Kind::null; }
  bool is_scalar() const { return node_->kind == Kind::scalar; }
  bool is_list() const { return node_->kind == Kind::list; }
  bool is_map() const { return node_->kind == Kind::map; }
  /// A scalar that begins like a number (a figure rather than a name).
  bool is_figure() const;

  Map map() const;
  std::vector<Value> list() const;
  /// The elements of a list, or the value itself where it is a single scalar: `bus: main` and `bus: [a, b]`.
  std::vector<Value> one_or_list() const;

  std::string text() const;  // any scalar, as written; not empty
  bool boolean() const;      // true, false, yes, no, on, off
  std::int64_t integer(std::int64_t min, std::int64_t max) const;
  double number(double min, double max) const;
  std::int64_t whole(const Dimension& dimension, Least least = Least::positive) const;
  double real(const Dimension& dimension, Least least = Least::positive) const;
  /// One of a set of words.
  template <typename T>
  T choice(std::initializer_list<std::pair<const char*, T>> words) const {
    std::vector<std::string> names;
    for (const auto& [word, value] : words) {
      if (is_scalar() && text() == word) return value;
      names.emplace_back(word);
    }
    fail_choice(names);
  }

  const Node& node() const { return *node_; }
  const std::string& path() const { return path_; }
  std::string place() const { return document_->place(*node_); }
  /// "hw.yaml:12:9: memories.sram.size: " + message
  [[noreturn]] void fail(const std::string& message) const;
  /// fail() with what was found in front: "'512' " + message
  [[noreturn]] void fail_found(const std::string& message) const;
  [[noreturn]] void fail_choice(const std::vector<std::string>& names) const;

 private:
  const Document* document_;
  const Node* node_;
  std::string path_;
  Notes* notes_;
};

/// A map that remembers which of its keys were read. Call finish() when done: it refuses all others.
class Map {
 public:
  Map(const Document& document, const Node& node, std::string path, Notes* notes);

  bool has(const std::string& key) const { return node_->find(key) != nullptr; }
  /// Required: throws "'size' is missing; write e.g. 'size: 512 KiB'".
  Value at(const std::string& key, const std::string& example = "...");
  /// Optional: silent when absent (for what has no figure: "no limit", "none").
  std::optional<Value> find(const std::string& key);
  /// All keys in the order of the file, as read; for maps with free names.
  std::vector<std::pair<std::string, Value>> all();

  // Typed, required. The _or forms note the default under the key's path when the key is absent.
  std::string text(const std::string& key, const std::string& example) { return at(key, example).text(); }
  std::string text_or(const std::string& key, const std::string& otherwise);
  bool boolean_or(const std::string& key, bool otherwise);
  std::int64_t integer(const std::string& key, std::int64_t min, std::int64_t max);
  std::int64_t integer_or(const std::string& key, std::int64_t otherwise, std::int64_t min, std::int64_t max);
  double number(const std::string& key, double min, double max);
  double number_or(const std::string& key, double otherwise, double min, double max);
  std::int64_t whole(const std::string& key, const Dimension& dimension, Least least = Least::positive);
  std::int64_t whole_or(const std::string& key, const Dimension& dimension, std::int64_t otherwise, Least least);
  double real(const std::string& key, const Dimension& dimension, Least least = Least::positive);
  double real_or(const std::string& key, const Dimension& dimension, double otherwise, Least least);

  // The common dimensions by name; _or with default 0 allows 0, else it must be positive.
  std::int64_t bytes(const std::string& key) { return whole(key, size_bytes()); }
  std::int64_t bytes_or(const std::string& key, std::int64_t otherwise) {
    return whole_or(key, size_bytes(), otherwise, otherwise == 0 ? Least::zero : Least::positive);
  }
  std::int64_t bits(const std::string& key) { return whole(key, width_bits()); }
  std::int64_t bits_or(const std::string& key, std::int64_t otherwise) {
    return whole_or(key, width_bits(), otherwise, Least::positive);
  }
  std::int64_t hertz(const std::string& key) { return whole(key, frequency_hz()); }
  std::int64_t cycles_or(const std::string& key, std::int64_t otherwise) {
    return whole_or(key, count_cycles(), otherwise, Least::zero);
  }
  std::int64_t clocks_or(const std::string& key, std::int64_t otherwise) {
    return whole_or(key, count_clocks(), otherwise, Least::zero);
  }
  std::int64_t ps_or(const std::string& key, std::int64_t otherwise) {
    return whole_or(key, time_ps(), otherwise, Least::zero);
  }

  template <typename T>
  T choice_or(const std::string& key, const char* otherwise, std::initializer_list<std::pair<const char*, T>> words) {
    if (const auto value = find(key)) return value->choice<T>(words);
    note_default(key, otherwise);
    for (const auto& [word, value] : words)
      if (std::string(word) == otherwise) return value;
    return words.begin()->second;
  }

  /// Notes that `key` was absent and stands for `value`.
  void note_default(const std::string& key, const std::string& value);
  /// Throws for the first key that was never asked for: "unknown key 'tile_bufer'; did you mean 'tile_buffer'?".
  void finish() const;

  const Node& node() const { return *node_; }
  const std::string& path() const { return path_; }
  std::string path_of(const std::string& key) const { return path_.empty() ? key : path_ + "." + key; }
  [[noreturn]] void fail(const std::string& message) const;

 private:
  const Document* document_;
  const Node* node_;
  std::string path_;
  Notes* notes_;
  std::vector<bool> read_;              // by entry
  std::vector<std::string> asked_for_;  // all keys asked for, present or not: the known ones
};

/// The root map of a document.
Map root(const Document& document, Notes* notes = nullptr);

/// The root map whose `kind:` is one of `kinds`, already checked and read; throws naming the kind that was found.
Map root_of_kind(const Document& document, const std::vector<std::string>& kinds, Notes* notes = nullptr);

}  // namespace presil::yaml
