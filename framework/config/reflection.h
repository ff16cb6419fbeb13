#ifndef RETORT_FRAMEWORK_CONFIG_REFLECTION_H_
#define RETORT_FRAMEWORK_CONFIG_REFLECTION_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/message.h"

namespace retort {

// The field `name` by which the items of a list of such messages are told apart: a singular string. Null if there is
// none.
const google::protobuf::FieldDescriptor* NameField(const google::protobuf::Descriptor& type);

// The value of the field `name`. The message's type must have one.
std::string NameOf(const google::protobuf::Message& message);

// Whether the field is a list whose items are told apart by name.
bool IsNamedList(const google::protobuf::FieldDescriptor& field);

// The item of a named list, or -1.
int FindNamed(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& list,
              absl::string_view name);

// "a, b, c": the names of a named list's items, or "none".
std::string ListNames(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& list);

// "stage.distil.loss.ce" for the item `ce`; `path` may be empty.
std::string JoinPath(absl::string_view path, absl::string_view last);

// The full name of the type that an Any holds: "retort.CosineConfig".
std::string AnyTypeName(const google::protobuf::Any& any);

// The message in an Any, of its generated type. Null if the type is not linked or the bytes are not of it.
std::unique_ptr<google::protobuf::Message> UnpackAny(const google::protobuf::Any& any);

// Stores `message` with deterministic bytes and the type URL type.googleapis.com/<full name>.
void PackAny(const google::protobuf::Message& message, google::protobuf::Any* any);

// Bytes that are equal for equal messages within one program.
std::string DeterministicBytes(const google::protobuf::Message& message);

// Puts `edit` of it in the place of every string of a message, also inside of what an Any holds, as far as that is
// linked.
void EditStrings(const std::function<std::string(const std::string&)>& edit, google::protobuf::Message* message);

// All fields that are set, by number.
std::vector<const google::protobuf::FieldDescriptor*> SetFields(const google::protobuf::Message& message);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_REFLECTION_H_
