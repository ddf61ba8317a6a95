#include "sim/yaml/value.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/common/error.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::yaml {

using common::Error;

// --- Value ----------------------------------------------------------------------------------------------------------

void Value::fail(const std::string& message) const {
  throw Error(fmt::format("{}: {}: {}", place(), path_.empty() ? "the file" : path_, message));
}

void Value::fail_found(const std::string& message) const {
  fail(is_scalar() ? fmt::format("{} {}", quoted(node_->text), message)
                   : fmt::format("{} {}", name(node_->kind), message));
}

void Value::fail_choice(const std::vector<std::string>& names) const {
  if (!is_scalar()) fail(fmt::format("{} where one word is expected; {}", name(node_->kind), suggestion("", names)));
  fail_found("is not known; " + suggestion(node_->text, names));
}

bool Value::is_figure() const {
  if (!is_scalar() || node_->quoted || node_->text.empty()) return false;
  const std::string& text = node_->text;
  const std::size_t first = text[0] == '-' || text[0] == '+' ? 1 : 0;
  return first < text.size() && text[first] >= '0' && text[first] <= '9';
}

Map Value::map() const {
  if (!is_map()) fail_found("where a map is expected; write '{key: value, ...}' or indented lines 'key: value'");
  return Map(*document_, *node_, path_, notes_);
}

std::vector<Value> Value::list() const {
  if (!is_list()) fail_found("where a list is expected; write '[a, b]'");
  std::vector<Value> values;
  values.reserve(node_->items.size());
  for (std::size_t i = 0; i < node_->items.size(); ++i)
    values.emplace_back(*document_, node_->items[i], fmt::format("{}.{}", path_, i), notes_);
  return values;
}

std::vector<Value> Value::one_or_list() const {
  if (is_scalar()) return {*this};
  return list();
}

std::string Value::text() const {
  if (is_null() || (is_scalar() && node_->text.empty())) fail("has no value; write one after the colon");
  if (!is_scalar()) fail_found("where a single value is expected; write 'key: value'");
  return node_->text;
}

bool Value::boolean() const {
  const std::string word = text();
  for (const char* yes : {"true", "yes", "on", "True", "Yes", "On"})
    if (word == yes) return true;
  for (const char* no : {"false", "no", "off", "False", "No", "Off"})
    if (word == no) return false;
  fail_found("is neither true nor false; write 'true' or 'false'");
}

std::int64_t Value::integer(std::int64_t min, std::int64_t max) const {
  const std::string word = text();
  double value = 0;
  if (!read_number(word, value) || value != std::floor(value))
    fail_found(fmt::format("is not a whole number; write e.g. '{}'", std::max<std::int64_t>(min, 1)));
  if (value < static_cast<double>(min)) fail_found(fmt::format("is too small; write {} or more", min));
  if (value > static_cast<double>(max)) fail_found(fmt::format("is too large; write {} or less", max));
  return static_cast<std::int64_t>(value);
}

double Value::number(double min, double max) const {
  double value = 0;
  if (!read_number(text(), value))
    fail_found(fmt::format("is not a plain number; write e.g. '{}'", show_number(min > 0 ? min : 1)));
  if (value < min) fail_found(fmt::format("is too small; write {} or more", show_number(min)));
  if (value > max) fail_found(fmt::format("is too large; write {} or less", show_number(max)));
  return value;
}

double Value::real(const Dimension& dimension, Least least) const {
  const Quantity quantity = read(dimension, text());
  if (!quantity.complaint.empty()) fail_found(quantity.complaint);
  if (least == Least::positive && quantity.value <= 0)
    fail_found(fmt::format("must be more than 0; write e.g. '{}'", dimension.example));
  if (least == Least::zero && quantity.value < 0)
    fail_found(fmt::format("must not be negative; write e.g. '{}'", dimension.example));
  return quantity.value;
}

std::int64_t Value::whole(const Dimension& dimension, Least least) const {
  return static_cast<std::int64_t>(real(dimension, least));
}

// --- Map ------------------------------------------------------------------------------------------------------------

Map::Map(const Document& document, const Node& node, std::string path, Notes* notes)
    : document_(&document), node_(&node), path_(std::move(path)), notes_(notes), read_(node.entries.size(), false) {}

void Map::fail(const std::string& message) const {
  throw Error(fmt::format("{}: {}: {}", document_->place(*node_), path_.empty() ? "the file" : path_, message));
}

std::optional<Value> Map::find(const std::string& key) {
  if (std::find(asked_for_.begin(), asked_for_.end(), key) == asked_for_.end()) asked_for_.push_back(key);
  for (std::size_t i = 0; i < node_->entries.size(); ++i) {
    if (node_->entries[i].key != key) continue;
    read_[i] = true;
    return Value(*document_, node_->entries[i].value, path_of(key), notes_);
  }
  return std::nullopt;
}

Value Map::at(const std::string& key, const std::string& example) {
  if (auto value = find(key)) return *value;
  std::vector<std::string> unread;
  for (std::size_t i = 0; i < node_->entries.size(); ++i)
    if (!read_[i]) unread.push_back(node_->entries[i].key);
  const std::string near = nearest(key, unread);  // a misspelt key explains the missing one
  if (!near.empty()) fail(fmt::format("'{}' is missing, but there is {}; did you mean '{}'?", key, quoted(near), key));
  fail(fmt::format("'{}' is missing; write e.g. '{}: {}'", key, key, example));
}

std::vector<std::pair<std::string, Value>> Map::all() {
  std::vector<std::pair<std::string, Value>> values;
  values.reserve(node_->entries.size());
  for (std::size_t i = 0; i < node_->entries.size(); ++i) {
    const Entry& entry = node_->entries[i];
    values.emplace_back(entry.key, Value(*document_, entry.value, path_of(entry.key), notes_));
    read_[i] = true;
  }
  return values;
}

void Map::note_default(const std::string& key, const std::string& value) {
  if (notes_ != nullptr) notes_->defaults.push_back(path_of(key) + " = " + value);
}

std::string Map::text_or(const std::string& key, const std::string& otherwise) {
  if (const auto value = find(key)) return value->text();
  note_default(key, otherwise);
  return otherwise;
}

bool Map::boolean_or(const std::string& key, bool otherwise) {
  if (const auto value = find(key)) return value->boolean();
  note_default(key, otherwise ? "true" : "false");
  return otherwise;
}

std::int64_t Map::integer(const std::string& key, std::int64_t min, std::int64_t max) {
  return at(key, std::to_string(std::max<std::int64_t>(min, 1))).integer(min, max);
}

std::int64_t Map::integer_or(const std::string& key, std::int64_t otherwise, std::int64_t min, std::int64_t max) {
  if (const auto value = find(key)) return value->integer(min, max);
  note_default(key, std::to_string(otherwise));
  return otherwise;
}

double Map::number(const std::string& key, double min, double max) {
  return at(key, "1").number(min, max);
}

double Map::number_or(const std::string& key, double otherwise, double min, double max) {
  if (const auto value = find(key)) return value->number(min, max);
  note_default(key, show_number(otherwise));
  return otherwise;
}

std::int64_t Map::whole(const std::string& key, const Dimension& dimension, Least least) {
  return at(key, dimension.example).whole(dimension, least);
}

std::int64_t Map::whole_or(const std::string& key, const Dimension& dimension, std::int64_t otherwise, Least least) {
  if (const auto value = find(key)) return value->whole(dimension, least);
  note_default(key, show(dimension, static_cast<double>(otherwise)));
  return otherwise;
}

double Map::real(const std::string& key, const Dimension& dimension, Least least) {
  return at(key, dimension.example).real(dimension, least);
}

double Map::real_or(const std::string& key, const Dimension& dimension, double otherwise, Least least) {
  if (const auto value = find(key)) return value->real(dimension, least);
  note_default(key, show(dimension, otherwise));
  return otherwise;
}

void Map::finish() const {
  for (std::size_t i = 0; i < node_->entries.size(); ++i) {
    if (read_[i]) continue;
    const Entry& entry = node_->entries[i];
    std::vector<std::string> free;  // a key that stands there already is hardly what was meant
    for (const std::string& key : asked_for_)
      if (!has(key)) free.push_back(key);
    std::string help =
        nearest(entry.key, free).empty() ? suggestion(entry.key, asked_for_) : suggestion(entry.key, free);
    const std::string place =
        entry.line > 0 ? fmt::format("{}:{}:{}", document_->sources[entry.value.source], entry.line, entry.column)
                       : document_->place(entry.value);
    throw Error(fmt::format("{}: unknown key {} in {}; {}", place, quoted(entry.key),
                            path_.empty() ? "the file" : path_, help));
  }
}

Map root(const Document& document, Notes* notes) {
  return Value(document, document.root, "", notes).map();
}

Map root_of_kind(const Document& document, const std::vector<std::string>& kinds, Notes* notes) {
  Map map = root(document, notes);
  const Value kind = map.at("kind", kinds.front());
  const std::string found = kind.text();
  if (std::find(kinds.begin(), kinds.end(), found) == kinds.end()) {
    std::string wanted;
    for (const std::string& one : kinds) wanted += (wanted.empty() ? "'" : " or '") + one + "'";
    kind.fail(fmt::format("{} where a file of kind {} is expected; is it the right file?", quoted(found), wanted));
  }
  return map;
}

}  // namespace presil::yaml
