#include "framework/config/text/overlay.h"

#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "framework/base/status_macros.h"
#include "framework/config/reflection.h"
#include "framework/config/sweep.pb.h"
#include "glog/logging.h"
#include "google/protobuf/any.pb.h"

namespace retort {
namespace {

using google::protobuf::Any;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::Reflection;

constexpr char kRemove[] = "remove";

// What becomes of `remove`.
enum class Mode {
  kApply,    // The base is data: items are dropped.
  kCompose,  // The base is an overlay too: the result does what the base does and then what the overlay does.
};

absl::Status Merge(const Message& overlay, const std::string& path, Mode mode, Message* base);

absl::Status Error(const std::string& path, absl::string_view what) {
  return absl::InvalidArgumentError(absl::StrCat(path, ": ", what));
}

std::vector<const FieldDescriptor*> NamedLists(const Message& message) {
  std::vector<const FieldDescriptor*> lists;
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    if (IsNamedList(*field)) lists.push_back(field);
  }
  return lists;
}

void Drop(const FieldDescriptor& list, int index, Message* message) {
  const Reflection* reflection = message->GetReflection();
  for (int i = index; i + 1 < reflection->FieldSize(*message, &list); ++i) {
    reflection->SwapElements(message, &list, i, i + 1);
  }
  reflection->RemoveLast(message, &list);
}

bool IsRemove(const FieldDescriptor& field) {
  return field.is_repeated() && field.name() == kRemove && field.type() == FieldDescriptor::TYPE_STRING;
}

absl::Status RemoveNamed(const std::string& name, const std::string& path, Mode mode, Message* base) {
  const std::vector<const FieldDescriptor*> lists = NamedLists(*base);
  bool found = false;
  std::vector<std::string> present;
  for (const FieldDescriptor* list : lists) {
    present.push_back(ListNames(*base, *list));
    const int index = FindNamed(*base, *list, name);
    if (index < 0) continue;
    Drop(*list, index, base);
    found = true;
  }
  if (found || mode == Mode::kCompose) return absl::OkStatus();
  return Error(path, absl::StrCat("nothing is named \"", name, "\"; there are: ", absl::StrJoin(present, ", ")));
}

absl::Status MergeRemove(const Message& overlay, const FieldDescriptor& remove, const std::string& path, Mode mode,
                         Message* base) {
  const Reflection* reflection = overlay.GetReflection();
  for (int i = 0; i < reflection->FieldSize(overlay, &remove); ++i) {
    const std::string name = reflection->GetRepeatedString(overlay, &remove, i);
    RETORT_RETURN_IF_ERROR(RemoveNamed(name, path, mode, base));
    if (mode == Mode::kCompose) reflection->AddString(base, &remove, name);
  }
  return absl::OkStatus();
}

absl::Status MergeNamedList(const Message& overlay, const FieldDescriptor& list, const std::string& path, Mode mode,
                            Message* base) {
  const Reflection* reflection = overlay.GetReflection();
  std::set<std::string> seen;
  for (int i = 0; i < reflection->FieldSize(overlay, &list); ++i) {
    const Message& item = reflection->GetRepeatedMessage(overlay, &list, i);
    const std::string name = NameOf(item);
    if (name.empty()) return Error(path, "want a name in each item of an overlay, got one without");
    if (!seen.insert(name).second) return Error(path, absl::StrCat("want each name once, got \"", name, "\" twice"));
    const int index = FindNamed(*base, list, name);
    Message* target =
        index < 0 ? reflection->AddMessage(base, &list) : reflection->MutableRepeatedMessage(base, &list, index);
    RETORT_RETURN_IF_ERROR(Merge(item, JoinPath(path, name), mode, target));
  }
  return absl::OkStatus();
}

void ReplaceList(const Message& overlay, const FieldDescriptor& list, Message* base) {
  base->GetReflection()->ClearField(base, &list);
  std::unique_ptr<Message> only(overlay.New());
  only->CopyFrom(overlay);
  for (const FieldDescriptor* field : SetFields(overlay)) {
    if (field != &list) only->GetReflection()->ClearField(only.get(), field);
  }
  base->MergeFrom(*only);
}

absl::Status MergeAny(const Any& overlay, const std::string& path, Mode mode, Any* base) {
  std::unique_ptr<Message> over, under;
  if (AnyTypeName(overlay) == AnyTypeName(*base)) {
    over = UnpackAny(overlay);
    under = UnpackAny(*base);
  }
  if (over == nullptr || under == nullptr) {
    *base = overlay;
    return absl::OkStatus();
  }
  RETORT_RETURN_IF_ERROR(Merge(*over, path, mode, under.get()));
  PackAny(*under, base);
  return absl::OkStatus();
}

void ReplaceScalar(const Message& overlay, const FieldDescriptor& field, Message* base) {
  const Reflection* from = overlay.GetReflection();
  const Reflection* to = base->GetReflection();
  switch (field.cpp_type()) {
    case FieldDescriptor::CPPTYPE_INT32:
      return to->SetInt32(base, &field, from->GetInt32(overlay, &field));
    case FieldDescriptor::CPPTYPE_INT64:
      return to->SetInt64(base, &field, from->GetInt64(overlay, &field));
    case FieldDescriptor::CPPTYPE_UINT32:
      return to->SetUInt32(base, &field, from->GetUInt32(overlay, &field));
    case FieldDescriptor::CPPTYPE_UINT64:
      return to->SetUInt64(base, &field, from->GetUInt64(overlay, &field));
    case FieldDescriptor::CPPTYPE_DOUBLE:
      return to->SetDouble(base, &field, from->GetDouble(overlay, &field));
    case FieldDescriptor::CPPTYPE_FLOAT:
      return to->SetFloat(base, &field, from->GetFloat(overlay, &field));
    case FieldDescriptor::CPPTYPE_BOOL:
      return to->SetBool(base, &field, from->GetBool(overlay, &field));
    case FieldDescriptor::CPPTYPE_ENUM:
      return to->SetEnumValue(base, &field, from->GetEnumValue(overlay, &field));
    case FieldDescriptor::CPPTYPE_STRING:
      return to->SetString(base, &field, from->GetString(overlay, &field));
    case FieldDescriptor::CPPTYPE_MESSAGE:
      LOG(FATAL) << field.full_name() << " is no scalar";
  }
}

absl::Status MergeMessage(const Message& overlay, const FieldDescriptor& field, const std::string& path, Mode mode,
                          Message* base) {
  const Message& over = overlay.GetReflection()->GetMessage(overlay, &field);
  Message* under = base->GetReflection()->MutableMessage(base, &field);
  if (field.message_type() == Any::descriptor()) {
    return MergeAny(static_cast<const Any&>(over), path, mode, static_cast<Any*>(under));
  }
  return Merge(over, path, mode, under);
}

absl::Status MergeField(const Message& overlay, const FieldDescriptor& field, const std::string& path, Mode mode,
                        Message* base) {
  if (IsRemove(field)) return absl::OkStatus();
  if (IsNamedList(field)) return MergeNamedList(overlay, field, path, mode, base);
  if (field.is_repeated()) {
    ReplaceList(overlay, field, base);
  } else if (field.message_type() != nullptr) {
    return MergeMessage(overlay, field, path, mode, base);
  } else {
    ReplaceScalar(overlay, field, base);
  }
  return absl::OkStatus();
}

using Names = std::vector<std::string>;

Names NamesIn(const Message& message, const FieldDescriptor& list) {
  Names names;
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &list); ++i) {
    names.push_back(NameOf(message.GetReflection()->GetRepeatedMessage(message, &list, i)));
  }
  return names;
}

// Puts what the list held before in that order, and all else behind it. What is moved is at the list's end: what was
// removed and is there again.
void RestoreOrder(const Names& before, const FieldDescriptor& list, Message* base) {
  const Reflection* reflection = base->GetReflection();
  int place = 0;
  for (const std::string& name : before) {
    const int index = FindNamed(*base, list, name);
    if (index < 0) continue;
    for (int i = index; i > place; --i) reflection->SwapElements(base, &list, i, i - 1);
    ++place;
  }
}

absl::Status Merge(const Message& overlay, const std::string& path, Mode mode, Message* base) {
  const auto* type = overlay.GetDescriptor();
  if (type == Variant::descriptor() || type == Task::descriptor()) mode = Mode::kCompose;
  const std::vector<const FieldDescriptor*> fields = SetFields(overlay);
  std::vector<std::pair<const FieldDescriptor*, Names>> before;
  for (const FieldDescriptor* list : NamedLists(*base)) before.emplace_back(list, NamesIn(*base, *list));
  for (const FieldDescriptor* field : fields) {
    if (!IsRemove(*field)) continue;
    RETORT_RETURN_IF_ERROR(MergeRemove(overlay, *field, JoinPath(path, field->name()), mode, base));
  }
  for (const FieldDescriptor* field : fields) {
    RETORT_RETURN_IF_ERROR(MergeField(overlay, *field, JoinPath(path, field->name()), mode, base));
  }
  for (const auto& [list, names] : before) RestoreOrder(names, *list, base);
  return absl::OkStatus();
}

}  // namespace

absl::Status Overlay(const Message& overlay, Message* base) {
  CHECK(overlay.GetDescriptor() == base->GetDescriptor())
      << overlay.GetDescriptor()->full_name() << " over " << base->GetDescriptor()->full_name();
  return Merge(overlay, "", Mode::kApply, base);
}

}  // namespace retort
