// A board whose predictions can be worked out on paper: a CPU of 1 GHz that takes 10 cycles a MAC and 1000 an operator,
// and a network of one fully connected layer of 100 inputs. 100 units: 100*100*10 + 1000 cycles = 101 us.
#pragma once

#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "sim/study/cases.hpp"
#include "sim/study/predict.hpp"
#include "sim/study/suite.hpp"

namespace presil::study {

inline const char* const bench_chip = R"(kind: hardware
name: board
clocks: {c: 1 GHz}
memories:
  sram: {type: sram, size: 4 MiB, width: 128 bit, clock: c, latency: 2 cycles}
buses:
  main: {clock: c, width: 128 bit, max_burst: 128 B, outstanding: 16, memories: [sram]}
units:
  cpu:
    type: cpu
    clock: c
    bus: main
    memory_overlap: true
    library:
      name: hand
      rates:
        fully_connected: {cycles_per_mac: 10, cycles_per_operator: 1000, source: test}
      generic: {cycles_per_output: 20, source: test}
placement: {weights: sram, activations: [sram]}
sources: {name: test}
)";

inline const char* const bench_network = R"(kind: network
name: dense
source: test
parameters: {units: 100}
input: [1, 100]
layers: [dense: {units: units}]
)";

class Bench : public ::testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "presil-study-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    dir_ = pattern;
    write("chip.yaml", bench_chip);
    write("dense.yaml", bench_network);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }

  std::string in(const std::string& name) const { return (dir_ / name).string(); }
  std::string write(const std::string& name, const std::string& content) const {
    std::ofstream(dir_ / name, std::ios::binary) << content;
    return in(name);
  }
  std::string read(const std::string& name) const {
    std::ifstream file(dir_ / name, std::ios::binary);
    std::stringstream text;
    text << file.rdbuf();
    return text.str();
  }

  /// A suite of board.csv on chip.yaml, with more keys of the table.
  Suite suite(const std::string& csv, const std::string& keys) const {
    write("board.csv", csv);
    return read_suite(write(
        "suite.yaml", "kind: suite\nname: bench\ntables:\n  - measured: board.csv\n    hardware: chip.yaml\n" + keys));
  }
  Places places() const {
    Places places;
    places.zoo = std::filesystem::path(PRESIL_SOURCE_DIR) / "traces" / "networks";
    places.hardware = [](const std::string& name) { return std::filesystem::path(name); };
    return places;
  }
  Cases cases(const std::string& csv, const std::string& keys) const { return expand(suite(csv, keys), places()); }

  std::filesystem::path dir_;
};

/// The word of common::Error that `act` throws; fails the test when it throws none.
template <class Act>
std::string complaint(Act&& act) {
  try {
    act();
  } catch (const std::exception& error) {
    return error.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return {};
}

}  // namespace presil::study
