#include <fmt/format.h>

#include <charconv>

#include "models/common/error.hpp"
#include "sim/yaml/document.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::yaml {

using common::Error;

namespace {

/// The longest key of `map` with which `path` begins (a key may hold dots itself), or nullptr.
Entry* entry_for(Node& map, const std::string& path) {
  Entry* best = nullptr;
  for (Entry& entry : map.entries) {
    const bool begins = path.compare(0, entry.key.size(), entry.key) == 0 &&
                        (path.size() == entry.key.size() || path[entry.key.size()] == '.');
    if (begins && (best == nullptr || entry.key.size() > best->key.size())) best = &entry;
  }
  return best;
}

std::vector<std::string> keys(const Node& map) {
  std::vector<std::string> names;
  for (const Entry& entry : map.entries) names.push_back(entry.key);
  return names;
}

void set_source(Node& node, std::uint16_t source) {
  node.source = source;
  node.line = node.column = 0;
  for (Node& item : node.items) set_source(item, source);
  for (Entry& entry : node.entries) set_source(entry.value, source);
}

void shift_source(Node& node, std::uint16_t by) {
  node.source = static_cast<std::uint16_t>(node.source + by);
  for (Node& item : node.items) shift_source(item, by);
  for (Entry& entry : node.entries) shift_source(entry.value, by);
}

/// The node that `path` names; a new last key is added to its map.
Node& target_of(Document& document, const std::string& path, const std::string& place) {
  Node* node = &document.root;
  std::string rest = path, walked;
  while (true) {
    const std::string where = walked.empty() ? "the file" : walked;
    const std::string step = rest.substr(0, rest.find('.'));
    const bool last = step.size() == rest.size();
    std::size_t used = step.size();
    if (node->kind == Kind::map) {
      if (Entry* entry = entry_for(*node, rest)) {
        used = entry->key.size();
        node = &entry->value;
      } else if (last) {
        node->entries.push_back(Entry{step, 0, 0, {}});
        return node->entries.back().value;
      } else {
        const std::string below = rest.substr(step.size() + 1);
        const bool one_key = below.find('.') == std::string::npos, misspelt = !nearest(step, keys(*node)).empty();
        const std::string cure = one_key && !misspelt && !walked.empty()
                                     ? fmt::format("; to add it write {}.{}={{{}: ...}}", walked, step, below)
                                     : "";
        throw Error(
            fmt::format("{}: no {} in {}; {}{}", place, quoted(step), where, suggestion(step, keys(*node)), cure));
      }
    } else if (node->kind == Kind::list) {
      std::size_t index = 0;
      const auto [end, error] = std::from_chars(step.data(), step.data() + step.size(), index);
      if (error != std::errc() || end != step.data() + step.size() || index >= node->items.size())
        throw Error(fmt::format("{}: {} is a list of {} elements, {} is none of them; use an index from 0", place,
                                where, node->items.size(), quoted(step)));
      node = &node->items[index];
    } else {
      throw Error(
          fmt::format("{}: {} is {}, so nothing lies below it; end the path there", place, where, name(node->kind)));
    }
    walked += (walked.empty() ? "" : ".") + rest.substr(0, used);
    if (used >= rest.size()) return *node;
    rest = rest.substr(used + 1);
  }
}

}  // namespace

void override_value(Document& document, const std::string& assignment) {
  const std::string place = fmt::format("--set {}", quoted(assignment));
  const std::size_t equals = assignment.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == assignment.size())
    throw Error(place + ": not PATH=VALUE; write e.g. --set units.npu.clock=800MHz");
  const std::string path = assignment.substr(0, equals);
  if (path.front() == '.' || path.back() == '.' || path.find("..") != std::string::npos)
    throw Error(fmt::format("{}: {} has an empty part; separate keys by single dots", place, quoted(path)));
  Node value = parse(assignment.substr(equals + 1), place).root;
  if (document.sources.size() >= 60'000) throw Error(place + ": too many overrides; write them into the file");
  document.sources.push_back(place);
  set_source(value, static_cast<std::uint16_t>(document.sources.size() - 1));
  put_value(document, path, std::move(value), place);
}

void put_value(Document& document, const std::string& path, Node value, const std::string& place) {
  target_of(document, path, place) = std::move(value);
}

void replace(Document& document, Node& target, const Document& other) {
  const auto first = static_cast<std::uint16_t>(document.sources.size());
  document.sources.insert(document.sources.end(), other.sources.begin(), other.sources.end());
  Node root = other.root;
  shift_source(root, first);
  target = std::move(root);
}

}  // namespace presil::yaml
