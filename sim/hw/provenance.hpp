// A source for every figure: which figures of a hardware file nobody vouches for.
#pragma once

#include <string>
#include <vector>

#include "sim/yaml/document.hpp"

namespace presil::hw {

/// vendor-code, vendor-doc, datasheet, measurement, inferred, recall-unverified, assumed, fitted, unstated.
const std::vector<std::string>& provenance_statuses();

/// Dotted paths of all figures (scalars that begin like a number) that no key of `sources` or `calibrated` covers, the
/// key being the path or a prefix of it; a library's own `sources` count from the library on. A map with a `source` or
/// `assumed` of its own speaks for the figures in it.
std::vector<std::string> figures_without_source(const yaml::Document& document);

/// The node at a dotted path, nullptr where there is none; keys may hold dots themselves.
const yaml::Node* find_path(const yaml::Document& document, const std::string& path);

/// "did you mean ...?" for the first step of `path` that leads nowhere.
std::string suggest_path(const yaml::Document& document, const std::string& path);

}  // namespace presil::hw
