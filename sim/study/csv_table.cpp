#include "sim/study/csv_table.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <sstream>

#include "models/common/error.hpp"
#include "sim/yaml/document.hpp"
#include "sim/yaml/suggest.hpp"

namespace presil::study {
namespace {

using common::Error;

constexpr std::size_t most_bytes = 64u << 20;

/// Takes one record from `at` on; moves `at` behind its line end and counts `line` on.
std::vector<std::string> take_record(const std::string& text, std::size_t& at, int& line, const std::string& name) {
  std::vector<std::string> fields(1);
  const int first_line = line;
  bool quoted = false;
  while (at < text.size()) {
    const char c = text[at++];
    if (c == '\n') ++line;
    if (quoted) {
      if (c != '"') {
        fields.back() += c;
      } else if (at < text.size() && text[at] == '"') {
        fields.back() += text[at++];
      } else {
        quoted = false;
      }
    } else if (c == '"' && fields.back().empty()) {
      quoted = true;
    } else if (c == ',') {
      fields.emplace_back();
    } else if (c == '\n') {
      return fields;
    } else if (c != '\r' || at >= text.size() || text[at] != '\n') {
      fields.back() += c;
    }
  }
  if (quoted) throw Error(fmt::format("{}:{}: a quote is open to the end of the file; close it", name, first_line));
  return fields;
}

}  // namespace

int CsvTable::column(const std::string& name) const {
  const auto found = std::find(columns.begin(), columns.end(), name);
  return found == columns.end() ? -1 : static_cast<int>(found - columns.begin());
}

int CsvTable::need_column(const std::string& name, const std::string& where) const {
  const int index = column(name);
  if (index < 0)
    throw Error(
        fmt::format("{}: {} has no column {}; {}", where, file, yaml::quoted(name), yaml::suggestion(name, columns)));
  return index;
}

CsvTable parse_csv(const std::string& text, const std::string& name) {
  CsvTable table;
  table.file = name;
  int line = 1;
  std::size_t at = text.compare(0, 3, "\xef\xbb\xbf") == 0 ? 3 : 0;  // a byte order mark, as spreadsheets write it
  while (at < text.size()) {
    CsvRow row;
    row.line = line;
    row.fields = take_record(text, at, line, name);
    if (row.fields.size() == 1 && row.fields[0].find_first_not_of(" \t") == std::string::npos) continue;
    if (table.columns.empty()) {
      table.columns = std::move(row.fields);
      for (auto column = table.columns.begin(); column != table.columns.end(); ++column)
        if (std::find(table.columns.begin(), column, *column) != column)
          throw Error(fmt::format("{}:{}: column {} stands twice; rename one", name, row.line, yaml::quoted(*column)));
      continue;
    }
    if (row.fields.size() != table.columns.size())
      throw Error(fmt::format("{}:{}: {} fields where the header names {} columns; quote fields that hold commas", name,
                              row.line, row.fields.size(), table.columns.size()));
    table.rows.push_back(std::move(row));
  }
  if (table.columns.empty())
    throw Error(fmt::format("{}: is empty; a header line like 'network,quantity,value,unit' is expected", name));
  return table;
}

CsvTable read_csv(const std::filesystem::path& file) {
  std::error_code status;
  if (!std::filesystem::is_regular_file(file, status))
    throw Error(fmt::format("{}: no such CSV file; check the path", file.string()));
  if (std::filesystem::file_size(file, status) > most_bytes || status)
    throw Error(
        fmt::format("{}: larger than {} MiB; that is no table of measurements", file.string(), most_bytes >> 20));
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  if (stream) text << stream.rdbuf();
  if (!stream) throw Error(fmt::format("{}: cannot be read; check its permissions", file.string()));
  return parse_csv(text.str(), file.string());
}

}  // namespace presil::study
