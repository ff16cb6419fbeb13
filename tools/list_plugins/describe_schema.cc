#include "tools/list_plugins/describe_schema.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace retort {
namespace {

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

void AppendLines(const CommentLines& lines, const std::string& indent, std::string* out) {
  for (const std::string& line : lines) absl::StrAppend(out, line.empty() ? "" : indent, line, "\n");
}

void AppendValues(const std::vector<SchemaValue>& values, const std::string& indent, std::string* out) {
  size_t width = 0;
  for (const SchemaValue& value : values) width = std::max(width, value.name.size());
  for (const SchemaValue& value : values) {
    const std::string meaning = absl::StrJoin(value.comment, " ");
    absl::StrAppend(out, indent, meaning.empty() ? value.name : Padded(value.name, width) + "   " + meaning, "\n");
  }
}

std::string DefaultOf(const SchemaField& field) {
  if (field.required) return ", required";
  return field.default_value.empty() ? "" : ", default " + field.default_value;
}

void AppendFields(const std::vector<SchemaField>& fields, const std::string& indent, std::string* out) {
  const std::string inner = indent + "    ";
  for (const SchemaField& field : fields) {
    absl::StrAppend(out, indent, field.name, "   ", field.type, DefaultOf(field), "\n");
    AppendLines(field.comment, inner, out);
    AppendValues(field.values, inner, out);
    AppendFields(field.fields, inner, out);
  }
}

}  // namespace

std::string DescribeSchema(const SchemaMessage& message) {
  std::string out;
  AppendLines(message.comment, "", &out);
  if (!message.fields.empty()) absl::StrAppend(&out, "\n");
  AppendFields(message.fields, "", &out);
  return out;
}

}  // namespace retort
