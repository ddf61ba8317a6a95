// Published networks, where they are at hand: the importer's figures against the table that came with them.
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "sim/graph/export.hpp"
#include "sim/graph/import.hpp"
#include "tests/unit/graph/compare.hpp"

namespace presil::graph {
namespace {

const std::filesystem::path kFolder = std::string(PRESIL_SOURCE_DIR) + "/../shared/networks";

struct Row {
  std::string file, macs, weights, operators;
};

std::vector<Row> table() {
  std::ifstream readme(kFolder / "README.md");
  std::vector<Row> rows;
  for (std::string line; std::getline(readme, line);) {
    std::vector<std::string> cells;
    std::stringstream stream(line);
    for (std::string cell; std::getline(stream, cell, '|');) {
      const auto begin = cell.find_first_not_of(' '), end = cell.find_last_not_of(' ');
      cells.push_back(begin == std::string::npos ? "" : cell.substr(begin, end - begin + 1));
    }
    if (cells.size() == 9 && cells[1].find(".tflite") != std::string::npos) {
      rows.push_back({cells[1], cells[6], cells[7], cells[8]});
    }
  }
  return rows;
}

std::string fixed(double value, int digits) {
  std::ostringstream out;
  out.setf(std::ios::fixed);
  out.precision(digits);
  out << value;
  return out.str();
}

TEST(PublishedNetworks, MacsAndWeightBytesEqualTheTable) {
  const std::vector<Row> rows = table();
  if (rows.empty()) GTEST_SKIP() << "no table of networks at " << kFolder;
  EXPECT_EQ(rows.size(), 51u);
  for (const Row& row : rows) {
    SCOPED_TRACE(row.file);
    const Graph graph = import_tflite(kFolder / row.file);
    EXPECT_EQ(fixed(static_cast<double>(graph.macs()) / 1e6, 2), row.macs);
    EXPECT_EQ(fixed(static_cast<double>(graph.weight_bytes()) / 1024, 1), row.weights);
  }
}

TEST(PublishedNetworks, SurviveExportAndImportUnchanged) {
  const std::vector<Row> rows = table();
  if (rows.empty()) GTEST_SKIP() << "no table of networks at " << kFolder;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.file);
    const Graph graph = import_tflite(kFolder / row.file);
    expect_same(graph, import_tflite(export_tflite(graph), graph.name));
  }
}

TEST(PublishedNetworks, EveryShapeComputationIsFoldedAndNothingElseIs) {
  const std::vector<Row> rows = table();
  if (rows.empty()) GTEST_SKIP() << "no table of networks at " << kFolder;
  for (const Row& row : rows) {
    SCOPED_TRACE(row.file);
    // MoveNet packs computed coordinates, and detectors compute their anchors from constants.
    if (row.file.find("movenet") != std::string::npos || row.file.find("ssd") != std::string::npos) continue;
    for (const Operator& op : import_tflite(kFolder / row.file).operators) {
      const bool of_shapes = op.name == "SHAPE" || op.name == "STRIDED_SLICE" || op.name == "PACK";
      EXPECT_EQ(op.folded, of_shapes) << op.index << " " << op.name;
    }
  }
}

}  // namespace
}  // namespace presil::graph
