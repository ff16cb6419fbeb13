#include "framework/data/task/json_row.h"

#include <optional>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/input/line_reader.h"
#include "framework/base/status_macros.h"
#include "framework/json/json_fields.h"
#include "framework/json/strict_json.h"
#include "nlohmann/json.hpp"

namespace retort {
namespace {

// A line's JSON.
struct ParsedRow {
  nlohmann::json row;
  bool plain = false;  // It has none of Python's numbers, which else come as strings of their names.
};

absl::StatusOr<ParsedRow> Parse(absl::string_view line, const std::string& place) {
  ParsedRow parsed;
  absl::StatusOr<nlohmann::json> plain = ParseStrictJson(line, place);
  parsed.plain = plain.ok();
  if (plain.ok()) {
    parsed.row = *std::move(plain);
  } else {
    RETORT_ASSIGN_OR_RETURN(parsed.row, ParseStrictJson(line, place, JsonDialect::kPython));
  }
  return parsed;
}

// The column's value; null pointer if there is none.
const nlohmann::json* ValueOf(const nlohmann::json& row, const std::string& column) {
  if (row.is_object()) {
    const auto found = row.find(column);
    return found == row.end() ? nullptr : &*found;
  }
  size_t number = 0;
  return absl::SimpleAtoi(column, &number) && number < row.size() ? &row[number] : nullptr;
}

// The cell that a value is. Errors: a message that goes behind the column's place.
absl::StatusOr<std::optional<std::string>> CellOf(const nlohmann::json& value, bool plain, bool may_lack) {
  const bool is_nan = !plain && value == "NaN";  // As pandas writes what is missing.
  const bool is_infinity = !plain && (value == "Infinity" || value == "-Infinity");
  if (may_lack && (value.is_null() || is_nan)) return std::nullopt;
  if (value.is_null() || value.is_structured() || is_nan || is_infinity) {
    const std::string got = is_nan || is_infinity ? value.get<std::string>() : Shown(value);
    return absl::InvalidArgumentError(absl::StrCat("want a text or a number, got ", got));
  }
  if (value.is_string()) return std::string(LineText(value.get_ref<const std::string&>()));
  return value.dump();
}

// For messages.
std::string ColumnsOf(const nlohmann::json& row) {
  if (row.is_array()) return Shown(row);
  if (row.empty()) return "none";
  std::vector<std::string> names;
  for (const auto& field : row.items()) names.push_back(field.key());
  return absl::StrJoin(names, ", ");
}

}  // namespace

absl::StatusOr<TableCells> ReadJsonRow(absl::string_view line, const std::string& place,
                                       const std::vector<WantedColumn>& columns) {
  RETORT_ASSIGN_OR_RETURN(const ParsedRow parsed, Parse(LineText(line), place));
  const nlohmann::json& row = parsed.row;
  if (!row.is_object() && !row.is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(place, ": want an object or an array, got ", Shown(row)));
  }
  TableCells cells;
  for (const WantedColumn& column : columns) {
    const nlohmann::json* value = ValueOf(row, column.name);
    if (value == nullptr && !column.may_lack) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, ": want the column ", column.name, ", got ", ColumnsOf(row)));
    }
    if (value == nullptr) {
      cells.emplace_back();
      continue;
    }
    absl::StatusOr<std::optional<std::string>> cell = CellOf(*value, parsed.plain, column.may_lack);
    if (!cell.ok()) {
      return absl::InvalidArgumentError(absl::StrCat(place, ": ", column.name, ": ", cell.status().message()));
    }
    cells.push_back(*std::move(cell));
  }
  return cells;
}

}  // namespace retort
