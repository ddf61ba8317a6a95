// "did you mean 'x'?": the nearest of a set of words to a misspelt one.
#pragma once

#include <string>
#include <vector>

namespace presil::yaml {

/// Levenshtein distance: insertions, deletions and substitutions of one character.
std::size_t edit_distance(const std::string& a, const std::string& b);

/// The candidate nearest to `word` when it is near enough to be meant (a third of its length, at least one edit, or one
/// is the beginning of the other), else "". On a tie the first candidate.
std::string nearest(const std::string& word, const std::vector<std::string>& candidates);

/// "did you mean 'x'?" where a candidate is near, else "known: a, b, c".
std::string suggestion(const std::string& word, const std::vector<std::string>& candidates);

}  // namespace presil::yaml
