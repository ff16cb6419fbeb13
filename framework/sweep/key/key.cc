#include "framework/sweep/key/key.h"

#include <memory>
#include <set>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "framework/config/reflection.h"
#include "framework/registry/plugin_catalogue.h"
#include "google/protobuf/any.pb.h"
#include "google/protobuf/descriptor.h"
#include "xxhash.h"

namespace retort {
namespace {

using google::protobuf::FieldDescriptor;
using google::protobuf::Message;

void CollectDigests(const Message& message, std::set<std::string>* digests);

void CollectPlugin(const google::protobuf::Any& any, std::set<std::string>* digests) {
  const PluginCatalogue& catalogue = PluginCatalogue::Global();
  for (PluginKind kind : kPluginKinds) {
    const auto entry = catalogue.FindByConfig(kind, AnyTypeName(any));
    if (!entry.ok()) continue;
    digests->insert(absl::StrCat(PluginKindName(kind), "/", entry->name, "=", catalogue.Digest(kind, entry->name)));
  }
  if (const std::unique_ptr<Message> inner = UnpackAny(any)) CollectDigests(*inner, digests);
}

void CollectDigests(const Message& message, std::set<std::string>* digests) {
  if (const auto* any = dynamic_cast<const google::protobuf::Any*>(&message)) return CollectPlugin(*any, digests);
  for (const FieldDescriptor* field : SetFields(message)) {
    if (field->cpp_type() != FieldDescriptor::CPPTYPE_MESSAGE) continue;
    const google::protobuf::Reflection& reflection = *message.GetReflection();
    if (!field->is_repeated()) {
      CollectDigests(reflection.GetMessage(message, field), digests);
      continue;
    }
    for (int i = 0; i < reflection.FieldSize(message, field); ++i) {
      CollectDigests(reflection.GetRepeatedMessage(message, field, i), digests);
    }
  }
}

}  // namespace

void KeyBuilder::Add(const std::string& name, uint64_t number) { parts_[name] = absl::StrCat(number); }

std::string KeyBuilder::Key() const {
  std::string text;
  for (const auto& [name, bytes] : parts_) absl::StrAppend(&text, name, " ", bytes.size(), "\n", bytes, "\n");
  const XXH128_hash_t hash = XXH3_128bits(text.data(), text.size());
  return absl::StrFormat("%016x%016x", hash.high64, hash.low64);
}

std::string HashText(absl::string_view bytes) {
  return absl::StrFormat("%016x", XXH3_64bits(bytes.data(), bytes.size()));
}

std::string PluginDigests(const Message& message) {
  std::set<std::string> digests;
  CollectDigests(message, &digests);
  return absl::StrJoin(digests, " ");
}

}  // namespace retort
