#include "models/flash/flash_presets.hpp"

#include "models/common/error.hpp"

namespace presil::flash {
namespace {

/// Sums of overhead clocks are those of public data sheets of the class named, as recalled; how they split over
/// command, address and latency is an assumption that no result depends on.
struct Preset {
  const char* name;
  std::int64_t mhz;
  int lanes;
  bool ddr;
  std::int64_t command, address, dummy, cs_high;
  std::int64_t page_bytes;
  std::int64_t cs_low_ns;
  bool writable;
  const PresetSource& source;
};

const PresetSource quad_nor = {"recall-unverified",
                               "W25Q and MX25L class, 1-4-4 single edge; two mode and six dummy clocks"};
const PresetSource octal_nor = {"recall-unverified",
                                "MX66UW1G45G class, 8D-8D-8D; 20 dummy clocks at 200 MHz, 10 suffice at 100 MHz"};
const PresetSource hexadeca_nor = {
    "inferred",
    "two octal parts of the MX66UW1G45G class side by side, commanded together, as in the dual-memory mode of "
    "ST's XSPI and OCTOSPI controllers"};
const PresetSource psram = {
    "recall-unverified",
    "APS256XXN class with Xccela bus; variable latency 7, five clocks of chip select high, rows of 1 "
    "KiB (2 KiB with 16 lines) that a linear burst must not cross, chip select low for 4 us at most up to 85 C"};
const PresetSource hyperram = {
    "recall-unverified",
    "HyperRAM; six bytes of command and address on three clocks, latency 7, with 16 lines two words a "
    "clock"};

const Preset presets[] = {
    {"quad-nor-133", 133, 4, false, 8, 8, 6, 2, 0, 0, false, quad_nor},
    {"octal-nor-100", 100, 8, true, 1, 2, 10, 2, 0, 0, false, octal_nor},
    {"octal-nor-200", 200, 8, true, 1, 2, 20, 2, 0, 0, false, octal_nor},
    {"hexadeca-nor-200", 200, 16, true, 1, 2, 20, 2, 0, 0, false, hexadeca_nor},
    {"octal-psram-200", 200, 8, true, 1, 2, 7, 5, 1024, 4000, true, psram},
    {"hexadeca-psram-200", 200, 16, true, 1, 2, 7, 5, 2048, 4000, true, psram},
    {"hyperram-200", 200, 8, true, 3, 0, 7, 2, 1024, 4000, true, hyperram},
    {"hexadeca-hyperram-200", 200, 16, true, 3, 0, 7, 2, 2048, 4000, true, hyperram},
};

const Preset& find(const std::string& name) {
  std::string known;
  for (const Preset& p : presets) {
    if (name == p.name) return p;
    known += (known.empty() ? "" : ", ") + std::string(p.name);
  }
  throw common::Error("no serial memory '" + name + "'; there are " + known);
}

}  // namespace

FlashSpec preset(const std::string& name) {
  const Preset& p = find(name);
  FlashSpec spec;
  spec.hz = p.mhz * 1'000'000;
  spec.lanes = p.lanes;
  spec.ddr = p.ddr;
  spec.command_clocks = p.command;
  spec.address_clocks = p.address;
  spec.dummy_clocks = p.dummy;
  spec.cs_high_clocks = p.cs_high;
  spec.page_bytes = p.page_bytes;
  spec.cs_low_limit_ps = p.cs_low_ns * 1000;
  spec.writable = p.writable;
  return spec;
}

const PresetSource& preset_source(const std::string& name) {
  return find(name).source;
}

std::vector<std::string> preset_names() {
  std::vector<std::string> names;
  for (const Preset& p : presets) names.emplace_back(p.name);
  return names;
}

}  // namespace presil::flash
