#include "framework/config/plugin_schema.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/config/sweep.pb.h"
#include "glog/logging.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/unknown_field_set.h"

namespace retort {
namespace {

using google::protobuf::Any;
using google::protobuf::Descriptor;
using google::protobuf::DescriptorPool;
using google::protobuf::DescriptorProto;
using google::protobuf::FieldDescriptor;
using google::protobuf::FieldDescriptorProto;
using google::protobuf::FileDescriptor;
using google::protobuf::FileDescriptorProto;
using google::protobuf::Message;
using google::protobuf::UnknownField;
using google::protobuf::UnknownFieldSet;

constexpr char kPackage[] = "retort";
constexpr char kPluginField[] = "plugin";

class BuildErrors : public DescriptorPool::ErrorCollector {
 public:
  void AddError(const std::string& filename, const std::string& element, const Message*, ErrorLocation,
                const std::string& message) override {
    errors_.push_back(absl::StrCat(filename, ": ", element, ": ", message));
  }
  std::string ToString() const { return absl::StrJoin(errors_, "\n"); }

 private:
  std::vector<std::string> errors_;
};

// Makes the field `plugin` the first member of a real oneof `plugin_choice`, oneof 0, to which the plugins' fields can
// be added: the text parser then refuses two choices. Real oneofs come before those that proto3 makes for optional
// fields, and their members stand in a row, so that `plugin` becomes the last field.
void PutPluginIntoOneof(DescriptorProto* message) {
  int old_index = -1;
  for (FieldDescriptorProto& field : *message->mutable_field()) {
    if (field.name() == kPluginField) old_index = field.oneof_index();
  }
  for (FieldDescriptorProto& field : *message->mutable_field()) {
    if (field.name() == kPluginField) {
      field.set_oneof_index(0);
      field.clear_proto3_optional();
    } else if (field.has_oneof_index() && field.oneof_index() < old_index) {
      field.set_oneof_index(field.oneof_index() + 1);
    }
  }
  auto* oneofs = message->mutable_oneof_decl();
  for (int i = old_index; i > 0; --i) oneofs->SwapElements(i, i - 1);
  oneofs->Mutable(0)->set_name("plugin_choice");
  std::stable_partition(message->mutable_field()->begin(), message->mutable_field()->end(),
                        [](const FieldDescriptorProto& field) { return field.name() != kPluginField; });
}

Any* MutableChoice(Message* message) {
  const FieldDescriptor* field = message->GetDescriptor()->FindFieldByName(kPluginField);
  Message* any = message->GetReflection()->MutableMessage(message, field);
  return google::protobuf::DynamicCastToGenerated<Any>(any);
}

}  // namespace

std::optional<PluginKind> KindOfMessage(absl::string_view full_name) {
  for (PluginKind kind : kPluginKinds) {
    if (PluginKindMessage(kind) == full_name) return kind;
  }
  return std::nullopt;
}

absl::StatusOr<std::unique_ptr<PluginSchema>> PluginSchema::Create(const PluginCatalogue& catalogue,
                                                                   const Descriptor& root) {
  std::unique_ptr<PluginSchema> schema(new PluginSchema(catalogue));
  RETORT_RETURN_IF_ERROR(schema->CopyFiles(root));
  schema->factory_ = std::make_unique<google::protobuf::DynamicMessageFactory>(&schema->pool_);
  schema->root_ = schema->pool_.FindMessageTypeByName(root.full_name());
  CHECK(schema->root_ != nullptr) << root.full_name();
  return schema;
}

absl::Status PluginSchema::CopyFiles(const Descriptor& root) {
  merged_.set_name("retort.proto");
  merged_.set_package(kPackage);
  merged_.set_syntax("proto3");
  RETORT_RETURN_IF_ERROR(Collect(*Sweep::descriptor()->file()));
  RETORT_RETURN_IF_ERROR(Collect(*root.file()));
  for (PluginKind kind : kPluginKinds) {
    for (const PluginEntry& entry : catalogue_.Entries(kind)) RETORT_RETURN_IF_ERROR(Collect(*entry.config->file()));
  }
  for (DescriptorProto& message : *merged_.mutable_message_type()) {
    const auto kind = KindOfMessage(absl::StrCat(kPackage, ".", message.name()));
    if (kind.has_value()) AddChoices(*kind, &message);
  }
  return Build(merged_);
}

absl::Status PluginSchema::Collect(const FileDescriptor& file) {
  if (!collected_.insert(file.name()).second) return absl::OkStatus();
  for (int i = 0; i < file.dependency_count(); ++i) RETORT_RETURN_IF_ERROR(Collect(*file.dependency(i)));
  FileDescriptorProto copy;
  file.CopyTo(&copy);
  if (file.package() == kPackage) {
    if (file.syntax() != FileDescriptor::SYNTAX_PROTO3) {
      return absl::InvalidArgumentError(absl::StrCat(file.name(), ": want syntax = \"proto3\""));
    }
    merged_.mutable_message_type()->MergeFrom(copy.message_type());
    merged_.mutable_enum_type()->MergeFrom(copy.enum_type());
    return absl::OkStatus();
  }
  for (int i = 0; i < file.dependency_count(); ++i) {
    if (file.dependency(i)->package() == kPackage) {
      return absl::InvalidArgumentError(absl::StrCat(file.name(), ": a file that imports ", file.dependency(i)->name(),
                                                     " wants `package retort`, got `package ", file.package(), "`"));
    }
  }
  merged_.add_dependency(file.name());
  return Build(copy);
}

absl::Status PluginSchema::Build(const FileDescriptorProto& file) {
  BuildErrors errors;
  if (pool_.BuildFileCollectingErrors(file, &errors) != nullptr) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat("the linked plugins do not fit into the schema of experiments:\n", errors.ToString()));
}

void PluginSchema::AddChoices(PluginKind kind, DescriptorProto* message) {
  PutPluginIntoOneof(message);
  for (const PluginEntry& entry : catalogue_.Entries(kind)) {
    const int number = kFirstPluginField + static_cast<int>(by_number_.size());
    by_number_.emplace(number, entry);
    numbers_[entry.config->full_name()] = number;
    FieldDescriptorProto* field = message->add_field();
    field->set_name(entry.name);
    field->set_number(number);
    field->set_label(FieldDescriptorProto::LABEL_OPTIONAL);
    field->set_type(FieldDescriptorProto::TYPE_MESSAGE);
    field->set_type_name(absl::StrCat(".", entry.config->full_name()));
    field->set_oneof_index(0);
  }
}

std::unique_ptr<Message> PluginSchema::NewRoot() const {
  return std::unique_ptr<Message>(factory_->GetPrototype(root_)->New());
}

absl::Status PluginSchema::Lower(Message* message) const { return LowerBelow("", message); }

absl::Status PluginSchema::LowerBelow(const std::string& path, Message* message) const {
  const auto* reflection = message->GetReflection();
  for (const FieldDescriptor* field : SetFields(*message)) {
    if (field->message_type() == nullptr || field->is_map()) continue;
    const std::string below = JoinPath(path, field->name());
    if (!field->is_repeated()) {
      RETORT_RETURN_IF_ERROR(LowerBelow(below, reflection->MutableMessage(message, field)));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      Message* item = reflection->MutableRepeatedMessage(message, field, i);
      const std::string label = IsNamedList(*field) ? NameOf(*item) : absl::StrCat(i);
      RETORT_RETURN_IF_ERROR(LowerBelow(JoinPath(below, label), item));
    }
  }
  const auto kind = KindOfMessage(message->GetDescriptor()->full_name());
  return kind.has_value() ? LowerChoice(*kind, path, message) : absl::OkStatus();
}

absl::Status PluginSchema::LowerChoice(PluginKind kind, const std::string& path, Message* message) const {
  const auto* reflection = message->GetReflection();
  UnknownFieldSet* unknown = reflection->MutableUnknownFields(message);
  std::unique_ptr<Message> config;
  for (int i = 0; i < unknown->field_count(); ++i) {
    const auto entry = by_number_.find(unknown->field(i).number());
    if (entry == by_number_.end() || unknown->field(i).type() != UnknownField::TYPE_LENGTH_DELIMITED) continue;
    config.reset(google::protobuf::MessageFactory::generated_factory()->GetPrototype(entry->second.config)->New());
    CHECK(config->ParsePartialFromString(unknown->field(i).length_delimited())) << path;
  }
  unknown->Clear();
  const FieldDescriptor* choice = message->GetDescriptor()->FindFieldByName(kPluginField);
  if (config == nullptr) {
    if (!reflection->HasField(*message, choice)) return absl::OkStatus();
    const Any& any = *MutableChoice(message);
    if (auto entry = catalogue_.FindByConfig(kind, AnyTypeName(any)); !entry.ok()) {
      return absl::NotFoundError(absl::StrCat(path, ".plugin: ", entry.status().message()));
    }
    config = UnpackAny(any);
    if (config == nullptr) {
      return absl::InvalidArgumentError(absl::StrCat(path, ".plugin: want the bytes of a ", AnyTypeName(any)));
    }
  }
  const std::string below = JoinPath(path, ShortPluginName(kind, *config->GetDescriptor()));
  RETORT_RETURN_IF_ERROR(LowerBelow(below, config.get()));
  PackAny(*config, MutableChoice(message));
  return absl::OkStatus();
}

void PluginSchema::Raise(Message* message) const {
  const auto* reflection = message->GetReflection();
  for (const FieldDescriptor* field : SetFields(*message)) {
    if (field->message_type() == nullptr || field->is_map()) continue;
    if (!field->is_repeated()) {
      Raise(reflection->MutableMessage(message, field));
      continue;
    }
    for (int i = 0; i < reflection->FieldSize(*message, field); ++i) {
      Raise(reflection->MutableRepeatedMessage(message, field, i));
    }
  }
  if (!KindOfMessage(message->GetDescriptor()->full_name()).has_value()) return;
  const FieldDescriptor* choice = message->GetDescriptor()->FindFieldByName(kPluginField);
  if (!reflection->HasField(*message, choice)) return;
  const Any& any = *MutableChoice(message);
  const auto number = numbers_.find(AnyTypeName(any));
  std::unique_ptr<Message> config = number == numbers_.end() ? nullptr : UnpackAny(any);
  if (config == nullptr) return;
  Raise(config.get());
  reflection->ClearField(message, choice);
  reflection->MutableUnknownFields(message)->AddLengthDelimited(number->second, DeterministicBytes(*config));
}

}  // namespace retort
