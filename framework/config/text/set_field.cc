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
#include "absl/strings/strip.h"
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

constexpr char kExperiment[] = "experiment";
constexpr char kMessage[] = "a message in braces, like {}";

// The way from the sweep to the field, and the text that leads there.
struct Way {
  std::string open;                        // "experiment { stage { name: \"distil\" adamw { "
  int depth = 0;                           // Braces to close.
  const FieldDescriptor* field = nullptr;  // The field to set, in the schema as users type it; null: `open` is an item.
  bool adds = false;                       // The item is not there.
};

std::string FieldNames(const Descriptor& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.field_count(); ++i) names.push_back(type.field(i)->name());
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

std::string Wanted(const FieldDescriptor& field) {
  if (field.is_repeated()) return absl::StrCat("a list like [a, b] of ", field.type_name());
  if (field.message_type() != nullptr) return kMessage;
  if (field.enum_type() == nullptr) return field.type_name();
  const EnumDescriptor& type = *field.enum_type();
  std::vector<std::string> values;
  for (int i = 0; i < type.value_count(); ++i) values.push_back(type.value(i)->name());
  return absl::StrJoin(values, ", ");
}

absl::Status Error(absl::string_view path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat("--set ", path, ": ", what));
}

// Where the way has come to.
struct Place {
  const Descriptor* type;  // As users type it.
  const Message* message;  // Of the sweep; null inside of a plugin's configuration or of what is not set.

  const FieldDescriptor* Known(const std::string& field) const {
    return message == nullptr ? nullptr : message->GetDescriptor()->FindFieldByName(field);
  }
};

// "a, b": the items that the place has in a named list, or "none".
std::string ItemNames(const Place& place, const std::string& list) {
  const FieldDescriptor* known = place.Known(list);
  return known == nullptr ? "none" : ListNames(*place.message, *known);
}

// The name of an item from part number `*part` on, which moves to the last of its parts: names may hold dots. One
// part where no item there has such a name.
std::string TakeName(const Place& place, const FieldDescriptor& list, const std::vector<std::string>& parts,
                     size_t* part) {
  const size_t begin = *part;
  const FieldDescriptor* known = place.Known(list.name());
  for (size_t end = parts.size(); known != nullptr && end > begin + 1; --end) {
    std::string name = absl::StrJoin(parts.begin() + begin, parts.begin() + end, ".");
    if (FindNamed(*place.message, *known, name) < 0) continue;
    *part = end - 1;
    return name;
  }
  return parts[begin];
}

// Opens the item of a named list. One that is not there can be added as a whole alone.
absl::Status OpenItem(absl::string_view path, const FieldDescriptor& list, const std::string& name, bool whole,
                      Place* place, Way* way) {
  const FieldDescriptor* known = place->Known(list.name());
  const int index = known == nullptr ? -1 : FindNamed(*place->message, *known, name);
  if (index < 0 && !whole) {
    return Error(
        path, absl::StrCat("there is no ", list.name(), " \"", name, "\"; there are: ", ItemNames(*place, list.name()),
                           "; add one by ", list.name(), ".", name, "={ ... }"));
  }
  absl::StrAppend(&way->open, list.name(), " { name: \"", absl::CEscape(name), "\" ");
  way->adds = index < 0;
  const Message* here = place->message;
  place->message = index < 0 ? nullptr : &here->GetReflection()->GetRepeatedMessage(*here, known, index);
  return absl::OkStatus();
}

absl::Status NoSuchField(absl::string_view path, const std::string& name, const Descriptor& type) {
  if (type.full_name() == Sweep::descriptor()->full_name()) {
    return Error(path, absl::StrCat("there is no field \"", name, "\"; those of the experiment: ",
                                    FieldNames(*type.FindFieldByName(kExperiment)->message_type()),
                                    "; of the sweep: ", FieldNames(type)));
  }
  return Error(path, absl::StrCat(type.full_name(), " has no field \"", name, "\"; its fields: ", FieldNames(type)));
}

// Fields of the experiment are named without it.
std::vector<std::string> Parts(absl::string_view path, const Descriptor& sweep) {
  std::vector<std::string> parts = absl::StrSplit(path, '.');
  const Descriptor& experiment = *sweep.FindFieldByName(kExperiment)->message_type();
  if (experiment.FindFieldByName(parts.front()) != nullptr) parts.insert(parts.begin(), kExperiment);
  return parts;
}

// Follows the path through the schema, and through the sweep as far as that has it.
absl::StatusOr<Way> FindWay(absl::string_view path, const PluginSchema& schema, const Sweep& sweep) {
  Way way;
  Place place{&schema.root(), &sweep};
  bool in_item = false;  // The place is an item of a named list.
  const std::vector<std::string> parts = Parts(path, schema.root());
  for (size_t i = 0; i < parts.size(); ++i) {
    const FieldDescriptor* field = place.type->FindFieldByName(parts[i]);
    if (field == nullptr) return NoSuchField(path, parts[i], *place.type);
    const FieldDescriptor* known = place.Known(parts[i]);
    way.field = field;
    if (IsNamedList(*field)) {
      if (++i == parts.size()) return Error(path, absl::StrCat("want ", field->name(), ".<name>"));
      const std::string name = TakeName(place, *field, parts, &i);
      RETORT_RETURN_IF_ERROR(OpenItem(path, *field, name, i + 1 == parts.size(), &place, &way));
      way.field = nullptr;
      in_item = true;
    } else if (i + 1 == parts.size()) {
      if (in_item && NameField(*place.type) == field) {
        return Error(path, "a name cannot be changed here; remove the item and add one of another name");
      }
      return way;
    } else if (field->message_type() == nullptr || field->is_repeated()) {
      return Error(path, absl::StrCat("want no more after \"", parts[i], "\", which is ", Wanted(*field)));
    } else {
      const Message* here = place.message;
      place.message = known == nullptr ? nullptr : &here->GetReflection()->GetMessage(*here, known);
      absl::StrAppend(&way.open, field->name(), " { ");
      in_item = false;
    }
    ++way.depth;
    place.type = field->message_type();
  }
  return way;
}

// The fields of an item of a named list as protobuf text.
absl::StatusOr<std::string> ItemText(absl::string_view path, absl::string_view value) {
  absl::string_view fields = value;
  if (absl::ConsumePrefix(&fields, "{") && absl::ConsumeSuffix(&fields, "}")) return std::string(fields);
  return Error(path, absl::StrCat("want ", kMessage, ", got \"", value, "\""));
}

// The value as protobuf text.
absl::StatusOr<std::string> ValueText(absl::string_view path, const FieldDescriptor& field, absl::string_view value) {
  const absl::Status error = Error(path, absl::StrCat("want ", Wanted(field), ", got \"", value, "\""));
  if (field.is_repeated() || field.message_type() != nullptr) {
    const bool list = field.is_repeated();
    if (!absl::StartsWith(value, list ? "[" : "{") || !absl::EndsWith(value, list ? "]" : "}")) return error;
    if (list && absl::StripAsciiWhitespace(value.substr(1, value.size() - 2)).empty()) {
      return Error(path, "want a list of at least one item, got none");
    }
    if (!list || field.type() != FieldDescriptor::TYPE_STRING || absl::StrContains(value, '"'))
      return std::string(value);
    std::vector<std::string> items;
    for (absl::string_view item : absl::StrSplit(value.substr(1, value.size() - 2), ',', absl::SkipWhitespace())) {
      items.push_back(absl::StrCat("\"", absl::CEscape(absl::StripAsciiWhitespace(item)), "\""));
    }
    return absl::StrCat("[", absl::StrJoin(items, ", "), "]");
  }
  if (field.type() == FieldDescriptor::TYPE_STRING) {
    if (value.empty() && !field.has_presence()) return Error(path, "want a text, got none");
    const bool quoted = value.size() >= 2 && value.front() == '"' && value.back() == '"';
    return quoted ? std::string(value) : absl::StrCat("\"", absl::CEscape(value), "\"");
  }
  for (char c : value) {
    if (!absl::ascii_isalnum(c) && c != '-' && c != '+' && c != '.' && c != '_') return error;
  }
  return std::string(value);
}

// Where the path of an assignment ends: at the first = before which the path is of something that is there, as names
// may hold such signs; else at the first. REQUIRES: there is one.
size_t PathEnd(absl::string_view assignment, const PluginSchema& schema, const Sweep& sweep) {
  const size_t first = assignment.find('=');
  for (size_t end = first; end != absl::string_view::npos; end = assignment.find('=', end + 1)) {
    const absl::StatusOr<Way> way = FindWay(absl::StripAsciiWhitespace(assignment.substr(0, end)), schema, sweep);
    if (way.ok() && !way->adds) return end;
  }
  return first;
}

// The parts that may follow the way along `parts`; empty where that leads nowhere.
std::vector<std::string> NextParts(const std::vector<std::string>& parts, Place place) {
  const FieldDescriptor* list = nullptr;  // A named list that the way has come to, without one of its items.
  for (size_t i = 0; i < parts.size(); ++i) {
    const std::string part = list == nullptr ? parts[i] : TakeName(place, *list, parts, &i);
    const FieldDescriptor* field = list == nullptr ? place.type->FindFieldByName(part) : list;
    if (field == nullptr || field->message_type() == nullptr) return {};
    const bool opens_list = list == nullptr && IsNamedList(*field);
    list = opens_list ? field : nullptr;
    if (opens_list) continue;
    if (field->is_repeated() && !IsNamedList(*field)) return {};
    const Message* here = place.message;
    const FieldDescriptor* known = place.Known(field->name());
    const int index = known != nullptr && field->is_repeated() ? FindNamed(*here, *known, part) : -1;
    place.message = nullptr;
    if (index >= 0) place.message = &here->GetReflection()->GetRepeatedMessage(*here, known, index);
    if (known != nullptr && !field->is_repeated()) place.message = &here->GetReflection()->GetMessage(*here, known);
    place.type = field->message_type();
  }
  std::vector<std::string> next;
  if (list != nullptr) {
    for (absl::string_view name : absl::StrSplit(ItemNames(place, list->name()), ", ")) {
      if (name != "none") next.push_back(absl::StrCat(name, "."));
    }
    return next;
  }
  for (int i = 0; i < place.type->field_count(); ++i) {
    const FieldDescriptor& field = *place.type->field(i);
    const bool goes_on = IsNamedList(field) || (field.message_type() != nullptr && !field.is_repeated());
    next.push_back(absl::StrCat(field.name(), goes_on ? "." : "="));
  }
  return next;
}

}  // namespace

absl::Status SetField(absl::string_view assignment, Sweep* sweep, const PluginCatalogue& catalogue) {
  if (!absl::StrContains(assignment, '=')) return Error(assignment, "want path=value");
  RETORT_ASSIGN_OR_RETURN(auto schema, PluginSchema::Create(catalogue, *Sweep::descriptor()));
  const size_t equals = PathEnd(assignment, *schema, *sweep);
  const absl::string_view path = absl::StripAsciiWhitespace(assignment.substr(0, equals));
  const absl::string_view value = absl::StripAsciiWhitespace(assignment.substr(equals + 1));
  RETORT_ASSIGN_OR_RETURN(const Way way, FindWay(path, *schema, *sweep));
  RETORT_ASSIGN_OR_RETURN(const std::string value_text,
                          way.field == nullptr ? ItemText(path, value) : ValueText(path, *way.field, value));
  const std::string name = way.field == nullptr ? "" : absl::StrCat(way.field->name(), ": ");
  const std::string text = absl::StrCat(way.open, name, value_text, std::string(way.depth, '}'));
  Sweep overlay;
  if (absl::Status parsed = ParseText(text, "value", catalogue, &overlay); !parsed.ok()) {
    const bool message = way.field == nullptr || way.field->message_type() != nullptr;
    const std::string what =
        absl::StrCat("want ", way.field == nullptr ? kMessage : Wanted(*way.field), ", got \"", value, "\"");
    return Error(path, message ? absl::StrCat(what, "\n", parsed.message()) : what);
  }
  Sweep result = *sweep;
  if (absl::Status laid = Overlay(overlay, &result); !laid.ok()) return Error(path, laid.message());
  *sweep = std::move(result);
  return absl::OkStatus();
}

std::vector<std::string> CompletePath(absl::string_view beginning, const Sweep& sweep,
                                      const PluginCatalogue& catalogue) {
  const auto schema = PluginSchema::Create(catalogue, *Sweep::descriptor());
  if (!schema.ok()) return {};
  const size_t dot = beginning.rfind('.');
  const absl::string_view head = beginning.substr(0, dot == absl::string_view::npos ? 0 : dot + 1);
  const Place place{&(*schema)->root(), &sweep};
  std::vector<std::string> next;
  if (head.empty()) {  // Fields of the experiment need no name before them.
    next = NextParts({kExperiment}, place);
    for (std::string& field : NextParts({}, place)) next.push_back(std::move(field));
  } else {
    next = NextParts(Parts(head.substr(0, head.size() - 1), (*schema)->root()), place);
  }
  std::vector<std::string> paths;
  for (const std::string& part : next) {
    std::string path = absl::StrCat(head, part);
    if (absl::StartsWith(path, beginning)) paths.push_back(std::move(path));
  }
  return paths;
}

}  // namespace retort
