#include "framework/registry/config_rules.h"

#include "glog/logging.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"

namespace retort {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

void InheritField(const Message* data, absl::string_view field, Message* config) {
  if (data == nullptr) return;
  const std::string name(field);
  const FieldDescriptor* from = data->GetDescriptor()->FindFieldByName(name);
  const FieldDescriptor* to = config->GetDescriptor()->FindFieldByName(name);
  CHECK(to != nullptr && !to->is_repeated()) << config->GetDescriptor()->full_name() << "." << name;
  if (from == nullptr || from->type() != to->type() || from->is_repeated()) return;
  if (!data->GetReflection()->HasField(*data, from) || config->GetReflection()->HasField(*config, to)) return;
  std::string text;
  TextFormat::PrintFieldValueToString(*data, from, /*index=*/-1, &text);
  CHECK(TextFormat::ParseFieldValueFromString(text, to, config)) << name << ": " << text;
}

}  // namespace retort
