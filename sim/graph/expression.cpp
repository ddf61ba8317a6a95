#include "sim/graph/expression.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <cstdlib>
#include <stdexcept>
#include <vector>

#include "sim/yaml/suggest.hpp"

namespace presil::graph {

namespace {

constexpr int kMaxDepth = 64;

/// Sandler et al. give the rule in words; this is the formula of the reference code (make_divisible).
double make_divisible(double value, double divisor) {
  const double rounded = std::max(divisor, std::floor(value / divisor + 0.5) * divisor);
  return rounded < 0.9 * value ? rounded + divisor : rounded;
}

/// Recursive descent: sum := term {(+|-) term}, term := factor {(*|/) factor}, factor := number | name | call | (sum).
class Parser {
 public:
  Parser(const std::string& text, const Scope& scope) : text_(text), scope_(scope) {}

  double run() {
    const double value = sum();
    skip();
    if (at_ < text_.size()) stop(fmt::format("'{}' follows a complete expression", text_.substr(at_)));
    if (!std::isfinite(value)) stop("is not a finite number");
    return value;
  }

 private:
  [[noreturn]] void stop(const std::string& what) const {
    throw std::invalid_argument(fmt::format("'{}': {}", text_, what));
  }

  void skip() {
    while (at_ < text_.size() && text_[at_] == ' ') ++at_;
  }
  bool take(char c) {
    skip();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  double sum() {
    if (++depth_ > kMaxDepth) stop("nests deeper than 64 levels");
    double value = term();
    for (;;) {
      if (take('+'))
        value += term();
      else if (take('-'))
        value -= term();
      else
        break;
    }
    --depth_;
    return value;
  }

  double term() {
    double value = factor();
    for (;;) {
      if (take('*')) {
        value *= factor();
      } else if (take('/')) {
        const double divisor = factor();
        if (divisor == 0) stop("divides by zero");
        value /= divisor;
      } else {
        return value;
      }
    }
  }

  double factor() {
    int sign = 1;
    while (take('-')) sign = -sign;
    return sign * primary();
  }

  double primary() {
    if (take('(')) {
      const double value = sum();
      if (!take(')')) stop("a ')' is missing");
      return value;
    }
    skip();
    if (at_ >= text_.size()) stop("a number or name is missing at the end");
    const char c = text_[at_];
    if (std::isdigit(static_cast<unsigned char>(c)) || c == '.') return number();
    if (std::isalpha(static_cast<unsigned char>(c)) || c == '_') return name();
    stop(fmt::format("'{}' is no number, name or bracket", c));
  }

  double number() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isdigit(static_cast<unsigned char>(text_[at_])) || text_[at_] == '.')) ++at_;
    const std::string digits = text_.substr(begin, at_ - begin);
    if (std::count(digits.begin(), digits.end(), '.') > 1 || digits == ".")
      stop(fmt::format("'{}' is no number", digits));
    return std::strtod(digits.c_str(), nullptr);
  }

  double name() {
    const std::size_t begin = at_;
    while (at_ < text_.size() && (std::isalnum(static_cast<unsigned char>(text_[at_])) || text_[at_] == '_')) ++at_;
    const std::string word = text_.substr(begin, at_ - begin);
    if (take('(')) return call(word);
    const auto found = scope_.find(word);
    if (found != scope_.end()) return found->second;
    std::vector<std::string> known;
    for (const auto& [key, value] : scope_) known.push_back(key);
    stop(fmt::format("unknown name '{}'; {}", word,
                     known.empty() ? "no parameters are declared" : yaml::suggestion(word, known)));
  }

  double call(const std::string& function) {
    std::vector<double> arguments;
    if (!take(')')) {
      do arguments.push_back(sum());
      while (take(','));
      if (!take(')')) stop("a ')' is missing");
    }
    const auto want = [&](std::size_t count) {
      if (arguments.size() != count)
        stop(fmt::format("{}() takes {} argument{}", function, count, count == 1 ? "" : "s"));
    };
    if (function == "floor") return want(1), std::floor(arguments[0]);
    if (function == "ceil") return want(1), std::ceil(arguments[0]);
    if (function == "round") return want(1), std::floor(arguments[0] + 0.5);
    if (function == "min") return want(2), std::min(arguments[0], arguments[1]);
    if (function == "max") return want(2), std::max(arguments[0], arguments[1]);
    if (function == "make_divisible") {
      if (arguments.size() == 1) arguments.push_back(8);
      want(2);
      if (arguments[1] <= 0) stop("make_divisible() takes a divisor above 0");
      return make_divisible(arguments[0], arguments[1]);
    }
    stop(fmt::format("unknown function '{}'; {}", function,
                     yaml::suggestion(function, {"make_divisible", "min", "max", "floor", "ceil", "round"})));
  }

  const std::string& text_;
  const Scope& scope_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

double evaluate_expression(const std::string& text, const Scope& scope) {
  return Parser(text, scope).run();
}

}  // namespace presil::graph
