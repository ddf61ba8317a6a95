// A YAML file as a checked tree: every node knows its place; duplicates, alias bombs and deep nesting are refused.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace presil::yaml {

enum class Kind : std::uint8_t { null, scalar, list, map };
const char* name(Kind kind);  // "nothing", "a value", "a list", "a map"

struct Entry;

/// One node. Scalars keep their text as written; quoted ones are marked (`"8"` is text, not a number).
struct Node {
  Kind kind = Kind::null;
  bool quoted = false;
  std::uint16_t source = 0;           // index in Document::sources
  std::int32_t line = 0, column = 0;  // from 1; 0 where the source is not a file (an override)
  std::string text;                   // of a scalar
  std::vector<Node> items;            // of a list
  std::vector<Entry> entries;         // of a map, in the order of the file, keys unique

  const Node* find(const std::string& key) const;
  Node* find(const std::string& key);
};

struct Entry {
  std::string key;
  std::int32_t line = 0, column = 0;
  Node value;
};

/// A tree and the names of the sources its nodes come from: the file, and files or overrides merged into it.
struct Document {
  std::vector<std::string> sources;
  Node root;

  const std::string& file() const { return sources.front(); }
  /// "hw.yaml:12:9" for a node of a file, "--set 'a.b=1'" for one of an override.
  std::string place(const Node& node) const;
};

inline constexpr int max_depth = 64;               // nesting of maps and lists
inline constexpr std::size_t max_nodes = 200'000;  // aliases count with all they stand for
inline constexpr std::uintmax_t max_file_bytes = 16u << 20;

/// Reads one YAML document; its root is a map. Throws common::Error naming file, line and column for a missing or empty
/// file, a directory, a syntax error, a duplicate key, a key that is not a plain value, an alias to an unknown anchor,
/// too many nodes, too deep nesting.
Document read_file(const std::filesystem::path& file);

/// The same from text; `name` stands for the file's name in messages.
Document parse(const std::string& text, const std::string& name);

/// Applies "a.b.2.c=VALUE": the path leads through existing maps and lists (elements by index); the last key of a map
/// may be new, since the strict reader checks it later. VALUE is YAML. Throws common::Error naming the override.
void override_value(Document& document, const std::string& assignment);

/// Puts a value at such a path; `place` names the origin in messages. The value keeps its own place.
void put_value(Document& document, const std::string& path, Node value, const std::string& place);

/// Takes the root of `other` in at `target`, which is a node of `document`; its sources come along.
void replace(Document& document, Node& target, const Document& other);

/// Text in single quotes, shortened and on one line, for messages.
std::string quoted(const std::string& text);

}  // namespace presil::yaml
