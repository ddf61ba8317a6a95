#include "sim/yaml/suggest.hpp"

#include <algorithm>
#include <numeric>

namespace presil::yaml {

std::size_t edit_distance(const std::string& a, const std::string& b) {
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t substituted = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min({row[j] + 1, row[j - 1] + 1, substituted});
    }
  }
  return row[b.size()];
}

std::string nearest(const std::string& word, const std::vector<std::string>& candidates) {
  if (word.empty() || word.size() > 64) return "";  // a long word is no slip of the finger
  std::string best;
  std::size_t least = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < least) {
      least = distance;
      best = candidate;
    }
  }
  if (!best.empty() || word.size() < 3) return best;
  for (const std::string& candidate : candidates)
    if (candidate.rfind(word, 0) == 0 || (candidate.size() >= 3 && word.rfind(candidate, 0) == 0)) return candidate;
  return "";
}

std::string suggestion(const std::string& word, const std::vector<std::string>& candidates) {
  const std::string near = nearest(word, candidates);
  if (!near.empty()) return "did you mean '" + near + "'?";
  if (candidates.empty()) return "nothing is expected there";
  std::string known = "known: ";
  const std::size_t shown = std::min<std::size_t>(candidates.size(), 60);
  for (std::size_t i = 0; i < shown; ++i) known += (i == 0 ? "" : ", ") + candidates[i];
  return shown < candidates.size() ? known + ", ..." : known;
}

}  // namespace presil::yaml
