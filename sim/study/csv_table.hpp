// A comma-separated table with a header line: rows as texts by column, each with its line for messages.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace presil::study {

struct CsvRow {
  int line = 0;                     // of the file, from 1, where the row begins
  std::vector<std::string> fields;  // one a column
};

struct CsvTable {
  std::string file;
  std::vector<std::string> columns;
  std::vector<CsvRow> rows;

  /// Index of a column; -1 where there is none.
  int column(const std::string& name) const;
  /// Throws common::Error naming `where`, and the columns there are, for an unknown one.
  int need_column(const std::string& name, const std::string& where) const;
};

/// Reads RFC 4180 (quoted fields, doubled quotes, line breaks inside quotes; LF or CRLF); a blank line is skipped.
/// Throws common::Error naming file and line for a file that cannot be read, an empty one, a column named twice, an
/// open quote, a row with more or fewer fields than the header.
CsvTable read_csv(const std::filesystem::path& file);

/// The same from text; `name` stands for the file's name in messages.
CsvTable parse_csv(const std::string& text, const std::string& name);

}  // namespace presil::study
