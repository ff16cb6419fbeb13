#include "framework/config/text/set_field.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "framework/base/status_macros.h"
#include "framework/config/plugin_schema.h"
#include "framework/config/reflection.h"
#include "framework/config/text/overlay.h"
#include "framework/config/text/parse.h"

namespace retort {
namespace {

using google::protobuf::Descriptor;
using google::protobuf::EnumDescriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

// The way from the experiment to the field, and the text that leads there.
struct Way {
  std::string open;                        // "stage { name: \"distil\" adamw { "
  int depth = 0;                           // Braces to close.
  const FieldDescriptor* field = nullptr;  // The field to set, in the schema as users type it.
};

std::string FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

std::string Wanted(const FieldDescriptor& field) {
  if (field.is_repeated()) return absl::StrCat("a list like [a, b] of ", field.type_name());
  if (field.message_type() != nullptr) return "a message in braces, like {}";
  if (field.enum_type() == nullptr) return field.type_name();
  const EnumDescriptor& type = *field.enum_type();
  std::vector<std::string> values;
  for (int i = 0; i < type.value_count(); ++i) values.push_back(type.value(i)->name());
  return absl::StrJoin(values, ", ");
}

absl::Status Error(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("--set ", path, ": ", what));
}

// Follows the path through the schema, and through the experiment as far as that has it.
absl::StatusOr<Way> FindWay(absl::string_view path, const PluginSchema& schema, const Experiment& experiment) {
  Way way;
  const Descriptor* type = &schema.root();
  const Message* here = &experiment;  // Null inside of a plugin's configuration or of what is not set.
  const std::vector<std::string> parts = absl::StrSplit(path, '.');
  for (size_t i = 0; i < parts.size(); ++i) {
    const FieldDescriptor* field = type->FindFieldByName(parts[i]);
    if (field == nullptr) {
      return Error(
          path, absl::StrCat(type->full_name(), " has no field \"", parts[i], "\"; its fields: ", FieldNames(*type)));
    }
    const FieldDescriptor* known = here == nullptr ? nullptr : here->GetDescriptor()->FindFieldByName(parts[i]);
    way.field = field;
    if (IsNamedList(*field)) {
      if (i + 2 >= parts.size()) return Error(path, absl::StrCat("want ", parts[i], ".<name>.<field>"));
      const std::string& name = parts[++i];
      const int index = known == nullptr ? -1 : FindNamed(*here, *known, name);
      if (index < 0) {
        const std::string names = known == nullptr ? "none" : ListNames(*here, *known);
        return Error(path, absl::StrCat("there is no ", field->name(), " \"", name, "\"; there are: ", names));
      }
      here = &here->GetReflection()->GetRepeatedMessage(*here, known, index);
      absl::StrAppend(&way.open, field->name(), " { name: \"", absl::CEscape(name), "\" ");
    } else if (i + 1 == parts.size()) {
      return way;
    } else if (field->message_type() == nullptr || field->is_repeated()) {
      return Error(path, absl::StrCat("want no more after \"", parts[i], "\", which is ", Wanted(*field)));
    } else {
      here = known == nullptr ? nullptr : &here->GetReflection()->GetMessage(*here, known);
      absl::StrAppend(&way.open, field->name(), " { ");
    }
    ++way.depth;
    type = field->message_type();
  }
  return Error(path, "want the name of a field at the end");
}

// The value as protobuf text.
absl::StatusOr<std::string> ValueText(absl::string_view path, const FieldDescriptor& field, absl::string_view value) {
  const absl::Status error = Error(path, absl::StrCat("want ", Wanted(field), ", got \"", value, "\""));
  if (field.is_repeated() || field.message_type() != nullptr) {
    const bool list = field.is_repeated();
    if (!absl::StartsWith(value, list ? "[" : "{") || !absl::EndsWith(value, list ? "]" : "}")) return error;
    if (!list || field.type() != FieldDescriptor::TYPE_STRING || absl::StrContains(value, '"'))
      return std::string(value);
    std::vector<std::string> items;
    for (absl::string_view item : absl::StrSplit(value.substr(1, value.size() - 2), ',', absl::SkipWhitespace())) {
      items.push_back(absl::StrCat("\"", absl::CEscape(absl::StripAsciiWhitespace(item)), "\""));
    }
    return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
  }
  if (field.type() == FieldDescriptor::TYPE_STRING) {
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    return quoted ? std::string(value) : absl::StrCat("\"", absl::CEscape(value), "\"");
  }
  for (char c : value) {
    if (!absl::ascii_isalnum(c) && c != '-' && c != '+' && c != '.' && c != '_') return error;
  }
  return std::string(value);
}

}  // namespace

absl::Status SetField(absl::string_view assignment, Experiment* experiment, const PluginCatalogue& catalogue) {
  const size_t equals = assignment.find('=');
  if (equals == absl::string_view::npos) return Error(assignment, "want path=value");
  const absl::string_view path = absl::StripAsciiWhitespace(assignment.substr(0, equals));
  const absl::string_view value = absl::StripAsciiWhitespace(assignment.substr(equals + 1));
  RETORT_ASSIGN_OR_RETURN(auto schema, PluginSchema::Create(catalogue, *Experiment::descriptor()));
  RETORT_ASSIGN_OR_RETURN(Way way, FindWay(path, *schema, *experiment));
  RETORT_ASSIGN_OR_RETURN(std::string value_text, ValueText(path, *way.field, value));
  const std::string text = absl::StrCat(way.open, way.field->name(), ": ", value_text, std::string(way.depth, '}'));
  Experiment overlay;
  if (absl::Status parsed = ParseText(text, "value", catalogue, &overlay); !parsed.ok()) {
    const std::string what = absl::StrCat("want ", Wanted(*way.field), ", got \"", value, "\"");
    return Error(path, way.field->message_type() == nullptr ? what : absl::StrCat(what, "\n", parsed.message()));
  }
  Experiment result = *experiment;
  if (absl::Status laid = Overlay(overlay, &result); !laid.ok()) return Error(path, laid.message());
  *experiment = std::move(result);
  return absl::OkStatus();
}

}  // namespace retort
