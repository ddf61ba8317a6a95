#include "sim/hw/provenance.hpp"

#include <charconv>

#include "sim/yaml/suggest.hpp"

namespace presil::hw {

using yaml::Kind;
using yaml::Node;

namespace {

bool is_figure(const Node& node) {
  if (node.kind != Kind::scalar || node.quoted || node.text.empty()) return false;
  const std::size_t first = node.text[0] == '-' || node.text[0] == '+' ? 1 : 0;
  return first < node.text.size() && node.text[first] >= '0' && node.text[first] <= '9';
}

constexpr const char* provenance_sections[] = {"sources", "calibrated"};

bool is_text_section(const std::string& key) {
  return key == "sources" || key == "calibrated" || key == "name" || key == "description";
}

bool covers(const std::string& key, const std::string& path) {
  return path.compare(0, key.size(), key) == 0 && (path.size() == key.size() || path[key.size()] == '.');
}

/// Maps with a `source` or `assumed` of their own speak for the figures in them.
bool speaks_for_itself(const Node& map) {
  return map.kind == Kind::map && (map.find("source") != nullptr || map.find("assumed") != nullptr);
}

void collect(const Node& node, const std::string& path, std::vector<std::string> keys, std::vector<std::string>& bare) {
  for (const std::string& key : keys)
    if (covers(key, path)) return;
  if (is_figure(node)) bare.push_back(path);
  if (!path.empty() && speaks_for_itself(node)) return;
  const std::string prefix = path.empty() ? "" : path + ".";
  for (const char* section : provenance_sections)
    if (const Node* sources = node.find(section))
      for (const yaml::Entry& entry : sources->entries) keys.push_back(prefix + entry.key);
  for (std::size_t i = 0; i < node.items.size(); ++i) collect(node.items[i], prefix + std::to_string(i), keys, bare);
  for (const yaml::Entry& entry : node.entries)
    if (!is_text_section(entry.key)) collect(entry.value, prefix + entry.key, keys, bare);
}

/// One step of a dotted path; moves `rest` on. nullptr where it leads nowhere.
const Node* step(const Node& node, std::string& rest) {
  if (node.kind == Kind::list) {
    const std::string word = rest.substr(0, rest.find('.'));
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), index);
    if (error != std::errc() || end != word.data() + word.size() || index >= node.items.size()) return nullptr;
    rest = rest.size() > word.size() ? rest.substr(word.size() + 1) : "";
    return &node.items[index];
  }
  const yaml::Entry* best = nullptr;
  for (const yaml::Entry& entry : node.entries)
    if (covers(entry.key, rest) && (best == nullptr || entry.key.size() > best->key.size())) best = &entry;
  if (best == nullptr) return nullptr;
  rest = rest.size() > best->key.size() ? rest.substr(best->key.size() + 1) : "";
  return &best->value;
}

}  // namespace

const std::vector<std::string>& provenance_statuses() {
  static const std::vector<std::string> statuses = {"vendor-code", "vendor-doc", "datasheet",
                                                    "measurement", "inferred",   "recall-unverified",
                                                    "assumed",     "fitted",     "unstated"};
  return statuses;
}

const Node* find_path(const yaml::Document& document, const std::string& path) {
  const Node* node = &document.root;
  std::string rest = path;
  while (!rest.empty()) {
    node = step(*node, rest);
    if (node == nullptr) return nullptr;
  }
  return node;
}

std::string suggest_path(const yaml::Document& document, const std::string& path) {
  const Node* node = &document.root;
  std::string rest = path;
  while (!rest.empty()) {
    const Node* next = step(*node, rest);
    if (next == nullptr) break;
    node = next;
  }
  std::vector<std::string> keys;
  for (const yaml::Entry& entry : node->entries) keys.push_back(entry.key);
  return yaml::suggestion(rest.substr(0, rest.find('.')), keys);
}

std::vector<std::string> figures_without_source(const yaml::Document& document) {
  std::vector<std::string> bare;
  collect(document.root, "", {}, bare);
  return bare;
}

}  // namespace presil::hw
