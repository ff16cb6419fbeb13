#include "framework/data/task/json_row.h"

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

// The column's value; null if there is none.
const nlohmann::json& ValueOf(const nlohmann::json& row, const std::string& column) {
  static const auto* const none = new nlohmann::json();
  if (row.is_object()) {
    const auto found = row.find(column);
    return found == row.end() ? *none : *found;
  }
  size_t number = 0;
  return absl::SimpleAtoi(column, &number) && number < row.size() ? row[number] : *none;
}

// For messages.
std::string ColumnsOf(const nlohmann::json& row) {
  if (row.is_array()) return Shown(row);
  std::vector<std::string> names;
  for (const auto& field : row.items()) names.push_back(field.key());
  return absl::StrJoin(names, ", ");
}

}  // namespace

absl::StatusOr<TableCells> ReadJsonRow(absl::string_view line, const std::string& place,
                                       const std::vector<WantedColumn>& columns) {
  RETORT_ASSIGN_OR_RETURN(const nlohmann::json row, ParseStrictJson(LineText(line), place, JsonDialect::kPython));
  if (!row.is_object() && !row.is_array()) {
    return absl::InvalidArgumentError(absl::StrCat(place, ": want an object or an array, got ", Shown(row)));
  }
  TableCells cells;
  for (const WantedColumn& column : columns) {
    const nlohmann::json& value = ValueOf(row, column.name);
    if (value.is_null() && !column.may_lack) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, ": want the column ", column.name, ", got ", ColumnsOf(row)));
    }
    if (value.is_structured()) {
      return absl::InvalidArgumentError(
          absl::StrCat(place, ": ", column.name, ": want a text or a number, got ", Shown(value)));
    }
    if (value.is_null()) {
      cells.emplace_back();
    } else if (value.is_string()) {
      cells.emplace_back(LineText(value.get_ref<const std::string&>()));
    } else {
      cells.emplace_back(value.dump());
    }
  }
  return cells;
}

}  // namespace retort
