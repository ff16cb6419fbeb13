#include "tools/list_plugins/describe_schema.h"

#include <algorithm>
#include <map>
#include <optional>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
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
// Lines of comments by what they stand beside.
using Comments = std::map<Path, std::vector<std::string>>;

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

Comments CommentsOf(const FileDescriptorProto& file) {
  Comments comments;
  for (const auto& location : file.source_code_info().location()) {
    std::vector<std::string>& lines = comments[Path(location.path().begin(), location.path().end())];
    for (const std::string& text : {location.leading_comments(), location.trailing_comments()}) {
      for (absl::string_view line : absl::StrSplit(text, '\n')) {
        line = absl::StripTrailingAsciiWhitespace(absl::StripPrefix(line, " "));
        if (!line.empty()) lines.emplace_back(line);
      }
    }
  }
  return comments;
}

Path Below(Path path, int field, int index) {
  path.push_back(field);
  path.push_back(index);
  return path;
}

std::string Padded(std::string text, size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

// A message and where it stands.
struct Place {
  const FileDescriptorProto& file;
  const DescriptorProto& message;
  const Comments& comments;
  Path path;

  std::vector<std::string> CommentAt(const Path& at) const {
    const auto found = comments.find(at);
    return found == comments.end() ? std::vector<std::string>() : found->second;
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

// ", default ALL", ", required" or nothing.
std::string DefaultOf(const std::string& comment) {
  constexpr char kDefault[] = "Default: ";
  const size_t begin = comment.find(kDefault);
  if (begin == std::string::npos) return absl::StrContains(comment, "Required.") ? ", required" : "";
  std::string value = comment.substr(begin + sizeof(kDefault) - 1) + " ";
  const std::vector<std::string> ends = {". ", ", ", "; ", " ("};
  for (const std::string& end : ends) value = value.substr(0, value.find(end));
  return absl::StrCat(", default ", absl::StripTrailingAsciiWhitespace(value));
}

void DescribeEnum(const Place& place, const EnumPlace& at, const std::string& indent, std::string* out) {
  size_t width = 0;
  for (const auto& value : at.type->value()) width = std::max(width, value.name().size());
  for (int i = 0; i < at.type->value_size(); ++i) {
    const std::vector<std::string> lines = place.CommentAt(Below(at.path, EnumDescriptorProto::kValueFieldNumber, i));
    absl::StrAppend(out, indent, Padded(at.type->value(i).name(), width), "   ", absl::StrJoin(lines, " "), "\n");
  }
}

void DescribeFields(const Place& place, const std::string& indent, std::string* out) {
  const std::string inner = indent + "    ";
  for (int i = 0; i < place.message.field_size(); ++i) {
    const FieldDescriptorProto& field = place.message.field(i);
    const auto lines = place.CommentAt(Below(place.path, DescriptorProto::kFieldFieldNumber, i));
    absl::StrAppend(out, indent, field.name(), "   ", TypeOf(field, place), DefaultOf(absl::StrJoin(lines, " ")), "\n");
    for (const std::string& line : lines) absl::StrAppend(out, inner, line, "\n");
    if (const EnumPlace at = FindEnum(place, field.type_name()); at.type != nullptr) {
      DescribeEnum(place, at, inner, out);
    }
    if (const std::optional<Place> message = FindMessage(place, field.type_name())) {
      DescribeFields(*message, inner, out);
    }
  }
}

}  // namespace

absl::StatusOr<std::string> DescribeSchema(const std::string& proto, const std::string& message) {
  const absl::StatusOr<FileDescriptorProto> file = Parse(proto);
  if (!file.ok()) return file.status();
  const int index = IndexOf(file->message_type(), message);
  if (index < 0) return absl::NotFoundError(absl::StrCat("want a message ", message, ", got a .proto file without"));
  const Comments comments = CommentsOf(*file);
  const Place place{*file, file->message_type(index), comments, {FileDescriptorProto::kMessageTypeFieldNumber, index}};
  std::string out;
  for (const std::string& line : place.CommentAt(place.path)) absl::StrAppend(&out, line, "\n");
  if (place.message.field_size() > 0) absl::StrAppend(&out, "\n");
  DescribeFields(place, "", &out);
  return out;
}

}  // namespace retort
