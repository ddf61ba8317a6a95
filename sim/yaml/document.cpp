#include "sim/yaml/document.hpp"

#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include <fstream>
#include <map>
#include <sstream>

#include "models/common/error.hpp"

// The event interface is enough to build our own tree: yaml-cpp's nodes share aliases and keep duplicate keys.
#include <yaml-cpp/eventhandler.h>

namespace presil::yaml {

using common::Error;

namespace {

/// Builds the tree from the parser's events and refuses what a checked document must not hold.
class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(const std::string& file) : file_(file) {}

  /// The map or list that is being read, if any.
  const Node* innermost() const { return frames_.empty() ? nullptr : &frames_.back().node; }

  Node take_root() {
    if (!complaint_.empty()) throw Error(complaint_);
    return std::move(root_);
  }

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override { put(node_at(mark, Kind::null), anchor, 1); }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Frame* frame = frames_.empty() ? nullptr : &frames_.back();
    if (frame != nullptr && frame->node.kind == Kind::map && !frame->has_key) {
      take_key(*frame, mark, value);
      return;
    }
    Node node = node_at(mark, Kind::scalar);
    node.text = value;
    node.quoted = tag == "!";  // yaml-cpp marks quoted scalars with the non-specific tag
    put(std::move(node), anchor, 1);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) fail(mark, "an alias inside the node it stands for", "give the content itself");
    if (nodes_ + found->second.size > max_nodes)
      fail(mark, fmt::format("aliases make more than {} nodes of this file", max_nodes), "write the content out once");
    Node copy = found->second.node;
    put(std::move(copy), YAML::NullAnchor, found->second.size);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(mark, Kind::list, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, Kind::map, anchor);
  }
  void OnMapEnd() override { close(); }

 private:
  struct Frame {
    Node node;
    YAML::anchor_t anchor = YAML::NullAnchor;
    std::size_t size = 1;  // nodes, itself included
    bool has_key = false;
    Entry pending;
    std::map<std::string, int> lines;  // of the keys seen, to refuse duplicates
  };
  struct Anchor {
    Node node;
    std::size_t size = 0;
  };

  std::string at(const YAML::Mark& mark, const std::string& what, const std::string& cure) const {
    return fmt::format("{}:{}:{}: {}; {}", file_, mark.line + 1, mark.column + 1, what, cure);
  }

  [[noreturn]] void fail(const YAML::Mark& mark, const std::string& what, const std::string& cure) const {
    throw Error(at(mark, what, cure));
  }

  static Node node_at(const YAML::Mark& mark, Kind kind) {
    Node node;
    node.kind = kind;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  std::string path() const {
    std::string text;
    for (const Frame& frame : frames_)
      if (frame.has_key) text += (text.empty() ? "" : ".") + frame.pending.key;
    return text.empty() ? "the file" : text;
  }

  void take_key(Frame& frame, const YAML::Mark& mark, const std::string& key) {
    const auto [first, is_new] = frame.lines.emplace(key, mark.line + 1);
    if (!is_new)
      fail(mark, fmt::format("duplicate key {} in {} (first on line {})", quoted(key), path(), first->second),
           "keep one of the two");
    frame.pending = Entry{key, mark.line + 1, mark.column + 1, {}};
    frame.has_key = true;
  }

  /// Complains at the end only: yaml-cpp gives a bracket that is never closed as a key, and says so when the text ends.
  void require_key(const YAML::Mark& mark) {
    if (frames_.empty() || frames_.back().node.kind != Kind::map || frames_.back().has_key) return;
    if (complaint_.empty())
      complaint_ = at(mark, fmt::format("a key of {} is not a plain word", path()), "write 'key: value'");
    frames_.back().pending = Entry{};
    frames_.back().has_key = true;
  }

  void open(const YAML::Mark& mark, Kind kind, YAML::anchor_t anchor) {
    require_key(mark);
    if (frames_.size() >= static_cast<std::size_t>(max_depth))
      fail(mark, fmt::format("nested deeper than {} levels", max_depth), "no presil file needs that: flatten it");
    Frame frame;
    frame.node = node_at(mark, kind);
    frame.anchor = anchor;
    frames_.push_back(std::move(frame));
    count(mark, 1);
  }

  void close() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    --nodes_;  // counted when opened; put() counts it again
    nodes_ -= frame.size - 1;
    put(std::move(frame.node), frame.anchor, frame.size);
  }

  void count(const YAML::Mark& mark, std::size_t size) {
    nodes_ += size;
    if (nodes_ > max_nodes) fail(mark, fmt::format("more than {} nodes", max_nodes), "split the file");
  }

  void put(Node node, YAML::anchor_t anchor, std::size_t size) {
    YAML::Mark mark;
    mark.line = node.line - 1;
    mark.column = node.column - 1;
    require_key(mark);
    count(mark, size);
    if (anchor != YAML::NullAnchor) {
      anchored_ += size;
      if (anchored_ > max_nodes)
        fail(mark, fmt::format("anchors keep more than {} nodes", max_nodes), "write the content out once");
      anchors_[anchor] = Anchor{node, size};
    }
    if (frames_.empty()) {
      root_ = std::move(node);
      return;
    }
    Frame& frame = frames_.back();
    frame.size += size;
    if (frame.node.kind == Kind::list) {
      frame.node.items.push_back(std::move(node));
    } else {
      frame.pending.value = std::move(node);
      frame.node.entries.push_back(std::move(frame.pending));
      frame.has_key = false;
    }
  }

  const std::string& file_;
  Node root_;
  std::string complaint_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Anchor> anchors_;  // nodes are copied, so that an alias is a tree like any other
  std::size_t nodes_ = 0, anchored_ = 0;
};

bool ends_inside_brackets(const YAML::Exception& error, const std::string& text) {
  return (error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW || error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW) &&
         error.mark.pos >= static_cast<int>(text.size());
}

}  // namespace

const char* name(Kind kind) {
  switch (kind) {
    case Kind::null:
      return "nothing";
    case Kind::scalar:
      return "a value";
    case Kind::list:
      return "a list";
    case Kind::map:
      return "a map";
  }
  return "?";
}

const Node* Node::find(const std::string& key) const {
  for (const Entry& entry : entries)
    if (entry.key == key) return &entry.value;
  return nullptr;
}

Node* Node::find(const std::string& key) {
  return const_cast<Node*>(static_cast<const Node*>(this)->find(key));
}

std::string Document::place(const Node& node) const {
  const std::string& source = sources[node.source];
  return node.line > 0 ? fmt::format("{}:{}:{}", source, node.line, node.column) : source;
}

std::string quoted(const std::string& text) {
  constexpr std::size_t longest = 60;
  std::string out = "'";
  for (std::size_t i = 0; i < text.size() && i < longest; ++i)
    out += static_cast<unsigned char>(text[i]) < 0x20 || text[i] == 0x7f ? ' ' : text[i];
  return out + (text.size() > longest ? "...'" : "'");
}

Document parse(const std::string& text, const std::string& name) {
  Document document;
  document.sources.push_back(name);
  std::istringstream stream(text);
  TreeBuilder builder(document.sources.front());
  try {
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) throw Error(fmt::format("{}: is empty; a YAML map is expected", name));
    document.root = builder.take_root();
    TreeBuilder rest(document.sources.front());
    if (parser.HandleNextDocument(rest))
      throw Error(fmt::format("{}: holds more than one YAML document; keep one a file", name));
  } catch (const YAML::Exception& error) {
    if (const Node* bracket = builder.innermost(); bracket != nullptr && ends_inside_brackets(error, text))
      throw Error(fmt::format("{}: this bracket is never closed; add its '{}'", document.place(*bracket),
                              bracket->kind == Kind::map ? '}' : ']'));
    if (error.mark.is_null()) throw Error(fmt::format("{}: not valid YAML: {}", name, error.msg));
    throw Error(
        fmt::format("{}:{}:{}: not valid YAML: {}", name, error.mark.line + 1, error.mark.column + 1, error.msg));
  }
  if (document.root.kind == Kind::null) throw Error(fmt::format("{}: is empty; a YAML map is expected", name));
  return document;
}

Document read_file(const std::filesystem::path& file) {
  std::error_code status;
  if (std::filesystem::is_directory(file, status))
    throw Error(fmt::format("{}: is a directory; name a YAML file in it", file.string()));
  if (!std::filesystem::exists(file, status))
    throw Error(fmt::format("{}: no such file; check the path", file.string()));
  const std::uintmax_t size = std::filesystem::file_size(file, status);
  if (!status && size > max_file_bytes)
    throw Error(fmt::format("{}: {} bytes are too many for a YAML file of presil; at most {} MiB", file.string(), size,
                            max_file_bytes >> 20));
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream) throw Error(fmt::format("{}: cannot be read; check its permissions", file.string()));
  if (text.str().find_first_not_of(" \t\r\n") == std::string::npos)
    throw Error(fmt::format("{}: is empty; a YAML map is expected", file.string()));
  Document document = parse(text.str(), file.string());
  if (document.root.kind != Kind::map)
    throw Error(fmt::format("{}: {} where a YAML map ('kind: ...') is expected; is it the right file?",
                            document.place(document.root), name(document.root.kind)));
  return document;
}

}  // namespace presil::yaml
