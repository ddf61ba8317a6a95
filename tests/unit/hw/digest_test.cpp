// The digest follows every figure that a plan or a replay uses, and nothing else.
#include "sim/hw/digest.hpp"

#include <gmock/gmock.h>

#include "sim/hw/provenance.hpp"
#include "tests/unit/hw/support.hpp"

namespace presil::hw {
namespace {

TEST(Digest, IgnoresCommentsSpellingOrderOfKeysSourcesAndEnergy) {
  const std::string digest = from_text(small_chip).digest;
  EXPECT_EQ(from_text("# a comment\n" + std::string(small_chip)).digest, digest);
  EXPECT_EQ(from_text(with(small_chip, "size: 1 MiB", "size: 1024 KiB")).digest, digest);
  EXPECT_EQ(from_text(with(small_chip, "width: 128 bit, banks: 4", "banks: 4, width: 128 bit")).digest, digest);
  EXPECT_EQ(from_text(with(small_chip, "name: small", "name: other")).digest, digest);
  EXPECT_EQ(from_text(std::string(small_chip) + "sources: {clocks: a book}\n").digest, digest);
  EXPECT_EQ(from_text(std::string(small_chip) + "energy: {npu: {mac_int8: 1 pJ}}\n").digest, digest);
  EXPECT_EQ(from_text(with(small_chip, "banks: 4,", "banks: 4, ports: 1,")).digest,
            digest);  // the default, written out
}

TEST(Digest, FollowsWordsAndLists) {
  const std::string digest = from_text(small_chip).digest;
  for (const auto& [what, instead] : std::vector<std::pair<std::string, std::string>>{
           {"weights: flash", "weights: dram"},
           {"activations: [sram, dram]", "activations: [dram, sram]"},
           {"types: [int8]", "types: [int16]"},
           {"ddr: true", "ddr: false"},
           {"outstanding: 8", "outstanding: 8, arbitration: weighted"},
           {"add: {}", "add: {}, relu: {}"},
           {"emulated: true", "emulated: false"},
           {"name: small", "name: small\nmain_unit: cpu"},
           {"fallback: {to: cpu", "fallback: {granularity: subgraph, to: cpu"}})
    EXPECT_NE(from_text(with(small_chip, what, instead)).digest, digest) << instead;
}

/// Dotted paths of all scalars below `node`.
void leaves(const yaml::Node& node, const std::string& path, std::vector<std::string>& out) {
  if (node.kind == yaml::Kind::scalar) out.push_back(path);
  for (std::size_t i = 0; i < node.items.size(); ++i) leaves(node.items[i], path + "." + std::to_string(i), out);
  for (const yaml::Entry& entry : node.entries) {
    const bool not_used =
        path.empty() && (entry.key == "sources" || entry.key == "calibrated" || entry.key == "energy");
    const bool provenance = entry.key == "sources" || entry.key == "source" || entry.key == "assumed";
    if (!not_used && !provenance) leaves(entry.value, path.empty() ? entry.key : path + "." + entry.key, out);
  }
}

TEST(Digest, FollowsEveryFigureOfEveryShippedFile) {
  int changed = 0;
  for (const char* chip : {"edge-npu", "ethos-u55-128", "stm32n6", "stm32h747"}) {
    const yaml::Document document = read_document(shipped(chip));
    const std::string digest = from_document(document).digest;
    std::vector<std::string> paths;
    leaves(document.root, "", paths);
    for (const std::string& path : paths) {
      const std::string text = find_path(document, path)->text;
      double number = 0;
      std::size_t used = 0;
      try {
        number = std::stod(text, &used);
      } catch (const std::exception&) {
        continue;  // a word
      }
      yaml::Document other = document;
      yaml::override_value(other, path + "=" + std::to_string(number == 0 ? 1 : number * 2) + text.substr(used));
      if (text.find('x') != std::string::npos)  // a kernel size
        yaml::override_value(other, path + "=" + std::to_string(static_cast<int>(number) * 2) + text.substr(used));
      std::string after;
      try {
        after = from_document(other).digest;
      } catch (const common::Error&) {
        continue;  // a figure that another one depends on: half a page, say
      }
      EXPECT_NE(after, digest) << chip << ": " << path << " = " << text;
      ++changed;
    }
  }
  EXPECT_GT(changed, 300);
}

}  // namespace
}  // namespace presil::hw
