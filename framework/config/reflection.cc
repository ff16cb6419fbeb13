#include "framework/config/reflection.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "google/protobuf/io/coded_stream.h"
#include "google/protobuf/io/zero_copy_stream_impl_lite.h"

namespace retort {

using google::protobuf::Any;
using google::protobuf::Descriptor;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

const FieldDescriptor* NameField(const Descriptor& type) {
  const FieldDescriptor* field = type.FindFieldByName("name");
  if (field == nullptr || field->is_repeated() || field->type() != FieldDescriptor::TYPE_STRING) return nullptr;
  return field;
}

std::string NameOf(const Message& message) {
  return message.GetReflection()->GetString(message, NameField(*message.GetDescriptor()));
}

bool IsNamedList(const FieldDescriptor& field) {
  return field.is_repeated() && field.message_type() != nullptr && NameField(*field.message_type()) != nullptr;
}

int FindNamed(const Message& message, const FieldDescriptor& list, absl::string_view name) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < reflection->FieldSize(message, &list); ++i) {
    if (NameOf(reflection->GetRepeatedMessage(message, &list, i)) == name) return i;
  }
  return -1;
}

std::string ListNames(const Message& message, const FieldDescriptor& list) {
  std::vector<std::string> names;
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < reflection->FieldSize(message, &list); ++i) {
    names.push_back(NameOf(reflection->GetRepeatedMessage(message, &list, i)));
  }
  return names.empty() ? "none" : absl::StrJoin(names, ", ");
}

std::string JoinPath(absl::string_view path, absl::string_view last) {
  return path.empty() ? std::string(last) : absl::StrCat(path, ".", last);
}

std::string AnyTypeName(const Any& any) { return any.type_url().substr(any.type_url().rfind('/') + 1); }

std::unique_ptr<Message> UnpackAny(const Any& any) {
  const Descriptor* type = google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(AnyTypeName(any));
  if (type == nullptr) return nullptr;
  std::unique_ptr<Message> message(google::protobuf::MessageFactory::generated_factory()->GetPrototype(type)->New());
  if (!message->ParseFromString(any.value())) return nullptr;
  return message;
}

void PackAny(const Message& message, Any* any) {
  any->set_type_url(absl::StrCat("type.googleapis.com/", message.GetDescriptor()->full_name()));
  any->set_value(DeterministicBytes(message));
}

std::string DeterministicBytes(const Message& message) {
  std::string bytes;
  google::protobuf::io::StringOutputStream stream(&bytes);
  google::protobuf::io::CodedOutputStream coded(&stream);
  coded.SetSerializationDeterministic(true);
  message.SerializePartialToCodedStream(&coded);
  coded.Trim();
  return bytes;
}

void EditStrings(const std::function<std::string(const std::string&)>& edit, Message* message) {
  if (auto* any = google::protobuf::DynamicCastToGenerated<Any>(message)) {
    const std::unique_ptr<Message> held = UnpackAny(*any);
    if (held == nullptr) return;
    EditStrings(edit, held.get());
    return PackAny(*held, any);
  }
  const auto* reflection = message->GetReflection();
  for (const FieldDescriptor* field : SetFields(*message)) {
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection->FieldSize(*message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (field->cpp_type() == FieldDescriptor::CPPTYPE_MESSAGE) {
        EditStrings(edit, repeated ? reflection->MutableRepeatedMessage(message, field, i)
                                   : reflection->MutableMessage(message, field));
      } else if (field->type() == FieldDescriptor::TYPE_STRING && repeated) {
        reflection->SetRepeatedString(message, field, i, edit(reflection->GetRepeatedString(*message, field, i)));
      } else if (field->type() == FieldDescriptor::TYPE_STRING) {
        reflection->SetString(message, field, edit(reflection->GetString(*message, field)));
      }
    }
  }
}

std::vector<const FieldDescriptor*> SetFields(const Message& message) {
  std::vector<const FieldDescriptor*> fields;
  message.GetReflection()->ListFields(message, &fields);
  return fields;
}

}  // namespace retort
