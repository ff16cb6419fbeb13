#include "framework/config/variants/validate/check_numbers.h"

#include <cmath>
#include <limits>
#include <memory>

#include "absl/strings/str_cat.h"
#include "framework/config/plugin_schema.h"
#include "framework/config/reflection.h"
#include "google/protobuf/any.pb.h"

namespace retort {
namespace {

using google::protobuf::Any;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

double Number(const Message& message, const FieldDescriptor* field, int i) {
  const auto* reflection = message.GetReflection();
  if (field->cpp_type() == FieldDescriptor::CPPTYPE_FLOAT) {
    return field->is_repeated() ? reflection->GetRepeatedFloat(message, field, i)
                                : reflection->GetFloat(message, field);
  }
  return field->is_repeated() ? reflection->GetRepeatedDouble(message, field, i)
                              : reflection->GetDouble(message, field);
}

// `stage "distil"`, `layers[2]`, `adamw`.
std::string Label(const FieldDescriptor& field, const Message& item, int i) {
  if (IsNamedList(field)) return absl::StrCat(field.name(), " \"", NameOf(item), "\"");
  return field.is_repeated() ? absl::StrCat(field.name(), "[", i, "]") : field.name();
}

// What a message that chooses a plugin holds, by the plugin's short name.
void CheckChoice(const std::string& place, const Message& chooser, const Any& choice, Problems* problems) {
  const std::unique_ptr<Message> config = UnpackAny(choice);
  const auto kind = KindOfMessage(chooser.GetDescriptor()->full_name());
  if (config == nullptr || !kind.has_value()) return;
  CheckNumbers(absl::StrCat(place, ShortPluginName(*kind, *config->GetDescriptor()), ": "), *config, problems);
}

}  // namespace

void CheckNumbers(const std::string& place, const Message& message, Problems* problems) {
  constexpr double kMost = std::numeric_limits<float>::max();
  const auto* reflection = message.GetReflection();
  for (const FieldDescriptor* field : SetFields(message)) {
    const auto type = field->cpp_type();
    const int count = field->is_repeated() ? reflection->FieldSize(message, field) : 1;
    for (int i = 0; i < count; ++i) {
      if (type == FieldDescriptor::CPPTYPE_MESSAGE) {
        const Message& below = field->is_repeated() ? reflection->GetRepeatedMessage(message, field, i)
                                                    : reflection->GetMessage(message, field);
        const auto* choice = google::protobuf::DynamicCastToGenerated<Any>(&below);
        if (choice != nullptr) {
          CheckChoice(place, message, *choice, problems);
        } else {
          CheckNumbers(absl::StrCat(place, Label(*field, below, i), ": "), below, problems);
        }
      } else if (type == FieldDescriptor::CPPTYPE_FLOAT || type == FieldDescriptor::CPPTYPE_DOUBLE) {
        const double number = Number(message, field, i);
        const std::string label = field->is_repeated() ? absl::StrCat(field->name(), "[", i, "]") : field->name();
        problems->Want(std::abs(number) <= kMost, place + label, absl::StrCat("a finite number of at most ", kMost),
                       number);
      }
    }
  }
}

}  // namespace retort
