#ifndef RETORT_FRAMEWORK_CONFIG_PLUGIN_SCHEMA_H_
#define RETORT_FRAMEWORK_CONFIG_PLUGIN_SCHEMA_H_

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "framework/registry/plugin_catalogue.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/descriptor.pb.h"
#include "google/protobuf/dynamic_message.h"
#include "google/protobuf/message.h"

namespace retort {

// The schema as users type it: a copy of the generated descriptors in a pool of its own, in which each message that
// chooses a plugin (PluginKindMessage) has one more field per linked plugin, named as the plugin and typed as its
// configuration.
//
//   message Loss { ... oneof plugin_choice { Any plugin = 3; CosineConfig cosine = 1000; SoftTargetsConfig soft_targets
//   = 1001; } }
//
// The extra fields are numbered from 1000 on, by kind and name, so they are unknown fields to the generated types. The
// numbers depend on what is linked and are never stored.
//
// All files of the package `retort` become one file of the copy, because a plugin's file may import the file of the
// message that gets a field of the plugin's type. Files of other packages are copied as they are.
//
// Thread safety: const methods may be called from several threads.
class PluginSchema {
 public:
  static constexpr int kFirstPluginField = 1000;

  // The schema of `root` and all it can hold. InvalidArgument if a plugin's message cannot be a field: its short name
  // is a field already, or its file imports the schema from another package.
  static absl::StatusOr<std::unique_ptr<PluginSchema>> Create(const PluginCatalogue& catalogue,
                                                              const google::protobuf::Descriptor& root);

  PluginSchema(const PluginSchema&) = delete;
  PluginSchema& operator=(const PluginSchema&) = delete;

  // The root message as users type it.
  const google::protobuf::Descriptor& root() const { return *root_; }

  // An empty message of type root(). Must not outlive this.
  std::unique_ptr<google::protobuf::Message> NewRoot() const;

  // Turns the plugin fields of a generated message that was parsed from a NewRoot() message's bytes into Anys, at any
  // depth. Errors: NotFound for an Any whose type is not a linked plugin of its kind; the message starts with the
  // field's path.
  absl::Status Lower(google::protobuf::Message* message) const;

  // The opposite of Lower: Anys of linked plugins become plugin fields; other Anys stay.
  void Raise(google::protobuf::Message* message) const;

  const PluginCatalogue& catalogue() const { return catalogue_; }

 private:
  explicit PluginSchema(const PluginCatalogue& catalogue) : catalogue_(catalogue) {}

  absl::Status CopyFiles(const google::protobuf::Descriptor& root);
  absl::Status Collect(const google::protobuf::FileDescriptor& file);
  absl::Status Build(const google::protobuf::FileDescriptorProto& file);
  void AddChoices(PluginKind kind, google::protobuf::DescriptorProto* message);

  absl::Status LowerChoice(PluginKind kind, const std::string& path, google::protobuf::Message* message) const;
  absl::Status LowerBelow(const std::string& path, google::protobuf::Message* message) const;

  const PluginCatalogue& catalogue_;
  google::protobuf::DescriptorPool pool_;
  std::unique_ptr<google::protobuf::DynamicMessageFactory> factory_;
  const google::protobuf::Descriptor* root_ = nullptr;

  google::protobuf::FileDescriptorProto merged_;
  std::set<std::string> collected_;
  std::map<int, PluginEntry> by_number_;
  std::map<std::string, int> numbers_;  // By full name of the configuration.
};

// The kind of plugin that a message of this type chooses, if it is one of those.
std::optional<PluginKind> KindOfMessage(absl::string_view full_name);

}  // namespace retort

#endif  // RETORT_FRAMEWORK_CONFIG_PLUGIN_SCHEMA_H_
