#include "tools/list_plugins/schema.h"

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "framework/base/status_macros.h"
#include "google/protobuf/compiler/parser.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/io/tokenizer.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace retort {
namespace {

using google::protobuf::DescriptorProto;
using google::protobuf::EnumDescriptorProto;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptorProto;

// Where something stands in a file: numbers of fields of descriptor.proto and indices, by turns.
using Path = std::vector<int>;
// Comments by what they stand beside.
using Comments = std::map<Path, CommentLines>;

class FirstError final : public google::protobuf::io::ErrorCollector {
 public:
  void AddError(int line, google::protobuf::io::ColumnNumber column, const std::string& message) override {
    if (text_.empty()) text_ = absl::StrCat(line + 1, ":", column + 1, ": ", message);
  }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

absl::StatusOr<FileDescriptorProto> Parse(const std::string& proto) {
  google::protobuf::io::ArrayInputStream stream(proto.data(), static_cast<int>(proto.size()));
  FirstError error;
  google::protobuf::io::Tokenizer tokenizer(&stream, &error);
  google::protobuf::compiler::Parser parser;
  parser.RecordErrorsTo(&error);
  FileDescriptorProto file;
  if (parser.Parse(&tokenizer, &file) && error.text().empty()) return file;
  return absl::InvalidArgumentError(absl::StrCat("want a .proto file: ", error.text()));
}

CommentLines LinesOf(const std::string& text) {
  CommentLines lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripTrailingAsciiWhitespace(absl::StripPrefix(line, " "));
    if (!line.empty() || !lines.empty()) lines.emplace_back(line);
  }
  while (!lines.empty() && lines.back().empty()) lines.pop_back();
  return lines;
}

void AppendParagraph(const CommentLines& paragraph, CommentLines* lines) {
  if (!paragraph.empty() && !lines->empty()) lines->emplace_back();
  lines->insert(lines->end(), paragraph.begin(), paragraph.end());
}

Comments CommentsOf(const FileDescriptorProto& file) {
  constexpr int kOfFile = 2;  // Paths of what stands in no message; a comment apart from it is the file's.
  Comments comments;
  for (const auto& location : file.source_code_info().location()) {
    CommentLines& lines = comments[Path(location.path().begin(), location.path().end())];
    if (location.path_size() > kOfFile) {
      for (const std::string& text : location.leading_detached_comments()) AppendParagraph(LinesOf(text), &lines);
    }
    AppendParagraph(LinesOf(location.leading_comments()), &lines);
    const CommentLines trailing = LinesOf(location.trailing_comments());
    lines.insert(lines.end(), trailing.begin(), trailing.end());
  }
  return comments;
}

Path Below(Path path, int field, int index) {
  path.push_back(field);
  path.push_back(index);
  return path;
}

// A message and where it stands.
struct Place {
  const FileDescriptorProto& file;
  const DescriptorProto& message;
  const Comments& comments;
  Path path;

  CommentLines CommentAt(const Path& at) const {
    const auto found = comments.find(at);
    return found == comments.end() ? CommentLines() : found->second;
  }
};

// The nested message or enumeration of this name; -1 if there is none.
template <typename Nested>
int IndexOf(const Nested& nested, const std::string& name) {
  for (int i = 0; i < nested.size(); ++i) {
    if (nested[i].name() == name) return i;
  }
  return -1;
}

// An enumeration of the message or of its file, and where it stands.
struct EnumPlace {
  const EnumDescriptorProto* type = nullptr;  // Null: there is none.
  Path path;
};

EnumPlace FindEnum(const Place& place, const std::string& name) {
  if (const int index = IndexOf(place.message.enum_type(), name); index >= 0) {
    return {&place.message.enum_type(index), Below(place.path, DescriptorProto::kEnumTypeFieldNumber, index)};
  }
  if (const int index = IndexOf(place.file.enum_type(), name); index >= 0) {
    return {&place.file.enum_type(index), {FileDescriptorProto::kEnumTypeFieldNumber, index}};
  }
  return {};
}

// A message of the message or of its file.
std::optional<Place> FindMessage(const Place& place, const std::string& name) {
  if (const int index = IndexOf(place.message.nested_type(), name); index >= 0) {
    return Place{place.file, place.message.nested_type(index), place.comments,
                 Below(place.path, DescriptorProto::kNestedTypeFieldNumber, index)};
  }
  if (const int index = IndexOf(place.file.message_type(), name); index >= 0) {
    return Place{place.file,
                 place.file.message_type(index),
                 place.comments,
                 {FileDescriptorProto::kMessageTypeFieldNumber, index}};
  }
  return std::nullopt;
}

std::string TypeOf(const FieldDescriptorProto& field, const Place& place) {
  using Type = google::protobuf::FieldDescriptor::Type;
  std::string type = field.type_name();
  if (type.empty()) {
    type = google::protobuf::FieldDescriptor::TypeName(static_cast<Type>(field.type()));
  } else if (const EnumPlace found = FindEnum(place, type); found.type != nullptr) {
    type = absl::StrJoin(found.type->value(), " | ",
                         [](std::string* out, const auto& value) { out->append(value.name()); });
  }
  return absl::StrCat(field.label() == FieldDescriptorProto::LABEL_REPEATED ? "repeated " : "", type);
}

// What follows "Default: ", up to the end of the clause.
std::string DefaultOf(const std::string& comment) {
  constexpr char kDefault[] = "Default: ";
  const size_t begin = comment.find(kDefault);
  if (begin == std::string::npos) return "";
  std::string value = comment.substr(begin + sizeof(kDefault) - 1) + " ";
  const std::vector<std::string> ends = {". ", ", ", "; ", " ("};
  for (const std::string& end : ends) value = value.substr(0, value.find(end));
  return std::string(absl::StripTrailingAsciiWhitespace(value));
}

SchemaField NewField(const std::string& name, std::string type, CommentLines comment) {
  SchemaField field;
  field.name = name;
  field.type = std::move(type);
  const std::string text = absl::StrJoin(comment, " ");
  field.default_value = DefaultOf(text);
  field.required = field.default_value.empty() && absl::StrContains(text, "Required.");
  field.comment = std::move(comment);
  return field;
}

std::vector<SchemaValue> ValuesOf(const Place& place, const EnumPlace& at) {
  std::vector<SchemaValue> values;
  for (int i = 0; i < at.type->value_size(); ++i) {
    const Path path = Below(at.path, EnumDescriptorProto::kValueFieldNumber, i);
    values.push_back({at.type->value(i).name(), place.CommentAt(path)});
  }
  return values;
}

// The choice that a field is the first of, if it is that of one.
std::optional<SchemaField> ChoiceBefore(const Place& place, int index) {
  const auto& fields = place.message.field();
  if (!fields[index].has_oneof_index() || fields[index].proto3_optional()) return std::nullopt;
  const int choice = fields[index].oneof_index();
  std::vector<std::string> names;
  for (int i = 0; i < fields.size(); ++i) {
    if (!fields[i].has_oneof_index() || fields[i].oneof_index() != choice) continue;
    if (i < index) return std::nullopt;
    names.push_back(fields[i].name());
  }
  return NewField(place.message.oneof_decl(choice).name(), absl::StrCat("one of ", absl::StrJoin(names, ", ")),
                  place.CommentAt(Below(place.path, DescriptorProto::kOneofDeclFieldNumber, choice)));
}

std::vector<SchemaField> FieldsOf(const Place& place) {
  std::vector<SchemaField> fields;
  for (int i = 0; i < place.message.field_size(); ++i) {
    const FieldDescriptorProto& descriptor = place.message.field(i);
    if (std::optional<SchemaField> choice = ChoiceBefore(place, i)) fields.push_back(*std::move(choice));
    SchemaField field = NewField(descriptor.name(), TypeOf(descriptor, place),
                                 place.CommentAt(Below(place.path, DescriptorProto::kFieldFieldNumber, i)));
    if (const EnumPlace at = FindEnum(place, descriptor.type_name()); at.type != nullptr) {
      AppendParagraph(place.CommentAt(at.path), &field.comment);
      field.values = ValuesOf(place, at);
    }
    if (const std::optional<Place> message = FindMessage(place, descriptor.type_name())) {
      AppendParagraph(message->CommentAt(message->path), &field.comment);
      field.fields = FieldsOf(*message);
    }
    fields.push_back(std::move(field));
  }
  return fields;
}

}  // namespace

absl::StatusOr<SchemaMessage> ReadSchema(const std::string& proto, const std::string& message) {
  RETORT_ASSIGN_OR_RETURN(const FileDescriptorProto file, Parse(proto));
  const int index = IndexOf(file.message_type(), message);
  if (index < 0) return absl::NotFoundError(absl::StrCat("want a message ", message, ", got a .proto file without"));
  const Comments comments = CommentsOf(file);
  const Place place{file, file.message_type(index), comments, {FileDescriptorProto::kMessageTypeFieldNumber, index}};
  return SchemaMessage{place.CommentAt(place.path), FieldsOf(place)};
}

}  // namespace retort
